package io.homeport.storage;

import static io.homeport.storage.Bytes.bytes;
import static io.homeport.storage.Bytes.text;
import static io.homeport.storage.Bytes.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every {@link Store} does, whatever it keeps its data in.
abstract class StoreContractTest {
    private Store store = new MemoryStore();

    /// A new, empty store.
    abstract Store open() throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void aValueIsReadBackAndAbsentOrDeletedKeysGiveNull() {
        store.commit(new WriteBatch().put(bytes("a"), bytes("1")).put(bytes("b"), new byte[0]));
        assertThat(text(store.get(bytes("a")))).isEqualTo("1");
        assertThat(store.get(bytes("b"))).isEmpty();
        assertThat(store.get(bytes("c"))).isNull();
        store.commit(new WriteBatch().delete(bytes("a")).delete(bytes("never there")));
        assertThat(store.get(bytes("a"))).isNull();
    }

    @Test
    void keysAreOrderedAsUnsignedBytesAndAPrefixComesFirst() {
        byte[][] ordered = {{}, {0}, {0, 0}, {1}, {0x7F}, {(byte) 0x80}, {-1}, {-1, 0}, {-1, -1}};
        List<byte[]> shuffled = new ArrayList<>(List.of(ordered));
        Collections.shuffle(shuffled, new Random(1));
        for (byte[] key : shuffled) {
            store.commit(new WriteBatch().put(key, key));
        }
        List<Store.Entry> found = store.scan(new byte[0], null, 100);
        assertThat(found.stream().map(Store.Entry::key)).containsExactly(ordered);
        assertThat(found.stream().map(Store.Entry::value)).containsExactly(ordered);
    }

    @Test
    void aScanHasItsStartButNotItsEndAndAtMostItsLimit() {
        fill("a", "b", "b1", "c", "d");
        assertThat(texts(store.scan(bytes("b"), bytes("c"), 10))).containsExactly("b=b", "b1=b1");
        assertThat(texts(store.scan(bytes("b"), null, 2))).containsExactly("b=b", "b1=b1");
        assertThat(texts(store.scan(bytes("c0"), null, 10))).containsExactly("d=d");
        assertThat(texts(store.scan(bytes("a"), bytes("e"), Integer.MAX_VALUE))).hasSize(5);
    }

    @Test
    void aScanOfNothingIsEmpty() {
        fill("a", "b");
        assertThat(store.scan(bytes("b"), bytes("b"), 10)).isEmpty();
        assertThat(store.scan(bytes("b"), bytes("a"), 10)).isEmpty();
        assertThat(store.scan(bytes("x"), null, 10)).isEmpty();
        assertThat(store.scan(bytes("a"), null, 0)).isEmpty();
        assertThat(store.scan(bytes("a"), null, -1)).isEmpty();
    }

    @Test
    void theChangesOfABatchApplyInTheirOrder() {
        fill("q1", "q2", "r");
        store.commit(
                new WriteBatch()
                        .put(bytes("q3"), bytes("before"))
                        .deleteRange(bytes("q"), bytes("r"))
                        .put(bytes("q2"), bytes("after"))
                        .put(bytes("x"), bytes("1"))
                        .delete(bytes("x"))
                        .put(bytes("y"), bytes("1"))
                        .put(bytes("y"), bytes("2")));
        assertThat(texts(store.scan(bytes("a"), null, 10)))
                .containsExactly("q2=after", "r=r", "y=2");
    }

    @Test
    void aLargeRangeIsDeletedWholly() {
        WriteBatch batch = new WriteBatch();
        for (int i = 0; i < 2_000; i++) {
            batch.put(bytes("q/%05d".formatted(i)), bytes("v"));
        }
        store.commit(batch.put(bytes("q"), bytes("kept")).put(bytes("r"), bytes("kept")));
        store.commit(
                new WriteBatch()
                        .put(bytes("q/before"), bytes("v"))
                        .deleteRange(bytes("q/"), bytes("q0"))
                        .put(bytes("q/after"), bytes("v")));
        assertThat(texts(store.scan(bytes("a"), null, 10)))
                .containsExactly("q=kept", "q/after=v", "r=kept");
        assertThat(store.get(bytes("q/00001"))).isNull();
    }

