package io.homeport.gateway;

import io.homeport.aws.ApiResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// An answer that costs much and is the same for everybody: it is made once for all who ask at
/// about the same time, one at a time, and only so often. Whoever asks gets one that was begun
/// after that, so never an old one, and waits a little where somebody else has just got one.
/// Thread-safe; blocks, so not for event loops.
final class SharedAnswer {
    private final Supplier<ApiResponse> making;
    private final long pauseNanos;
    private final ReentrantLock turn = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable CompletableFuture<ApiResponse> next;
    private long notBefore = System.nanoTime();

    /// @param pause from the end of one to the begin of the next
    SharedAnswer(Duration pause, Supplier<ApiResponse> making) {
        this.making = making;
        this.pauseNanos = pause.toNanos();
    }

    ApiResponse get() {
        CompletableFuture<ApiResponse> mine;
        lock.lock();
        try {
            mine = next;
            if (mine == null) {
                next = new CompletableFuture<>();
            }
        } finally {
            lock.unlock();
        }
        return mine == null ? make() : mine.join();
    }

    private ApiResponse make() {
        turn.lock();
        try {
            for (long left = notBefore - System.nanoTime();
                    left > 0 && !Thread.currentThread().isInterrupted();
                    left = notBefore - System.nanoTime()) {
                LockSupport.parkNanos(this, left);
            }
            return make(begin());
        } finally {
            notBefore = System.nanoTime() + pauseNanos;
            turn.unlock();
        }
    }

    /// From now on, who asks waits for the one behind this.
    private CompletableFuture<ApiResponse> begin() {
        lock.lock();
        try {
            CompletableFuture<ApiResponse> mine = next;
            next = null;
            return mine == null ? new CompletableFuture<>() : mine;
        } finally {
            lock.unlock();
        }
    }

    private ApiResponse make(CompletableFuture<ApiResponse> promise) {
        try {
            promise.complete(making.get());
        } catch (RuntimeException | Error e) {
            promise.completeExceptionally(e);
        }
        return promise.join();
    }
}
