#!/usr/bin/env bash
# Measures Homeport and Mosquitto side by side on loopback, in turn, and prints one table.
# Each broker's best round counts. Takes about six minutes by default.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

usage() {
  cat <<'TEXT'
./dev bench peers [--seconds N] [--rounds N] [--idle N]

Installs Mosquitto (apt-get, where it is missing), then runs every load against Homeport and
Mosquitto in turn, one broker at a time busy, and prints a table of ratios.

  --seconds N   measured time of each run, 1 to 60 (default: 5; the warm-up is 3 more)
  --rounds N    rounds per load, 1 to 10; the best of each broker counts (default: 2)
  --idle N      idle connections, 100 to 100000 (default: 5000)

Both brokers and the generator share this machine, so throughput is deliveries per second of the
broker's own CPU time. HiveMQ CE and Artemis are not part of it yet; 'homeport bench' measures any
broker by hand.
TEXT
}

seconds=5 rounds=2 idle=5000
number() { # name value least most
  if ! [[ $2 =~ ^[0-9]+$ ]] || [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then
    echo "$1 is $3 to $4, not $2" >&2
    exit 2
  fi
}
while [ $# -gt 0 ]; do
  case "$1" in
    --seconds) number --seconds "${2:-}" 1 60; seconds=$2; shift 2 ;;
    --rounds) number --rounds "${2:-}" 1 10; rounds=$2; shift 2 ;;
    --idle) number --idle "${2:-}" 100 100000; idle=$2; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

PATH=$PATH:/usr/sbin
if ! command -v mosquitto >/dev/null; then
  echo "installing mosquitto ..." >&2
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  if ! "${as_root[@]}" apt-get install -y --no-install-recommends mosquitto >/dev/null; then
    echo "mosquitto can't be installed by apt-get: install it by hand, then run this again" >&2
    exit 1
  fi
fi

work=$(mktemp -d)
homeport_pid='' mosquitto_pid=''
stop() { # pid
  [ -n "$1" ] || return 0
  kill "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}
finish() {
  stop "$homeport_pid"
  stop "$mosquitto_pid"
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

await_port() { # port name pid
  for _ in $(seq 300); do
    if listens "$1"; then return 0; fi
    if ! kill -0 "$3" 2>/dev/null; then break; fi
    sleep 0.1
  done
  echo "$2 doesn't start; its log:" >&2
  cat "$work/$2.log" >&2
  exit 1
}

start_homeport() {
  rm -rf "$work/homeport"
  "$root/homeport" up --data-dir "$work/homeport" --anonymous --mqtt-port "$homeport_port" \
    --api-port 0 --mqtts-port 0 --https-port 0 --log-level warn >"$work/homeport.log" 2>&1 &
  homeport_pid=$!
  await_port "$homeport_port" homeport "$homeport_pid"
}

start_mosquitto() {
  cat >"$work/mosquitto.conf" <<CONF
listener $mosquitto_port 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
max_connections -1
log_type error
set_tcp_nodelay true
CONF
  mosquitto -c "$work/mosquitto.conf" >"$work/mosquitto.log" 2>&1 &
  mosquitto_pid=$!
  await_port "$mosquitto_port" mosquitto "$mosquitto_pid"
}

free_port() {
  local port
  for _ in $(seq 100); do
    port=$((20000 + RANDOM % 10000))
    if ! listens "$port"; then
      echo "$port"
      return
    fi
  done
  echo "no free port on loopback" >&2
  exit 1
}

field() { # path file: a number of the report, such as broker.cpuSeconds
  awk -v want="$1" '
    match($0, /"[A-Za-z0-9]+" *:/) {
      key = substr($0, RSTART + 1); sub(/".*/, "", key)
      if ($0 ~ /\{ *$/) { depth++; names[depth] = key; next }
      path = ""
      for (i = 1; i <= depth; i++) path = path names[i] "."
      if (path key == want) { value = $0; sub(/.*: */, "", value); sub(/,? *$/, "", value); print value; exit }
    }
    /^ *\},? *$/ { depth-- }
  ' "$2"
}

measure() { # broker port pid arguments...
  local broker=$1 port=$2 pid=$3
  shift 3
  rm -f "$work/$broker.json"
  if ! timeout $((seconds + 120)) "$root/homeport" bench "$@" --host 127.0.0.1 --port "$port" \
    --pid "$pid" --json "$work/$broker.json" >"$work/bench.log" 2>&1; then
    echo "  $broker: $* did not pass:" >&2
    tail -3 "$work/bench.log" >&2
  fi
  [ -f "$work/$broker.json" ]
}

best() { # path smaller|larger arguments...: prints Homeport's and Mosquitto's best
  local path=$1 better=$2 values
  shift 2
  : >"$work/values"
  for _ in $(seq "$rounds"); do
    if measure homeport "$homeport_port" "$homeport_pid" "$@"; then
      echo "homeport $(field "$path" "$work/homeport.json")" >>"$work/values"
    fi
    if measure mosquitto "$mosquitto_port" "$mosquitto_pid" "$@"; then
      echo "mosquitto $(field "$path" "$work/mosquitto.json")" >>"$work/values"
    fi
  done
  awk -v better="$better" '
    NF == 2 && (!($1 in best) || (better == "larger" ? $2 > best[$1] : $2 < best[$1])) { best[$1] = $2 + 0 }
    END { print ("homeport" in best) ? best["homeport"] : "-", ("mosquitto" in best) ? best["mosquitto"] : "-" }
  ' "$work/values"
}

row() { # name unit better format values
  awk -v name="$1" -v unit="$2" -v better="$3" -v format="$4" -v h="$5" -v m="$6" 'BEGIN {
    ratio = "-"
    if (h + 0 > 0 && m + 0 > 0) ratio = sprintf("%.2f", better == "larger" ? h / m : m / h)
    printf "| %-14s | " format " | " format " | %8s | %s |\n", name, h, m, ratio, unit
  }'
}

homeport_port=$(free_port)
start_homeport
mosquitto_port=$(free_port)
start_mosquitto

echo "$(nproc) cores, $(uname -sr), $(mosquitto -h | head -1), $(date -u +%F)"
echo "128 bytes, MQTT 5.0, plain; best of $rounds rounds of $seconds s; ratio above 1: Homeport is better"
echo
echo "| load           |   Homeport |  Mosquitto |    ratio | figure |"
echo "|---|---:|---:|---:|---|"
common=(--duration "$seconds" --warmup 3)
for qos in 0 1; do
  for mode in p2p fan-out fan-in; do
    read -r h m < <(best broker.deliveriesPerCpuSecond larger "$mode" --qos "$qos" "${common[@]}")
    row "$mode QoS $qos" "deliveries per broker CPU second" larger '%10.0f' "$h" "$m"
  done
done
for qos in 0 1; do
  read -r h m < <(best messages.latency.p99 smaller rate --rate 5000 --qos "$qos" "${common[@]}")
  row "rate QoS $qos" "p99 in µs at 5,000 msg/s" smaller '%10.0f' "$h" "$m"
done
rounds=1
stop "$homeport_pid"
start_homeport
stop "$mosquitto_pid"
start_mosquitto
read -r h m < <(best broker.residentBytesPerConnection smaller idle --connections "$idle" --duration "$seconds")
row "idle" "bytes per connection, $idle connections" smaller '%10.0f' "$h" "$m"
