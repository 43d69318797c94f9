package io.homeport.broker;

import org.jspecify.annotations.Nullable;

/// How fast one connection may go, both ways together. Owned by its event loop. Where no limit
/// needs it there is none.
final class Pace {
    private final RateLimit publishes;
    private final RateLimit bytes;
    private final RateLimit stored;
    private final RateLimit shared;
    private final long waitingBytes;

    private Pace(BrokerLimits.Rates rates, long now) {
        this.publishes = new RateLimit(rates.publishesPerConnection(), now);
        this.bytes = new RateLimit(rates.bytesPerConnection(), now);
        this.stored = new RateLimit(rates.storedPerConnection(), now);
        this.shared = new RateLimit(rates.sharedPerMember(), now);
        this.waitingBytes =
                rates.bytesPerConnection() == 0 ? Long.MAX_VALUE : rates.bytesPerConnection();
    }

    static @Nullable Pace of(BrokerLimits limits, long now) {
        return limits.rates().paces() || limits.redelivery().any()
                ? new Pace(limits.rates(), now)
                : null;
    }

    /// The shorter one of two waits, of which 0 is none.
    static long sooner(long wait, long other) {
        return wait == 0 ? other : other == 0 ? wait : Math.min(wait, other);
    }

    /// Counts a message that came or that can't wait; false where it is over the limit.
    boolean publish(long now) {
        return publishes.take(now);
    }

    /// Counts payload; returns for how many milliseconds nothing more should come or go.
    long transfer(int payloadBytes, long now) {
        return bytes.owe(payloadBytes, now);
    }

    /// For how many milliseconds nothing should come or go.
    long busyMillis(long now) {
        return bytes.owe(0, now);
    }

    /// How many bytes of QoS 0 messages may wait while nothing goes.
    long waitingBytes() {
        return waitingBytes;
    }

    /// Counts a message that can wait. Returns 0 where it may be sent, else for how many
    /// milliseconds it has to wait.
    ///
    /// @param fromBacklog whether it was in the queue before the client came back
    long send(QueuedMessage queued, boolean fromBacklog, long now) {
        RateLimit released = queued.group == null ? stored : shared;
        long wait = Math.max(publishes.waitMillis(now), bytes.owe(0, now));
        if (fromBacklog) {
            wait = Math.max(wait, released.waitMillis(now));
        }
        if (wait > 0) {
            return wait;
        }
        publishes.take(now);
        if (fromBacklog) {
            released.take(now);
        }
        bytes.owe(queued.payloadBytes(), now);
        return 0;
    }

    /// Counts a repetition; returns 0 where it may be sent, else for how long it has to wait.
    long repeat(QueuedMessage queued, long now) {
        return send(queued, false, now);
    }
}
