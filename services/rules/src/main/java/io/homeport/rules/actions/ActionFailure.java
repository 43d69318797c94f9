package io.homeport.rules.actions;

/// An action that could not be decided or delivered.
public final class ActionFailure extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean retryable;

    private ActionFailure(boolean retryable, String message, Throwable cause) {
        super(message, cause);
        this.retryable = retryable;
    }

    private ActionFailure(boolean retryable, String message) {
        super(message);
        this.retryable = retryable;
    }

    /// The target can't be reached, is overloaded or failed: trying again may help.
    public static ActionFailure transientFailure(String message) {
        return new ActionFailure(true, message);
    }

    /// As the other, with its cause.
    public static ActionFailure transientFailure(String message, Throwable cause) {
        return new ActionFailure(true, message, cause);
    }

    /// The target refused, or the rule can't be carried out: trying again won't help.
    public static ActionFailure permanent(String message) {
        return new ActionFailure(false, message);
    }

    /// As the other, with its cause.
    public static ActionFailure permanent(String message, Throwable cause) {
        return new ActionFailure(false, message, cause);
    }

    public boolean isRetryable() {
        return retryable;
    }

    /// What went wrong, for error documents and logs.
    public String text() {
        return String.valueOf(getMessage());
    }
}
