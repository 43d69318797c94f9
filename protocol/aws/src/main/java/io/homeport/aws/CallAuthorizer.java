package io.homeport.aws;

import java.util.Optional;
import software.amazon.awssdk.core.SdkPojo;

/// Decides whether a caller may call an operation. Thread-safe; may block.
public interface CallAuthorizer {
    /// Nothing where the call is allowed, else the message of the refusal: who may not do which
    /// action on which resource, and why.
    ///
    /// @param signingName of the service, for example `iot`
    /// @param operation for example `CreateThing`
    /// @param request the decoded request
    Optional<String> refusal(Caller caller, String signingName, String operation, SdkPojo request);
}
