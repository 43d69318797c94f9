package io.homeport.functions;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.ThrottleReason;

/// Counts what runs, and says no where a limit is reached. Functions with a reservation have that
/// many for themselves; the others share what is left. Thread-safe.
final class Concurrency {
    private final int accountLimit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<FunctionName, Integer> byFunction = new HashMap<>();
    private final Map<String, Integer> unreserved = new HashMap<>();

    Concurrency(int accountLimit) {
        this.accountLimit = accountLimit;
    }

    /// Takes a place, to be {@link #release}d.
    ///
    /// @param reserved the function's own reservation; null for none
    /// @param reservedTotal the reservations of all functions of its account and region
    /// @return why there is no place; null where there is
    @Nullable ThrottleReason acquire(
            FunctionName name, @Nullable Integer reserved, int reservedTotal) {
        FunctionName function = name.unqualified();
        String account = name.account() + "/" + name.region();
        lock.lock();
        try {
            int running = byFunction.getOrDefault(function, 0);
            if (reserved != null) {
                if (running >= reserved) {
                    return ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED;
                }
            } else {
                int shared = unreserved.getOrDefault(account, 0);
                if (shared >= accountLimit - reservedTotal) {
                    return ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED;
                }
                unreserved.put(account, shared + 1);
            }
            byFunction.put(function, running + 1);
            return null;
        } finally {
            lock.unlock();
        }
    }

    /// Gives a place back.
    ///
    /// @param reserved as it was taken
    void release(FunctionName name, @Nullable Integer reserved) {
        lock.lock();
        try {
            byFunction.computeIfPresent(
                    name.unqualified(), (key, running) -> running == 1 ? null : running - 1);
            if (reserved == null) {
                unreserved.computeIfPresent(
                        name.account() + "/" + name.region(),
                        (key, running) -> running == 1 ? null : running - 1);
            }
        } finally {
            lock.unlock();
        }
    }
}
