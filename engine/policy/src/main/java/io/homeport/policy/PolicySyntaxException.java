package io.homeport.policy;

/// Thrown where a document is no policy. The message says what is wrong and where (line, column, or
/// the path of the element).
public final class PolicySyntaxException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public PolicySyntaxException(String message) {
        super(message);
    }
}
