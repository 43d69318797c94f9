package io.homeport.broker;

/// A token bucket that holds one second's worth. Not thread-safe.
final class RateLimit {
    private final long perSecond;
    private double tokens;
    private long atMillis;

    /// @param perSecond 0 for no limit
    RateLimit(long perSecond, long nowMillis) {
        this.perSecond = perSecond;
        this.tokens = (double) perSecond;
        this.atMillis = nowMillis;
    }

    /// Takes a token; false where there is none.
    boolean take(long nowMillis) {
        if (perSecond == 0) {
            return true;
        }
        refill(nowMillis);
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }

    /// For how many milliseconds there is no token.
    long waitMillis(long nowMillis) {
        if (perSecond == 0) {
            return 0;
        }
        refill(nowMillis);
        return tokens >= 1 ? 0 : (long) Math.ceil((1 - tokens) * 1000 / (double) perSecond);
    }

    /// Takes tokens in any case; returns for how many milliseconds nothing more should be taken.
    long owe(long amount, long nowMillis) {
        if (perSecond == 0) {
            return 0;
        }
        refill(nowMillis);
        tokens -= (double) amount;
        return tokens >= 0 ? 0 : (long) Math.ceil(-tokens * 1000 / (double) perSecond);
    }

    /// A clock that was set back brings nothing, and takes nothing away.
    private void refill(long nowMillis) {
        long passedMillis = Math.max(0, nowMillis - atMillis);
        tokens = Math.min((double) perSecond, tokens + (double) (passedMillis * perSecond) / 1000);
        atMillis = nowMillis;
    }
}
