package io.homeport.gateway;

import io.homeport.aws.ApiRequest;
import io.homeport.aws.ApiResponse;
import io.homeport.aws.Caller;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Asks custom authorizers about the requests of one HTTP connection. Used by one request at a
/// time, on its virtual thread; may block.
///
/// Each request is asked about, unless the authorizer has caching on: then an answer holds for
/// requests on the same connection with the same credentials, until it is to be refreshed.
final class RequestAuthorizer {
    /// Headers that differ between requests and say nothing of who sends them.
    private static final Set<String> NO_CREDENTIALS =
            Set.of(
                    "amz-sdk-invocation-id",
                    "amz-sdk-request",
                    "content-length",
                    "date",
                    "x-amz-mqtt5-correlation-data",
                    "x-amz-mqtt5-payload-format-indicator",
                    "x-amz-mqtt5-user-properties",
                    "x-amzn-trace-id");

    private final Services services;
    private final Peer peer;
    private final EndpointRules rules;
    private final String connectionId = UUID.randomUUID().toString();
    private @Nullable Kept kept;

    RequestAuthorizer(Services services, Peer peer, EndpointRules rules) {
        this.services = services;
        this.peer = peer;
        this.rules = rules;
    }

    /// What becomes of a request.
    sealed interface Verdict {
        /// @param request with its caller, where an authorizer made one of it
        record Goes(ApiRequest request) implements Verdict {}

        record Refused(ApiResponse response) implements Verdict {}
    }

    /// An answer for requests with the same credentials.
    private record Kept(
            ClientAuthorizers.Http credentials, DeviceIdentity identity, long untilMillis) {}

    /// Lets a request pass that has another proof of identity; else asks the authorizer that it
    /// names, or the default one. Where there is none, it passes: its signature is missed later. A
    /// domain configuration may be stricter.
    Verdict judge(ApiRequest request) {
        String breach = breach(request, false);
        if (breach != null) {
            return refused(breach);
        }
        return isForAuthorizer(request) ? ask(request) : new Verdict.Goes(request);
    }

    /// What a domain configuration has against a request; null for nothing.
    @Nullable String breach(ApiRequest request, boolean webSocket) {
        boolean signed = request.isSigned();
        EndpointRules.Authentication authentication = rules.authentication();
        if (authentication == EndpointRules.Authentication.SIGNATURE && !signed) {
            return "the domain configuration takes signed requests alone";
        }
        if (authentication != EndpointRules.Authentication.DEFAULT
                && authentication != EndpointRules.Authentication.SIGNATURE
                && signed) {
            return "the domain configuration takes no signed requests";
        }
        return switch (rules.protocol()) {
            case DEFAULT -> null;
            case WEBSOCKET ->
                    webSocket ? null : "the domain configuration takes MQTT over WebSocket alone";
            case HTTPS, MQTT -> webSocket ? "the domain configuration takes no WebSockets" : null;
        };
    }

    /// Whether an authorizer is to be asked.
    boolean isForAuthorizer(ApiRequest request) {
        return switch (rules.authentication()) {
            case DEFAULT -> request.deviceCaller() == null && !request.isSigned();
            case AUTHORIZER, CERTIFICATE_AND_AUTHORIZER -> true;
            case CERTIFICATE, SIGNATURE -> false;
        };
    }

    /// Whether a client may bring something else instead.
    boolean isOptional() {
        return rules.authentication() == EndpointRules.Authentication.DEFAULT;
    }

    private static Verdict refused(String breach) {
        return new Verdict.Refused(HttpAnswers.error(403, "ForbiddenException", breach));
    }

    private Verdict ask(ApiRequest request) {
        ClientAuthorizers.Http credentials = http(request);
        ClientAuthorizers.Http key = withoutWhatChanges(credentials);
        Kept last = kept;
        if (last != null
                && last.credentials().equals(key)
                && services.clock().steadyMillis() < last.untilMillis()) {
            return new Verdict.Goes(request.by(caller(last.identity(), request)));
        }
        kept = null;
        return switch (services.authorizerDesk().ask(credentials(request))) {
            case ClientAuthorizers.Answer.Granted granted -> {
                keep(key, granted);
                yield new Verdict.Goes(request.by(caller(granted.identity(), request)));
            }
            case ClientAuthorizers.Answer.Refused(ClientAuthorizers.Why why, String reason) -> {
                if (why == ClientAuthorizers.Why.NO_AUTHORIZER && isOptional()) {
                    yield new Verdict.Goes(request);
                }
                services.refused("HTTPS", peer, reason);
                yield new Verdict.Refused(response(why));
            }
        };
    }

    private void keep(ClientAuthorizers.Http key, ClientAuthorizers.Answer.Granted granted) {
        if (granted.cacheable()) {
            Duration time = Objects.requireNonNullElse(granted.refreshAfter(), granted.lifetime());
            kept =
                    new Kept(
                            key,
                            granted.identity(),
                            services.clock().steadyMillis() + time.toMillis());
        }
    }

    /// What the authorizer gets to see of a request, or of a WebSocket's handshake.
    ClientAuthorizers.Credentials credentials(ApiRequest request) {
        Caller device = request.deviceCaller();
        return new ClientAuthorizers.Credentials(
                connectionId,
                true,
                peer.serverName(),
                device == null ? null : DeviceIdentity.of(device),
                certificatePem(device),
                http(request),
                null);
    }

    private static @Nullable String certificatePem(@Nullable Caller caller) {
        return caller != null
                        && caller.principal()
                                instanceof Caller.Principal.Device(String _, String pem, var _)
                ? pem
                : null;
    }

    private Caller caller(DeviceIdentity identity, ApiRequest request) {
        Caller.Principal principal =
                identity.kind() == DeviceIdentity.Kind.CERTIFICATE
                        ? new Caller.Principal.Device(
                                identity.principalId(),
                                certificatePem(request.deviceCaller()),
                                identity.policyDocuments())
                        : new Caller.Principal.Authorized(
                                identity.principalId(), identity.policyDocuments());
        return new Caller(
                identity.account(), identity.region(), principal, connectionId, peer.sourceIp());
    }

    static ApiResponse response(ClientAuthorizers.Why why) {
        return switch (why) {
            case NO_AUTHORIZER, UNAUTHENTICATED ->
                    HttpAnswers.error(401, "UnauthorizedException", why.told());
            case FAILED -> HttpAnswers.error(403, "ForbiddenException", why.told());
            case BUSY -> HttpAnswers.error(503, "ServiceUnavailableException", why.told());
        };
    }

    private static ClientAuthorizers.Http http(ApiRequest request) {
        Map<String, String> headers = new HashMap<>();
        for (Map.Entry<String, List<String>> header : request.headers().entrySet()) {
            headers.put(header.getKey(), String.join(",", header.getValue()));
        }
        return new ClientAuthorizers.Http(headers, request.rawQuery());
    }

    private static ClientAuthorizers.Http withoutWhatChanges(ClientAuthorizers.Http http) {
        Map<String, String> headers = new HashMap<>(http.headers());
        headers.keySet().removeAll(NO_CREDENTIALS);
        return new ClientAuthorizers.Http(headers, http.rawQuery());
    }
}
