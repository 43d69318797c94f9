package io.homeport.storage;

import io.homeport.core.Outage;

/// Thrown where the engine can't do what it was asked, for example on a full disk. The message says
/// what failed and what an operator can do.
public class StorageException extends RuntimeException implements Outage {
    private static final long serialVersionUID = 1;

    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }

    public StorageException(String message) {
        super(message);
    }
}
