package io.homeport.functions;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// What processes use of this machine's memory: what is theirs alone (anonymous and shared memory),
/// not the files that the kernel maps and can drop. Read from `/proc`; where that isn't there,
/// nothing is known. Stateless.
final class Memory {
    private static final Path PROC = Path.of("/proc");

    private Memory() {}

    private record Use(long group, long bytes) {}

    /// Bytes by process group, which has the id of its leader.
    static Map<Long, Long> byGroup() {
        Map<Long, Long> groups = new HashMap<>();
        File[] processes = PROC.toFile().listFiles((dir, name) -> isNumber(name));
        if (processes != null) {
            for (File process : processes) {
                Use use = use(process.toPath());
                groups.merge(use.group, use.bytes, Long::sum);
            }
        }
        return groups;
    }

    /// Bytes of one process; 0 where it has ended.
    static long ofProcess(long pid) {
        return use(PROC.resolve(String.valueOf(pid))).bytes;
    }

    private static boolean isNumber(String name) {
        return name.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /// Reads `NSpgid`, `RssAnon` and `RssShmem` (proc_pid_status(5)).
    private static Use use(Path process) {
        long group = 0;
        long bytes = 0;
        try {
            for (String line : Files.readAllLines(process.resolve("status"))) {
                if (line.startsWith("NSpgid:")) {
                    group = number(line);
                } else if (line.startsWith("RssAnon:") || line.startsWith("RssShmem:")) {
                    bytes += number(line) << 10;
                }
            }
        } catch (IOException e) {
            // It ended meanwhile.
        }
        return new Use(group, bytes);
    }

    private static long number(String line) {
        String[] words = line.substring(line.indexOf(':') + 1).strip().split("\\s+");
        return words[0].isEmpty() ? 0 : Long.parseLong(words[0]);
    }
}