    @Test
    void anEmptyOrReversedRangeDeletesNothing() {
        fill("a", "b");
        store.commit(
                new WriteBatch()
                        .deleteRange(bytes("b"), bytes("a"))
                        .deleteRange(bytes("a"), bytes("a")));
        assertThat(store.scan(bytes("a"), null, 10)).hasSize(2);
    }

    @Test
    void aCommitGoesThroughWhereItsExpectationsHold() {
        fill("a");
        store.commit(
                new WriteBatch()
                        .expect(bytes("a"), bytes("a"))
                        .expect(bytes("b"), null)
                        .put(bytes("b"), bytes("new")));
        assertThat(text(store.get(bytes("b")))).isEqualTo("new");
    }

    @Test
    void aConflictNamesTheKeyAndLeavesNothing() {
        fill("a", "c");
        WriteBatch wrongValue =
                new WriteBatch()
                        .put(bytes("b"), bytes("1"))
                        .delete(bytes("c"))
                        .expect(bytes("a"), bytes("other"));
        assertThatThrownBy(() -> store.commit(wrongValue))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("'a'");
        WriteBatch present = new WriteBatch().put(bytes("b"), bytes("1")).expect(bytes("c"), null);
        assertThatThrownBy(() -> store.commit(present)).isInstanceOf(ConflictException.class);
        WriteBatch absent = new WriteBatch().expect(bytes("d"), new byte[0]);
        assertThatThrownBy(() -> store.commit(absent)).isInstanceOf(ConflictException.class);
        assertThat(texts(store.scan(bytes("a"), null, 10))).containsExactly("a=a", "c=c");
        store.commit(new WriteBatch().put(bytes("b"), bytes("later"))).join();
    }

    @Test
    void anExpectationIsOfTheStateBeforeItsOwnBatch() {
        store.commit(new WriteBatch().put(bytes("a"), bytes("1")).expect(bytes("a"), null));
        assertThat(text(store.get(bytes("a")))).isEqualTo("1");
    }

    @Test
    void ofManyThreadsThatCountOneKeyUpNoCountIsLost() throws Exception {
        AtomicInteger conflicts = new AtomicInteger();
        inThreads(
                8,
                thread -> {
                    for (int done = 0; done < 50; ) {
                        byte[] old = store.get(bytes("n"));
                        int next = old == null ? 1 : Integer.parseInt(text(old)) + 1;
                        try {
                            store.commit(
                                    new WriteBatch()
                                            .expect(bytes("n"), old)
                                            .put(bytes("n"), bytes("" + next)));
                            done++;
                        } catch (ConflictException e) {
                            conflicts.incrementAndGet();
                        }
                    }
                });
        assertThat(text(store.get(bytes("n")))).isEqualTo("400");
    }

    @Test
    void readersSeeABatchWhollyOrNotAtAll() throws Exception {
        List<String> torn = Collections.synchronizedList(new ArrayList<>());
        inThreads(
                4,
                thread -> {
                    for (int i = 0; i < 300; i++) {
                        if (thread == 0) {
                            store.commit(
                                    new WriteBatch()
                                            .put(bytes("a"), bytes("" + i))
                                            .put(bytes("z"), bytes("" + i)));
                            continue;
                        }
                        List<Store.Entry> found = store.scan(bytes("a"), null, 10);
                        if (found.stream().map(e -> text(e.value())).distinct().count() > 1) {
                            torn.add(texts(found).toString());
                        }
                        try (Store.Snapshot snapshot = store.snapshot()) {
                            byte[] first = snapshot.get(bytes("a"));
                            if (!Arrays.equals(first, snapshot.get(bytes("z")))) {
                                torn.add("snapshot with " + text(first));
                            }
                        }
                    }
                });
        assertThat(torn).isEmpty();
        assertThat(text(store.get(bytes("z")))).isEqualTo("299");
    }

