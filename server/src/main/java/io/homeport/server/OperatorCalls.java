package io.homeport.server;

import io.homeport.aws.ApiResponse;
import io.homeport.core.AccountId;
import io.homeport.core.Json;
import io.homeport.gateway.AdminRequest;
import io.homeport.gateway.Gateway;
import io.homeport.gateway.HttpAnswers;
import java.util.function.Function;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;

/// What the operator's calls have in common: how they read a request and how they refuse it.
final class OperatorCalls {
    private OperatorCalls() {}

    /// Adds a call whose faults are answered as AWS answers them.
    ///
    /// @param example of a body, for whoever sends another
    static void route(
            Gateway gateway,
            String method,
            String pattern,
            String example,
            Function<AdminRequest, ApiResponse> handler) {
        gateway.adminRoute(
                method,
                pattern,
                request -> {
                    try {
                        return handler.apply(request);
                    } catch (AwsServiceException e) {
                        return fault(e);
                    } catch (JacksonException e) {
                        return refused(
                                "the body isn't like " + example + ": " + e.getOriginalMessage());
                    }
                });
    }

    static ApiResponse fault(AwsServiceException e) {
        String type = e.getClass().getSimpleName();
        String message =
                e.awsErrorDetails() == null ? e.getMessage() : e.awsErrorDetails().errorMessage();
        return HttpAnswers.error(status(type), type, String.valueOf(message));
    }

    private static int status(String type) {
        return switch (type) {
            case "ResourceNotFoundException" -> 404;
            case "ResourceAlreadyExistsException" -> 409;
            default -> 400;
        };
    }

    static ApiResponse refused(String message) {
        return HttpAnswers.error(400, "BadRequestException", message);
    }

    /// What the body says.
    ///
    /// @throws JacksonException where it's no JSON or doesn't fit the type
    static <T> T body(AdminRequest request, Class<T> type) {
        byte[] json = request.http().body();
        if (Json.MAPPER.readTree(json).isNull()) {
            throw new StreamReadException("it is null");
        }
        return Json.MAPPER.readValue(json, type);
    }

    /// A part of the path that its pattern has in braces.
    static String part(AdminRequest request, String name) {
        return request.path().getOrDefault(name, "");
    }

    /// A number of the query, from 1.
    ///
    /// @throws IllegalArgumentException where it's none or too large
    static int number(AdminRequest request, String name, int otherwise, int maximum) {
        String text = request.parameter(name);
        if (text == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= maximum) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException(
                name + " has to be a number from 1 to " + maximum + ", not '" + text + "'");
    }

    /// The account that the query names.
    ///
    /// @throws IllegalArgumentException where it's no account
    static AccountId account(AdminRequest request, AccountId otherwise) {
        String given = request.parameter("account");
        return given == null ? otherwise : new AccountId(given);
    }

    /// The region that the query names.
    static String region(AdminRequest request, String otherwise) {
        String given = request.parameter("region");
        return given == null ? otherwise : given;
    }
}
