package io.homeport.storage;

import static io.homeport.storage.Bytes.bytes;
import static io.homeport.storage.Bytes.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.testkit.Seeds;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// What was acknowledged survives the end of the process and the end of the disk.
@Isolated
@Timeout(60)
final class RocksStoreProcessTest {
    @TempDir private Path temporary = Path.of(".");

    private int acknowledged = -1;

    @Test
    void everyAcknowledgedCommitSurvivesKill9() {
        Path directory = temporary.resolve("db");
        Seeds.run(4, seed -> killOnce(directory, new Random(seed)));
        assertThat(acknowledged).isPositive();
    }

    private void killOnce(Path directory, Random random) {
        int first = acknowledged < 0 ? 0 : count(directory);
        int moment = random.nextInt(5_000);
        try {
            Process child = start(List.of(), "numbers", directory.toString(), "" + first);
            try (BufferedReader lines = child.inputReader(StandardCharsets.UTF_8)) {
                String line = lines.readLine();
                for (int i = 0; i < moment && line != null; i++) {
                    acknowledged = Integer.parseInt(line);
                    line = lines.readLine();
                }
                // Not child.destroyForcibly(): that closes the pipe and loses what is in it.
                child.toHandle().destroyForcibly();
                // What the pipe still holds was acknowledged too; the last line may be cut.
                StringBuilder rest = new StringBuilder();
                for (int c = lines.read(); c >= 0; c = lines.read()) {
                    rest.append((char) c);
                }
                String[] more = rest.substring(0, rest.lastIndexOf("\n") + 1).split("\n");
                if (!more[more.length - 1].isEmpty()) {
                    acknowledged = Integer.parseInt(more[more.length - 1]);
                }
            }
            child.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThat(count(directory)).isGreaterThan(acknowledged);
    }

    /// How many numbers are there. Checks that none is missing between them or half there.
    private static int count(Path directory) {
        try (RocksStore store = RocksStore.open(directory, Settings.DEFAULT)) {
            List<Store.Entry> numbers = store.scan(bytes("a/"), bytes("b"), Integer.MAX_VALUE);
            for (int i = 0; i < numbers.size(); i++) {
                assertThat(text(numbers.get(i).value())).isEqualTo("" + i);
                assertThat(store.get(bytes("b/%08d".formatted(i)))).hasSize(i % 2_000);
            }
            assertThat(store.scan(bytes("b/"), null, Integer.MAX_VALUE)).hasSameSizeAs(numbers);
            return numbers.size();
        }
    }

    /// The limit on the size of a file stands in for a full disk: the log can't grow beyond it.
    @Test
    void aFullDiskRefusesCommitsAndThenTheStoreGoesOnWithoutARestart() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/sh")));
        Path directory = temporary.resolve("full");
        Process child =
                start(
                        List.of("/bin/sh", "-c", "ulimit -f 40000 && exec \"$@\"", "sh"),
                        "fill",
                        directory.toString());
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
            out.lines().forEach(lines::add);
        }
        assertThat(child.waitFor()).isZero();
        assertThat(lines).last().isEqualTo("closed");
        assertThat(lines)
                .filteredOn(line -> line.startsWith("refused"))
                .singleElement()
                .asString()
                .contains(directory.toString(), "can't be written");
        try (RocksStore store = RocksStore.open(directory, Settings.DEFAULT)) {
            for (String line : lines) {
                if (line.startsWith("durable ")) {
                    byte[] key = bytes("v" + line.substring("durable ".length()));
                    assertThat(store.get(key)).hasSize(2_000_000);
                }
            }
        }
    }

    private static Process start(List<String> prefix, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Committer.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }
}
