package io.homeport.bench;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.TreeMap;

/// What one subscriber got of one publisher: what is missing, what came twice, what came out of
/// order. Owned by the subscriber's event loop; {@link #progress} may be read by others.
///
/// What is missing is kept as ranges, a bounded number of them; beyond it the oldest is given up,
/// and what still comes of it counts as out of order.
final class SequenceCheck {
    private static final int RANGES_AT_MOST = 4096;
    private static final VarHandle NEXT;

    static {
        try {
            NEXT = MethodHandles.lookup().findVarHandle(SequenceCheck.class, "next", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// The first sequence number that is above all received.
    private long next;

    private long received;
    private long missing;
    private long duplicates;
    private long outOfOrder;

    /// Start and end (exclusive) of what was passed over and hasn't come yet.
    private final TreeMap<Long, Long> gaps = new TreeMap<>();

    private long givenUpBelow;

    /// Takes a message's number.
    void arrived(long sequence) {
        long expected = next;
        if (sequence == expected) {
            NEXT.setOpaque(this, expected + 1);
            received++;
        } else {
            unexpected(sequence);
        }
    }

    private void unexpected(long sequence) {
        if (sequence > next) {
            gaps.put(next, sequence);
            missing += sequence - next;
            NEXT.setOpaque(this, sequence + 1);
            received++;
            if (gaps.size() > RANGES_AT_MOST) {
                givenUpBelow = gaps.pollFirstEntry().getValue();
            }
            return;
        }
        var gap = gaps.floorEntry(sequence);
        if (gap != null && sequence < gap.getValue()) {
            gaps.remove(gap.getKey());
            if (gap.getKey() < sequence) {
                gaps.put(gap.getKey(), sequence);
            }
            if (sequence + 1 < gap.getValue()) {
                gaps.put(sequence + 1, gap.getValue());
            }
            missing--;
            received++;
            outOfOrder++;
        } else if (sequence < givenUpBelow) {
            outOfOrder++;
        } else {
            duplicates++;
        }
    }

    /// One above the highest number received: how far the subscriber is. Any thread.
    long progress() {
        return (long) NEXT.getOpaque(this);
    }

    /// Different messages that came.
    long received() {
        return received;
    }

    /// Messages that came after a later one.
    long outOfOrder() {
        return outOfOrder;
    }

    /// Messages that came again.
    long duplicates() {
        return duplicates;
    }

    /// How many of the first messages never came.
    ///
    /// @param sent how many the publisher sent
    long lost(long sent) {
        return missing + Math.max(0, sent - next);
    }
}
