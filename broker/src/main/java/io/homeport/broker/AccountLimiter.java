package io.homeport.broker;

import org.jspecify.annotations.Nullable;

/// How fast all clients of an account may go together. Thread-safe. A profile without such limits
/// has none of these.
final class AccountLimiter {
    private final RateLimit connects;
    private final RateLimit inbound;
    private final RateLimit outbound;
    private final RateLimit subscriptions;
    private final RateLimit queued;
    private final RateLimit retained;

    private AccountLimiter(BrokerLimits.AccountRates rates, long now) {
        this.connects = new RateLimit(rates.connects(), now);
        this.inbound = new RateLimit(rates.inboundPublishes(), now);
        this.outbound = new RateLimit(rates.outboundPublishes(), now);
        this.subscriptions = new RateLimit(rates.subscriptions(), now);
        this.queued = new RateLimit(rates.queued(), now);
        this.retained = new RateLimit(rates.retained(), now);
    }

    static @Nullable AccountLimiter of(BrokerLimits.AccountRates rates, long now) {
        return rates.any() ? new AccountLimiter(rates, now) : null;
    }

    boolean connects(long now) {
        synchronized (connects) {
            return connects.take(now);
        }
    }

    /// Counts a publish of a client and what it brings. A publish that begins below the limit on
    /// deliveries brings all of them, and those after it wait for that.
    ///
    /// @param receivers clients and shared groups that are to get it
    boolean publishes(int receivers, long now) {
        synchronized (inbound) {
            if (!inbound.take(now)) {
                return false;
            }
        }
        synchronized (outbound) {
            if (outbound.waitMillis(now) > 0) {
                return false;
            }
            outbound.owe(receivers, now);
            return true;
        }
    }

    boolean subscribes(long now) {
        synchronized (subscriptions) {
            return subscriptions.take(now);
        }
    }

    boolean queues(long now) {
        synchronized (queued) {
            return queued.take(now);
        }
    }

    boolean retains(long now) {
        synchronized (retained) {
            return retained.take(now);
        }
    }
}
