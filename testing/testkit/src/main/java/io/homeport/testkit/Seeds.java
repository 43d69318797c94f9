package io.homeport.testkit;

import java.util.function.LongConsumer;

/// Runs a property test for many seeds; a failure names the seed to replay. `-Dhomeport.seed=N`
/// runs that seed alone.
public final class Seeds {
    private Seeds() {}

    /// Runs the body for seeds 1 to count.
    public static void run(int count, LongConsumer body) {
        Long only = Long.getLong("homeport.seed");
        long first = only == null ? 1 : only;
        long last = only == null ? count : only;
        for (long seed = first; seed <= last; seed++) {
            try {
                body.accept(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("failed; replay with -Dhomeport.seed=" + seed, e);
            }
        }
    }
}
