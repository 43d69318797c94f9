package io.homeport.storage;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Transactions over a store. One write at a time, so that a write sees a state that nobody changes
/// under it; waiting for durability happens after the next writer has been let in. Thread-safe; both
/// calls block, so never on an event loop.
public final class Database {
    private final Store store;
    private final Reader reader;
    private final ReentrantLock writing = new ReentrantLock();

    public Database(Store store) {
        this.store = store;
        this.reader = new Reader(store);
    }

    /// Reads without waiting for writers.
    public <T> T read(Function<View, T> work) {
        return work.apply(reader);
    }

    /// Runs the work, commits what it wrote, and returns once that is durable. Where the work throws,
    /// nothing is written.
    public <T> T write(Function<Transaction, T> work) {
        T result;
        CompletableFuture<Void> durable;
        writing.lock();
        try {
            Transaction transaction = new Transaction(store);
            result = work.apply(transaction);
            WriteBatch batch = transaction.toBatch();
            durable = batch.isEmpty() ? store.flush() : store.commit(batch);
        } finally {
            writing.unlock();
        }
        try {
            durable.join();
        } catch (CompletionException e) {
            throw new StorageException("the write could not be made durable", e);
        }
        return result;
    }

    /// {@link #write} without a result.
    public void update(Consumer<Transaction> work) {
        write(
                transaction -> {
                    work.accept(transaction);
                    return true;
                });
    }

    /// Reads the store as it is now.
    static final class Reader implements View {
        private final Store store;

        Reader(Store store) {
            this.store = store;
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            return store.get(key);
        }

        @Override
        public List<Store.Entry> scan(byte[] from, byte @Nullable [] to, int limit) {
            return store.scan(from, to, limit);
        }
    }
}
