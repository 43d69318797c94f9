package io.homeport.testkit;

import io.homeport.core.Clock;
import io.homeport.core.Timers;
import java.time.Duration;
import java.util.PriorityQueue;

/// A clock that stands still until a test moves it, and its timers. Not thread-safe.
public final class SimTimers implements Clock, Timers {
    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private long nowMillis;
    private long skewMillis;
    private long sequence;

    /// Starts at 2026-01-01T00:00:00Z.
    public SimTimers() {
        this(1_767_225_600_000L);
    }

    public SimTimers(long startMillis) {
        this.nowMillis = startMillis;
    }

    @Override
    public long millis() {
        return nowMillis + skewMillis;
    }

    @Override
    public long steadyMillis() {
        return nowMillis;
    }

    /// Sets the date, forwards or back, as a time server or an operator does: no time passes.
    public void setDateBy(Duration by) {
        skewMillis += by.toMillis();
    }

    @Override
    public Timer schedule(Duration delay, Runnable action) {
        Task task = new Task(nowMillis + Math.max(0, delay.toMillis()), sequence++, action);
        tasks.add(task);
        return () -> tasks.remove(task);
    }

    /// Moves time forward and runs what becomes due, each task at its own due time.
    public void advance(Duration by) {
        long end = nowMillis + by.toMillis();
        while (!tasks.isEmpty() && tasks.peek().dueMillis <= end) {
            Task task = tasks.remove();
            nowMillis = Math.max(nowMillis, task.dueMillis);
            task.action.run();
        }
        nowMillis = end;
    }

    /// How many tasks wait.
    public int pending() {
        return tasks.size();
    }

    private record Task(long dueMillis, long number, Runnable action) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            int byDue = Long.compare(dueMillis, other.dueMillis);
            return byDue != 0 ? byDue : Long.compare(number, other.number);
        }
    }
}
