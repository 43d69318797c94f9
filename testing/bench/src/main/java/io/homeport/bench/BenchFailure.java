package io.homeport.bench;

import org.jspecify.annotations.Nullable;

/// The run can't be done or can't go on. The message says what happened, the advice what to do.
final class BenchFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String advice;

    BenchFailure(String message, String advice) {
        this(message, advice, null);
    }

    BenchFailure(String message, String advice, @Nullable Throwable cause) {
        super(message, cause);
        this.advice = advice;
    }

    /// A sentence for the user; empty where there is nothing to say.
    String advice() {
        return advice;
    }
}
