package io.homeport.storage;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// An ordered map from bytes to bytes. Keys are ordered as unsigned bytes. Thread-safe.
///
/// Every engine keeps the same contract, which `StoreContractTest` states.
public interface Store extends AutoCloseable {
    /// The value of a key, or null. The caller may keep the array.
    byte @Nullable [] get(byte[] key);

    /// At most `limit` entries with `from <= key < to` in ascending order; a null `to` has no end.
    /// The entries are from one moment. Empty where `to` isn't behind `from` or the limit isn't
    /// positive.
    List<Entry> scan(byte[] from, byte @Nullable [] to, int limit);

    /// The store as it is at this moment, for reads that have to fit together.
    Snapshot snapshot();

    /// Applies all of a batch or nothing. When this returns, readers see it, unless the disk is so
    /// far behind that the batch has to wait, which callers don't; when the future completes,
    /// readers see it in any case and it is durable (it survives `kill -9` and, where the engine
    /// fsyncs, a power cut). Batches become visible, and durable, in the order of their commits.
    /// The future completes on a thread of the store's own: continuations must not block.
    ///
    /// @throws ConflictException where an expectation of the batch doesn't hold; a batch with
    ///   expectations is committed as {@link #commitVisible} does
    /// @throws StorageException where the engine refuses, for example because the disk is full;
    ///   then nothing of the batch is visible
    CompletableFuture<Void> commit(WriteBatch batch);

    /// As {@link #commit}, but readers always see the batch when this returns, so it may have to
    /// wait for the disk: not for event loops.
    CompletableFuture<Void> commitVisible(WriteBatch batch);

    /// Completes once everything committed so far is durable.
    CompletableFuture<Void> flush();

    /// Waits for what was committed to be durable, then lets go of all resources. Calls that come
    /// later fail with a {@link StorageException}; a second close does nothing.
    @Override
    void close();

    /// The store as it was at one moment. Used and closed by the thread that took it, and soon:
    /// while it is open, the store can't be closed and keeps what has been overwritten since.
    interface Snapshot extends AutoCloseable {
        /// As {@link Store#get}.
        byte @Nullable [] get(byte[] key);

        /// As {@link Store#scan}.
        List<Entry> scan(byte[] from, byte @Nullable [] to, int limit);

        @Override
        void close();
    }

    /// A key with its value.
    record Entry(byte[] key, byte[] value) {}
}
