package io.homeport.rules.kafka;

/// A producer can't be used any more; another may do better.
final class BrokenSenderException extends Exception {
    private static final long serialVersionUID = 1;

    BrokenSenderException(String message, Throwable cause) {
        super(message, cause);
    }
}
