package io.homeport.rules.logging;

/// How much is logged, from nothing to everything. Source: AWS API reference, LogLevel.
public enum Level {
    DISABLED,
    ERROR,
    WARN,
    INFO,
    DEBUG;

    /// Whether entries of the other level are wanted where this is set.
    boolean admits(Level entry) {
        return this != DISABLED && entry.compareTo(this) <= 0;
    }
}
