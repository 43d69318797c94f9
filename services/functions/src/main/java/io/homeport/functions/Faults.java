package io.homeport.functions;

import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.PreconditionFailedException;
import software.amazon.awssdk.services.lambda.model.RequestTooLargeException;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.ThrottleReason;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/// The modelled faults that the operations answer with.
final class Faults {
    private static final String USER = "User";

    private Faults() {}

    static InvalidParameterValueException invalid(String message) {
        return InvalidParameterValueException.builder().message(message).type(USER).build();
    }

    static ResourceNotFoundException functionNotFound(FunctionName name) {
        return notFound("Function not found: " + name.arn());
    }

    static ResourceNotFoundException notFound(String message) {
        return ResourceNotFoundException.builder().message(message).type(USER).build();
    }

    static ResourceConflictException conflict(String message) {
        return ResourceConflictException.builder().message(message).type(USER).build();
    }

    static TooManyRequestsException throttled(ThrottleReason reason) {
        return TooManyRequestsException.builder()
                .message("Rate Exceeded.")
                .type(USER)
                .reason(reason)
                .build();
    }

    static RequestTooLargeException tooLarge(int limit) {
        return RequestTooLargeException.builder()
                .message(
                        "Request must be smaller than "
                                + limit
                                + " bytes for the InvokeFunction operation")
                .type(USER)
                .build();
    }

    /// Checks an optional revision that a change is meant for.
    static void checkRevision(String expected, String actual) {
        if (!expected.equals(actual)) {
            throw PreconditionFailedException.builder()
                    .message(
                            "The RevisionId provided does not match the latest RevisionId. Call the"
                                    + " GetFunction/GetAlias API to retrieve the latest RevisionId")
                    .type(USER)
                    .build();
        }
    }
}
