package io.homeport.core;

import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The real clock, which can be moved forward, and the timers that follow it. Thread-safe. One
/// daemon thread runs due tasks one after the other in order of their due time; after {@link
/// #close} none runs any more.
///
/// The date is the machine's plus what the clock was moved; the steady time, and with it the
/// timers, is anchored at the date of the start and goes on by {@link System#nanoTime}.
public final class SystemTimers implements Clock, Timers, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SystemTimers.class);
    private static final Duration LONGEST = Duration.ofDays(365L * 100_000);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final TreeSet<Task> tasks = new TreeSet<>();
    private final LongSupplier wallMillis;
    private final LongSupplier nanos;
    private final long startMillis;
    private final long startNanos;
    private volatile long offsetMillis;
    private long sequence;
    private boolean closed;

    public SystemTimers() {
        this(System::currentTimeMillis, System::nanoTime);
    }

    /// @param wallMillis the machine's date, which may step
    /// @param nanos as {@link System#nanoTime}
    SystemTimers(LongSupplier wallMillis, LongSupplier nanos) {
        this.wallMillis = wallMillis;
        this.nanos = nanos;
        this.startMillis = wallMillis.getAsLong();
        this.startNanos = nanos.getAsLong();
        Thread.ofPlatform().daemon().name("timers").start(this::run);
    }

    @Override
    public long millis() {
        return wallMillis.getAsLong() + offsetMillis;
    }

    @Override
    public long steadyMillis() {
        return startMillis + TimeUnit.NANOSECONDS.toMillis(elapsedNanos()) + offsetMillis;
    }

    private long elapsedNanos() {
        return nanos.getAsLong() - startNanos;
    }

    /// What tasks are ordered by: since the start, with what the clock was moved. Milliseconds
    /// would make a task due up to one too early, nanoseconds end after 292 years.
    private long elapsedMicros() {
        return TimeUnit.NANOSECONDS.toMicros(elapsedNanos())
                + TimeUnit.MILLISECONDS.toMicros(offsetMillis);
    }

    /// The machine's own time, which {@link #advance} leaves alone: for what clients date by their
    /// own clocks.
    public Clock machineClock() {
        return wallMillis::getAsLong;
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
            Task task = new Task(dueMicros(delay), sequence++, action);
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
    private long dueMicros(Duration delay) {
        long now = elapsedMicros();
        if (!delay.isPositive()) {
            return now;
        }
        return delay.compareTo(LONGEST) >= 0 || Long.MAX_VALUE - now <= micros(delay)
                ? Long.MAX_VALUE
                : now + micros(delay);
    }

    /// Rounded up: a task never runs too early.
    private static long micros(Duration delay) {
        return TimeUnit.SECONDS.toMicros(delay.toSeconds()) + delay.toNanosPart() / 1000 + 1;
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
            long wait = tasks.first().dueMicros - elapsedMicros();
            if (wait <= 0) {
                return tasks.pollFirst();
            }
            changed.awaitNanos(TimeUnit.MICROSECONDS.toNanos(wait));
        }
        return null;
    }

    private final class Task implements Timer, Comparable<Task> {
        private final long dueMicros;
        private final long number;
        private final Runnable action;

        Task(long dueMicros, long number, Runnable action) {
            this.dueMicros = dueMicros;
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
            int byDue = Long.compare(dueMicros, other.dueMicros);
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
