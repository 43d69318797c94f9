package io.homeport.core.targets;

/// A target did not take a call or has no answer. The message is for people.
public final class TargetFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean retryable;

    private TargetFailedException(boolean retryable, String message, Throwable cause) {
        super(message, cause);
        this.retryable = retryable;
    }

    private TargetFailedException(boolean retryable, String message) {
        super(message);
        this.retryable = retryable;
    }

    /// It can't be reached, is overloaded or failed: trying again may help.
    public static TargetFailedException unavailable(String message, Throwable cause) {
        return new TargetFailedException(true, message, cause);
    }

    /// As the other, without a cause.
    public static TargetFailedException unavailable(String message) {
        return new TargetFailedException(true, message);
    }

    /// It refused: trying again won't help.
    public static TargetFailedException refused(String message, Throwable cause) {
        return new TargetFailedException(false, message, cause);
    }

    /// As the other, without a cause.
    public static TargetFailedException refused(String message) {
        return new TargetFailedException(false, message);
    }

    public boolean isRetryable() {
        return retryable;
    }

    /// The message, which is never null.
    public String text() {
        return String.valueOf(getMessage());
    }
}
