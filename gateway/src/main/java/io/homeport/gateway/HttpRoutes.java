package io.homeport.gateway;

import io.homeport.aws.ApiRequest;
import io.homeport.aws.ApiResponse;
import io.homeport.aws.Authentication;
import io.homeport.aws.Caller;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Where an HTTP request goes: the operator's pages, the AWS API, or MQTT over WebSocket.
/// Thread-safe.
final class HttpRoutes {
    /// What SDKs sign data plane requests and WebSocket handshakes for.
    private static final Set<String> SIGNING_NAMES = Set.of("iotdevicegateway", "iotdata");

    /// Whether a WebSocket connection may begin.
    sealed interface Entrance {
        record Admitted(DeviceIdentity identity) implements Entrance {}

        record Refused(ApiResponse response, String reason) implements Entrance {}
    }

    private final HttpDesk desk;
    private final ApiPort door;
    private final AdminPages admin;

    HttpRoutes(HttpDesk desk, ApiPort door, AdminPages admin) {
        this.desk = desk;
        this.door = door;
        this.admin = admin;
    }

    /// @param api whether the request came in at the API port
    void handle(ApiRequest request, boolean api, Consumer<ApiResponse> then) {
        boolean page = api && admin.owns(request.rawPath());
        desk.run(request, page ? admin::handle : door::handle, response -> response, then);
    }

    /// Judges a WebSocket handshake for MQTT.
    void webSocket(ApiRequest request, Consumer<Entrance> then) {
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
                this::admit,
                response -> new Entrance.Refused(response, "status " + response.status()),
                then);
    }

    private Entrance admit(ApiRequest request) {
        Caller device = request.deviceCaller();
        if (device != null && !signed(request)) {
            return new Entrance.Admitted(identity(device));
        }
        return switch (door.authenticate(request, SIGNING_NAMES)) {
            case Authentication.Accepted accepted ->
                    new Entrance.Admitted(identity(accepted.caller()));
            case Authentication.Refused refused ->
                    new Entrance.Refused(
                            new ApiResponse(
                                    403, refused.response().headers(), refused.response().body()),
                            refused.errorType() + ": " + refused.message());
        };
    }

    private static boolean signed(ApiRequest request) {
        return request.header("authorization") != null
                || request.rawQuery().contains("X-Amz-Signature=");
    }

    private static DeviceIdentity identity(Caller caller) {
        return switch (caller.principal()) {
            case Caller.Principal.ApiUser user ->
                    identity(caller, DeviceIdentity.Kind.API_USER, user.accessKeyId(), null);
            case Caller.Principal.RoleSession session ->
                    identity(caller, DeviceIdentity.Kind.ROLE_SESSION, session.userId(), session);
            case Caller.Principal.Device device ->
                    identity(caller, DeviceIdentity.Kind.CERTIFICATE, device.certificateId(), null);
        };
    }

    private static DeviceIdentity identity(
            Caller caller,
            DeviceIdentity.Kind kind,
            String principalId,
            Caller.Principal.@Nullable RoleSession session) {
        return new DeviceIdentity(
                caller.account(), caller.region(), kind, principalId, List.of(), session);
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
