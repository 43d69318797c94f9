package io.homeport.rules.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The file of AWS IoT's log: bounded, and in nobody's way.
class LogFileTest {
    @TempDir Path folder;

    private static void write(LogFile file, int from, int to) {
        for (int i = from; i < to; i++) {
            file.append(String.format("line %04d", i).getBytes(UTF_8));
        }
        file.flush();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void fullFilesAreSetAsideAndFourAreKept() throws IOException {
        try (LogFile file = new LogFile(folder, 100)) {
            write(file, 0, 100);
            assertThat(names())
                    .containsExactly(
                            "AWSIotLogsV2.log",
                            "AWSIotLogsV2.log.1",
                            "AWSIotLogsV2.log.2",
                            "AWSIotLogsV2.log.3",
                            "AWSIotLogsV2.log.4");
            assertThat(file.newest(2)).containsExactly("line 0098", "line 0099");
            assertThat(Files.size(folder.resolve("AWSIotLogsV2.log.1"))).isLessThanOrEqualTo(100);
            file.delete();
            assertThat(names()).isEmpty();
        }
    }

    @Test
    void anotherStartGoesOnInTheSameFile() {
        try (LogFile file = new LogFile(folder, 1000)) {
            write(file, 0, 3);
        }
        try (LogFile file = new LogFile(folder, 1000)) {
            write(file, 3, 5);
            assertThat(file.newest(10)).hasSize(5);
        }
    }

    @Test
    void whatCannotBeWrittenIsCountedAndStopsNothing() throws IOException {
        Path taken = Files.writeString(folder.resolve("taken"), "a file, not a folder");
        try (LogFile file = new LogFile(taken, 1000)) {
            write(file, 0, 3);
            assertThat(file.lost()).isEqualTo(3);
            assertThat(file.newest(10)).isEmpty();
        }
    }
}
