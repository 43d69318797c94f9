package io.homeport.functions;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks after the processes on a thread of its own: takes their output before pipes are full, ends
/// those that use too much memory, and those that have had nothing to do for long. It looks often
/// while functions run and rarely while none does. Thread-safe.
final class Watch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
    private static final long BUSY_MILLIS = 20;
    private static final long IDLE_MILLIS = 1000;
    private static final long EMPTY_MILLIS = 3_600_000;
    private static final long MEMORY_MILLIS = 200;

    private final ProcessPool pool;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int running;
    private boolean begun;
    private boolean closed;

    Watch(ProcessPool pool) {
        this.pool = pool;
        Thread.ofPlatform().daemon().name("functions-watch").start(this::run);
    }

    /// Says that a function is about to run.
    void begin() {
        lock.lock();
        try {
            running++;
            if (!begun) {
                begun = true;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Says that a function that began has ended.
    void end() {
        lock.lock();
        try {
            running--;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        long memoryAt = System.nanoTime();
        long idleAt = memoryAt;
        while (pause()) {
            try {
                pool.all().forEach(FunctionProcess::drain);
                long now = System.nanoTime();
                if (now - memoryAt >= TimeUnit.MILLISECONDS.toNanos(MEMORY_MILLIS)) {
                    memoryAt = now;
                    checkMemory();
                }
                if (now - idleAt >= TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS)) {
                    idleAt = now;
                    pool.endIdle();
                }
            } catch (RuntimeException e) {
                LOG.error("functions.watch.failed: a mistake in Homeport; the watch goes on", e);
            }
        }
    }

    /// Waits for the next look; false once closed.
    private boolean pause() {
        lock.lock();
        try {
            long idle = pool.all().isEmpty() ? EMPTY_MILLIS : IDLE_MILLIS;
            long left = TimeUnit.MILLISECONDS.toNanos(running > 0 ? BUSY_MILLIS : idle);
            while (left > 0 && !closed && !begun) {
                left = changed.awaitNanos(left);
            }
            begun = false;
            return !closed;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void checkMemory() {
        if (pool.all().stream().noneMatch(FunctionProcess::isBusy)) {
            return;
        }
        Map<Long, Long> groups = Memory.byGroup();
        for (FunctionProcess process : pool.all()) {
            Long bytes = groups.get(process.pid());
            if (bytes != null && process.isBusy()) {
                process.usedMemory(bytes);
            }
        }
    }
}
