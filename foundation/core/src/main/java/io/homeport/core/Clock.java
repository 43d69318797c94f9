package io.homeport.core;

import java.time.Instant;

/// The time as Homeport sees it. Everything that a user can observe (timestamps, expiries,
/// time-outs of sessions and jobs) reads this and never the system clock, so that tests and the
/// test mode can move it. Thread-safe.
///
/// There are two readings, because the clock of a machine is set now and then: by a time server, by
/// an operator, when a machine without a battery finds out what year it is.
///
/// - {@link #millis} is the date. It follows the machine's clock at once, forwards and back. It is
///   for what people and other programs read, and for what has to mean the same after a restart:
///   the message expiry interval, and the dates in the store from which a server that starts again
///   reckons what is left of sessions and will delays.
/// - {@link #steadyMillis} never steps, and is for everything that takes a time while the server
///   runs: the end of a session that is offline, will delays, rates, repetitions, back-off. {@link
///   Timers} run by it. A machine that is suspended suspends it, too: sessions and wills last
///   longer by that, and nobody is timed out at the moment of waking up.
public interface Clock {
    /// Milliseconds since the epoch.
    long millis();

    /// Milliseconds on a scale of its own, which equalled {@link #millis} when the server started.
    /// Only the difference of two readings means anything.
    default long steadyMillis() {
        return millis();
    }

    /// The date of a steady time, by what the clock shows now.
    default long wallMillis(long steadyMillis) {
        return millis() - (steadyMillis() - steadyMillis);
    }

    default Instant now() {
        return Instant.ofEpochMilli(millis());
    }
}
