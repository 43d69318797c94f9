package io.homeport.storage;

import static io.homeport.storage.Bytes.bytes;
import static io.homeport.storage.Bytes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

@Timeout(60)
final class RocksStoreTest extends StoreContractTest {
    @TempDir private Path temporary = Path.of(".");

    @Override
    Store open() {
        return RocksStore.open(temporary.resolve("contract"), Settings.DEFAULT);
    }

    @Test
    void aReopenedStoreHasEverything() {
        Path directory = temporary.resolve("db");
        try (RocksStore store = RocksStore.open(directory, Settings.DEFAULT)) {
            store.commit(put("a")).join();
            store.commit(new WriteBatch().put(bytes("b"), bytes("1")).delete(bytes("a")));
        }
        try (RocksStore store = RocksStore.open(directory, Settings.DEFAULT)) {
            assertThat(store.get(bytes("a"))).isNull();
            assertThat(text(store.get(bytes("b")))).isEqualTo("1");
        }
    }

    @Test
    void onlyTheOwnerMayEnterTheDirectory() throws Exception {
        Path directory = temporary.resolve("new").resolve("db");
        RocksStore.open(directory, Settings.DEFAULT).close();
        assertThat(Files.getPosixFilePermissions(directory)).hasSize(3);
    }

    @Test
    void aDirectoryInUseIsRefusedByName() {
        Path directory = temporary.resolve("contract");
        assertThatThrownBy(() -> RocksStore.open(directory, Settings.DEFAULT))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(directory.toString())
                .hasMessageContaining("in use");
    }

    @Test
    void aDirectoryThatCannotBeCreatedIsRefusedByName() throws Exception {
        Path file = Files.createFile(temporary.resolve("file"));
        assertThatThrownBy(() -> RocksStore.open(file.resolve("db"), Settings.DEFAULT))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("file/db");
    }

    @Test
    void aDamagedDatabaseIsRefusedByName() throws Exception {
        Path directory = temporary.resolve("db");
        RocksStore.open(directory, Settings.DEFAULT).close();
        Path manifest = only(directory, "MANIFEST-");
        Files.write(manifest, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
        assertThatThrownBy(() -> RocksStore.open(directory, Settings.DEFAULT))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(directory.toString())
                .hasMessageContaining("damaged");
    }

    @Test
    void commitsThatComeDuringASyncShareTheNextOne() {
        AtomicInteger syncs = new AtomicInteger();
        Semaphore started = new Semaphore(0);
        Semaphore allowed = new Semaphore(0);
        RocksStore.Disk disk =
                database -> {
                    syncs.incrementAndGet();
                    started.release();
                    allowed.acquireUninterruptibly();
                    database.flushWal(true);
                };
        try (RocksStore store = RocksStore.open(temporary.resolve("db"), Settings.DEFAULT, disk)) {
            CompletableFuture<Void> first = store.commit(put("first"));
            started.acquireUninterruptibly();
            List<CompletableFuture<Void>> later = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                later.add(store.commit(put("later" + i)));
            }
            assertThat(first).isNotDone();
            assertThat(text(store.get(bytes("later99")))).isEqualTo("1");
            allowed.release();
            first.join();
            assertThat(later).noneMatch(CompletableFuture::isDone);
            started.acquireUninterruptibly();
            allowed.release();
            later.forEach(CompletableFuture::join);
            assertThat(syncs).hasValue(2);
        }
    }

    @Test
    void aFlushDuringASyncWaitsForThatOneAlone() {
        Semaphore started = new Semaphore(0);
        Semaphore allowed = new Semaphore(0);
        RocksStore.Disk disk =
                database -> {
                    started.release();
                    allowed.acquireUninterruptibly();
                };
        try (RocksStore store = RocksStore.open(temporary.resolve("db"), Settings.DEFAULT, disk)) {
            store.commit(put("a"));
            started.acquireUninterruptibly();
            CompletableFuture<Void> flush = store.flush();
            assertThat(flush).isNotDone();
            allowed.release();
            flush.join();
            assertThat(store.flush()).isCompleted();
        }
    }

