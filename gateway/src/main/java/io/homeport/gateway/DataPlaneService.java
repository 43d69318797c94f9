package io.homeport.gateway;

import io.homeport.aws.ApiDoor;
import io.homeport.aws.ApiRequest;
import io.homeport.aws.ApiResponse;
import io.homeport.aws.AwsService;
import io.homeport.aws.Caller;
import io.homeport.aws.InvalidTokenException;
import io.homeport.aws.OperationTable;
import io.homeport.aws.PageTokens;
import io.homeport.broker.Broker;
import io.homeport.broker.ClientState;
import io.homeport.broker.ConnectionInfo;
import io.homeport.broker.DisconnectReason;
import io.homeport.broker.RetainedMessage;
import io.homeport.core.Clock;
import io.homeport.core.Message;
import io.homeport.core.MessageProperties;
import io.homeport.core.Outage;
import io.homeport.mqtt.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iotdataplane.model.DeleteConnectionRequest;
import software.amazon.awssdk.services.iotdataplane.model.DeleteConnectionResponse;
import software.amazon.awssdk.services.iotdataplane.model.GetRetainedMessageRequest;
import software.amazon.awssdk.services.iotdataplane.model.GetRetainedMessageResponse;
import software.amazon.awssdk.services.iotdataplane.model.InternalFailureException;
import software.amazon.awssdk.services.iotdataplane.model.InvalidRequestException;
import software.amazon.awssdk.services.iotdataplane.model.ListRetainedMessagesRequest;
import software.amazon.awssdk.services.iotdataplane.model.ListRetainedMessagesResponse;
import software.amazon.awssdk.services.iotdataplane.model.RequestEntityTooLargeException;
import software.amazon.awssdk.services.iotdataplane.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iotdataplane.model.RetainedMessageSummary;
import software.amazon.awssdk.services.iotdataplane.model.ServiceUnavailableException;
import software.amazon.awssdk.services.iotdataplane.model.ThrottlingException;

/// The message broker over HTTPS (AWS IoT's data plane without shadows): publish, retained
/// messages, and the client connections' operations. Thread-safe; blocks.
///
/// Devices need the IoT policy action of each operation; API users were judged by the door.
public final class DataPlaneService implements AwsService {
    private static final String SIGNING_NAME = "iotdata";
    private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(20);
    private static final int MAXIMUM_PAGE = 200;
    private static final int SUBSCRIPTIONS_PAGE = 20;
    private static final int MAXIMUM_DIRECT_SECONDS = 15;

    private final Broker broker;
    private final DevicePolicies policies;
    private final PageTokens tokens;
    private final Clock clock;
    private final int maximumPayloadBytes;

    /// @param maximumPayloadBytes of a message; more is 413
    public DataPlaneService(
            Broker broker,
            DeviceDirectory directory,
            Explanations explanations,
            PageTokens tokens,
            Clock clock,
            int maximumPayloadBytes) {
        this.broker = broker;
        this.policies = new DevicePolicies(directory, explanations, clock);
        this.tokens = tokens;
        this.clock = clock;
        this.maximumPayloadBytes = maximumPayloadBytes;
    }

    @Override
    public void register(OperationTable table) {
        table.add(
                        GetRetainedMessageRequest.class,
                        GetRetainedMessageRequest::builder,
                        this::getRetainedMessage)
                .add(
                        ListRetainedMessagesRequest.class,
                        ListRetainedMessagesRequest::builder,
                        this::listRetainedMessages)
                .add(
                        DeleteConnectionRequest.class,
                        DeleteConnectionRequest::builder,
                        this::deleteConnection);
    }

