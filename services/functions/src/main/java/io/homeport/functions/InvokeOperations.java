package io.homeport.functions;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.core.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.InvalidRequestContentException;
import software.amazon.awssdk.services.lambda.model.InvalidRuntimeException;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LogType;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;

/// The operation that runs functions. Thread-safe.
final class InvokeOperations {
    private static final int MAXIMUM_CONTEXT_BYTES = 3583;

    private final Functions functions;
    private final Invocations invocations;
    private final EventQueue events;

    InvokeOperations(Functions functions, Invocations invocations, EventQueue events) {
        this.functions = functions;
        this.invocations = invocations;
        this.events = events;
    }

    void register(OperationTable table) {
        table.add(InvokeRequest.class, InvokeRequest::builder, this::invoke);
    }

    InvokeResponse invoke(InvokeRequest request, Caller caller) {
        ConfigurationReader.refuseUnavailable(request);
        FunctionName name = functions.name(request.functionName(), request.qualifier(), caller);
        byte[] payload =
                request.payload() == null ? new byte[0] : request.payload().asByteArrayUnsafe();
        boolean event = request.invocationType() == InvocationType.EVENT;
        int limit =
                event ? functions.limits.asyncPayloadBytes() : functions.limits.syncPayloadBytes();
        if (payload.length > limit) {
            throw Faults.tooLarge(limit);
        }
        checkJson(payload);
        Invocations.Order order =
                new Invocations.Order(
                        name, caller.requestId(), payload, context(request.clientContext()));
        if (request.invocationType() == InvocationType.DRY_RUN) {
            functions.database.read(view -> functions.target(view, name));
            return InvokeResponse.builder().statusCode(204).build();
        }
        if (event) {
            events.add(order);
            return InvokeResponse.builder().statusCode(202).build();
        }
        return switch (invocations.run(order)) {
            case Invocations.Outcome.Ran ran -> answer(ran, request.logType() == LogType.TAIL);
            case Invocations.Outcome.Throttled throttled ->
                    throw Faults.throttled(throttled.reason());
            case Invocations.Outcome.Unavailable unavailable ->
                    throw InvalidRuntimeException.builder()
                            .message(unavailable.message())
                            .type("User")
                            .build();
        };
    }

    private static InvokeResponse answer(Invocations.Outcome.Ran ran, boolean tail) {
        Invocation.Result result = ran.result();
        InvokeResponse.Builder response =
                InvokeResponse.builder()
                        .statusCode(200)
                        .executedVersion(ran.version().version())
                        .payload(SdkBytes.fromByteArrayUnsafe(result.payload()));
        if (result.errorType() != null) {
            response.functionError("Unhandled");
        }
        if (tail) {
            response.logResult(Base64.getEncoder().encodeToString(result.logTail()));
        }
        return response.build();
    }

    /// @throws InvalidRequestContentException where a payload isn't one JSON document
    static void checkJson(byte[] payload) {
        if (payload.length == 0) {
            return;
        }
        try (JsonParser parser = Json.MAPPER.createParser(payload)) {
            parser.nextToken();
            parser.skipChildren();
            if (parser.nextToken() != null) {
                throw noJson("there is more behind the document");
            }
        } catch (JacksonException e) {
            throw noJson(e.getOriginalMessage());
        }
    }

    private static InvalidRequestContentException noJson(String why) {
        return InvalidRequestContentException.builder()
                .message("Could not parse request body into json: " + why)
                .type("User")
                .build();
    }

    private static @Nullable String context(@Nullable String encoded) {
        if (encoded == null) {
            return null;
        }
        try {
            byte[] decoded = Base64.getDecoder().decode(encoded);
            if (decoded.length <= MAXIMUM_CONTEXT_BYTES) {
                checkJson(decoded);
                return new String(decoded, StandardCharsets.UTF_8);
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        throw InvalidRequestContentException.builder()
                .message(
                        "Client context must be a valid Base64-encoded JSON object of at most "
                                + MAXIMUM_CONTEXT_BYTES
                                + " bytes")
                .type("User")
                .build();
    }
}
