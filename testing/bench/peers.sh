#!/usr/bin/env bash
# Puts the same load on Homeport and on other brokers in turn, and prints tables of ratios.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
peers=$root/testing/bench/peers
. "$root/server/src/main/scripts/find-jdk.sh"

usage() {
  cat <<'TEXT'
./dev bench peers [OPTIONS]

Starts brokers on loopback, puts every load on each of them in turn, and prints tables: ratios,
figures, memory. Mosquitto is installed by apt-get where it is missing, the others come as jars from
Maven Central into target folders (the first use takes a minute or two).

  --brokers LIST  of homeport, mosquitto, hivemq, artemis, moquette
                  (default: homeport,mosquitto,hivemq,artemis)
  --loads LIST    of p2p, persistent, fan-out, fan-in, rate, idle (default: all); persistent is p2p
                  at QoS 1 and window 20 to sessions that outlive their connections, which Homeport
                  alone syncs to disk before it acknowledges
  --qos LIST      of 0, 1, 2 (default: 0,1)
  --windows LIST  messages of a pair that may be under way in p2p, 1 to 100000
                  (default: 1,20,1000)
  --mqtt 3|5      MQTT 3.1.1 or 5.0 (default: 5; Moquette speaks 3 only)
  --payload N     bytes of each message, 24 to 65536 (default: 128)
  --seconds N     measured time of each run, 1 to 60 (default: 4)
  --warmup N      load before that, 1 to 60 (default: 3)
  --rounds N      rounds per load, 1 to 10 (default: 3)
  --rate N        messages per second of the load rate (default: 5000)
  --idle N        idle connections, 100 to 100000 (default: 5000)
  --threads N     event loops of the load generator (default: half of the cores)
  --tls           TLS 1.3 with client certificates, a policy in Homeport and an ACL in Mosquitto;
                  these two only
  --keep FOLDER   keep the brokers' logs and every run's report (JSON) there

The brokers and the generator share this machine, so throughput is deliveries per second of the
broker's own CPU time: how fast it would be if the CPU were all that it waits for. Ratios depend on
the window: a broker that handles all that is there at once gains with large ones, and devices that
send now and then look like window 1.
TEXT
}

brokers=homeport,mosquitto,hivemq,artemis loads=p2p,persistent,fan-out,fan-in,rate,idle qos_list=0,1
windows=1,20,1000 mqtt=5 payload=128 seconds=4 warmup=3 rounds=3 rate=5000 idle=5000 threads=0
tls=false keep=''
wrong() {
  echo "./dev bench peers: $1 (--help explains the options)" >&2
  exit 2
}
number() { # name value least most
  if ! [[ $2 =~ ^[0-9]{1,9}$ ]] || [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then
    wrong "$1 is $3 to $4, not '$2'"
  fi
}
words() { # name values allowed...
  local name=$1 word
  [ -n "$2" ] || wrong "$name needs a value"
  for word in ${2//,/ }; do
    [[ " ${*:3} " == *" $word "* ]] || wrong "$name knows ${*:3}, not '$word'"
  done
}
while [ $# -gt 0 ]; do
  case "$1" in
    --tls) tls=true; shift; continue ;;
    -h | --help) usage; exit 0 ;;
    --*) [ $# -gt 1 ] || wrong "$1 needs a value" ;;
    *) wrong "what is '$1'?" ;;
  esac
  case "$1" in
    --brokers) words "$1" "$2" homeport mosquitto hivemq artemis moquette; brokers=$2 ;;
    --loads) words "$1" "$2" p2p persistent fan-out fan-in rate idle; loads=$2 ;;
    --qos) words "$1" "$2" 0 1 2; qos_list=$2 ;;
    --windows) windows=$2; for w in ${2//,/ }; do number "$1" "$w" 1 100000; done ;;
    --mqtt) words "$1" "$2" 3 5; mqtt=$2 ;;
    --payload) number "$1" "$2" 24 65536; payload=$2 ;;
    --seconds) number "$1" "$2" 1 60; seconds=$2 ;;
    --warmup) number "$1" "$2" 1 60; warmup=$2 ;;
    --rounds) number "$1" "$2" 1 10; rounds=$2 ;;
    --rate) number "$1" "$2" 1 1000000; rate=$2 ;;
    --idle) number "$1" "$2" 100 100000; idle=$2 ;;
    --threads) number "$1" "$2" 1 64; threads=$2 ;;
    --keep) keep=$2 ;;
    *) wrong "there is no option $1" ;;
  esac
  shift 2
done
brokers=${brokers//,/ }
if $tls; then
  chosen=''
  for broker in $brokers; do
    case $broker in
      homeport | mosquitto) chosen+="$broker " ;;
      *) echo "$broker is left out: --tls is for homeport and mosquitto" >&2 ;;
    esac
  done
  brokers=$chosen
  [ -n "$brokers" ] || wrong "--tls needs homeport or mosquitto"