    /// Adds the operations that the SDK has no types for, and Publish, whose response the service
    /// model leaves out.
    public void registerRaw(ApiDoor door) {
        door.addRaw("POST", "/topics/{topic+}", SIGNING_NAME, "Publish", this::publish);
        door.addRaw(
                "GET",
                "/connections/{clientId}",
                SIGNING_NAME,
                "GetConnection",
                this::getConnection);
        door.addRaw(
                "GET",
                "/connections/{clientId}/subscriptions",
                SIGNING_NAME,
                "ListSubscriptions",
                this::listSubscriptions);
        door.addRaw(
                "POST",
                "/connections/{clientId}/messages",
                SIGNING_NAME,
                "SendDirectMessage",
                this::sendDirectMessage);
    }

    // ---- Publish ----

    private ApiResponse publish(Map<String, String> parameters, ApiRequest request, Caller caller) {
        PublishParameters publish = new PublishParameters(parameters, request);
        String topic = publish.topic();
        int qos = publish.qos();
        boolean retain = publish.flag("retain");
        MessageProperties properties = publish.properties();
        policies.require(caller, "iot:Publish", "topic/" + topic);
        if (retain) {
            if (topic.startsWith("$")) {
                throw InvalidRequestException.builder()
                        .message("Messages of reserved topics can't be retained: " + topic)
                        .build();
            }
            policies.require(caller, "iot:RetainPublish", "topic/" + topic);
        }
        requirePayloadFits(request.body());
        Message message =
                new Message(
                        caller.account(),
                        topic,
                        request.body(),
                        qos,
                        retain,
                        properties,
                        null,
                        clock.millis());
        broker.refusal(message).ifPresent(DataPlaneService::refuse);
        await(broker.publish(message));
        return ok();
    }

    private static void refuse(Broker.PublishRefusal refusal) {
        if (refusal.reason() == ReasonCode.MESSAGE_RATE_TOO_HIGH) {
            throw ThrottlingException.builder().message(refusal.detail()).build();
        }
        throw InvalidRequestException.builder().message(refusal.detail()).build();
    }

    private void requirePayloadFits(byte[] payload) {
        if (payload.length > maximumPayloadBytes) {
            throw RequestEntityTooLargeException.builder()
                    .message(
                            "The payload of %d bytes exceeds the maximum of %d"
                                    .formatted(payload.length, maximumPayloadBytes))
                    .build();
        }
    }

    private static ApiResponse ok() {
        Map<String, String> body = new LinkedHashMap<>();
        body.put("message", "OK");
        body.put("traceId", UUID.randomUUID().toString());
        return HttpAnswers.json(200, body);
    }

    // ---- retained messages ----

    private GetRetainedMessageResponse getRetainedMessage(
            GetRetainedMessageRequest request, Caller caller) {
        String topic = request.topic();
        policies.require(caller, "iot:GetRetainedMessage", "topic/" + topic);
        RetainedMessage retained =
                broker.retained(caller.account(), topic)
                        .orElseThrow(() ->
                                ResourceNotFoundException.builder()
                                        .message("No retained message on topic " + topic)
                                        .build());
        Message message = retained.message();
        GetRetainedMessageResponse.Builder response =
                GetRetainedMessageResponse.builder()
                        .topic(message.topic())
                        .payload(SdkBytes.fromByteArrayUnsafe(message.payload()))
                        .qos(message.qos())
                        .lastModifiedTime(retained.lastModifiedMillis());
        if (!message.properties().userProperties().isEmpty()) {
            response.userProperties(
                    SdkBytes.fromByteArray(
                            PublishParameters.userPropertiesJson(
                                    message.properties().userProperties())));
        }
        return response.build();
    }

