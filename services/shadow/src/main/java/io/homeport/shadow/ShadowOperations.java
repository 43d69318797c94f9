package io.homeport.shadow;

import io.homeport.aws.Caller;
import io.homeport.aws.InvalidTokenException;
import io.homeport.aws.OperationTable;
import io.homeport.aws.PageTokens;
import io.homeport.core.Clock;
import io.homeport.core.Outage;
import io.homeport.shadow.ShadowRequest.Answer;
import io.homeport.shadow.ShadowRequest.Operation;
import io.homeport.storage.Database;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iotdataplane.model.ConflictException;
import software.amazon.awssdk.services.iotdataplane.model.DeleteThingShadowRequest;
import software.amazon.awssdk.services.iotdataplane.model.DeleteThingShadowResponse;
import software.amazon.awssdk.services.iotdataplane.model.GetThingShadowRequest;
import software.amazon.awssdk.services.iotdataplane.model.GetThingShadowResponse;
import software.amazon.awssdk.services.iotdataplane.model.InternalFailureException;
import software.amazon.awssdk.services.iotdataplane.model.InvalidRequestException;
import software.amazon.awssdk.services.iotdataplane.model.IotDataPlaneException;
import software.amazon.awssdk.services.iotdataplane.model.ListNamedShadowsForThingRequest;
import software.amazon.awssdk.services.iotdataplane.model.ListNamedShadowsForThingResponse;
import software.amazon.awssdk.services.iotdataplane.model.RequestEntityTooLargeException;
import software.amazon.awssdk.services.iotdataplane.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iotdataplane.model.ServiceUnavailableException;
import software.amazon.awssdk.services.iotdataplane.model.ThrottlingException;
import software.amazon.awssdk.services.iotdataplane.model.UnsupportedDocumentEncodingException;
import software.amazon.awssdk.services.iotdataplane.model.UpdateThingShadowRequest;
import software.amazon.awssdk.services.iotdataplane.model.UpdateThingShadowResponse;

/// Shadows over HTTPS (AWS IoT developer guide, "Device Shadow REST API"). Thread-safe; blocks.
/// Callers were judged by the door.
final class ShadowOperations {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /// As many as AWS IoT shows where no page size is asked for.
    private static final int DEFAULT_PAGE = 25;

    private final Database database;
    private final ShadowTables tables;
    private final ShadowEngine engine;
    private final ShadowThrottle throttle;
    private final PageTokens tokens;
    private final Clock clock;

    ShadowOperations(
            Database database,
            ShadowTables tables,
            ShadowEngine engine,
            ShadowThrottle throttle,
            PageTokens tokens,
            Clock clock) {
        this.database = database;
        this.tables = tables;
        this.engine = engine;
        this.throttle = throttle;
        this.tokens = tokens;
        this.clock = clock;
    }

    void register(OperationTable table) {
        table.add(GetThingShadowRequest.class, GetThingShadowRequest::builder, this::getThingShadow)
                .add(
                        UpdateThingShadowRequest.class,
                        UpdateThingShadowRequest::builder,
                        this::updateThingShadow)
                .add(
                        DeleteThingShadowRequest.class,
                        DeleteThingShadowRequest::builder,
                        this::deleteThingShadow)
                .add(
                        ListNamedShadowsForThingRequest.class,
                        ListNamedShadowsForThingRequest::builder,
                        this::listNamedShadowsForThing);
    }

    GetThingShadowResponse getThingShadow(GetThingShadowRequest request, Caller caller) {
        SdkBytes document =
                call(caller, request.thingName(), request.shadowName(), Operation.GET, null);
        return GetThingShadowResponse.builder().payload(document).build();
    }

    UpdateThingShadowResponse updateThingShadow(UpdateThingShadowRequest request, Caller caller) {
        SdkBytes document =
                call(
                        caller,
                        request.thingName(),
                        request.shadowName(),
                        Operation.UPDATE,
                        request.payload());
        return UpdateThingShadowResponse.builder().payload(document).build();
    }

    DeleteThingShadowResponse deleteThingShadow(DeleteThingShadowRequest request, Caller caller) {
        SdkBytes document =
                call(caller, request.thingName(), request.shadowName(), Operation.DELETE, null);
        return DeleteThingShadowResponse.builder().payload(document).build();
    }

