package io.homeport.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// CPU time and memory of a process of this machine, as the kernel tells them. Immutable.
///
/// @param cpuNanos user and system time since the process began, all threads, in steps of 10 ms
/// @param residentBytes VmRSS
/// @param peakBytes VmHWM
record BrokerProcess(long cpuNanos, long residentBytes, long peakBytes) {
    /// USER_HZ, the unit of `/proc/PID/stat`, which is 100 on every Linux that Java runs on.
    private static final long NANOS_PER_TICK = 10_000_000;

    /// Fields after the command's name, which may itself hold blanks: proc(5), utime and stime.
    private static final int USER_TIME = 11;

    private static final int SYSTEM_TIME = 12;

    /// @throws BenchFailure where there is no such process
    static BrokerProcess read(long pid) {
        Path folder = Path.of("/proc", String.valueOf(pid));
        try {
            String stat = Files.readString(folder.resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            long ticks = Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]);
            String status = Files.readString(folder.resolve("status"));
            return new BrokerProcess(
                    ticks * NANOS_PER_TICK, bytes(status, "VmRSS:"), bytes(status, "VmHWM:"));
        } catch (IOException e) {
            throw new BenchFailure(
                    "process %d can't be read: %s".formatted(pid, e),
                    "--pid takes the broker's process id on this machine (Linux only); without it"
                            + " CPU and memory aren't measured.",
                    e);
        }
    }

    private static long bytes(String status, String key) {
        return status.lines()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst()
                .orElse(0);
    }
}