    private ListRetainedMessagesResponse listRetainedMessages(
            ListRetainedMessagesRequest request, Caller caller) {
        policies.require(caller, "iot:ListRetainedMessages", "*");
        int limit = pageSize(request.maxResults(), MAXIMUM_PAGE);
        String scope = "ListRetainedMessages/" + caller.account();
        String after = after(scope, request.nextToken());
        List<RetainedMessage> found = broker.retainedAfter(caller.account(), after, limit + 1);
        List<RetainedMessageSummary> page = new ArrayList<>();
        for (RetainedMessage retained : found.subList(0, Math.min(limit, found.size()))) {
            page.add(
                    RetainedMessageSummary.builder()
                            .topic(retained.message().topic())
                            .payloadSize((long) retained.message().payload().length)
                            .qos(retained.message().qos())
                            .lastModifiedTime(retained.lastModifiedMillis())
                            .build());
        }
        return ListRetainedMessagesResponse.builder()
                .retainedTopics(page)
                .nextToken(
                        found.size() > limit ? tokens.encode(scope, page.getLast().topic()) : null)
                .build();
    }

    // ---- connections ----

    private DeleteConnectionResponse deleteConnection(
            DeleteConnectionRequest request, Caller caller) {
        String clientId = clientId(request.clientId());
        policies.require(caller, "iot:DeleteConnection", "client/" + clientId);
        boolean found =
                await(
                        broker.deleteConnection(
                                caller.account(),
                                clientId,
                                Boolean.TRUE.equals(request.cleanSession()),
                                Boolean.TRUE.equals(request.preventWillMessage())));
        if (!found) {
            throw noClient(clientId);
        }
        return DeleteConnectionResponse.builder().build();
    }

    private ApiResponse getConnection(
            Map<String, String> parameters, ApiRequest request, Caller caller) {
        String clientId = clientId(parameters.get("clientId"));
        boolean socket =
                new PublishParameters(parameters, request).flag("includeSocketInformation");
        policies.require(
                caller,
                "iot:GetConnection",
                "client/" + clientId,
                Map.of("iot:includesocketinformation", List.of(Boolean.toString(socket))));
        ClientState state =
                await(broker.client(caller.account(), clientId))
                        .orElseThrow(() -> noClient(clientId));
        return HttpAnswers.json(200, connection(state, socket));
    }

