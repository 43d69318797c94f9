package io.homeport.sql;

/// An evaluation that was stopped because it went beyond one of the {@link SqlLimits}.
public final class LimitExceeded extends EvaluationFailed {
    private static final long serialVersionUID = 1L;

    LimitExceeded(String message) {
        super(message);
    }
}