fi

need() { # command package
  command -v "$1" >/dev/null && return
  echo "installing $2 ..." >&2
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get install -y --no-install-recommends "$2" >/dev/null || {
    echo "$2 can't be installed by apt-get: install it by hand, then run this again" >&2
    exit 1
  }
}
find_jdk || { echo "a JDK 25 or newer is needed: set JAVA_HOME" >&2; exit 1; }
PATH=$PATH:/usr/sbin
[[ " $brokers " != *" mosquitto "* ]] || need mosquitto mosquitto
if $tls; then need openssl openssl; need curl curl; fi
jars() { # broker: its class path is made once
  [ -d "$peers/$1/target/lib" ] && [ -d "$peers/$1/target/classes" ] && return
  echo "fetching $1 from Maven Central ..." >&2
  (cd "$peers" && JAVA_HOME=$JDK mvn -B -ntp -q -pl "$1" compile) >&2 || {
    rm -rf "$peers/$1/target"
    echo "$1 can't be fetched or compiled" >&2
    exit 1
  }
}
for broker in $brokers; do
  case $broker in hivemq | artemis | moquette) jars "$broker" ;; esac
done
ulimit -n $((idle + 5000)) 2>/dev/null || ulimit -n "$(ulimit -Hn)"
if [[ " ${loads//,/ } " == *" idle "* ]] && [ "$(ulimit -n)" != unlimited ] &&
    [ "$(ulimit -n)" -lt $((idle + 500)) ]; then
  wrong "--idle $idle needs more open files than the $(ulimit -n) allowed here: ulimit -n"
fi

work=$(mktemp -d)
declare -A pid port state
stop() { # broker
  [ -n "${pid[$1]:-}" ] || return 0
  kill "${pid[$1]}" 2>/dev/null || true
  wait "${pid[$1]}" 2>/dev/null || true
  pid[$1]=''
}
finish() {
  for broker in $brokers; do stop "$broker"; done
  if [ -n "$keep" ]; then
    mkdir -p "$keep" && cp "$work"/*.json "$work"/*.log "$work"/results "$keep" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
  local candidate
  for _ in $(seq 100); do
    candidate=$((20000 + RANDOM % 10000))
    if ! listens "$candidate"; then
      echo "$candidate"
      return
    fi
  done
  echo "no free port on loopback" >&2
  exit 1
}

launch_homeport() { # the port is for plain MQTT, or for TLS
  local listeners=(--mqtt-port "${port[homeport]}" --anonymous --mqtts-port 0)
  if $tls; then listeners=(--mqtts-port "${port[homeport]}" --bind-address 127.0.0.1); fi
  "$root/homeport" up --data-dir "$work/homeport" "${listeners[@]}" --any-credentials \
    --api-port 0 --https-port 0 --log-level warn >"$work/homeport.log" 2>&1 &
}

launch_mosquitto() {
  cat >"$work/mosquitto.conf" <<CONF
listener ${port[mosquitto]} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
max_inflight_messages 1000
max_connections -1
log_type error
set_tcp_nodelay true
CONF
  if $tls; then
    echo "topic readwrite bench/#" >"$work/acl"
    chmod 600 "$work/acl"
    cat >>"$work/mosquitto.conf" <<CONF
cafile $work/tls/ca.pem
certfile $work/tls/server.pem
keyfile $work/tls/server.key
require_certificate true
acl_file $work/acl
CONF
    # Else it becomes another user, who may not read these files.
    [ "$(id -u)" -ne 0 ] || echo "user root" >>"$work/mosquitto.conf"
  fi
  mosquitto -c "$work/mosquitto.conf" >"$work/mosquitto.log" 2>&1 &
}

launch_java() { # broker
  mkdir -p "$work/$1"
  (cd "$work/$1" && exec "$JDK/bin/java" -Xmx2g --enable-native-access=ALL-UNNAMED \
    --sun-misc-unsafe-memory-access=allow -cp "$peers/$1/target/classes:$peers/$1/target/lib/*" \
    io.homeport.peers.Peer "${port[$1]}" "$work/$1") >"$work/$1.log" 2>&1 &
}

start() { # broker: sets its state to up or to why it isn't
  stop "$1"
  [ "$1" = homeport ] && $tls || rm -rf "${work:?}/$1"
  port[$1]=$(free_port)
  case $1 in
    homeport) launch_homeport ;;
    mosquitto) launch_mosquitto ;;
    *) launch_java "$1" ;;
  esac
  pid[$1]=$!
  for _ in $(seq 300); do
    if listens "${port[$1]}"; then
      state[$1]=up
      return 0
    fi
    kill -0 "${pid[$1]}" 2>/dev/null || break
    sleep 0.1
  done
  state[$1]="doesn't start"
  echo "$1 doesn't start; the end of its log:" >&2
  tail -5 "$work/$1.log" >&2
}

# A device of Homeport with a policy of its own; Mosquitto trusts the same authority.
make_device() {
  local api=$1 name=$work/tls/device sign=(--aws-sigv4 aws:amz:us-east-1:iot --user peers:peers) arn
  mkdir -p "$work/tls"
  openssl ecparam -name prime256v1 -genkey -noout -out "$name.ec"
  openssl pkcs8 -topk8 -nocrypt -in "$name.ec" -out "$name.key"
  openssl req -new -key "$name.key" -subj /CN=peers -out "$name.csr"
  curl -sSf "${sign[@]}" "$api/certificates?setAsActive=true" -H 'content-type: application/json' \
    -d "{\"certificateSigningRequest\":\"$(awk '{printf "%s\\n", $0}' "$name.csr")\"}" >"$name.json"
  printf '%b' "$(sed 's/.*"certificatePem" *: *"\([^"]*\)".*/\1/' "$name.json")" >"$name.pem"
  arn=$(sed 's/.*"certificateArn" *: *"\([^"]*\)".*/\1/' "$name.json")
  cat >"$work/tls/policy" <<'JSON'
{"Version":"2012-10-17","Statement":[
 {"Effect":"Allow","Action":"iot:Connect","Resource":"arn:aws:iot:*:*:client/b*"},
 {"Effect":"Allow","Action":["iot:Publish","iot:Receive"],"Resource":"arn:aws:iot:*:*:topic/bench/*"},
 {"Effect":"Allow","Action":"iot:Subscribe","Resource":"arn:aws:iot:*:*:topicfilter/bench/*"}]}
JSON
  curl -sSf "${sign[@]}" "$api/policies/peers" -H 'content-type: application/json' -o /dev/null \
    -d "{\"policyDocument\":\"$(sed 's/"/\\"/g' "$work/tls/policy" | tr -d '\n')\"}"
  curl -sSf "${sign[@]}" -X PUT "$api/target-policies/peers" -H 'content-type: application/json' \
    -o /dev/null -d "{\"target\":\"$arn\"}"
  cp "$work/homeport/ca/ca.pem" "$work/homeport/server.pem" "$work/homeport/server.key" "$work/tls"
}

