package io.homeport.sql;

/// An evaluation that ended without a value: no action of the rule may run. The message is for
/// people. `get_or_default` turns it into its default.
public abstract sealed class EvaluationFailed extends RuntimeException
        permits ExternalCallFailed, LimitExceeded, NotJson {
    private static final long serialVersionUID = 1L;

    EvaluationFailed(String message) {
        super(message, null, false, false);
    }
}
