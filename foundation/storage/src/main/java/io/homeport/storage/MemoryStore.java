package io.homeport.storage;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A store that lives in memory, for tests and for servers that keep nothing. Thread-safe; reads
/// take no lock.
///
/// There are two modes. A store from the constructor counts every commit as durable at once. A
/// {@link #manual} store models a disk: a commit is visible at once but becomes durable, and its
/// future completes, only in {@link #sync}; {@link #crash} gives the store that a restart would
/// find. It starts no threads, so a simulation that drives it is deterministic.
public final class MemoryStore implements Store {
    private final ReentrantLock lock = new ReentrantLock();
    private final boolean manual;
    private final Deque<Unsynced> unsynced = new ArrayDeque<>();
    private SortedTree durable;
    private volatile SortedTree visible;
    private volatile boolean closed;

    /// A store in which every commit is durable at once.
    public MemoryStore() {
        this(false, SortedTree.EMPTY);
    }

    private MemoryStore(boolean manual, SortedTree content) {
        this.manual = manual;
        this.durable = content;
        this.visible = content;
    }

    /// A store in which commits become durable by {@link #sync} alone.
    public static MemoryStore manual() {
        return new MemoryStore(true, SortedTree.EMPTY);
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        byte[] value = current().get(key);
        return value == null ? null : value.clone();
    }

    @Override
    public List<Entry> scan(byte[] from, byte @Nullable [] to, int limit) {
        return current().scan(from, to, limit);
    }

    @Override
    public Snapshot snapshot() {
        return new TreeSnapshot(current());
    }

    @Override
    public CompletableFuture<Void> commit(WriteBatch batch) {
        lock.lock();
        try {
            SortedTree tree = current();
            for (WriteBatch.Expectation expectation : batch.expectations()) {
                if (!Arrays.equals(tree.get(expectation.key()), expectation.value())) {
                    throw ConflictException.of(expectation.key());
                }
            }
            for (WriteBatch.Change change : batch.changes()) {
                tree = apply(tree, change);
            }
            visible = tree;
            return later(tree);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public CompletableFuture<Void> commitVisible(WriteBatch batch) {
        return commit(batch);
    }

    private static SortedTree apply(SortedTree tree, WriteBatch.Change change) {
        return switch (change) {
            case WriteBatch.Change.Put(byte[] key, byte[] value) ->
                    tree.put(key.clone(), value.clone());
            case WriteBatch.Change.Delete(byte[] key) -> tree.delete(key);
            case WriteBatch.Change.DeleteRange(byte[] from, byte[] to) ->
                    tree.deleteRange(from, to);
        };
    }

    @Override
    public CompletableFuture<Void> flush() {
        lock.lock();
        try {
            SortedTree tree = current();
            if (unsynced.isEmpty()) {
                return CompletableFuture.completedFuture(null);
            }
            return later(tree);
        } finally {
            lock.unlock();
        }
    }

    private CompletableFuture<Void> later(SortedTree tree) {
        if (!manual) {
            durable = tree;
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> future = new CompletableFuture<>();
        unsynced.add(new Unsynced(tree, future));
        return future;
    }

    /// How many commits (and flushes) wait for {@link #sync}.
    public int unsynced() {
        lock.lock();
        try {
            return unsynced.size();
        } finally {
            lock.unlock();
        }
    }

    /// Makes durable what was committed before this call and completes its futures, in the order of
    /// the commits, on the calling thread. What their continuations commit waits for the next call.
    public void sync() {
        sync(Integer.MAX_VALUE);
    }

    /// Like {@link #sync()}, for the oldest commits only, as a disk that got this far would have
    /// it.
    public void sync(int commits) {
        List<CompletableFuture<Void>> done = new ArrayList<>();
        lock.lock();
        try {
            while (done.size() < commits && !unsynced.isEmpty()) {
                Unsynced next = unsynced.remove();
                durable = next.tree;
                done.add(next.future);
            }
        } finally {
            lock.unlock();
        }
        done.forEach(future -> future.complete(null));
    }

    /// Ends this store as `kill -9` or a power cut would: futures that wait never complete, and
    /// further calls fail.
    ///
    /// @return a manual store with what was durable
    /// @throws IllegalStateException where this store isn't manual
    public MemoryStore crash() {
        return crash(0);
    }

    /// Like {@link #crash()}, but the oldest commits that nobody was told to be durable reached the
    /// disk as well, as it happens on real ones.
    public MemoryStore crash(int unsyncedSurvivors) {
        if (!manual) {
            throw new IllegalStateException("only a store from manual() can crash");
        }
        lock.lock();
        try {
            closed = true;
            SortedTree found = durable;
            for (int i = 0; i < unsyncedSurvivors && !unsynced.isEmpty(); i++) {
                found = unsynced.remove().tree;
            }
            unsynced.clear();
            return new MemoryStore(true, found);
        } finally {
            lock.unlock();
        }
    }

    /// Makes everything durable, then refuses further calls. The content is gone with the store.
    @Override
    public void close() {
        sync();
        closed = true;
    }

    private SortedTree current() {
        if (closed) {
            throw new StorageException("the store is closed");
        }
        return visible;
    }

    private record Unsynced(SortedTree tree, CompletableFuture<Void> future) {}

    private record TreeSnapshot(SortedTree tree) implements Snapshot {
        @Override
        public byte @Nullable [] get(byte[] key) {
            byte[] value = tree.get(key);
            return value == null ? null : value.clone();
        }

        @Override
        public List<Entry> scan(byte[] from, byte @Nullable [] to, int limit) {
            return tree.scan(from, to, limit);
        }

        @Override
        public void close() {}
    }
}
