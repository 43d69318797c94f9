package io.homeport.compat.fault;

import io.homeport.compat.ServerProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What a server holds, minute by minute, and whether that grows. Linux.
final class SoakSamples {
    private static final PrintStream OUT = System.out;
    private static final Pattern LIVE = Pattern.compile("(?m)^Total +[0-9]+ +([0-9]+)");
    private static final Pattern NATIVE =
            Pattern.compile("(?m)^(?:-\\s+([A-Za-z ]+) \\(|Total: ).*committed=([0-9]+)KB");
    private static final Pattern STATUS = Pattern.compile("(?m)^(VmRSS|Threads):\\s+([0-9]+)");
    private static final int FEWEST = 10;

    /// Block cache, two write buffers, and indexes and filters of tables.
    private static final double STORE_MB = 60;

    /// What may not grow over the second half of the run by more than a share of its mean and an
    /// amount that counts for nothing. The store fills its cache and its write buffers up to what
    /// its settings allow, which takes hours: that is no leak, and held against its bound instead.
    private static final List<Column> COLUMNS =
            List.of(
                    new Column("heap MB", Sample::heapMb, 0.05, 1),
                    new Column("RSS MB", Sample::rssMb, 0.1, 32),
                    new Column("less store MB", Sample::otherMb, 0.03, 4),
                    new Column("JVM native MB", Sample::nativeMb, 0.03, 2),
                    new Column("buffers MB", Sample::buffersMb, 0.05, 1),
                    new Column("store MB", Sample::storeMb, 1, STORE_MB, STORE_MB),
                    new Column("files", Sample::files, 0.1, 10),
                    new Column("threads", Sample::threads, 0.1, 4),
                    new Column("sessions", Sample::sessions, 0.1, 10));

    private final List<Sample> samples = new ArrayList<>();
    private Map<String, Long> firstNative = Map.of();
    private long lastDelivered;
    private double lastCpuSeconds;

    private record Column(
            String name, ToDoubleFunction<Sample> value, double share, double amount, double most) {
        Column(String name, ToDoubleFunction<Sample> value, double share, double amount) {
            this(name, value, share, amount, Double.MAX_VALUE);
        }
    }

    /// @param heapMb what is alive
    /// @param rssMb resident memory of the process
    /// @param nativeMb what the JVM has committed, heap excepted
    /// @param buffersMb of that, direct buffers: Netty's
    /// @param storeMb RocksDB's own figures
    private record Sample(
            double heapMb,
            double rssMb,
            double nativeMb,
            double buffersMb,
            double storeMb,
            double files,
            double threads,
            double sessions) {
        double otherMb() {
            return rssMb - storeMb;
        }
    }

    /// Takes a sample and prints it.
    ///
    /// @param delivered messages since the start
    void take(ServerProcess server, long delivered) throws IOException, InterruptedException {
        // Collects first.
        Matcher live = LIVE.matcher(jcmd(server, "GC.class_histogram"));
        double heapMb = live.find() ? Long.parseLong(live.group(1)) / 1048576.0 : 0;
        Map<String, Long> kb = nativeMemory(server);
        Map<String, Long> status = new TreeMap<>();
        Matcher line = STATUS.matcher(proc(server, "status"));
        while (line.find()) {
            status.put(line.group(1), Long.valueOf(line.group(2)));
        }
        Sample sample =
                new Sample(
                        heapMb,
                        status.getOrDefault("VmRSS", 0L) / 1024.0,
                        (kb.getOrDefault("Total", 0L) - kb.getOrDefault("Java Heap", 0L)) / 1024.0,
                        kb.getOrDefault("Other", 0L) / 1024.0,
                        server.metric("homeport_store_memory_bytes") / 1048576.0,
                        files(server),
                        status.getOrDefault("Threads", 0L),
                        server.metric("homeport_broker_sessions"));
        double cpuSeconds = server.processorTime().toMillis() / 1000.0;
        print(sample, delivered, cpuSeconds);
        samples.add(sample);
        lastDelivered = delivered;
        lastCpuSeconds = cpuSeconds;
    }

    private void print(Sample sample, long delivered, double cpuSeconds) {
        if (samples.isEmpty()) {
            OUT.print("minute");
            COLUMNS.forEach(column -> OUT.printf("%15s", column.name()));
            OUT.printf("%14s%14s%n", "messages/s", "cores");
        }
        OUT.printf(Locale.ROOT, "%6d", samples.size() + 1);
        for (Column column : COLUMNS) {
            OUT.printf(Locale.ROOT, "%15.1f", column.value().applyAsDouble(sample));
        }
        OUT.printf(
                Locale.ROOT,
                "%14.0f%14.2f%n",
                (delivered - lastDelivered) / 60.0,
                (cpuSeconds - lastCpuSeconds) / 60);
        OUT.flush();
    }

    private Map<String, Long> nativeMemory(ServerProcess server)
            throws IOException, InterruptedException {
        Map<String, Long> kb = new TreeMap<>();
        Matcher part = NATIVE.matcher(jcmd(server, "VM.native_memory", "summary"));
        while (part.find()) {
            kb.put(part.group(1) == null ? "Total" : part.group(1), Long.valueOf(part.group(2)));
        }
        if (firstNative.isEmpty()) {
            firstNative = kb;
        } else if (samples.size() % FEWEST == 0) {
            OUT.println("native memory by category, KB now (and at first):");
            kb.forEach((name, now) ->
                    OUT.printf("  %s %d (%d)%n", name, now, firstNative.getOrDefault(name, 0L)));
        }
        return kb;
    }

    /// What has grown over the second half, as sentences.
    List<String> judge() {
        List<String> growing = new ArrayList<>();
        if (samples.size() < FEWEST) {
            OUT.println("too short to say whether anything grows");
            return growing;
        }
        List<Sample> half = samples.subList(samples.size() / 2, samples.size());
        OUT.println("over the second half: mean, growth (standard error)");
        for (Column column : COLUMNS) {
            Trend trend =
                    Trend.of(half.stream().map(s -> column.value().applyAsDouble(s)).toList());
            String text =
                    String.format(
                            Locale.ROOT,
                            "%-14s %8.1f %+8.2f (%.2f)",
                            column.name(),
                            trend.mean(),
                            trend.growth(),
                            trend.error());
            OUT.println(text);
            double least = Math.max(column.amount(), column.share() * trend.mean());
            if (trend.growsBy(least) || trend.mean() > column.most()) {
                growing.add(text);
            }
        }
        return growing;
    }

    private static String proc(ServerProcess server, String file) throws IOException {
        return Files.readString(Path.of("/proc", "" + server.pid(), file));
    }

    private static long files(ServerProcess server) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", "" + server.pid(), "fd"))) {
            return open.count();
        }
    }

    private static String jcmd(ServerProcess server, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
        command.add("-J-Xmx32m");
        command.add("-J-XX:TieredStopAtLevel=1");
        command.add("" + server.pid());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(out);
        }
        return out;
    }
}
