package io.homeport.gateway;

/// The connections of an event loop that take little of its time and publish: while there are any,
/// those that take much leave time free, since nobody knows when the next message comes. Owned by
/// its event loop.
final class Crowd {
    /// For how long one counts after it has published.
    private static final long NANOS = 100_000_000;

    private long seenNanos = System.nanoTime() - NANOS;

    /// One of them has published.
    void seen(long nowNanos) {
        seenNanos = nowNanos;
    }

    boolean isThere(long nowNanos) {
        return nowNanos - seenNanos < NANOS;
    }
}
