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
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The operator's calls of the test mode.
final class AdminOperations {
    /// Timestamps beyond have no form that clients read.
    private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

    private static final Duration LONGEST_SYNC = Duration.ofSeconds(10);

    private AdminOperations() {}

    /// `POST /_homeport/reset`, `POST /_homeport/clock` and `POST /_homeport/disk`.
    static void registerTestMode(
            Gateway gateway, SystemTimers timers, Consumer<Duration> syncDelay, Runnable reset) {
        gateway.adminRoute(
                "POST",
                "/_homeport/reset",
                _ -> {
                    reset.run();
                    return HttpAnswers.json(200, Map.of("status", "reset"));
                });
        gateway.adminRoute("POST", "/_homeport/clock", request -> advance(request, timers));
        gateway.adminRoute("POST", "/_homeport/disk", request -> slow(request, syncDelay));
    }

    /// Says what is missing where the calls aren't there.
    static void refuseTestMode(Gateway gateway) {
        for (String path : List.of("/_homeport/reset", "/_homeport/clock", "/_homeport/disk")) {
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
            by = duration(request, "advance", "PT1H");
            if (by.isNegative()) {
                return OperatorCalls.refused("the clock only moves forward");
            }
            if (by.compareTo(Duration.between(timers.now(), LATEST)) > 0) {
                return OperatorCalls.refused("advance is too long: the clock goes to " + LATEST);
            }
            timers.advance(by);
        } catch (IllegalArgumentException e) {
            return OperatorCalls.refused(String.valueOf(e.getMessage()));
        } catch (ArithmeticException e) {
            return OperatorCalls.refused("advance is too long");
        }
        return HttpAnswers.json(
                200, Map.of("now", timers.now().toString(), "advanced", by.toString()));
    }

    /// Makes every fsync of the store take longer, as on a bad disk.
    private static ApiResponse slow(AdminRequest request, Consumer<Duration> syncDelay) {
        Duration delay;
        try {
            delay = duration(request, "syncDelay", "PT0.5S");
        } catch (IllegalArgumentException e) {
            return OperatorCalls.refused(String.valueOf(e.getMessage()));
        }
        if (delay.isNegative() || delay.compareTo(LONGEST_SYNC) > 0) {
            return OperatorCalls.refused("syncDelay has to be from PT0S to " + LONGEST_SYNC);
        }
        syncDelay.accept(delay);
        return HttpAnswers.json(200, Map.of("syncDelay", delay.toString()));
    }

    /// The only member that counts of a request's body.
    ///
    /// @throws IllegalArgumentException whose message says what the body should be
    private static Duration duration(AdminRequest request, String name, String example) {
        try {
            JsonNode body = Json.MAPPER.readTree(request.http().body());
            JsonNode value = body == null ? null : body.get(name);
            if (value == null || !value.isString()) {
                throw new IllegalArgumentException(
                        "the body has to be like {\"" + name + "\": \"" + example + "\"}");
            }
            return Duration.parse(value.asString());
        } catch (JacksonException e) {
            throw new IllegalArgumentException("the body is no JSON: " + e.getOriginalMessage(), e);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    name + " has to be an ISO 8601 duration such as " + example, e);
        }
    }
}
