package io.homeport.storage;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
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

    // Guarded by the lock.
    private List<CompletableFuture<Void>> waiting = new ArrayList<>();
    private List<CompletableFuture<Void>> inSync = List.of();
    private boolean unsynced;
    private boolean stopping;
    private @Nullable StorageException failure;

    /// @param relaxedWindow null to complete commits when they are synced, else they complete at
    ///   once and are synced this much later
    GroupCommit(Engine engine, @Nullable Duration relaxedWindow) {
        this.engine = engine;
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

    /// Runs a write while no other runs.
    ///
    /// @param write returns null, or why the engine can't go on without recovery; throws to refuse
    CompletableFuture<Void> commit(Supplier<@Nullable StorageException> write) {
        lock.lock();
        try {
            refuseUnlessWorking();
            StorageException failed = write.get();
            if (failed != null) {
                failure = failed;
                report(failed);
                work.signal();
                throw failed;
            }
            unsynced = true;
            if (relaxedWindow == null) {
                return enqueue();
            }
            work.signal();
            return CompletableFuture.completedFuture(null);
        } finally {
            lock.unlock();
        }
    }

    /// Completes once everything committed so far is durable, also where commits are relaxed.
    CompletableFuture<Void> flush() {
        lock.lock();
        try {
            refuseUnlessWorking();
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
                engine.sync();
                succeeded();
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
            while (!unsynced && waiting.isEmpty() && failure == null && !stopping) {
                work.awaitUninterruptibly();
            }
            if (relaxedWindow != null) {
                pause(relaxedWindow.toNanos(), true);
            }
            if (stopping && !unsynced && waiting.isEmpty()) {
                return false;
            }
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

    private void succeeded() {
        take(false).forEach(future -> future.complete(null));
    }

    private void failed(StorageException e) {
        lock.lock();
        try {
            failure = e;
        } finally {
            lock.unlock();
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
