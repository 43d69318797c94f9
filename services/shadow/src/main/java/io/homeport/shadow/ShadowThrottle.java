package io.homeport.shadow;

import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Says no to requesters that are faster than the limits. Thread-safe.
///
/// Rates let one second's worth through at once and refill evenly. The rates of shadows that were
/// asked for least recently are forgotten where there are too many to remember.
final class ShadowThrottle {
    private static final int REMEMBERED = 10_000;

    private final Clock clock;
    private final ShadowLimits limits;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final Map<ShadowId, Bucket> shadows =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<ShadowId, Bucket> eldest) {
                    return size() > REMEMBERED;
                }
            };
    private final Map<AccountId, Bucket> accounts = new HashMap<>();
    private final Map<Requester, Integer> inFlight = new HashMap<>();

    private record Requester(String clientId, ShadowId.ThingId thing) {}

    private static final class Bucket {
        private double tokens;
        private long filledAtMillis;

        Bucket(int perSecond, long nowMillis) {
            tokens = perSecond;
            filledAtMillis = nowMillis;
        }

        boolean take(int perSecond, long nowMillis) {
            long passed = Math.max(0, nowMillis - filledAtMillis);
            tokens = Math.min(perSecond, tokens + passed * perSecond / 1000.0);
            filledAtMillis = nowMillis;
            if (tokens < 1) {
                return false;
            }
            tokens--;
            return true;
        }
    }

    ShadowThrottle(Clock clock, ShadowLimits limits) {
        this.clock = clock;
        this.limits = limits;
    }

    /// Counts a request; not null where it is one too many for its shadow or account.
    @Nullable ShadowRefusal refusal(ShadowId shadow) {
        int perShadow = limits.requestsPerSecond();
        int perAccount = limits.accountRequestsPerSecond();
        if (perShadow == 0 && perAccount == 0) {
            return null;
        }
        long now = clock.steadyMillis();
        lock.lock();
        try {
            if (perShadow > 0
                    && !shadows.computeIfAbsent(shadow, _ -> new Bucket(perShadow, now))
                            .take(perShadow, now)) {
                return tooMany(
                        "More than " + perShadow + " requests per second for the same shadow");
            }
            if (perAccount > 0
                    && !accounts.computeIfAbsent(
                                    shadow.thing().account(), _ -> new Bucket(perAccount, now))
                            .take(perAccount, now)) {
                return tooMany(
                        "More than " + perAccount + " shadow requests per second in the account");
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /// Counts a request of a connection until it is answered; not null where there are too many.
    @Nullable ShadowRefusal inFlight(String clientId, ShadowRequest request) {
        Requester requester = new Requester(clientId, request.shadow().thing());
        lock.lock();
        try {
            int open = inFlight.getOrDefault(requester, 0);
            if (open >= limits.inFlightPerConnection()) {
                return tooMany(
                        "More than "
                                + limits.inFlightPerConnection()
                                + " in-flight requests on the connection for the same thing");
            }
            inFlight.put(requester, open + 1);
        } finally {
            lock.unlock();
        }
        request.answer().whenComplete((_, _) -> answered(requester));
        return null;
    }

    private void answered(Requester requester) {
        lock.lock();
        try {
            inFlight.computeIfPresent(requester, (_, open) -> open == 1 ? null : open - 1);
        } finally {
            lock.unlock();
        }
    }

    private static ShadowRefusal tooMany(String message) {
        return new ShadowRefusal(ShadowRefusal.Code.TOO_MANY_REQUESTS, message, null);
    }
}
