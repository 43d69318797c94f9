package io.homeport.gateway;

import io.homeport.aws.ApiRequest;
import io.homeport.aws.ApiResponse;
import io.homeport.aws.Authentication;
import io.homeport.aws.Caller;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Where an HTTP request goes: the operator's pages, the AWS API, or MQTT over WebSocket.
/// Thread-safe.
final class HttpRoutes {
    /// What SDKs sign data plane requests and WebSocket handshakes for.
    private static final Set<String> SIGNING_NAMES = Set.of("iotdevicegateway", "iotdata");

    /// Whether a WebSocket connection may begin.
    sealed interface Entrance {
        record Admitted(MqttEntry entry) implements Entrance {}

        record Refused(ApiResponse response, String reason) implements Entrance {}
    }

    private final HttpDesk desk;
    private final ApiPort door;
    private final AdminPages admin;
    private final AuthorizerDesk authorizers;

    HttpRoutes(HttpDesk desk, ApiPort door, AdminPages admin, AuthorizerDesk authorizers) {
        this.authorizers = authorizers;
        this.desk = desk;
        this.door = door;
        this.admin = admin;
    }

    /// @param authorizer asked about requests from devices; null at the API port
    void handle(
            ApiRequest request,
            @Nullable RequestAuthorizer authorizer,
            Consumer<ApiResponse> then) {
        SharedAnswer shared = authorizer == null ? admin.shared(request) : null;
        if (shared != null) {
            shared.ask(request, then);
            return;
        }
        Function<ApiRequest, ApiResponse> work;
        if (authorizer != null) {
            work =
                    asked ->
                            switch (authorizer.judge(asked)) {
                                case RequestAuthorizer.Verdict.Goes goes ->
                                        door.handle(goes.request());
                                case RequestAuthorizer.Verdict.Refused refused ->
                                        refused.response();
                            };
        } else {
            work = admin.owns(request.rawPath()) ? admin::handle : door::handle;
        }
        desk.run(request, work, response -> response, then);
    }

    /// Judges a WebSocket handshake for MQTT.
    ///
    /// @param authorizer null at the API port
    void webSocket(
            ApiRequest request, @Nullable RequestAuthorizer authorizer, Consumer<Entrance> then) {
        if (!request.rawPath().equals("/mqtt")) {
            then.accept(
                    refused(404, "ResourceNotFoundException", "WebSocket is served at /mqtt only"));
            return;
        }
        // [MQTT-6.0.0-3]
        if (!offersMqtt(request)) {
            then.accept(
                    refused(
                            400,
                            "BadRequestException",
                            "Sec-WebSocket-Protocol has to offer mqtt"));
            return;
        }
        desk.run(
                request,
                asked -> admit(asked, authorizer),
                response -> new Entrance.Refused(response, "status " + response.status()),
                then);
    }

    private Entrance admit(ApiRequest request, @Nullable RequestAuthorizer authorizer) {
        Caller device = request.deviceCaller();
        String breach = authorizer == null ? null : authorizer.breach(request, true);
        if (breach != null) {
            return refused(403, "ForbiddenException", breach);
        }
        if (authorizer != null && authorizer.isForAuthorizer(request)) {
            ClientAuthorizers.Credentials credentials = authorizer.credentials(request);
            Optional<ClientAuthorizers.Answer.Refused> refused = authorizers.check(credentials);
            if (refused.isEmpty()) {
                // The function is asked with what CONNECT says besides.
                return new Entrance.Admitted(new MqttEntry(null, true, credentials));
            }
            if (refused.get().why() != ClientAuthorizers.Why.NO_AUTHORIZER
                    || !authorizer.isOptional()) {
                return new Entrance.Refused(
                        RequestAuthorizer.response(refused.get().why()), refused.get().reason());
            }
        }
        if (device != null && !request.isSigned()) {
            return known(device);
        }
        return switch (door.authenticate(request, SIGNING_NAMES)) {
            case Authentication.Accepted accepted -> known(accepted.caller());
            case Authentication.Refused refused ->
                    new Entrance.Refused(
                            new ApiResponse(
                                    403, refused.response().headers(), refused.response().body()),
                            refused.errorType() + ": " + refused.message());
        };
    }

    private static Entrance known(Caller caller) {
        return new Entrance.Admitted(MqttEntry.known(DeviceIdentity.of(caller), true));
    }

    private static boolean offersMqtt(ApiRequest request) {
        List<String> lines = request.headers().getOrDefault("sec-websocket-protocol", List.of());
        for (String line : lines) {
            for (String name : line.split(",")) {
                if (List.of(WebSocketUpgrade.SUBPROTOCOLS.split(",")).contains(name.strip())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Entrance refused(int status, String type, String message) {
        return new Entrance.Refused(HttpAnswers.error(status, type, message), message);
    }
}
