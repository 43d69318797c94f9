package io.homeport.aws;

/// Whether a request proved who sent it.
public sealed interface Authentication {
    /// It did.
    record Accepted(Caller caller) implements Authentication {}

    /// It didn't; `response` says so to the client.
    ///
    /// @param errorType AWS's name of the error, for example `InvalidSignatureException`
    /// @param message why, for the log
    record Refused(ApiResponse response, String errorType, String message)
            implements Authentication {}
}
