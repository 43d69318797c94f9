# Makes the tables of peers.sh from its results: lines of load, broker, metric, value.

BEGIN {
  n = split(brokers, broker, " ")
  split("homeport Homeport mosquitto Mosquitto hivemq HiveMQ_CE artemis Artemis moquette Moquette", t, " ")
  for (i = 1; i in t; i += 2) { title[t[i]] = t[i + 1]; sub(/_/, " ", title[t[i]]) }
}

{
  if (!($1 in known)) { known[$1] = 1; load[++loads] = $1 }
  if ($3 == "failed") { failed[$1, $2]++; why[$1, $2] = $4; next }
  if ($4 == "") next
  key = $1 SUBSEP $2 SUBSEP $3
  value[key, ++count[key]] = $4 + 0
}

# The middle of the rounds; the mean of the middle two where they are even in number.
function median(key,    n, i, j, swap, v) {
  n = count[key]
  if (n == 0) return ""
  for (i = 1; i <= n; i++) v[i] = value[key, i]
  for (i = 2; i <= n; i++)
    for (j = i; j > 1 && v[j - 1] > v[j]; j--) { swap = v[j]; v[j] = v[j - 1]; v[j - 1] = swap }
  return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

function best(key, smaller,    i, found) {
  found = ""
  for (i = 1; i <= count[key]; i++)
    if (found == "" || (smaller ? value[key, i] < found : value[key, i] > found)) found = value[key, i]
  return found
}

function total(key,    i, sum) {
  for (i = 1; i <= count[key]; i++) sum += value[key, i]
  return sum + 0
}

# 1.23M, 456k, 7,890 have three digits or four.
function short(number) {
  if (number == "") return "failed"
  if (number >= 999500) return sprintf("%.2fM", number / 1e6)
  if (number >= 9999.5) return sprintf("%.0fk", number / 1e3)
  return sprintf("%.0f", number)
}

function millis(micros) { return sprintf(micros < 1000 ? "%.2f" : "%.1f", micros / 1000) }

function metric_of(name) {
  return name ~ /^rate/ ? "messages.latency.p99" : name ~ /^idle/ ? "connection" : "broker.deliveriesPerCpuSecond"
}

function header(first, from,    i, line, rule) {
  line = "| " first; rule = "|---"
  for (i = from; i <= n; i++) { line = line " | " title[broker[i]]; rule = rule "|---:" }
  return line " |\n" rule "|"
}

function ratio(name, other,    metric, mine, theirs) {
  metric = metric_of(name)
  mine = median(name SUBSEP broker[1] SUBSEP metric)
  theirs = median(name SUBSEP other SUBSEP metric)
  if (mine == "" || theirs == "") return "failed"
  if (metric == "broker.deliveriesPerCpuSecond") return theirs > 0 ? sprintf("%.2f", mine / theirs) : "-"
  return mine > 0 ? sprintf("%.2f", theirs / mine) : "-"
}

function mark(name, who) { return (name, who) in failed ? " !" : "" }

END {
  if (n > 1) {
    print "\nHow many times better " title[broker[1]] " is than the others (medians): deliveries per second of the broker's CPU"
    print "time; at a fixed rate the p99 of latency; idle, the memory of a connection.\n"
    print header(title[broker[1]] " against", 2)
    for (l = 1; l <= loads; l++) {
      line = "| " load[l]
      for (i = 2; i <= n; i++) line = line " | " ratio(load[l], broker[i]) mark(load[l], broker[i])
      print line " |"
    }
  }
  print "\nDeliveries per second of the broker's CPU time, median (best); the generator's own for comparison.\n"
  line = header("load", 1); sub(/ \|\n/, " | generator |\n", line); print line "---:|"
  for (l = 1; l <= loads; l++) {
    if (metric_of(load[l]) == "connection") continue
    line = "| " load[l]; own = ""
    for (i = 1; i <= n; i++) {
      key = load[l] SUBSEP broker[i] SUBSEP "broker.deliveriesPerCpuSecond"
      text = short(median(key)); if (text != "failed") text = text " (" short(best(key)) ")"
      line = line " | " text mark(load[l], broker[i])
      key = load[l] SUBSEP broker[i] SUBSEP "generator.deliveriesPerCpuSecond"
      if (best(key) > own + 0) own = best(key)
    }
    print line " | " (own == "" ? "-" : short(own)) " |"
  }
  print "\nDeliveries per second by the clock, generator beside the broker, median.\n"
  print header("load", 1)
  for (l = 1; l <= loads; l++) {
    if (metric_of(load[l]) == "connection") continue
    line = "| " load[l]
    for (i = 1; i <= n; i++)
      line = line " | " short(median(load[l] SUBSEP broker[i] SUBSEP "messages.deliveredPerSecond")) mark(load[l], broker[i])
    print line " |"
  }
  print "\nLatency p50 / p99 in milliseconds, medians; memory in MiB.\n"
  print header("", 1)
  for (l = 1; l <= loads; l++) {
    if (load[l] !~ /^(rate|p2p.*window 1$)/) continue
    line = "| " load[l]
    for (i = 1; i <= n; i++) {
      key = load[l] SUBSEP broker[i] SUBSEP "messages.latency."
      line = line " | " (median(key "p99") == "" ? "failed" : millis(median(key "p50")) " / " millis(median(key "p99"))) mark(load[l], broker[i])
    }
    print line " |"
  }
  started = "| resident, started"; peak = "| resident, peak of all loads"; per = ""
  for (i = 1; i <= n; i++) {
    most = 0; before = ""; own = "failed"
    for (l = 1; l <= loads; l++) {
      high = best(load[l] SUBSEP broker[i] SUBSEP "broker.peakBytes")
      if (high > most) most = high
      if (metric_of(load[l]) == "connection") {
        idle = load[l]
        before = median(load[l] SUBSEP broker[i] SUBSEP "before")
        if (median(load[l] SUBSEP broker[i] SUBSEP "connection") != "")
          own = sprintf("%.1f KiB", median(load[l] SUBSEP broker[i] SUBSEP "connection") / 1024) mark(load[l], broker[i])
      }
    }
    started = started " | " (before == "" ? "-" : sprintf("%.0f", before / 1048576))
    peak = peak " | " (most ? sprintf("%.0f", most / 1048576) : "-")
    per = per " | " own
  }
  if (idle != "") { print started " |"; print "| " idle ", each" per " |" }
  print peak " |"
  for (l = 1; l <= loads; l++)
    for (i = 1; i <= n; i++) {
      key = load[l] SUBSEP broker[i] SUBSEP "messages.check."
      if ((load[l], broker[i]) in failed)
        notes = notes sprintf("- ! %s, %s: %d of %d runs failed: %s\n", title[broker[i]], load[l], failed[load[l], broker[i]], metric_of(load[l]) == "connection" ? 1 : rounds, why[load[l], broker[i]])
      lost = total(key "lost"); expected = total(key "expected")
      if (lost > 0) notes = notes sprintf("- %s lost %.3f%% at %s\n", title[broker[i]], 100 * lost / expected, load[l])
      if (total(key "duplicates") > 0) notes = notes sprintf("- %s sent %d messages twice at %s\n", title[broker[i]], total(key "duplicates"), load[l])
    }
  print notes == "" ? "\nEvery run passed; nothing was lost or came twice." : "\n" notes
}
