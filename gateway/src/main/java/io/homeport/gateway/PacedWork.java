package io.homeport.gateway;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Work on an event loop that could keep its other connections waiting, and so gets a part of the
/// loop's time: to set a connection up or to end one with its will costs as much as hundreds of
/// messages, and thousands may come at once; a connection that floods has more work than there is
/// time. In each turn of the loop such work gets a millisecond, and what is left over waits until
/// the loop has looked after its sockets again. While a {@link Crowd} of others wants to be served
/// at once, a piece at a time is done, and a rest follows in proportion. What has begun is ended
/// before something new is begun, so that few are under way however many wait; else by order. Owned
/// by its event loop.
final class PacedWork {
    /// What there is of each turn while nobody else is kept waiting.
    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final Logger LOG = LoggerFactory.getLogger(PacedWork.class);

    /// What took longer was no work, but a collection or another program.
    private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final EventExecutor loop;
    private final Crowd crowd;
    private final int parts;
    private final Deque<Runnable> begun = new ArrayDeque<>();
    private final Deque<Runnable> fresh = new ArrayDeque<>();
    private final Runnable turn = this::turn;
    private long usedNanos;
    private long restUntil = System.nanoTime();
    private boolean scheduled;

    /// @param parts one part of the time in so many is for this work while there is a crowd
    PacedWork(EventExecutor loop, Crowd crowd, int parts) {
        this.loop = loop;
        this.crowd = crowd;
        this.parts = parts;
    }

    /// Does something now, or in a later turn where this work's part is used up. The order is kept.
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
        return loop.isShuttingDown() || (isEmpty() && isTimeFor(System.nanoTime()));
    }

    private boolean isTimeFor(long now) {
        return usedNanos < TURN_NANOS && restUntil - now <= 0;
    }

    void used(long nanos) {
        usedNanos += nanos;
        rest(System.nanoTime(), nanos);
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

    private void rest(long now, long nanos) {
        if (crowd.isThere(now)) {
            long work = Math.min(nanos, LONGEST_NANOS);
            restUntil = Math.max(restUntil - now, 0) + now + work * (parts - 1);
        }
    }

    /// A scheduled task, unlike others, never runs before the loop has looked at its sockets.
    private void nextTurn() {
        if (scheduled) {
            return;
        }
        scheduled = true;
        if (!loop.isShuttingDown()) {
            long rest = Math.max(restUntil - System.nanoTime(), 0);
            loop.schedule(turn, rest, TimeUnit.NANOSECONDS);
        } else if (!loop.isShutdown()) {
            // Nothing that is scheduled is done any more.
            loop.execute(turn);
        }
    }

    /// The loop would keep to itself what a scheduled task throws.
    private static void piece(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | AssertionError e) {
            LOG.error("a piece of work on an event loop failed by a mistake of the server", e);
        }
    }

    private void turn() {
        scheduled = false;
        usedNanos = 0;
        long start = System.nanoTime();
        if (!crowd.isThere(start)) {
            restUntil = start;
        }
        long now = start;
        try {
            while (!isEmpty() && (loop.isShuttingDown() || isTimeFor(now))) {
                piece((begun.isEmpty() ? fresh : begun).remove());
                long end = System.nanoTime();
                rest(end, end - now);
                now = end;
                usedNanos = now - start;
            }
        } finally {
            if (usedNanos > 0 || !isEmpty()) {
                nextTurn();
            }
        }
    }
}
