package io.homeport.rules;

import java.util.concurrent.atomic.AtomicLong;

/// How much all messages that wait for their evaluation hold together. Thread-safe.
final class EvaluationMemory {
    private final AtomicLong free;

    /// @param bytes payloads and topics together
    EvaluationMemory(long bytes) {
        free = new AtomicLong(bytes);
    }

    boolean take(int bytes) {
        if (free.addAndGet(-bytes) >= 0) {
            return true;
        }
        free.addAndGet(bytes);
        return false;
    }

    void give(int bytes) {
        free.addAndGet(bytes);
    }
}
