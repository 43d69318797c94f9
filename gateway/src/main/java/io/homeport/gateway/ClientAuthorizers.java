package io.homeport.gateway;

import io.homeport.mqtt.ReasonCode;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the gateway asks of whoever keeps custom authorizers. Thread-safe.
public interface ClientAuthorizers {
    /// Has a function of the user's decide. Blocks, for seconds: not on an event loop.
    Answer authorize(Credentials credentials);

    /// What can be said against a client without asking the function; empty where nothing is.
    /// Answers from memory.
    Optional<Answer.Refused> check(Credentials credentials);

    /// How clients of a server name are taken. Answers from memory.
    ///
    /// @param serverName of SNI, null where the client sent none
    EndpointRules rules(@Nullable String serverName);

    /// What a client shows of itself. Immutable by agreement; its text form shows no secrets.
    ///
    /// @param connectionId tells connections apart in logs
    /// @param tls whether the connection is encrypted
    /// @param serverName of SNI
    /// @param certificate who the client's certificate says it is, where an authorizer is asked
    ///   besides
    /// @param certificatePem of it
    /// @param http the request, or the handshake of the WebSocket
    /// @param mqtt what CONNECT says
    record Credentials(
            String connectionId,
            boolean tls,
            @Nullable String serverName,
            @Nullable DeviceIdentity certificate,
            @Nullable String certificatePem,
            @Nullable Http http,
            @Nullable Mqtt mqtt) {
        Credentials with(Mqtt connect) {
            return new Credentials(
                    connectionId, tls, serverName, certificate, certificatePem, http, connect);
        }

        /// Bytes and characters of what the client says.
        int size() {
            int size = 0;
            if (http != null) {
                size = http.rawQuery().length();
                for (Map.Entry<String, String> header : http.headers().entrySet()) {
                    size += header.getKey().length() + header.getValue().length();
                }
            }
            if (mqtt != null) {
                size += mqtt.userName() == null ? 0 : mqtt.userName().length();
                size += mqtt.password() == null ? 0 : mqtt.password().length;
            }
            return size;
        }
    }

    /// @param headers by their names in lower case
    /// @param rawQuery without `?`
    record Http(Map<String, String> headers, String rawQuery) {
        @Override
        public String toString() {
            return "Http[***]";
        }
    }

    /// @param userName null where CONNECT has none; likewise the password
    record Mqtt(@Nullable String userName, byte @Nullable [] password, String clientId) {
        @Override
        public String toString() {
            return "Mqtt[***]";
        }
    }

    /// What came of asking.
    sealed interface Answer {
        /// @param identity with the policies that the authorizer gave
        /// @param lifetime of a connection
        /// @param refreshAfter when to ask again; null for never
        /// @param cacheable whether this holds for further requests of an HTTP connection
        record Granted(
                DeviceIdentity identity,
                Duration lifetime,
                @Nullable Duration refreshAfter,
                boolean cacheable)
                implements Answer {}

        /// @param reason for the operator, without credentials
        record Refused(Why why, String reason) implements Answer {}
    }

    /// Why there is no grant.
    enum Why {
        /// The client names no authorizer, and there is no default one.
        NO_AUTHORIZER,
        /// The client isn't who it says.
        UNAUTHENTICATED,
        /// The authorizer can't decide.
        FAILED,
        /// Too much at once.
        BUSY;

        ReasonCode code() {
            return this == BUSY ? ReasonCode.QUOTA_EXCEEDED : ReasonCode.NOT_AUTHORIZED;
        }

        /// What the client is told: details are for the operator.
        String told() {
            return switch (this) {
                case NO_AUTHORIZER ->
                        "no custom authorizer is named, there is no default one, and there is no"
                                + " other proof of identity";
                case UNAUTHENTICATED -> "the custom authorizer does not know these credentials";
                case FAILED -> "the custom authorizer could not decide";
                case BUSY -> "too many clients wait for their custom authorizer; try again";
            };
        }
    }
}
