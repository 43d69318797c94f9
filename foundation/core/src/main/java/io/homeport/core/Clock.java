package io.homeport.core;

import java.time.Instant;

/// The time as Homeport sees it. Everything that a user can observe (timestamps, expiries,
/// time-outs of sessions and jobs) reads this and never the system clock, so that tests and the
/// test mode can move it. Thread-safe.
public interface Clock {
    /// Milliseconds since the epoch.
    long millis();

    default Instant now() {
        return Instant.ofEpochMilli(millis());
    }
}
