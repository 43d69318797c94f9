package io.homeport.aws;

/// One API operation: a method that takes the AWS SDK's request type. Runs on a virtual thread and
/// may block. Refuses by throwing the service's own modelled exception of the AWS SDK, with a
/// message.
///
/// @param <Q> request type
/// @param <R> response type
@FunctionalInterface
public interface Operation<Q, R> {
    R call(Q request, Caller caller);
}
