package io.homeport.storage;

import static io.homeport.storage.Bytes.bytes;
import static io.homeport.storage.Bytes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.testkit.Seeds;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is left of the log after a power cut, and after a disk that forgets: twelve commits that
/// were fsynced one after the other, and four that were not when the process ended.
@Timeout(600)
final class DamagedLogTest {
    private static final int SYNCED = 12;
    private static final int ALL = 16;
    private static final int ROUNDS = Integer.getInteger("homeport.rounds", 8);

    @TempDir private Path temporary = Path.of(".");
    private Path image = temporary;

    /// Where in the log each commit ends.
    private final List<Long> ends = new ArrayList<>();

    private int copies;

    @BeforeEach
    void fill() throws Exception {
        image = Files.createDirectory(temporary.resolve("image"));
        Path directory = temporary.resolve("db");
        Semaphore allowed = new Semaphore(SYNCED);
        RocksStore.Disk disk =
                database -> {
                    allowed.acquireUninterruptibly();
                    database.flushWal(true);
                };
        try (RocksStore store = RocksStore.open(directory, Settings.DEFAULT, disk)) {
            for (int i = 0; i < ALL; i++) {
                byte[] value = new byte[i == SYNCED + 1 ? 70_000 : i * 7];
                WriteBatch batch = new WriteBatch().put(bytes("n"), bytes("" + i));
                var durable = store.commit(batch.put(bytes("k%02d".formatted(i)), value));
                if (i < SYNCED) {
                    durable.join();
                }
                ends.add(Files.size(log(directory)));
            }
            copy(directory, image);
            allowed.release(ALL);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith("LOCK")) {
                    Files.copy(file, to.resolve(file.getFileName()));
                }
            }
        }
    }

    private static Path log(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .reduce((a, b) -> b)
                    .orElseThrow();
        }
    }

    private interface Damage {
        void to(RandomAccessFile log) throws IOException;
    }

    /// A copy of what the process left, with damage.
    private Path damaged(Damage damage) {
        try {
            Path copy = Files.createDirectory(temporary.resolve("copy" + copies++));
            copy(image, copy);
            try (RandomAccessFile log = new RandomAccessFile(log(copy).toFile(), "rw")) {
                damage.to(log);
            }
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Damage cut(long at) {
        return log -> log.setLength(at);
    }

    private static Damage flip(long at) {
        return log -> {
            log.seek(at);
            int old = log.read();
            log.seek(at);
            log.write(old ^ 0x40);
        };
    }

    /// How many commits are there; checks that they are the first ones and whole.
    private static int count(Path directory) {
        try (RocksStore store = RocksStore.open(directory, Settings.DEFAULT)) {
            int count = store.scan(bytes("k"), bytes("l"), 100).size();
            for (int i = 0; i < count; i++) {
                assertThat(store.get(bytes("k%02d".formatted(i)))).isNotNull();
            }
            assertThat(count).isPositive();
            assertThat(text(store.get(bytes("n")))).isEqualTo("" + (count - 1));
            return count;
        }
    }

    private int endsBy(long position) {
        return (int) ends.stream().filter(end -> end <= position).count();
    }

    @Test
    void nothingIsMissingWhereNothingIsDamaged() throws Exception {
        assertThat(LogCheck.of(image)).isNull();
        assertThat(count(damaged(_ -> {}))).isEqualTo(ALL);
    }

    @Test
    void aLogCutAtAnyByteKeepsEveryCommitThatEndsBefore() {
        Seeds.run(
                ROUNDS,
                seed -> {
                    long at = new Random(seed).nextLong(ends.getFirst(), ends.getLast() + 1);
                    assertThat(count(damaged(cut(at)))).isEqualTo(endsBy(at));
                });
    }

    /// Blocks reach the disk in any order before the fsync returns.
    @Test
    void whateverAPowerCutMakesOfWhatWasNotFsyncedCostsNothingThatWas() {
        long safe = ends.get(SYNCED - 1);
        Seeds.run(
                ROUNDS,
                seed -> {
                    Random random = new Random(seed);
                    long at = random.nextLong(safe, ends.getLast());
                    byte[] other = new byte[random.nextInt(1, 5_000)];
                    if (random.nextBoolean()) {
                        random.nextBytes(other);
                    }
                    Path copy =
                            damaged(log -> {
                                log.seek(at);
                                log.write(other);
                            });
                    assertThat(count(copy)).isBetween(SYNCED, ALL);
                });
    }

    @Test
    void damageToWhatWasFsyncedIsRefusedAndTheDirectoryLeftAlone() {
        Seeds.run(
                ROUNDS,
                seed -> {
                    long at = new Random(seed).nextLong(ends.get(SYNCED - 1));
                    Path copy = damaged(flip(at));
                    int before = endsBy(at);
                    long position = before == 0 ? 0 : ends.get(before - 1);
                    for (int attempt = 0; attempt < 2; attempt++) {
                        assertThatThrownBy(() -> count(copy))
                                .isInstanceOf(StorageException.class)
                                .hasMessageContaining("at byte " + position + ",")
                                .hasMessageContaining("truncate -s " + position + " " + copy)
                                .hasMessageContaining("restore");
                    }
                    // What the message says to do works.
                    if (before > 0) {
                        try (RandomAccessFile log =
                                new RandomAccessFile(log(copy).toFile(), "rw")) {
                            log.setLength(position);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                        assertThat(count(copy)).isEqualTo(before);
                    }
                });
    }

    @Test
    void aDamagedEndIsForgottenWithItsPositionKnown() throws Exception {
        long last = ends.get(ALL - 2);
        Path copy = damaged(flip(ends.getLast() - 3));
        assertThat(LogCheck.of(copy))
                .isEqualTo(new LogCheck.Damage(log(copy), last, ends.getLast() - last, 0, false));
        assertThat(count(copy)).isEqualTo(ALL - 1);
        assertThat(LogCut.of(copy)).hasSize(1);
        assertThat(LogCheck.of(copy)).isNull();
        assertThat(count(copy)).isEqualTo(ALL - 1);
        assertThat(LogCut.of(copy)).isEmpty();
    }

    /// RocksDB takes a directory without this file for an empty one, and deletes the rest.
    @Test
    void aDatabaseThatLostItsHeadIsRefusedAndLeftAlone() throws Exception {
        Path copy = damaged(_ -> {});
        Path head = copy.resolve("CURRENT");
        byte[] content = Files.readAllBytes(head);
        Files.delete(head);
        assertThatThrownBy(() -> count(copy))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("CURRENT")
                .hasMessageContaining(copy.toString());
        Files.write(head, content);
        assertThat(count(copy)).isEqualTo(ALL);
    }

    @Test
    void aTableThatIsDamagedIsAnErrorAndNotLessData() throws Exception {
        Path copy = damaged(_ -> {});
        assertThat(count(copy)).isEqualTo(ALL);
        Path table;
        try (Stream<Path> files = Files.list(copy)) {
            table = files.filter(f -> f.toString().endsWith(".sst")).findFirst().orElseThrow();
        }
        try (RandomAccessFile file = new RandomAccessFile(table.toFile(), "rw")) {
            flip(100).to(file);
        }
        assertThatThrownBy(() -> count(copy))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(copy.toString())
                .hasMessageContaining("backup");
        flipBack(table);
        assertThatCode(() -> count(copy)).doesNotThrowAnyException();
    }

    private static void flipBack(Path table) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(table.toFile(), "rw")) {
            flip(100).to(file);
        }
    }
}
