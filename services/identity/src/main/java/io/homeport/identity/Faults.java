package io.homeport.identity;

import software.amazon.awssdk.services.iot.model.CertificateConflictException;
import software.amazon.awssdk.services.iot.model.CertificateStateException;
import software.amazon.awssdk.services.iot.model.CertificateValidationException;
import software.amazon.awssdk.services.iot.model.DeleteConflictException;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.InvalidResponseException;
import software.amazon.awssdk.services.iot.model.LimitExceededException;
import software.amazon.awssdk.services.iot.model.MalformedPolicyException;
import software.amazon.awssdk.services.iot.model.RegistrationCodeValidationException;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.TransferAlreadyCompletedException;
import software.amazon.awssdk.services.iot.model.TransferConflictException;
import software.amazon.awssdk.services.iot.model.VersionsLimitExceededException;

/// The faults of AWS IoT that identity answers with.
final class Faults {
    private Faults() {}

    static InvalidRequestException invalid(String message) {
        return InvalidRequestException.builder().message(message).build();
    }

    static ResourceNotFoundException notFound(String message) {
        return ResourceNotFoundException.builder().message(message).build();
    }

    static ResourceNotFoundException noCertificate(String id) {
        return notFound("The certificate given in the request does not exist: " + id);
    }

    static ResourceNotFoundException noPolicy(String name) {
        return notFound("Policy not found: " + name);
    }

    static ResourceAlreadyExistsException exists(String message, String id, String arn) {
        return ResourceAlreadyExistsException.builder()
                .message(message)
                .resourceId(id)
                .resourceArn(arn)
                .build();
    }

    static CertificateValidationException badCertificate(String message) {
        return CertificateValidationException.builder().message(message).build();
    }

    static CertificateConflictException certificateConflict(String message) {
        return CertificateConflictException.builder().message(message).build();
    }

    static CertificateStateException certificateState(String message) {
        return CertificateStateException.builder().message(message).build();
    }

    static ResourceNotFoundException noAuthorizer(String name) {
        return notFound("The authorizer does not exist: " + name);
    }

    static InvalidResponseException invalidResponse(String message) {
        return InvalidResponseException.builder().message(message).build();
    }

    static RegistrationCodeValidationException badRegistrationCode(String message) {
        return RegistrationCodeValidationException.builder().message(message).build();
    }

    static DeleteConflictException deleteConflict(String message) {
        return DeleteConflictException.builder().message(message).build();
    }

    static TransferConflictException transferConflict(String message) {
        return TransferConflictException.builder().message(message).build();
    }

    static TransferAlreadyCompletedException transferCompleted(String message) {
        return TransferAlreadyCompletedException.builder().message(message).build();
    }

    static MalformedPolicyException malformedPolicy(String message) {
        return MalformedPolicyException.builder().message(message).build();
    }

    static LimitExceededException limit(String message) {
        return LimitExceededException.builder().message(message).build();
    }

    static VersionsLimitExceededException versionsLimit(String message) {
        return VersionsLimitExceededException.builder().message(message).build();
    }
}