    private SdkBytes call(
            Caller caller,
            String thingName,
            @Nullable String shadowName,
            Operation operation,
            @Nullable SdkBytes payload) {
        ShadowRequest request =
                new ShadowRequest(
                        id(caller, thingName, shadowName),
                        operation,
                        payload == null ? new byte[0] : payload.asByteArrayUnsafe(),
                        false,
                        new CompletableFuture<>());
        ShadowRefusal tooFast = throttle.refusal(request.shadow());
        if (tooFast == null) {
            engine.submit(request);
        } else {
            engine.refuse(request, tooFast);
        }
        return switch (await(request.answer())) {
            case Answer.Accepted(byte[] document) -> SdkBytes.fromByteArrayUnsafe(document);
            case Answer.Rejected(ShadowRefusal refusal) -> throw fault(refusal);
        };
    }

    /// The classic shadow isn't listed; a thing that nobody knows has none.
    ListNamedShadowsForThingResponse listNamedShadowsForThing(
            ListNamedShadowsForThingRequest request, Caller caller) {
        ShadowId classic = id(caller, request.thingName(), null);
        ShadowRefusal tooFast = throttle.refusal(classic);
        if (tooFast != null) {
            throw fault(tooFast);
        }
        int size = request.pageSize() == null ? DEFAULT_PAGE : request.pageSize();
        String scope =
                "ListNamedShadowsForThing/"
                        + caller.account()
                        + "/"
                        + caller.region()
                        + "/"
                        + request.thingName();
        String after = after(scope, request.nextToken());
        List<String> names =
                database.read(view -> tables.names(view, classic.thing(), after, size + 1));
        List<String> page = names.subList(0, Math.min(size, names.size()));
        return ListNamedShadowsForThingResponse.builder()
                .results(page)
                .nextToken(names.size() > size ? tokens.encode(scope, page.getLast()) : null)
                .timestamp(Math.floorDiv(clock.millis(), 1000))
                .build();
    }

    private String after(String scope, @Nullable String token) {
        if (token == null || token.isEmpty()) {
            return "";
        }
        try {
            return tokens.decode(scope, token);
        } catch (InvalidTokenException e) {
            throw InvalidRequestException.builder()
                    .message("nextToken isn't one of this list's")
                    .cause(e)
                    .build();
        }
    }

    private static ShadowId id(Caller caller, String thingName, @Nullable String shadowName) {
        ShadowId id = ShadowId.of(caller.account(), caller.region(), thingName, shadowName);
        String problem = id.problem();
        if (problem != null) {
            throw InvalidRequestException.builder().message(problem).build();
        }
        return id;
    }

    private static IotDataPlaneException fault(ShadowRefusal refusal) {
        IotDataPlaneException.Builder builder =
                switch (refusal.code()) {
                    case BAD_REQUEST -> InvalidRequestException.builder();
                    case NOT_FOUND -> ResourceNotFoundException.builder();
                    case CONFLICT -> ConflictException.builder();
                    case TOO_LARGE -> RequestEntityTooLargeException.builder();
                    case UNSUPPORTED_ENCODING -> UnsupportedDocumentEncodingException.builder();
                    case TOO_MANY_REQUESTS -> ThrottlingException.builder();
                    case INTERNAL_FAILURE -> InternalFailureException.builder();
                    case UNAVAILABLE -> ServiceUnavailableException.builder();
                };
        return (IotDataPlaneException) builder.message(refusal.text()).build();
    }

    private static Answer await(CompletableFuture<Answer> answer) {
        try {
            return answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw ServiceUnavailableException.builder()
                    .message("The shadow wasn't stored within " + TIMEOUT)
                    .cause(e)
                    .build();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ServiceUnavailableException.builder()
                    .message("The server is shutting down")
                    .cause(e)
                    .build();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Outage) {
                throw ServiceUnavailableException.builder()
                        .message("Shadows can't be stored for now")
                        .cause(e)
                        .build();
            }
            throw InternalFailureException.builder()
                    .message("Internal service failure")
                    .cause(e)
                    .build();
        }
    }
}
