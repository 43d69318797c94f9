package io.homeport.aws;

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
}
