package io.homeport.gateway;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// How an MQTT connection may come in. Immutable.
///
/// @param identity who the client proved to be; null where a custom authorizer tells
/// @param webSocket whether packets travel in WebSocket frames
/// @param proof what the authorizer gets to see beside CONNECT; null where the identity is known
record MqttEntry(
        @Nullable DeviceIdentity identity,
        boolean webSocket,
        ClientAuthorizers.@Nullable Credentials proof) {

    static MqttEntry known(DeviceIdentity identity, boolean webSocket) {
        return new MqttEntry(identity, webSocket, null);
    }

    /// @param certificate that was accepted, where an authorizer is asked besides
    static MqttEntry authorized(
            Peer peer,
            boolean tls,
            @Nullable DeviceIdentity certificate,
            @Nullable String certificatePem) {
        return new MqttEntry(
                null,
                false,
                new ClientAuthorizers.Credentials(
                        UUID.randomUUID().toString(),
                        tls,
                        peer.serverName(),
                        certificate,
                        certificatePem,
                        null,
                        null));
    }
}
