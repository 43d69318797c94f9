package io.homeport.gateway;

import io.netty.util.concurrent.EventExecutor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What the connections of one event loop do together: deadlines are found by one scan twice a
/// second instead of a timer per connection, and connections that were written to outside of their
/// own read are flushed by one task per loop turn. Owned by its event loop.
final class LoopDuties {
    private static final long SCAN_MILLIS = 500;

    private final EventExecutor loop;
    private final Turnover turnover;
    private final List<Watched> watched = new ArrayList<>();
    private final Runnable scan = this::scan;
    private final Runnable flush = this::flush;
    private List<MqttConnection> unflushed = new ArrayList<>();
    private List<MqttConnection> flushing = new ArrayList<>();
    private boolean scanScheduled;
    private boolean flushScheduled;

    LoopDuties(EventExecutor loop) {
        this.loop = loop;
        this.turnover = new Turnover(loop);
    }

    /// How connections that come and go share the loop's time.
    Turnover turnover() {
        return turnover;
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

    /// Flushes the connection at the end of this loop turn.
    void flushLater(MqttConnection connection) {
        unflushed.add(connection);
        if (!flushScheduled) {
            flushScheduled = true;
            loop.execute(flush);
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

    private void flush() {
        flushScheduled = false;
        List<MqttConnection> batch = unflushed;
        unflushed = flushing;
        flushing = batch;
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).flushOutbound();
        }
        batch.clear();
    }
}
