package io.homeport.storage;

/// Thrown by a commit whose expectation of a key's value doesn't hold any more.
public final class ConflictException extends StorageException {
    private static final long serialVersionUID = 1;

    public ConflictException(String message) {
        super(message);
    }
}