    @Test
    void aSnapshotKeepsItsMoment() {
        fill("a", "b");
        try (Store.Snapshot snapshot = store.snapshot()) {
            store.commit(
                    new WriteBatch()
                            .put(bytes("a"), bytes("new"))
                            .put(bytes("c"), bytes("new"))
                            .delete(bytes("b")));
            assertThat(text(snapshot.get(bytes("a")))).isEqualTo("a");
            assertThat(texts(snapshot.scan(bytes("a"), null, 10))).containsExactly("a=a", "b=b");
            assertThat(texts(store.scan(bytes("a"), null, 10))).containsExactly("a=new", "c=new");
        }
    }

    @Test
    void commitsBecomeDurableInTheirOrder() {
        AtomicInteger early = new AtomicInteger();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        CompletableFuture<Void> before = CompletableFuture.completedFuture(null);
        for (int i = 0; i < 500; i++) {
            CompletableFuture<Void> previous = before;
            before = store.commit(new WriteBatch().put(bytes("k" + i), bytes("v")));
            all.add(
                    before.thenRun(() -> {
                        if (!previous.isDone()) {
                            early.incrementAndGet();
                        }
                    }));
        }
        store.flush().join();
        assertThat(before).isCompleted();
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
        assertThat(early).hasValue(0);
    }

    @Test
    void aFlushOfNothingIsDoneAtOnce() {
        store.flush().join();
        assertThat(store.flush()).isCompleted();
    }

    @Test
    void largeValuesAndKeysAreKept() {
        byte[] value = new byte[5_000_000];
        new Random(7).nextBytes(value);
        byte[] key = Arrays.copyOf(value, 10_000);
        store.commit(new WriteBatch().put(key, value)).join();
        assertThat(store.get(key)).isEqualTo(value);
        assertThat(store.scan(key, null, 1).getFirst().value()).isEqualTo(value);
    }

    @Test
    void arraysBelongToTheirCaller() {
        byte[] key = bytes("key");
        byte[] value = bytes("value");
        store.commit(new WriteBatch().put(key, value));
        Arrays.fill(key, (byte) 'x');
        Arrays.fill(value, (byte) 'x');
        byte[] read = store.get(bytes("key"));
        assertThat(text(read)).isEqualTo("value");
        Arrays.fill(store.scan(bytes("a"), null, 1).getFirst().value(), (byte) 'y');
        assertThat(text(store.get(bytes("key")))).isEqualTo("value");
    }

    @Test
    void aClosedStoreRefusesEverythingAndClosesTwice() {
        CompletableFuture<Void> last = store.commit(new WriteBatch().put(bytes("a"), bytes("1")));
        store.close();
        assertThat(last).isCompleted();
        store.close();
        assertRefused(() -> store.get(bytes("a")));
        assertRefused(() -> store.scan(bytes("a"), null, 1));
        assertRefused(() -> store.snapshot());
        assertRefused(() -> store.commit(new WriteBatch().put(bytes("a"), bytes("1"))));
        assertRefused(() -> store.flush());
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(StorageException.class)
                .hasMessage("the store is closed");
    }

    private void fill(String... keys) {
        WriteBatch batch = new WriteBatch();
        for (String key : keys) {
            batch.put(bytes(key), bytes(key));
        }
        store.commit(batch);
    }

    private static void inThreads(int count, IntConsumer body) throws InterruptedException {
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            threads.add(
                    Thread.ofVirtual()
                            .unstarted(() -> {
                                try {
                                    body.accept(number);
                                } catch (RuntimeException | AssertionError e) {
                                    failures.add(e);
                                }
                            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }
}
