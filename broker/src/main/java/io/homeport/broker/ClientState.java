package io.homeport.broker;

import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the broker knows of a client, connected or not. Immutable snapshot.
///
/// @param connectedSinceMillis null while disconnected
/// @param disconnectedSinceMillis null while connected
public record ClientState(
        String clientId,
        boolean connected,
        MqttVersion version,
        boolean cleanStart,
        @Nullable Long connectedSinceMillis,
        @Nullable Long disconnectedSinceMillis,
        @Nullable DisconnectReason disconnectReason,
        int keepAliveSeconds,
        long sessionExpirySeconds,
        long queuedMessages,
        @Nullable ConnectionInfo connection,
        List<SubscriptionState> subscriptions) {

    /// One subscription.
    public record SubscriptionState(String topicFilter, Qos maximumQos) {}
}
