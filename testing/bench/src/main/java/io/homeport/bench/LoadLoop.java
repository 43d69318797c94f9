package io.homeport.bench;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// One event loop with its publishers, counters and latencies. Owned by the loop; what may be
/// called from elsewhere says so.
///
/// Publishers are asked to send once per turn of the loop, after all that was readable has been
/// read: many deliveries and acknowledgements make room, and one write per publisher fills it.
final class LoadLoop {
    private static final long WATCH_MILLIS = 100;
    private static final long ANSWER_SECONDS = 30;

    private final EventLoop loop;
    private final List<Publisher> publishers = new ArrayList<>();
    private final LatencyRecorder latency = new LatencyRecorder();
    private final AtomicBoolean pumpRequested = new AtomicBoolean();
    private final Runnable pump = this::pump;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private boolean sending;
    private @Nullable Pacer pacer;
    private long readAtNanos;

    LoadLoop(EventLoop loop) {
        this.loop = loop;
    }

    EventLoop eventLoop() {
        return loop;
    }

    /// Adds a publisher whose connection runs on this loop.
    void add(Publisher publisher) {
        publishers.add(publisher);
    }

    /// Lets the publishers go.
    ///
    /// @param ratePerSecond of this loop's publishers together; 0 as fast as they go
    void start(double ratePerSecond) {
        sending = true;
        if (ratePerSecond > 0) {
            pacer = new Pacer(loop, List.copyOf(publishers), ratePerSecond);
            pacer.start();
            return;
        }
        loop.scheduleAtFixedRate(
                () -> {
                    long now = System.nanoTime();
                    publishers.forEach(publisher -> publisher.watch(now));
                    pump();
                },
                0,
                WATCH_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    void stop() {
        sending = false;
        if (pacer != null) {
            pacer.stop();
        }
    }

    /// Messages that the pacer could not send when they were due, because the publisher had too
    /// many waiting.
    long skipped() {
        return pacer == null ? 0 : pacer.skipped();
    }

    /// Has the publishers fill what room they have, at the end of the loop's turn. Any thread.
    void requestPump() {
        if (!pumpRequested.get() && !pumpRequested.getAndSet(true)) {
            loop.execute(pump);
        }
    }

    private void pump() {
        pumpRequested.set(false);
        long now = System.nanoTime();
        if (pacer != null) {
            for (Publisher publisher : publishers) {
                publisher.sendWaiting(now);
            }
        } else if (sending) {
            for (Publisher publisher : publishers) {
                publisher.fill(now);
            }
        }
    }

    /// When the bytes at hand were read.
    long readAtNanos() {
        return readAtNanos;
    }

    void readNow() {
        readAtNanos = System.nanoTime();
    }

    LatencyRecorder latency() {
        return latency;
    }

    void countSent(int messages) {
        sent.lazySet(sent.getPlain() + messages);
    }

    void countDelivered(int messages) {
        delivered.lazySet(delivered.getPlain() + messages);
    }

    void countAcknowledged(int messages) {
        acknowledged.lazySet(acknowledged.getPlain() + messages);
    }

    /// Any thread.
    long sent() {
        return sent.get();
    }

    /// Any thread.
    long delivered() {
        return delivered.get();
    }

    /// Any thread.
    long acknowledged() {
        return acknowledged.get();
    }

    /// Latencies since the last call, in nanoseconds. Not from a loop.
    Histogram takeLatency() {
        return ask(latency::take);
    }

    /// Runs something on the loop and waits for it. Not from a loop.
    <T> T ask(Callable<T> question) {
        try {
            return loop.submit(question).get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("the run was interrupted", "", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new BenchFailure(
                    "the load generator's event loop doesn't answer",
                    "This machine is overloaded: fewer connections, or more --threads.",
                    e);
        }
    }
}
