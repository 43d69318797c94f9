package io.homeport.gateway;

/// How fast the packet comes that a client has begun: not slower than a modem, so that nobody holds
/// memory for large packets by sending hardly anything. Owned by the connection's event loop.
final class Unfinished {
    /// What a packet that is slower than that may take.
    static final long GRACE_NANOS = 30_000_000_000L;

    /// What it has to bring beyond the grace, on average.
    static final int BYTES_PER_SECOND = 1024;

    private long sinceNanos;
    private int bytes;

    /// After bytes have come or packets were taken.
    ///
    /// @param waiting bytes of a packet that isn't whole; 0 for none
    void rest(int waiting, long nowNanos) {
        if (waiting < bytes || bytes == 0) {
            sinceNanos = nowNanos;
        }
        bytes = waiting;
    }

    boolean isTooSlow(long nowNanos) {
        long over = nowNanos - sinceNanos - GRACE_NANOS;
        return bytes > 0 && over > 0 && bytes < over / 1_000_000_000.0 * BYTES_PER_SECOND;
    }
}
