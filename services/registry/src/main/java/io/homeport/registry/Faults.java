package io.homeport.registry;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.LimitExceededException;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.VersionConflictException;

/// The modelled faults that the registry's operations answer with.
final class Faults {
    private Faults() {}

    static InvalidRequestException invalid(String message) {
        return InvalidRequestException.builder().message(message).build();
    }

    static ResourceNotFoundException notFound(String what, String name) {
        return ResourceNotFoundException.builder()
                .message(what + " " + name + " not found")
                .build();
    }

    static LimitExceededException limitExceeded(String message) {
        return LimitExceededException.builder().message(message).build();
    }

    /// @param difference what the existing resource differs in, for example `attributes`
    static ResourceAlreadyExistsException exists(
            String what, String name, String id, String arn, String difference) {
        return ResourceAlreadyExistsException.builder()
                .message(
                        what
                                + " "
                                + name
                                + " already exists in account with different "
                                + difference)
                .resourceId(id)
                .resourceArn(arn)
                .build();
    }

    static void checkVersion(String what, String name, @Nullable Long expected, long actual) {
        if (expected != null && expected != actual) {
            throw VersionConflictException.builder()
                    .message(
                            "The version for "
                                    + what
                                    + " "
                                    + name
                                    + " does not match the expected version.")
                    .build();
        }
    }
}
