package io.homeport.broker;

import java.util.concurrent.atomic.AtomicLong;

/// What all queues that are in memory alone hold together: a quarter of the heap. Above that, a
/// session that holds much gets no more, while others go on. Messages with many receivers count for
/// each. Thread-safe.
final class QueueMemory {
    /// What a session may hold in any case.
    static final long SHARE_BYTES = 1 << 20;

    private final long maximumBytes;
    private final AtomicLong bytes = new AtomicLong();

    QueueMemory(long maximumBytes) {
        this.maximumBytes = maximumBytes;
    }

    void add(long more) {
        bytes.addAndGet(more);
    }

    /// Whether a session that would hold this many bytes has to do without.
    boolean refuses(long held) {
        return held > SHARE_BYTES && bytes.get() > maximumBytes;
    }
}
