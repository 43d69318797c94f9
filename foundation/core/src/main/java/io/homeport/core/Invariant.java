package io.homeport.core;

/// Checks what only a mistake in Homeport itself can break. Always on.
public final class Invariant {
    private Invariant() {}

    /// Throws {@link AssertionError} where the condition doesn't hold.
    public static void check(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
