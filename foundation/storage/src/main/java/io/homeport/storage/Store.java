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

    /// At most `limit` entries with `from <= key < to` in ascending order; a null `to` has no end. The
    /// entries are from one moment.
    List<Entry> scan(byte[] from, byte @Nullable [] to, int limit);

    /// Applies all of a batch or nothing. When this returns, readers see it; when the future
    /// completes, it is durable (it survives `kill -9` and, where the engine fsyncs, a power cut).
    /// Batches become durable in the order of their commits. The future completes on a thread of the
    /// store's own: continuations must not block.
    ///
    /// @throws ConflictException where an expectation of the batch doesn't hold
    /// @throws StorageException where the engine refuses, for example because the disk is full; then
    ///     nothing of the batch is visible
    CompletableFuture<Void> commit(WriteBatch batch);

    /// Completes once everything committed so far is durable.
    CompletableFuture<Void> flush();

    /// Waits for what was committed to be durable, then lets go of all resources.
    @Override
    void close();

    /// A key with its value.
    record Entry(byte[] key, byte[] value) {}
}
