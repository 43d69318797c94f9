package io.homeport.aws;

import java.util.Map;

/// An API operation that the SDK has no types for. Runs on a virtual thread and may block. Refuses
/// by throwing an exception of the service's from the AWS SDK, with a message.
@FunctionalInterface
public interface RawOperation {
    /// @param parameters the labels of the path and the parameters of the query, decoded; where a
    ///   parameter is repeated the first, where a label has its name the label
    ApiResponse call(Map<String, String> parameters, ApiRequest request, Caller caller);
}
