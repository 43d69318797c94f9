package io.homeport.rules.actions;

/// An action's parameters are wrong; the rule is refused. The message names parameter and mistake.
public final class InvalidActionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public InvalidActionException(String message) {
        super(message, null, false, false);
    }

    /// The message, which is never null.
    public String text() {
        return String.valueOf(getMessage());
    }
}
