package io.homeport.core;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The real clock, which can be moved forward, and the timers that follow it. Thread-safe. One daemon
/// thread runs due tasks one after the other in order of their due time.
public final class SystemTimers implements Clock, Timers, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SystemTimers.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private volatile long offsetMillis;
    private long sequence;
    private boolean closed;

    public SystemTimers() {
        Thread.ofPlatform().daemon().name("timers").start(this::run);
    }

    @Override
    public long millis() {
        return System.currentTimeMillis() + offsetMillis;
    }

    /// Moves the clock forward. Tasks that become due run in order of their due time.
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("the clock only moves forward, not by " + by);
        }
        lock.lock();
        try {
            offsetMillis = Math.addExact(offsetMillis, by.toMillis());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Timer schedule(Duration delay, Runnable action) {
        lock.lock();
        try {
            Task task = new Task(millis() + Math.max(0, delay.toMillis()), sequence++, action);
            tasks.add(task);
            if (tasks.peek() == task) {
                changed.signalAll();
            }
            return task;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            tasks.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (true) {
            Task due;
            lock.lock();
            try {
                due = awaitDue();
            } catch (InterruptedException e) {
                return;
            } finally {
                lock.unlock();
            }
            if (due == null) {
                return;
            }
            try {
                due.action.run();
            } catch (RuntimeException | AssertionError e) {
                LOG.error("a timer's task failed; the timers go on", e);
            }
        }
    }

    /// The next due task, null once closed. Called with the lock held.
    private @Nullable Task awaitDue() throws InterruptedException {
        while (!closed) {
            Task first = tasks.peek();
            if (first == null) {
                changed.await();
                continue;
            }
            long wait = first.dueMillis - millis();
            if (wait <= 0) {
                return tasks.remove();
            }
            changed.awaitNanos(wait * 1_000_000);
        }
        return null;
    }

    private final class Task implements Timer, Comparable<Task> {
        private final long dueMillis;
        private final long number;
        private final Runnable action;

        Task(long dueMillis, long number, Runnable action) {
            this.dueMillis = dueMillis;
            this.number = number;
            this.action = action;
        }

        @Override
        public void cancel() {
            lock.lock();
            try {
                tasks.remove(this);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public int compareTo(Task other) {
            int byDue = Long.compare(dueMillis, other.dueMillis);
            return byDue != 0 ? byDue : Long.compare(number, other.number);
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }
}
