package io.homeport.aws;

import tools.jackson.databind.JsonNode;

/// As {@link Operation}, for an operation with members that AWS's API has and the SDK's types lack:
/// it reads them from the body.
///
/// @param <Q> request type
/// @param <R> response type; {@link JsonResponse} where the answer has such members
@FunctionalInterface
public interface BodyOperation<Q, R> {
    /// @param body of the request, which has been decoded and validated as far as the type goes; an
    ///   empty object where there is none. Members that the type lacks are unchecked
    R call(Q request, JsonNode body, Caller caller);
}
