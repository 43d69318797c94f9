package io.homeport.gateway;

import io.homeport.aws.Caller;
import io.homeport.broker.Authorization;
import io.homeport.broker.BrokerConnection;
import io.homeport.broker.ConnectionInfo;
import io.homeport.broker.DisconnectReason;
import io.homeport.broker.Transport;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MalformedPacketException;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.ReasonCode;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Shows a client to the broker, with what the gateway knows of it. Stateless; called on the
/// connection's event loop.
final class BrokerEntrance {
    private BrokerEntrance() {}

    static BrokerConnection enter(
            Services services,
            DeviceIdentity identity,
            Peer peer,
            boolean webSocket,
            MqttPacket.Connect connect,
            Transport transport) {
        if (identity.kind() == DeviceIdentity.Kind.ANONYMOUS) {
            return services.broker()
                    .connect(
                            connect,
                            info(
                                    identity,
                                    peer,
                                    Lifetime.of(services, identity, webSocket),
                                    null,
                                    List.of()),
                            Authorization.ALL,
                            transport);
        }
        PolicyAuthorization authorization =
                new PolicyAuthorization(
                        services.directory(), identity, peer, services.clock(), connect.clientId());
        return enter(
                services,
                identity,
                authorization,
                peer,
                Lifetime.of(services, identity, webSocket),
                connect,
                transport);
    }

    static BrokerConnection enter(
            Services services,
            DeviceIdentity identity,
            PolicyAuthorization authorization,
            Peer peer,
            Lifetime lifetime,
            MqttPacket.Connect connect,
            Transport transport) {
        DeviceDirectory.Rights rights = authorization.rights();
        return services.broker()
                .connect(
                        connect,
                        info(
                                identity,
                                peer,
                                lifetime,
                                rights.thingName(),
                                rights.propagatedProperties()),
                        authorization,
                        transport);
    }

    /// How long a connection may last, and what is said at its end.
    ///
    /// @param duration zero for no bound
    record Lifetime(Duration duration, DisconnectReason reason) {
        static final Lifetime UNBOUNDED =
                new Lifetime(Duration.ZERO, DisconnectReason.WEBSOCKET_TTL_EXPIRATION);

        static Lifetime ofWebSocket(Services services) {
            return new Lifetime(
                    services.limits().webSocketLifetime(),
                    DisconnectReason.WEBSOCKET_TTL_EXPIRATION);
        }

        /// A WebSocket ends with the temporary credentials that it was opened with.
        static Lifetime of(Services services, DeviceIdentity identity, boolean webSocket) {
            if (!webSocket) {
                return UNBOUNDED;
            }
            Caller.Principal.RoleSession session = identity.session();
            if (session == null) {
                return ofWebSocket(services);
            }
            long left = (session.expiresAtMillis() - services.clock().millis()) / 1000;
            long most = services.limits().webSocketLifetime().toSeconds();
            return new Lifetime(
                    Duration.ofSeconds(Math.clamp(left, 1, most)),
                    DisconnectReason.WEBSOCKET_TTL_EXPIRATION);
        }
    }

    /// What CONNECT is answered that is malformed, null for nothing. MQTT 5, 4.13.1: it may be
    /// answered with CONNACK. MQTT 3.1.1 has a return code for a wrong version only [MQTT-3.1.2-2].
    ///
    /// @param version where the decoder got as far as that
    static @Nullable ReasonCode answer(
            MalformedPacketException malformed, @Nullable MqttVersion version) {
        boolean answered =
                version == MqttVersion.MQTT_5
                        || (version != null
                                && malformed.reason() == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION);
        return answered ? malformed.reason() : null;
    }

    private static ConnectionInfo info(
            DeviceIdentity identity,
            Peer peer,
            Lifetime lifetime,
            @Nullable String thingName,
            List<UserProperty> propagated) {
        return new ConnectionInfo(
                identity.account(),
                identity.region(),
                identity.principalId(),
                thingName,
                peer.sourceIp(),
                peer.sourcePort(),
                peer.targetIp(),
                peer.targetPort(),
                lifetime.duration().toSeconds(),
                lifetime.reason(),
                propagated);
    }
}
