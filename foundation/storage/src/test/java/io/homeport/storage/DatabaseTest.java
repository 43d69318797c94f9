package io.homeport.storage;

import static io.homeport.storage.Bytes.bytes;
import static io.homeport.storage.Bytes.text;
import static io.homeport.storage.Bytes.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.testkit.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class DatabaseTest {
    @Test
    void whereTheWorkThrowsNothingIsWritten() {
        MemoryStore store = new MemoryStore();
        Database database = new Database(store);
        assertThatThrownBy(() ->
                        database.update(t -> {
                            t.put(bytes("a"), bytes("1"));
                            throw new IllegalStateException("no");
                        }))
                .hasMessage("no");
        assertThat(store.scan(new byte[0], null, 9)).isEmpty();
        database.update(t -> t.put(bytes("b"), bytes("1")));
        assertThat(texts(store.scan(new byte[0], null, 9))).containsExactly("b=1");
    }

    @Test
    void aWriteWithinAWriteIsAMistake() {
        Database database = new Database(new MemoryStore());
        assertThatThrownBy(() -> database.update(t -> database.update(u -> u.delete(bytes("a")))))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void aDiskThatDoesNotConfirmIsAnOutageAfterAWhile() {
        MemoryStore store = MemoryStore.manual();
        Database database = new Database(store, Duration.ofMillis(1));
        assertThatThrownBy(() -> database.update(t -> t.put(bytes("a"), bytes("1"))))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("check it");
        assertThatThrownBy(() -> database.read(view -> view.get(bytes("a"))))
                .isInstanceOf(StorageException.class);
        store.sync();
        assertThat(database.<byte[]>read(view -> view.get(bytes("a")))).isEqualTo(bytes("1"));
    }

    @Test
    void aReadSeesOneMoment() {
        Database database = new Database(new MemoryStore());
        database.update(t -> t.put(bytes("a"), bytes("1")));
        List<String> seen =
                database.read(view -> {
                    database.update(t -> {
                        t.put(bytes("a"), bytes("2"));
                        t.put(bytes("b"), bytes("2"));
                    });
                    return texts(view.scan(bytes("a"), null, 9));
                });
        assertThat(seen).containsExactly("a=1");
    }

    @Test
    void aWriteReturnsOnceItIsDurableAndLetsTheNextOneInBefore() throws Exception {
        MemoryStore store = MemoryStore.manual();
        Database database = new Database(store);
        CompletableFuture<Void> first = inThread(() -> database.update(put("a")));
        await(store, 1);
        CompletableFuture<Void> second = inThread(() -> database.update(put("b")));
        await(store, 2);
        assertThat(first).isNotDone();
        store.sync(1);
        first.join();
        assertThat(second).isNotDone();
        store.sync();
        second.join();
    }

    @Test
    void aReadReturnsOnceWhatItSawIsDurable() throws Exception {
        MemoryStore store = MemoryStore.manual();
        Database database = new Database(store);
        CompletableFuture<Void> write = inThread(() -> database.update(put("a")));
        await(store, 1);
        CountDownLatch hasRead = new CountDownLatch(1);
        CompletableFuture<Void> read =
                inThread(() ->
                        database.read(view -> {
                            assertThat(view.get(bytes("a"))).isNotNull();
                            hasRead.countDown();
                            return true;
                        }));
        CompletableFuture<Void> writeOfNothing =
                inThread(() -> database.write(t -> t.scan(bytes("a"), null, 1)));
        hasRead.await();
        assertThat(read).isNotDone();
        assertThat(writeOfNothing).isNotDone();
        store.sync();
        read.join();
        writeOfNothing.join();
        write.join();
        assertThat(text(database.read(view -> store.get(bytes("a"))))).isEqualTo("1");
    }

    @Test
    void aReadDoesNotWaitForAWriteThatIsStillAtWork() {
        Database database = new Database(new MemoryStore());
        CountDownLatch readIsDone = new CountDownLatch(1);
        CountDownLatch atWork = new CountDownLatch(1);
        CompletableFuture<Void> write =
                inThread(() ->
                        database.update(t -> {
                            t.put(bytes("a"), bytes("1"));
                            atWork.countDown();
                            awaitLatch(readIsDone);
                        }));
        awaitLatch(atWork);
        assertThat(database.<List<Store.Entry>>read(view -> view.scan(new byte[0], null, 1)))
                .isEmpty();
        readIsDone.countDown();
        write.join();
    }

    /// Reads and scans inside a transaction see the store with the transaction's changes on top.
    @Test
    void aTransactionReadsItsOwnWrites() {
        Seeds.run(
                200,
                seed -> {
                    Random random = new Random(seed);
                    TreeMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
                    MemoryStore store = new MemoryStore();
                    Database database = new Database(store);
                    for (int round = 0; round < 4; round++) {
                        database.update(t -> randomWork(random, t, model));
                        assertThat(texts(store.scan(new byte[0], null, 1_000)))
                                .isEqualTo(texts(entries(model)));
                    }
                });
    }

    private static void randomWork(
            Random random, Transaction transaction, NavigableMap<byte[], byte[]> model) {
        for (int step = 0; step < 40; step++) {
            byte[] key = bytes("" + random.nextInt(30));
            switch (random.nextInt(4)) {
                case 0 -> {
                    byte[] value = bytes("" + random.nextInt());
                    transaction.put(key, value);
                    model.put(key, value);
                }
                case 1 -> {
                    transaction.delete(key);
                    model.remove(key);
                }
                case 2 -> assertThat(transaction.get(key)).isEqualTo(model.get(key));
                default -> {
                    byte[] to = bytes("" + random.nextInt(30));
                    int limit = random.nextInt(10);
                    boolean isEmpty = Arrays.compareUnsigned(key, to) >= 0;
                    assertThat(texts(transaction.scan(key, null, limit)))
                            .isEqualTo(first(limit, entries(model.tailMap(key, true))));
                    assertThat(texts(transaction.scan(key, to, limit)))
                            .isEqualTo(
                                    isEmpty
                                            ? List.of()
                                            : first(
                                                    limit,
                                                    entries(model.subMap(key, true, to, false))));
                }
            }
        }
    }

    private static List<Store.Entry> entries(Map<byte[], byte[]> map) {
        List<Store.Entry> entries = new ArrayList<>();
        map.forEach((key, value) -> entries.add(new Store.Entry(key, value)));
        return entries;
    }

    private static List<String> first(int limit, List<Store.Entry> entries) {
        return texts(entries).stream().limit(limit).toList();
    }

    private static Consumer<Transaction> put(String key) {
        return t -> t.put(bytes(key), bytes("1"));
    }

    private static CompletableFuture<Void> inThread(Runnable work) {
        return CompletableFuture.runAsync(work, task -> Thread.ofVirtual().start(task));
    }

    private static void await(MemoryStore store, int unsynced) {
        while (store.unsynced() < unsynced) {
            Thread.onSpinWait();
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
