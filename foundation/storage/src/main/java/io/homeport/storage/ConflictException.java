package io.homeport.storage;

import java.nio.charset.StandardCharsets;

/// Thrown by a commit whose expectation of a key's value doesn't hold any more.
public final class ConflictException extends StorageException {
    private static final long serialVersionUID = 1;

    public ConflictException(String message) {
        super(message);
    }

    /// Names the key, cut where it is long.
    static ConflictException of(byte[] key) {
        int shown = Math.min(key.length, 64);
        String text = new String(key, 0, shown, StandardCharsets.UTF_8);
        return new ConflictException(
                "the value of key '"
                        + text.replaceAll("\\p{Cntrl}+", "/")
                        + (shown < key.length ? "...'" : "'")
                        + " isn't the expected one");
    }
}
