package io.homeport.core;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// How many lines may go into a log in a second, so that what others do over and over doesn't fill
/// it. What is left out is counted. Thread-safe.
public final class LogBudget {
    /// What {@link #take} answers where there is no more room.
    public static final long NONE = -1;

    private final int perSecond;
    private final LongSupplier nanos;

    /// Upper bits: the second; lower 20: lines written in it.
    private final AtomicLong window = new AtomicLong();

    private final AtomicLong leftOut = new AtomicLong();

    /// @param perSecond lines, fewer than a million
    public LogBudget(int perSecond) {
        this(perSecond, System::nanoTime);
    }

    LogBudget(int perSecond, LongSupplier nanos) {
        this.perSecond = perSecond;
        this.nanos = nanos;
    }

    /// Asks for one line.
    ///
    /// @return how many lines were left out since the one before; {@link #NONE} where this one has
    ///   to be, too
    public long take() {
        long second = TimeUnit.NANOSECONDS.toSeconds(nanos.getAsLong()) & 0xFFF_FFFF_FFFFL;
        while (true) {
            long seen = window.get();
            long wanted = seen >>> 20 == second ? seen + 1 : (second << 20) | 1;
            if ((wanted & 0xF_FFFF) > perSecond) {
                leftOut.incrementAndGet();
                return NONE;
            }
            if (window.compareAndSet(seen, wanted)) {
                return leftOut.getAndSet(0);
            }
        }
    }
}
