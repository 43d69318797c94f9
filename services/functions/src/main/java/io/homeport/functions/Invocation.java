package io.homeport.functions;

import org.jspecify.annotations.Nullable;

/// One run of a function. Immutable by agreement.
///
/// @param arn as the function sees that it was invoked
/// @param clientContext JSON; null for none
record Invocation(String requestId, String arn, byte[] payload, @Nullable String clientContext) {

    /// How a run ended.
    ///
    /// @param payload what the caller gets: the result, or the document of the error
    /// @param errorType null where the function returned
    /// @param errorMessage empty where the function returned
    /// @param logTail the last bytes of its log
    record Result(
            byte[] payload, @Nullable String errorType, String errorMessage, byte[] logTail) {}
}
