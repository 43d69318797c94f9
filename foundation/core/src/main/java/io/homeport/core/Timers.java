package io.homeport.core;

import java.time.Duration;

/// Runs tasks later, by {@link Clock#steadyMillis}: moving the clock forward in test mode makes the
/// tasks due that it passes, setting the machine's clock doesn't. Thread-safe.
public interface Timers {
    /// Runs the task once, not before the delay has passed. The task must be short and must not
    /// block; it runs on a thread of the timers' own (in simulation: on the one thread there is),
    /// so work for an event loop or a virtual thread is handed over by the task itself.
    Timer schedule(Duration delay, Runnable task);

    /// A scheduled task.
    interface Timer {
        /// Keeps the task from running if it hasn't started yet.
        void cancel();
    }
}
