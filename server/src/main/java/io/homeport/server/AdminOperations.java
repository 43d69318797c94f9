package io.homeport.server;

import io.homeport.aws.ApiResponse;
import io.homeport.core.Json;
import io.homeport.core.SystemTimers;
import io.homeport.gateway.AdminRequest;
import io.homeport.gateway.Gateway;
import io.homeport.gateway.HttpAnswers;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The operator's calls of the test mode.
final class AdminOperations {
    /// Timestamps beyond have no form that clients read.
    private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

    private AdminOperations() {}

    /// `POST /_homeport/reset` and `POST /_homeport/clock`.
    static void registerTestMode(Gateway gateway, SystemTimers timers, Runnable reset) {
        gateway.adminRoute(
                "POST",
                "/_homeport/reset",
                _ -> {
                    reset.run();
                    return HttpAnswers.json(200, Map.of("status", "reset"));
                });
        gateway.adminRoute("POST", "/_homeport/clock", request -> advance(request, timers));
    }

    /// Says what is missing where the calls aren't there.
    static void refuseTestMode(Gateway gateway) {
        for (String path : List.of("/_homeport/reset", "/_homeport/clock")) {
            gateway.adminRoute(
                    "POST",
                    path,
                    _ ->
                            HttpAnswers.error(
                                    404,
                                    "ResourceNotFoundException",
                                    path + " is part of the test mode: start with --test-mode"));
        }
    }

    private static ApiResponse advance(AdminRequest request, SystemTimers timers) {
        Duration by;
        try {
            JsonNode body = Json.MAPPER.readTree(request.http().body());
            JsonNode advance = body == null ? null : body.get("advance");
            if (advance == null || !advance.isString()) {
                return refused("the body has to be like {\"advance\": \"PT1H\"}");
            }
            by = Duration.parse(advance.asString());
            if (by.isNegative()) {
                return refused("the clock only moves forward");
            }
            if (by.compareTo(Duration.between(timers.now(), LATEST)) > 0) {
                return refused("advance is too long: the clock goes to " + LATEST);
            }
            timers.advance(by);
        } catch (JacksonException e) {
            return refused("the body is no JSON: " + e.getOriginalMessage());
        } catch (DateTimeParseException e) {
            return refused("advance has to be an ISO 8601 duration such as PT1H or P2D");
        } catch (ArithmeticException e) {
            return refused("advance is too long");
        }
        return HttpAnswers.json(
                200, Map.of("now", timers.now().toString(), "advanced", by.toString()));
    }

    private static ApiResponse refused(String message) {
        return HttpAnswers.error(400, "BadRequestException", message);
    }
}
