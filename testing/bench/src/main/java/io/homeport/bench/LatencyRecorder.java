package io.homeport.bench;

import org.HdrHistogram.Histogram;

/// Latencies of one event loop. Owned by it.
///
/// Messages that were sent by one write and arrived in one read have the same latency, so equal
/// values in a row are recorded at once.
final class LatencyRecorder {
    private static final long LOWEST_NANOS = 1_000;
    private static final long HIGHEST_NANOS = 120_000_000_000L;

    private Histogram histogram = histogram();
    private long value;
    private long count;

    /// An empty histogram in nanoseconds with three digits.
    static Histogram histogram() {
        return new Histogram(LOWEST_NANOS, HIGHEST_NANOS, 3);
    }

    void record(long nanos) {
        if (nanos == value) {
            count++;
            return;
        }
        flush();
        value = nanos;
        count = 1;
    }

    private void flush() {
        if (count > 0) {
            histogram.recordValueWithCount(Math.clamp(value, 0, HIGHEST_NANOS), count);
            count = 0;
        }
    }

    /// What was recorded since the last call.
    Histogram take() {
        flush();
        Histogram taken = histogram;
        histogram = histogram();
        return taken;
    }
}