    @Test
    void relaxedCommitsCompleteAtOnceAndAFlushSyncsThem() {
        AtomicInteger syncs = new AtomicInteger();
        Settings settings =
                new Settings(
                        Settings.Durability.RELAXED,
                        Duration.ofHours(1),
                        1 << 20,
                        1 << 20,
                        64,
                        8 << 20);
        RocksStore.Disk disk =
                database -> {
                    syncs.incrementAndGet();
                    database.flushWal(true);
                };
        try (RocksStore store = RocksStore.open(temporary.resolve("db"), settings, disk)) {
            for (int i = 0; i < 10; i++) {
                assertThat(store.commit(put("k" + i))).isCompleted();
            }
            assertThat(syncs).hasValue(0);
            store.flush().join();
            assertThat(syncs).hasValue(1);
            store.commit(put("last"));
        }
        assertThat(syncs).hasValue(2);
    }

    @Test
    void relaxedCommitsAreSyncedWhenTheirWindowEnds() throws Exception {
        CountDownLatch synced = new CountDownLatch(2);
        Settings settings =
                new Settings(
                        Settings.Durability.RELAXED,
                        Duration.ofMillis(1),
                        1 << 20,
                        1 << 20,
                        64,
                        8 << 20);
        try (RocksStore store =
                RocksStore.open(temporary.resolve("db"), settings, d -> synced.countDown())) {
            store.commit(put("a"));
            while (synced.getCount() == 2) {
                Thread.onSpinWait();
            }
            store.commit(put("b"));
            assertThat(synced.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aFailedSyncFailsItsCommitsAndTheStoreRecoversWithoutARestart() throws Exception {
        AtomicBoolean diskFails = new AtomicBoolean();
        RocksStore.Disk disk =
                database -> {
                    if (diskFails.get()) {
                        throw new RocksDBException("fsync: Input/output error");
                    }
                    database.flushWal(true);
                };
        try (RocksStore store = RocksStore.open(temporary.resolve("db"), Settings.DEFAULT, disk)) {
            store.commit(put("good")).join();
            diskFails.set(true);
            assertThatThrownBy(() -> store.commit(put("bad")).join())
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("Input/output error")
                    .hasMessageContaining(temporary.toString());
            diskFails.set(false);
            commitUntilAccepted(store, "later").join();
            assertThat(text(store.get(bytes("good")))).isEqualTo("1");
            assertThat(text(store.get(bytes("later")))).isEqualTo("1");
        }
    }

    @Test
    void readsGoOnForAsLongAsTheDatabaseCannotBeOpenedForWritingAgain() {
        AtomicBoolean diskFails = new AtomicBoolean();
        AtomicInteger attempts = new AtomicInteger();
        RocksStore.Disk disk =
                new RocksStore.Disk() {
                    @Override
                    public void sync(RocksDB database) throws RocksDBException {
                        if (diskFails.get()) {
                            throw new RocksDBException("fsync: Input/output error");
                        }
                        database.flushWal(true);
                    }

                    @Override
                    public RocksDB open(Options options, Path directory) throws RocksDBException {
                        if (diskFails.get()) {
                            attempts.incrementAndGet();
                            throw new RocksDBException("No space left on device");
                        }
                        return RocksDB.open(options, directory.toString());
                    }
                };
        try (RocksStore store = RocksStore.open(temporary.resolve("db"), Settings.DEFAULT, disk)) {
            store.commit(put("good")).join();
            diskFails.set(true);
            CompletableFuture<Void> bad = store.commit(put("bad"));
            int reads = 0;
            while (attempts.get() < 3) {
                assertThat(text(store.get(bytes("good")))).isEqualTo("1");
                assertThat(store.scan(bytes("g"), bytes("h"), 2)).hasSize(1);
                try (Store.Snapshot snapshot = store.snapshot()) {
                    assertThat(text(snapshot.get(bytes("good")))).isEqualTo("1");
                }
                reads++;
            }
            assertThat(reads).isGreaterThan(3);
            assertThat(bad).isCompletedExceptionally();
            diskFails.set(false);
            commitUntilAccepted(store, "later").join();
            assertThat(text(store.get(bytes("good")))).isEqualTo("1");
        }
    }

    /// Commits that fail refuse with a {@link StorageException}; the store lets them in again by
    /// itself.
    private static CompletableFuture<Void> commitUntilAccepted(Store store, String key) {
        while (true) {
            try {
                return store.commit(put(key));
            } catch (StorageException e) {
                assertThat(e).hasMessageContaining("recover");
                Thread.onSpinWait();
            }
        }
    }

    private static Path only(Path directory, String part) throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> f.getFileName().toString().contains(part))
                    .reduce((a, b) -> b)
                    .orElseThrow();
        }
    }

    private static WriteBatch put(String key) {
        return new WriteBatch().put(bytes(key), bytes("1"));
    }
}