    private static Map<String, Object> connection(ClientState state, boolean socket) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("clientId", state.clientId());
        body.put("connected", state.connected());
        body.put("cleanSession", state.cleanStart());
        put(body, "connectedSince", state.connectedSinceMillis());
        put(body, "disconnectedSince", state.disconnectedSinceMillis());
        DisconnectReason reason = state.disconnectReason();
        put(body, "disconnectReason", reason == null ? null : reason.name());
        body.put("keepAliveDuration", state.keepAliveSeconds());
        body.put("sessionExpiry", state.sessionExpirySeconds());
        ConnectionInfo info = state.connection();
        if (info != null) {
            put(body, "thingName", info.thingName());
            if (socket) {
                body.put("sourceIp", info.sourceIp());
                body.put("sourcePort", info.sourcePort());
                body.put("targetIp", info.targetIp());
                body.put("targetPort", info.targetPort());
            }
        }
        return body;
    }

    private ApiResponse listSubscriptions(
            Map<String, String> parameters, ApiRequest request, Caller caller) {
        String clientId = clientId(parameters.get("clientId"));
        policies.require(caller, "iot:ListSubscriptions", "client/" + clientId);
        PublishParameters query = new PublishParameters(parameters, request);
        int limit = pageSize(query.number("maxResults"), SUBSCRIPTIONS_PAGE);
        String scope = "ListSubscriptions/" + caller.account() + "/" + clientId;
        String after = after(scope, parameters.get("nextToken"));
        ClientState state =
                await(broker.client(caller.account(), clientId))
                        .orElseThrow(() -> noClient(clientId));
        List<ClientState.SubscriptionState> rest =
                state.subscriptions().stream()
                        .sorted(Comparator.comparing(ClientState.SubscriptionState::topicFilter))
                        .filter(s -> after == null || s.topicFilter().compareTo(after) > 0)
                        .limit(limit + 1L)
                        .toList();
        List<Map<String, Object>> page = new ArrayList<>();
        for (ClientState.SubscriptionState subscription :
                rest.subList(0, Math.min(limit, rest.size()))) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("topicFilter", subscription.topicFilter());
            row.put("qos", subscription.maximumQos().value());
            page.add(row);
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("subscriptions", page);
        if (rest.size() > limit) {
            body.put("nextToken", tokens.encode(scope, rest.get(limit - 1).topicFilter()));
        }
        return HttpAnswers.json(200, body);
    }

    private ApiResponse sendDirectMessage(
            Map<String, String> parameters, ApiRequest request, Caller caller) {
        String clientId = clientId(parameters.get("clientId"));
        PublishParameters publish = new PublishParameters(parameters, request);
        String topic = publish.topic();
        if (topic.startsWith("$")) {
            throw InvalidRequestException.builder()
                    .message("A direct message can't have a reserved topic: " + topic)
                    .build();
        }
        boolean confirmation = publish.flag("confirmation");
        Integer seconds = publish.number("timeout");
        if (seconds != null && (seconds < 1 || seconds > MAXIMUM_DIRECT_SECONDS)) {
            throw InvalidRequestException.builder()
                    .message("timeout is 1 to " + MAXIMUM_DIRECT_SECONDS + " seconds")
                    .build();
        }
        MessageProperties properties = publish.properties();
        policies.require(
                caller,
                "iot:SendDirectMessage",
                "client/" + clientId,
                Map.of("iot:topic", List.of(topic)));
        requirePayloadFits(request.body());
        Message message =
                new Message(
                        caller.account(),
                        topic,
                        request.body(),
                        confirmation ? 1 : 0,
                        false,
                        properties,
                        null,
                        clock.millis());
        Duration timeout = Duration.ofSeconds(seconds == null ? MAXIMUM_DIRECT_SECONDS : seconds);
        return switch (await(broker.sendDirect(message, clientId, confirmation, timeout))) {
            case SENT, CONFIRMED -> ok();
            case NOT_CONNECTED -> throw noClient(clientId);
            case NOT_AUTHORIZED ->
                    HttpAnswers.error(
                            403,
                            "ForbiddenException",
                            "Client " + clientId + " may not iot:Receive on topic " + topic);
            case TIMED_OUT ->
                    HttpAnswers.error(
                            504,
                            "GatewayTimeoutException",
                            "Client " + clientId + " didn't acknowledge within " + timeout);
        };
    }

    // ---- shared ----

    private static void put(Map<String, Object> body, String name, @Nullable Object value) {
        if (value != null) {
            body.put(name, value);
        }
    }

    private static String clientId(@Nullable String clientId) {
        int bytes = clientId == null ? 0 : clientId.getBytes(StandardCharsets.UTF_8).length;
        if (clientId == null || bytes == 0 || bytes > 65_535 || clientId.startsWith("$")) {
            throw InvalidRequestException.builder()
                    .message("A client id isn't empty and doesn't begin with $: " + clientId)
                    .build();
        }
        return clientId;
    }

    private static ResourceNotFoundException noClient(String clientId) {
        return ResourceNotFoundException.builder()
                .message("Client " + clientId + " isn't connected and has no session")
                .build();
    }

    private static int pageSize(@Nullable Integer asked, int standard) {
        if (asked == null) {
            return standard;
        }
        if (asked < 1 || asked > MAXIMUM_PAGE) {
            throw InvalidRequestException.builder()
                    .message("maxResults is 1 to " + MAXIMUM_PAGE + ", not " + asked)
                    .build();
        }
        return asked;
    }

    private @Nullable String after(String scope, @Nullable String token) {
        if (token == null || token.isEmpty()) {
            return null;
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

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(BROKER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw ServiceUnavailableException.builder()
                    .message("The broker didn't answer within " + BROKER_TIMEOUT)
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
                        .message("The broker can't store anything for now")
                        .cause(e)
                        .build();
            }
            throw InternalFailureException.builder()
                    .message("The broker failed: " + e.getCause())
                    .cause(e)
                    .build();
        }
    }
}