field() { # path file: a number of a report, such as broker.cpuSeconds
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

done_runs=0 all_runs=0 begun=$SECONDS
progress() { # text
  local left='' spent=$((SECONDS - begun))
  if [ "$done_runs" -gt 0 ]; then
    left=$((spent * (all_runs - done_runs) / done_runs))
    left=$(printf ', %d:%02d left' $((left / 60)) $((left % 60)))
  fi
  printf '[%d/%d%s] %s\n' "$done_runs" "$all_runs" "$left" "$1" >&2
}

note() { # load broker metric value
  printf '%s\t%s\t%s\t%s\n' "$@" >>"$work/results"
}

measure() { # load broker round arguments...
  local load=$1 broker=$2 report why='' shown
  report="$work/${load//[ ,\/]/-}-$broker-$3.json"
  shift 3
  # A broker that has gone is started again: its other loads count.
  if [ "${state[$broker]}" = up ] && ! kill -0 "${pid[$broker]}" 2>/dev/null; then
    note "$load" "$broker" failed "has ended by itself before"
    start "$broker"
  fi
  local connect=(--host localhost --port "${port[$broker]}" --threads "$threads" --payload "$payload"
    --mqtt "$mqtt")
  if $tls; then
    connect+=(--tls --cafile "$work/tls/ca.pem" --cert "$work/tls/device.pem"
      --key "$work/tls/device.key")
  fi
  if [ "${state[$broker]}" != up ]; then
    why=${state[$broker]}
  elif ! timeout $((seconds + warmup + 90)) "$root/homeport" bench "$@" "${connect[@]}" \
      --pid "${pid[$broker]}" --json "$report" >"$work/bench.log" 2>&1; then
    why=$(grep -E '^(homeport( bench)?:|checked)' "$work/bench.log" | tail -1 | tr -s ' ' | cut -c1-160 ||
      true)
    why=${why:-"no answer within $((seconds + warmup + 90)) s"}
  fi
  [ -n "$load" ] || return 0
  done_runs=$((done_runs + 1))
  if [ -n "$why" ]; then
    note "$load" "$broker" failed "$why"
    progress "$load: $broker FAILED: $why"
  fi
  [ -f "$report" ] || return 0
  shown=''
  case $load in
    idle*)
      note "$load" "$broker" connection "$(field broker.residentBytesPerConnection "$report")"
      note "$load" "$broker" before "$(field broker.residentBytesBefore "$report")"
      shown="$(field broker.residentBytesPerConnection "$report") bytes per connection"
      ;;
    *)
      for metric in broker.deliveriesPerCpuSecond messages.deliveredPerSecond messages.latency.p50 \
        messages.latency.p99 messages.check.lost messages.check.expected messages.check.duplicates \
        broker.peakBytes broker.cpuSeconds generator.deliveriesPerCpuSecond; do
        note "$load" "$broker" "$metric" "$(field "$metric" "$report")"
      done
      shown="$(field broker.deliveriesPerCpuSecond "$report" | cut -d. -f1) deliveries per CPU second"
      [[ $load != rate* ]] || shown="p99 $(field messages.latency.p99 "$report") µs"
      ;;
  esac
  [ -n "$why" ] || progress "$load: $broker $shown"
}

