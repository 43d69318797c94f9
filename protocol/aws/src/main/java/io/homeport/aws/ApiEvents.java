package io.homeport.aws;

/// Hears of every request that the door has answered, to count it. Thread-safe; must not block.
@FunctionalInterface
public interface ApiEvents {
    /// Called after the answer is made and before it is sent.
    void answered(Answered answered);

    /// One request and its answer.
    ///
    /// @param service the SDK's name of the service, for example `iotdataplane`; `unknown` where
    ///   the request is for none
    /// @param operation for example `CreateThing`; `unknown` where there is no such operation
    /// @param status of HTTP
    /// @param nanos how long the door and the service took
    /// @param errorType AWS's name of the error; empty where the request succeeded
    record Answered(String service, String operation, int status, long nanos, String errorType) {}
}
