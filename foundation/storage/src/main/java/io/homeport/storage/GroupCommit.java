package io.homeport.storage;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts commits in an order and lets many of them share one fsync. Thread-safe.
///
/// One lock orders the writes and the queue of their futures, so that the order of the queue is the
/// order of the commits. One daemon thread takes the whole queue, syncs, and completes what it
/// took; commits that come meanwhile form the next queue, so a group grows with the load and nobody
/// ever waits for a timer. Without work the thread parks.
///
/// Where the engine can't take a write without waiting for the disk, callers that may not wait
/// (event loops) leave it in a queue, and the sync thread writes it as soon as that works. While
/// anything is in that queue, every write goes through it, so the order stays. Only when the queue
/// holds more than it may do callers wait.
///
/// After a failure nothing is accepted until the engine has recovered, which the thread tries again
/// and again: a commit that came after a lost one must not become durable without it.
final class GroupCommit {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    private static final long RETRY_MILLIS = 500;

    private final Engine engine;
    private final @Nullable Duration relaxedWindow;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Thread thread;

    /// Whether there is something to sync in this turn. Used by the thread alone.
    private boolean syncs;

    // Guarded by the lock.
    private List<CompletableFuture<Void>> waiting = new ArrayList<>();
    private List<CompletableFuture<Void>> inSync = List.of();
    private boolean unsynced;
    private boolean stopping;
    private @Nullable StorageException failure;
    private final Deque<Deferred> deferred = new ArrayDeque<>();
    private long deferredBytes;

    private final long deferredBytesMaximum;

    /// @param relaxedWindow null to complete commits when they are synced, else they complete at
    ///   once and are synced this much later
    /// @param deferredBytesMaximum how much may wait to be written before callers have to wait
    GroupCommit(Engine engine, @Nullable Duration relaxedWindow, long deferredBytesMaximum) {
        this.engine = engine;
        this.deferredBytesMaximum = deferredBytesMaximum;
        this.relaxedWindow = relaxedWindow;
        this.thread = Thread.ofPlatform().daemon().name("store-sync").start(this::run);
    }

    /// What is written to and synced.
    interface Engine {
        /// Makes everything written so far durable.
        ///
        /// @throws StorageException where that fails
        void sync();

        /// Tries to work again after a failure. Called on the sync thread, without the lock.
        ///
        /// @throws StorageException where it doesn't work yet
        void recover();
    }

    /// A write; no two run at the same time.
    interface Write {
        /// @param wait whether it may wait for the disk
        /// @return false where it would have to wait; nothing has happened then
        /// @throws ConflictException to refuse
        /// @throws StorageException where the engine can't go on without recovery
        boolean attempt(boolean wait);
    }

    /// @param applied completes when readers see it
    private record Deferred(
            Write write,
            long bytes,
            CompletableFuture<Void> applied,
            CompletableFuture<Void> durable) {}

    /// Runs a write, now or when that is possible without making the caller wait.
    ///
    /// @param now used during this call alone
    /// @param later used after it
    /// @param bytes what it holds while it waits
    /// @param visible whether to return only when readers see it
    CompletableFuture<Void> commit(Write now, Write later, long bytes, boolean visible) {
        Deferred waits;
        boolean full;
        lock.lock();
        try {
            refuseUnlessWorking();
            if (deferred.isEmpty() && attempt(now)) {
                unsynced = true;
                if (relaxedWindow == null) {
                    return enqueue();
                }
                work.signal();
                return CompletableFuture.completedFuture(null);
            }
            full = deferredBytes >= deferredBytesMaximum;
            waits = defer(later, bytes);
        } finally {
            lock.unlock();
        }
        if (visible || full) {
            await(waits.applied);
        }
        return waits.durable;
    }

    /// Called with the lock held.
    private boolean attempt(Write write) {
        try {
            return write.attempt(false);
        } catch (ConflictException e) {
            throw e;
        } catch (StorageException e) {
            failure = e;
            report(e);
            work.signal();
            throw e;
        }
    }

    /// Called with the lock held.
    private Deferred defer(Write write, long bytes) {
        Deferred waits =
                new Deferred(write, bytes, new CompletableFuture<>(), new CompletableFuture<>());
        deferred.add(waits);
        deferredBytes += bytes;
        work.signal();
        return waits;
    }

