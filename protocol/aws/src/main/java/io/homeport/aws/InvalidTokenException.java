package io.homeport.aws;

/// A page token that wasn't made by us for this request. The door answers it with the service's
/// error for invalid requests.
public final class InvalidTokenException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public InvalidTokenException() {
        super("The nextToken is not valid for this request", null, false, false);
    }
}