rotated() { # by: another broker begins each round
  local list=() by
  read -ra list <<<"$brokers"
  by=$(($1 % ${#list[@]}))
  echo "${list[@]:by}" "${list[@]:0:by}"
}

load() { # name arguments...
  local name=$1 round broker
  shift
  for round in $(seq "$rounds"); do
    for broker in $(rotated $((round - 1))); do
      measure "$name" "$broker" "$round" "$@" --duration "$seconds" --warmup "$warmup"
    done
  done
}

plan() { # what to do with each load: count or run
  local mode qos window
  for mode in ${loads//,/ }; do
    if [ "$mode" = persistent ] && [ "$mqtt" = 5 ]; then
      "$1" "persistent QoS 1, window 20" p2p --persistent --qos 1 --window 20 --inflight 20
    fi
    for qos in ${qos_list//,/ }; do
      case $mode in
        p2p)
          for window in ${windows//,/ }; do
            "$1" "p2p QoS $qos, window $window" p2p --qos "$qos" --window "$window" \
              --inflight "$((window < 1000 ? window : 1000))"
          done
          ;;
        fan-out | fan-in) "$1" "$mode QoS $qos" "$mode" --qos "$qos" ;;
        rate) "$1" "rate $rate/s QoS $qos" rate --rate "$rate" --qos "$qos" ;;
      esac
    done
  done
}
count() { all_runs=$((all_runs + rounds * $(wc -w <<<"$brokers"))); }

versions() {
  local text='' broker version
  for broker in $brokers; do
    case $broker in
      homeport) version="Homeport $(git -C "$root" rev-parse --short HEAD 2>/dev/null || true)" ;;
      mosquitto) version="Mosquitto $(mosquitto -h 2>&1 | sed -n '1s/.* //p' || true)" ;;
      hivemq) version="HiveMQ CE $(basename "$peers"/hivemq/target/lib/hivemq-community-*.jar .jar | sed 's/.*-//')" ;;
      artemis) version="Artemis $(basename "$peers"/artemis/target/lib/artemis-server-*.jar .jar | sed 's/.*-//')" ;;
      moquette) version="Moquette $(basename "$peers"/moquette/target/lib/moquette-broker-*.jar .jar | sed 's/.*-//')" ;;
    esac
    text+="${text:+, }$version"
  done
  echo "$text"
}

: >"$work/results"
read -r busy _ </proc/loadavg
with_idle=false
[[ ",$loads," != *,idle,* ]] || with_idle=true
plan count
if $with_idle; then all_runs=$((all_runs + $(wc -w <<<"$brokers"))); fi
progress "about $((all_runs * (seconds + warmup + 3) / 60 + 1)) minutes for $all_runs runs"
if $tls; then
  start homeport
  make_device "$(sed -n 's/.*"\(http:[^"]*\)".*/\1/p' "$work/homeport/endpoints.json" | head -1)"
fi
for broker in $brokers; do start "$broker"; done
if $with_idle; then
  # On brokers that have done nothing yet: what is measured is what connections add.
  for broker in $brokers; do
    measure "idle, $idle connections" "$broker" 1 idle --connections "$idle" --duration "$seconds"
    start "$broker"
  done
fi
# The first seconds of a Java program are slow; nobody measures a broker that has just started.
for broker in $brokers; do
  for qos in ${qos_list//,/ }; do
    progress "warming up $broker at QoS $qos"
    measure '' "$broker" 0 p2p --qos "$qos" --duration 0.5 --warmup "$warmup"
  done
done
plan load

cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
echo "$(nproc) cores (${cpu:-unknown}), $(uname -sr), $("$JDK/bin/java" -version 2>&1 | sed -n '2s/ (.*//p'), $(date -u +%F), load average $busy before it began"
versions
echo "MQTT $mqtt, $payload bytes, $($tls && echo 'TLS 1.3 with client certificates and rights checked' || echo plain), TCP_NODELAY on both sides; $rounds rounds of $seconds s after $warmup s, in turn"
awk -F '\t' -v brokers="$brokers" -v rounds="$rounds" -f "$root/testing/bench/peers.awk" "$work/results"
