package io.homeport.rules.actions;

/// An action that could not be decided or delivered.
public final class ActionFailure extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean retryable;
    private int delivered;
    private int affected = Integer.MAX_VALUE;

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

    /// Says that the batch failed in part.
    ///
    /// @param first how many deliveries were made before the first that wasn't
    /// @param failed how many after them failed; those that follow are handed over again
    public ActionFailure after(int first, int failed) {
        delivered = first;
        affected = failed;
        return this;
    }

    public boolean isRetryable() {
        return retryable;
    }

    /// How many of the batch were delivered before the failure.
    public int delivered() {
        return delivered;
    }

    /// How many of the others failed; may be more than there are.
    public int affected() {
        return affected;
    }

    /// What went wrong, for error documents and logs.
    public String text() {
        return String.valueOf(getMessage());
    }
}
