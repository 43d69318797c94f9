package io.homeport.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// How many connections the operating system lets this process have. A connection too many must not
/// take the file that the store needs next; {@link NumberGaps} take some, too. Stateless.
final class OpenFiles {
    private static final Path LIMITS = Path.of("/proc/self/limits");

    /// At least, and at most, what is left for the store, libraries and outgoing connections.
    private static final int FEWEST = 128;

    private static final int MOST = 1024;

    private OpenFiles() {}

    /// The connections that the process may have; very many where the system doesn't tell.
    static int connections() {
        try (Stream<String> lines = Files.lines(LIMITS)) {
            return connections(lines);
        } catch (IOException e) {
            // No Linux: the system says so when its limit is reached.
            return Integer.MAX_VALUE;
        }
    }

    static int connections(Stream<String> limits) {
        long files =
                limits.filter(line -> line.startsWith("Max open files"))
                        .map(line -> line.split(" {2,}")[1])
                        .filter(soft -> !soft.equals("unlimited"))
                        .mapToLong(Long::parseLong)
                        .findFirst()
                        .orElse(Integer.MAX_VALUE);
        long numbers = files - Math.clamp(files / 16, FEWEST, MOST);
        return Math.clamp(
                numbers * NumberGaps.EVERY / (NumberGaps.EVERY + 1), 1, Integer.MAX_VALUE);
    }
}
