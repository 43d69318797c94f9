package io.homeport.rules;

import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.IotException;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.SqlParseException;
import software.amazon.awssdk.services.iot.model.UnauthorizedException;

/// The faults of AWS IoT that the rules engine answers with.
final class Faults {
    private Faults() {}

    static InvalidRequestException invalid(String message) {
        return InvalidRequestException.builder().message(message).build();
    }

    static SqlParseException sql(String message) {
        return SqlParseException.builder().message(message).build();
    }

    static ResourceAlreadyExistsException ruleExists(RuleKey rule) {
        return ResourceAlreadyExistsException.builder()
                .message("Rule already exists: " + rule.name())
                .resourceId(rule.name())
                .resourceArn(rule.arn())
                .build();
    }

    /// AWS IoT answers as if the caller had no right to a rule that isn't there.
    static UnauthorizedException noRule(String name) {
        return UnauthorizedException.builder()
                .message(
                        "Access to topic rule '"
                                + name
                                + "' was denied, or there is no rule of that name")
                .build();
    }

    /// As with rules.
    static UnauthorizedException noDestination(String arn) {
        return UnauthorizedException.builder()
                .message(
                        "Access to topic rule destination '"
                                + arn
                                + "' was denied, or there is no such destination")
                .build();
    }

    /// An error that the model doesn't list for the operation.
    static IotException other(int status, String code, String message) {
        return (IotException)
                IotException.builder()
                        .statusCode(status)
                        .awsErrorDetails(
                                AwsErrorDetails.builder()
                                        .errorCode(code)
                                        .errorMessage(message)
                                        .build())
                        .message(message)
                        .build();
    }
}
