package io.homeport.bench;

import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Sends at a fixed rate, the publishers in turn. Owned by their event loop.
final class Pacer {
    private static final long SHORTEST_PAUSE_NANOS = 50_000;

    private final EventLoop loop;
    private final List<Publisher> publishers;
    private final double nanosPerMessage;
    private final Runnable tick = this::tick;
    private long startNanos;
    private long due;
    private long skipped;
    private boolean stopped;

    Pacer(EventLoop loop, List<Publisher> publishers, double ratePerSecond) {
        this.loop = loop;
        this.publishers = publishers;
        this.nanosPerMessage = 1e9 / ratePerSecond;
    }

    void start() {
        startNanos = System.nanoTime();
        if (!publishers.isEmpty()) {
            loop.execute(tick);
        }
    }

    void stop() {
        stopped = true;
    }

    /// Messages that were due while their publisher had as many waiting as it may.
    long skipped() {
        return skipped;
    }

    private void tick() {
        if (stopped) {
            return;
        }
        long now = System.nanoTime();
        long dueAt = dueAt();
        while (dueAt - now <= 0) {
            Publisher publisher = publishers.get((int) (due % publishers.size()));
            if (!publisher.sendDue(dueAt, now)) {
                skipped++;
            }
            due++;
            dueAt = dueAt();
        }
        long pause = Math.max(SHORTEST_PAUSE_NANOS, dueAt - System.nanoTime());
        loop.schedule(tick, pause, TimeUnit.NANOSECONDS);
    }

    private long dueAt() {
        return startNanos + (long) (due * nanosPerMessage);
    }
}