    private static void await(CompletableFuture<Void> applied) {
        try {
            applied.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StorageException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /// Completes once everything committed so far is durable, also where commits are relaxed.
    CompletableFuture<Void> flush() {
        lock.lock();
        try {
            refuseUnlessWorking();
            if (!deferred.isEmpty()) {
                return defer(_ -> true, 0).durable;
            }
            if (unsynced) {
                return enqueue();
            }
            if (inSync.isEmpty()) {
                return CompletableFuture.completedFuture(null);
            }
            CompletableFuture<Void> future = new CompletableFuture<>();
            inSync.add(future);
            return future;
        } finally {
            lock.unlock();
        }
    }

    /// False after a failure, until the engine has recovered.
    boolean isWorking() {
        lock.lock();
        try {
            return failure == null && !stopping;
        } finally {
            lock.unlock();
        }
    }

    private CompletableFuture<Void> enqueue() {
        CompletableFuture<Void> future = new CompletableFuture<>();
        waiting.add(future);
        work.signal();
        return future;
    }

    private void refuseUnlessWorking() {
        if (stopping) {
            throw new StorageException("the store is closed");
        }
        if (failure != null) {
            throw new StorageException(
                    "the store takes no writes after a failure and tries to recover: "
                            + failure.getMessage(),
                    failure);
        }
    }

    /// Syncs what was committed, then ends the thread.
    void stop() {
        lock.lock();
        try {
            stopping = true;
            work.signal();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (awaitWork()) {
            try {
                if (syncs) {
                    engine.sync();
                    succeeded();
                }
                drain();
            } catch (StorageException e) {
                report(e);
                failed(e);
            }
            recover();
        }
    }

    /// False once there is nothing left to do.
    private boolean awaitWork() {
        lock.lock();
        try {
            while (!unsynced
                    && waiting.isEmpty()
                    && deferred.isEmpty()
                    && failure == null
                    && !stopping) {
                work.awaitUninterruptibly();
            }
            if (relaxedWindow != null) {
                pause(relaxedWindow.toNanos(), true);
            }
            if (stopping && !unsynced && waiting.isEmpty() && deferred.isEmpty()) {
                return false;
            }
            syncs = unsynced || !waiting.isEmpty() || deferred.isEmpty();
            // A list of its own even when empty: flush() may add to it.
            inSync = waiting;
            waiting = new ArrayList<>();
            unsynced = false;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Waits, with the lock held, unless the store stops, fails, or (if asked) somebody flushes.
    private void pause(long nanos, boolean untilFlush) {
        long left = nanos;
        while (left > 0 && !stopping && !(untilFlush && (failure != null || !waiting.isEmpty()))) {
            try {
                left = work.awaitNanos(left);
            } catch (InterruptedException e) {
                // Nobody interrupts this thread in order to end it: stop() does that.
                LOG.debug("the sync thread was interrupted", e);
            }
        }
    }

    /// Writes what waits, without the lock: nobody else writes while something waits.
    private void drain() {
        boolean wait = true;
        for (Deferred next = firstDeferred(); next != null; next = firstDeferred()) {
            try {
                if (!next.write.attempt(wait)) {
                    return;
                }
                applied(next);
                next.applied.complete(null);
            } catch (ConflictException e) {
                removeDeferred();
                next.applied.completeExceptionally(e);
                next.durable.completeExceptionally(e);
            }
            // The first one has waited; what the next ones wait for is better used for a sync.
            wait = false;
        }
    }

    private @Nullable Deferred firstDeferred() {
        lock.lock();
        try {
            return deferred.peek();
        } finally {
            lock.unlock();
        }
    }

    private void removeDeferred() {
        lock.lock();
        try {
            deferredBytes -= deferred.remove().bytes;
        } finally {
            lock.unlock();
        }
    }

    private void applied(Deferred done) {
        lock.lock();
        try {
            deferredBytes -= deferred.remove().bytes;
            unsynced = true;
            if (relaxedWindow == null) {
                waiting.add(done.durable);
                return;
            }
        } finally {
            lock.unlock();
        }
        done.durable.complete(null);
    }

    private void succeeded() {
        take(false).forEach(future -> future.complete(null));
    }

    private void failed(StorageException e) {
        List<Deferred> lost;
        lock.lock();
        try {
            failure = e;
            lost = List.copyOf(deferred);
            deferred.clear();
            deferredBytes = 0;
        } finally {
            lock.unlock();
        }
        for (Deferred one : lost) {
            one.applied.completeExceptionally(e);
            one.durable.completeExceptionally(e);
        }
        take(true).forEach(future -> future.completeExceptionally(e));
    }

    private List<CompletableFuture<Void>> take(boolean all) {
        lock.lock();
        try {
            List<CompletableFuture<Void>> taken = inSync;
            inSync = List.of();
            if (all) {
                taken = new ArrayList<>(taken);
                taken.addAll(waiting);
                waiting.clear();
                unsynced = false;
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /// Where there was a failure, returns once the engine works again or the store is closed.
    private void recover() {
        while (isToRecover()) {
            try {
                engine.recover();
                lock.lock();
                try {
                    failure = null;
                } finally {
                    lock.unlock();
                }
                LOG.atWarn().addKeyValue("event", "store-recovered").log("writes are taken again");
            } catch (StorageException e) {
                lock.lock();
                try {
                    failure = e;
                    pause(TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS), false);
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    private boolean isToRecover() {
        lock.lock();
        try {
            return failure != null && !stopping;
        } finally {
            lock.unlock();
        }
    }

    private static void report(StorageException failure) {
        LOG.atError()
                .setCause(failure)
                .addKeyValue("event", "store-failed")
                .log("the store takes no writes until it has recovered, which it tries by itself");
    }
}
