package io.homeport.aws;

import io.homeport.core.Json;
import java.util.function.Supplier;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.utils.builder.SdkBuilder;

/// Takes the operations that services register.
public interface OperationTable {
    /// Registers an operation by its request's builder, for example
    /// `table.add(CreateThingRequest.class, CreateThingRequest::builder, this::createThing)`.
    /// Service and operation name follow from the request type.
    ///
    /// @throws IllegalStateException where the operation is registered already or isn't in the
    ///   models
    <B extends SdkBuilder<B, Q> & SdkPojo, Q, R extends SdkPojo> OperationTable add(
            Class<Q> requestType, Supplier<B> requestBuilder, Operation<Q, R> operation);

    /// As {@link #add}, for an operation whose request proves itself, by a token for example: it is
    /// taken without a signature, too, and not authorized further. A caller without one belongs to
    /// the server's own account and region. A table that looks at no signatures need not tell them
    /// apart.
    default <B extends SdkBuilder<B, Q> & SdkPojo, Q, R extends SdkPojo> OperationTable addUnsigned(
            Class<Q> requestType, Supplier<B> requestBuilder, Operation<Q, R> operation) {
        return add(requestType, requestBuilder, operation);
    }

    /// As {@link #add}, for an operation with members that the SDK's types lack. A table without
    /// bodies hands in empty ones.
    default <B extends SdkBuilder<B, Q> & SdkPojo, Q, R extends SdkPojo> OperationTable addWithBody(
            Class<Q> requestType, Supplier<B> requestBuilder, BodyOperation<Q, R> operation) {
        return add(
                requestType,
                requestBuilder,
                (request, caller) ->
                        operation.call(request, Json.MAPPER.createObjectNode(), caller));
    }
}
