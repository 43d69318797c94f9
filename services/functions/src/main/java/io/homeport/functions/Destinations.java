package io.homeport.functions;

import io.homeport.core.AccountId;
import io.homeport.core.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The documents that destinations of asynchronous invocations get (AWS Lambda developer guide,
/// "Capturing records of Lambda asynchronous invocations"). Pure.
final class Destinations {
    private Destinations() {}

    /// The event for a destination, which is a function.
    ///
    /// @return null where the destination's name is no function's
    static @Nullable EventRecord event(
            Functions functions,
            EventRecord event,
            String condition,
            Invocations.Outcome.@Nullable Ran ran,
            String destination) {
        long now = functions.clock.millis();
        byte[] document = Json.MAPPER.writeValueAsBytes(document(event, condition, ran, now));
        return FunctionName.parse(destination, new AccountId(event.account()), event.region())
                .map(name ->
                        new EventRecord(
                                name.account(),
                                name.region(),
                                name.name(),
                                name.qualifier(),
                                functions.newId(),
                                document,
                                null,
                                now,
                                0,
                                0,
                                now))
                .orElse(null);
    }

    private static Map<String, Object> document(
            EventRecord event,
            String condition,
            Invocations.Outcome.@Nullable Ran ran,
            long nowMillis) {
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("requestId", event.requestId());
        context.put(
                "functionArn",
                event.functionName().qualifiedAs(event.functionName().target()).arn());
        context.put("condition", condition);
        context.put("approximateInvokeCount", event.attempts() + (ran == null ? 0 : 1));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("version", "1.0");
        document.put("timestamp", Instant.ofEpochMilli(nowMillis).toString());
        document.put("requestContext", context);
        document.put("requestPayload", json(event.payload()));
        if (ran != null) {
            Map<String, Object> response = new LinkedHashMap<>();
            response.put("statusCode", 200);
            response.put("executedVersion", ran.version().version());
            if (ran.result().errorType() != null) {
                response.put("functionError", "Unhandled");
            }
            document.put("responseContext", response);
            document.put("responsePayload", json(ran.result().payload()));
        }
        return document;
    }

    private static @Nullable JsonNode json(byte[] payload) {
        try {
            return payload.length == 0 ? null : Json.MAPPER.readTree(payload);
        } catch (JacksonException e) {
            return null;
        }
    }
}
