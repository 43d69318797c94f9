package io.homeport.core;

import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The real clock, which can be moved forward, and the timers that follow it. Thread-safe. One
/// daemon thread runs due tasks one after the other in order of their due time; after {@link
/// #close} none runs any more.
public final class SystemTimers implements Clock, Timers, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SystemTimers.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final TreeSet<Task> tasks = new TreeSet<>();
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

    /// The machine's own time, which {@link #advance} leaves alone: for what clients date by their
    /// own clocks.
    public Clock machineClock() {
        return System::currentTimeMillis;
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
            Task task = new Task(dueMillis(delay), sequence++, action);
            if (!closed) {
                tasks.add(task);
                if (tasks.first() == task) {
                    changed.signalAll();
                }
            }
            return task;
        } finally {
            lock.unlock();
        }
    }

    /// A delay beyond what a long holds means never.
    private long dueMillis(Duration delay) {
        if (delay.isNegative()) {
            return millis();
        }
        long now = millis();
        return delay.compareTo(Duration.ofMillis(Long.MAX_VALUE - now)) >= 0
                ? Long.MAX_VALUE
                : now + delay.toMillis();
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
            } catch (Throwable e) {
                // Whatever it is, the timers of everybody else must go on.
                LOG.error("a timer's task failed; the timers go on", e);
            }
        }
    }

    /// The next due task, null once closed. Called with the lock held.
    private @Nullable Task awaitDue() throws InterruptedException {
        while (!closed) {
            if (tasks.isEmpty()) {
                changed.await();
                continue;
            }
            long wait = tasks.first().dueMillis - millis();
            if (wait <= 0) {
                return tasks.pollFirst();
            }
            changed.awaitNanos(TimeUnit.MILLISECONDS.toNanos(wait));
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
