package io.homeport.storage;

import io.homeport.core.Invariant;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Transactions over a store. One write at a time, so that a write sees a state that nobody changes
/// under it; waiting for durability happens after the next writer has been let in. Thread-safe;
/// reads and writes block, so never on an event loop: that is what {@link #peek} is for.
///
/// What a call returns is durable: a write returns after its own fsync, and a read waits for writes
/// that it may have seen and that are still on their way to the disk (never for later ones).
/// Commits made on the store directly, past this class, are not waited for and not excluded.
public final class Database {
    /// How long a caller waits for the disk before it is told that there is no answer: shorter than
    /// the time-outs of HTTP clients, longer than any disk that works takes.
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Store store;
    private final Duration patience;
    private final ReentrantLock writing = new ReentrantLock();

    /// Completes when the newest write is durable, or never will be. Set before that write becomes
    /// visible.
    private volatile CompletableFuture<Void> newest = CompletableFuture.completedFuture(null);

    public Database(Store store) {
        this(store, PATIENCE);
    }

    Database(Store store, Duration patience) {
        this.store = store;
        this.patience = patience;
    }

    /// Runs the work on the state of one moment, without waiting for writers to finish their work.
    /// The view ends with the call.
    public <T> T read(Function<View, T> work) {
        T result;
        try (Store.Snapshot snapshot = store.snapshot()) {
            result = work.apply(new Reader(snapshot));
        }
        await(newest);
        return result;
    }

    /// {@link #read} for event loops: waits for nothing, so what it returns may still be on its way
    /// to the disk and a crash may take it back. The work is a few point reads.
    public <T> T peek(Function<View, T> work) {
        try (Store.Snapshot snapshot = store.snapshot()) {
            return work.apply(new Reader(snapshot));
        }
    }

    /// Runs the work, commits what it wrote, and returns once that is durable. Where the work
    /// throws, nothing is written. Not to be called from within a write.
    ///
    /// @throws StorageException where the store takes no writes, or where it failed while it made
    ///   this one durable, or doesn't confirm it in time: then a restart decides whether the write
    ///   is there
    public <T> T write(Function<Transaction, T> work) {
        Invariant.check(!writing.isHeldByCurrentThread(), "a write within a write");
        T result;
        CompletableFuture<Void> durable;
        enter();
        try {
            Transaction transaction = new Transaction(store);
            result = work.apply(transaction);
            durable = commit(transaction.toBatch());
        } finally {
            writing.unlock();
        }
        await(durable);
        return result;
    }

    private void enter() {
        try {
            if (!writing.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new StorageException(
                        "earlier writes have waited for the disk for "
                                + patience.toSeconds()
                                + " s: check it. Nothing was written");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException("interrupted while earlier writes were waited for", e);
        }
    }

    private void await(CompletableFuture<Void> durable) {
        try {
            durable.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new StorageException(
                    "the write could not be made durable: "
                            + (e.getCause() == null ? e : e.getCause()).getMessage(),
                    e);
        } catch (TimeoutException e) {
            throw new StorageException(
                    "the disk has not confirmed writes for "
                            + patience.toSeconds()
                            + " s: check it. What was asked for may be there later, or not",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException("interrupted while the disk was waited for", e);
        }
    }

    /// Where nothing was written the result may still rest on earlier writes, so it waits for them.
    private CompletableFuture<Void> commit(WriteBatch batch) {
        if (batch.isEmpty()) {
            return newest;
        }
        CompletableFuture<Void> before = newest;
        CompletableFuture<Void> settled = new CompletableFuture<>();
        newest = settled;
        try {
            CompletableFuture<Void> durable = store.commitVisible(batch);
            durable.whenComplete((done, failure) -> settled.complete(null));
            return durable;
        } catch (RuntimeException e) {
            before.thenRun(() -> settled.complete(null));
            throw e;
        }
    }

    /// {@link #write} without a result.
    public void update(Consumer<Transaction> work) {
        write(transaction -> {
            work.accept(transaction);
            return true;
        });
    }

    /// Reads a snapshot.
    static final class Reader implements View {
        private final Store.Snapshot snapshot;

        Reader(Store.Snapshot snapshot) {
            this.snapshot = snapshot;
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            return snapshot.get(key);
        }

        @Override
        public List<Store.Entry> scan(byte[] from, byte @Nullable [] to, int limit) {
            return snapshot.scan(from, to, limit);
        }
    }
}
