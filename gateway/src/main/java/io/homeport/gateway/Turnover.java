package io.homeport.gateway;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/// Shares the time of one event loop between connections that come or go and those that stay. To
/// set one up, or to end one with its will, costs as much as hundreds of messages, so that
/// thousands at once would keep the others waiting: in each turn of the loop they get so much time,
/// and what is left over waits until the loop has looked after its sockets again. What has begun is
/// ended before something new is begun, so that few are under way however many wait; else by order.
/// Owned by its event loop.
final class Turnover {
    /// What they get of each turn.
    private static final long SHARE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final EventExecutor loop;
    private final Deque<Runnable> begun = new ArrayDeque<>();
    private final Deque<Runnable> fresh = new ArrayDeque<>();
    private final Runnable turn = this::turn;
    private long usedNanos;
    private boolean scheduled;

    Turnover(EventExecutor loop) {
        this.loop = loop;
    }

    /// Does something now, or in a later turn where this one's share is used up. The order is kept.
    void run(Runnable work) {
        if (mayGo()) {
            long start = System.nanoTime();
            work.run();
            used(System.nanoTime() - start);
        } else {
            later(work, true);
        }
    }

    /// Whether something may be done at once. {@link #used} is to be told how long it took.
    boolean mayGo() {
        return (isEmpty() && usedNanos < SHARE_NANOS) || loop.isShuttingDown();
    }

    void used(long nanos) {
        usedNanos += nanos;
        nextTurn();
    }

    /// Does something in a later turn.
    ///
    /// @param goesOn whether it belongs to what has begun
    void later(Runnable work, boolean goesOn) {
        (goesOn ? begun : fresh).add(work);
        nextTurn();
    }

    private boolean isEmpty() {
        return begun.isEmpty() && fresh.isEmpty();
    }

    /// A scheduled task, unlike others, never runs before the loop has looked at its sockets.
    private void nextTurn() {
        if (!scheduled && !loop.isShuttingDown()) {
            scheduled = true;
            loop.schedule(turn, 0, TimeUnit.NANOSECONDS);
        }
    }

    private void turn() {
        scheduled = false;
        if (usedNanos > 0 || !isEmpty()) {
            nextTurn();
        }
        usedNanos = 0;
        long start = System.nanoTime();
        while (!isEmpty() && usedNanos < SHARE_NANOS) {
            (begun.isEmpty() ? fresh : begun).remove().run();
            usedNanos = System.nanoTime() - start;
        }
    }
}
