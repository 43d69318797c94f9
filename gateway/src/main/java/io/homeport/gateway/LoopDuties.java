package io.homeport.gateway;

import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What the connections of one event loop do together: deadlines are found by one scan twice a
/// second instead of a timer per connection, and connections that were written to outside of their
/// own read are flushed by one task per loop turn. And they take turns: what a connection brings or
/// takes beyond a slice waits in a line, of which a slice is done per loop turn, so that one that
/// floods delays the others by little. Owned by its event loop.
final class LoopDuties {
    /// What one connection may do in one loop turn, and what is done of the line in one.
    static final long SLICE_NANOS = 300_000;

    /// What a connection may do while it is the only one that brings anything: larger batches.
    private static final long LONG_SLICE_NANOS = 5_000_000;

    /// For how long another one counts as being there.
    private static final long COMPANY_NANOS = 10_000_000;

    /// What a connection may do in one turn while there is a {@link Crowd}, and what is done of the
    /// line then.
    private static final long CROWDED_SLICE_NANOS = 100_000;

    /// One part in so many of the time is for those that come and go while there is a crowd.
    private static final int NEWCOMERS_PARTS = 4;

    /// The same for those that flood.
    private static final int FLOODS_PARTS = 10;

    private static final long SCAN_MILLIS = 500;

    private final EventExecutor loop;
    private final Crowd crowd = new Crowd();
    private final PacedWork turnover;
    private final PacedWork floods;
    private final List<Watched> watched = new ArrayList<>();
    private final Runnable scan = this::scan;
    private final Runnable flush = this::flush;
    private List<MqttConnection> unflushed = new ArrayList<>();
    private List<MqttConnection> flushing = new ArrayList<>();
    private final List<MqttConnection> answered = new ArrayList<>();
    private final Queue<MqttConnection> overdue = new ArrayDeque<>();
    private boolean overdueInLine;
    private final Queue<Runnable> line = new ArrayDeque<>();
    private final Runnable turn = this::turn;
    private final Runnable nextTurn = this::nextTurn;
    private @Nullable Watched lastReader;
    private long companyNanos = System.nanoTime();
    private boolean scanScheduled;
    private boolean flushScheduled;
    private boolean turnScheduled;

    LoopDuties(EventExecutor loop) {
        this.loop = loop;
        this.turnover = new PacedWork(loop, crowd, NEWCOMERS_PARTS);
        this.floods = new PacedWork(loop, crowd, FLOODS_PARTS);
    }

    /// How connections that come and go share the loop's time.
    PacedWork turnover() {
        return turnover;
    }

    /// Whether a connection floods while others want to be served at once.
    boolean floods(Appetite appetite) {
        return appetite.floods() && crowd.isThere(System.nanoTime());
    }

    /// The connections that are to be kept from waiting.
    Crowd crowd() {
        return crowd;
    }

    /// Looks after the deadlines of a connection from now on.
    void watch(Watched connection) {
        if (connection.watchIndex() >= 0) {
            return;
        }
        connection.watchIndex(watched.size());
        watched.add(connection);
        if (!scanScheduled) {
            scanScheduled = true;
            loop.schedule(scan, SCAN_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    void unwatch(Watched connection) {
        int index = connection.watchIndex();
        if (index < 0) {
            return;
        }
        connection.watchIndex(-1);
        Watched last = watched.removeLast();
        if (last != connection) {
            watched.set(index, last);
            last.watchIndex(index);
        }
    }

    /// Flushes the connection at the end of this loop turn: what others send it before what it gets
    /// for its own packets, since a message that waits is later than an acknowledgement.
    void flushLater(MqttConnection connection, boolean own) {
        (own ? answered : unflushed).add(connection);
        if (!flushScheduled) {
            flushScheduled = true;
            afterTasks(flush);
        }
    }

    /// Behind the tasks of this loop turn.
    private void afterTasks(Runnable task) {
        if (loop instanceof SingleThreadEventLoop single) {
            single.executeAfterEventLoopIteration(task);
        } else {
            loop.execute(task);
        }
    }

    /// Until when a connection may go on that begins now.
    long sliceEnd(Watched reader, long nowNanos) {
        if (reader != lastReader) {
            lastReader = reader;
            companyNanos = nowNanos;
        }
        boolean alone = nowNanos - companyNanos > COMPANY_NANOS && !crowd.isThere(nowNanos);
        return nowNanos + (alone ? LONG_SLICE_NANOS : slice(nowNanos));
    }

    private long slice(long nowNanos) {
        return crowd.isThere(nowNanos) ? CROWDED_SLICE_NANOS : SLICE_NANOS;
    }

    /// Puts off what a connection has brought beyond its slice, or while it floods.
    void later(Runnable slice, Appetite appetite) {
        if (floods(appetite)) {
            inSpareTime(slice);
        } else {
            later(slice);
        }
    }

    /// Puts off a slice of work that nobody but its own client waits for.
    void inSpareTime(Runnable slice) {
        floods.later(slice, true);
    }

    /// Puts a slice of work at the end of the line.
    void later(Runnable slice) {
        line.add(slice);
        scheduleTurn();
    }

    /// Behind the tasks of this loop turn, so that the next one begins with what sockets bring: a
    /// loop doesn't look at them while there are tasks.
    private void scheduleTurn() {
        if (turnScheduled) {
            return;
        }
        turnScheduled = true;
        afterTasks(nextTurn);
    }

    private void nextTurn() {
        loop.execute(turn);
    }

    private void turn() {
        turnScheduled = false;
        long begin = System.nanoTime();
        long slice = slice(begin);
        int standing = line.size();
        try {
            for (int i = 0; i < standing && System.nanoTime() - begin < slice; i++) {
                line.remove().run();
            }
        } finally {
            if (!line.isEmpty()) {
                scheduleTurn();
            }
        }
    }

    /// From the end, so that a connection that leaves changes places only with one already seen.
    private void scan() {
        scanScheduled = false;
        long now = System.nanoTime();
        for (int i = watched.size() - 1; i >= 0; i--) {
            if (i < watched.size()) {
                watched.get(i).check(now);
            }
        }
        if (!watched.isEmpty() && !loop.isShuttingDown()) {
            scanScheduled = true;
            loop.schedule(scan, SCAN_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /// Those that were written to in this turn go first, a slice of them; the others have a slice
    /// of their own.
    private void flush() {
        flushScheduled = false;
        unflushed.addAll(answered);
        answered.clear();
        List<MqttConnection> batch = unflushed;
        unflushed = flushing;
        flushing = batch;
        long begin = System.nanoTime();
        long slice = slice(begin);
        int done = 0;
        while (done < batch.size() && System.nanoTime() - begin < slice) {
            batch.get(done++).flushOutbound();
        }
        for (; done < batch.size(); done++) {
            overdue.add(batch.get(done));
        }
        batch.clear();
        if (!overdue.isEmpty() && !overdueInLine) {
            overdueInLine = true;
            later(this::flushOverdue);
        }
    }

    private void flushOverdue() {
        overdueInLine = false;
        long begin = System.nanoTime();
        long slice = slice(begin);
        while (!overdue.isEmpty() && System.nanoTime() - begin < slice) {
            overdue.remove().flushOutbound();
        }
        if (!overdue.isEmpty()) {
            overdueInLine = true;
            later(this::flushOverdue);
        }
    }
}
