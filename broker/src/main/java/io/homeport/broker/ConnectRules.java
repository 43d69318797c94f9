package io.homeport.broker;

import io.homeport.mqtt.MqttPacket.Connect;
import io.homeport.mqtt.MqttPacket.Will;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.homeport.mqtt.Topics;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What CONNECT may ask for (MQTT 5 and 3.1.1, 3.1). Stateless.
final class ConnectRules {
    private ConnectRules() {}

    /// What to do with a CONNECT.
    sealed interface Decision {
        /// @param connect as asked for, with the assigned client id where there is one
        /// @param expirySeconds of the session, within the limits
        record Accepted(
                Connect connect,
                @Nullable String assignedClientId,
                int keepAliveSeconds,
                long expirySeconds,
                long willDelaySeconds)
                implements Decision {}

        record Refused(ReasonCode reason, String detail) implements Decision {}
    }

    static Decision judge(Connect connect, BrokerLimits limits, Supplier<String> newClientId) {
        if (connect.properties().authenticationMethod() != null) {
            // No method is supported [MQTT-4.12.0-1].
            return new Decision.Refused(
                    ReasonCode.BAD_AUTHENTICATION_METHOD,
                    "enhanced authentication is not supported");
        }
        boolean version5 = connect.version() == MqttVersion.MQTT_5;
        String assigned = null;
        Connect effective = connect;
        if (connect.clientId().isEmpty()) {
            // [MQTT-3.1.3-8] of 3.1.1: an empty id needs Clean Session 1.
            if (!version5
                    && !(connect.cleanStart() && limits.features().assignsVersion3ClientId())) {
                return new Decision.Refused(
                        ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                        "an empty client id needs a clean session");
            }
            assigned = newClientId.get();
            effective = withClientId(connect, assigned);
        }
        int idBytes = connect.clientId().getBytes(StandardCharsets.UTF_8).length;
        if (idBytes > limits.names().clientIdBytes()) {
            return new Decision.Refused(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "the client id has %d bytes, over the limit of %d"
                            .formatted(idBytes, limits.names().clientIdBytes()));
        }
        Long maximumPacket = connect.properties().maximumPacketSize();
        if (maximumPacket != null && maximumPacket < limits.minimumClientPacketBytes()) {
            return new Decision.Refused(
                    ReasonCode.QUOTA_EXCEEDED,
                    "the maximum packet size is below " + limits.minimumClientPacketBytes());
        }
        Will will = connect.will();
        Decision.Refused wrong = will == null ? null : judge(will, limits);
        if (wrong != null) {
            return wrong;
        }
        long willDelay =
                will == null
                        ? 0
                        : Math.min(
                                will.delaySeconds(), limits.sessions().willDelayMaximumSeconds());
        return new Decision.Accepted(
                effective,
                assigned,
                keepAlive(connect.keepAliveSeconds(), limits.sessions()),
                expiry(connect, limits.sessions()),
                willDelay);
    }

    private static Decision.@Nullable Refused judge(Will will, BrokerLimits limits) {
        if (will.qos() == Qos.EXACTLY_ONCE && !limits.features().qos2()) {
            return new Decision.Refused(ReasonCode.QOS_NOT_SUPPORTED, "QoS 2 is not supported");
        }
        String topic = will.topic();
        String problem =
                Topics.isValidTopicName(topic)
                        ? PublishRules.lengthProblem(topic, limits)
                        : "is not a topic name";
        if (problem == null
                && ReservedTopics.isReserved(topic)
                && (will.retain() || !ReservedTopics.canPublish(topic))) {
            problem = "is reserved";
        }
        if (problem != null) {
            return new Decision.Refused(
                    ReasonCode.TOPIC_NAME_INVALID, "the will topic '" + topic + "' " + problem);
        }
        if (will.payload().length > limits.maximumPayloadBytes()) {
            return new Decision.Refused(
                    ReasonCode.PACKET_TOO_LARGE,
                    "the will has more than " + limits.maximumPayloadBytes() + " bytes");
        }
        return switch (PublishRules.judge(will.properties(), limits.names())) {
            case PublishRules.Decision.Rejected(ReasonCode reason, String detail) ->
                    new Decision.Refused(reason, "will: " + detail);
            case PublishRules.Decision.Closed(ReasonCode reason, String detail) ->
                    new Decision.Refused(reason, "will: " + detail);
            case PublishRules.Decision.Accepted _, PublishRules.Decision.Ignored _ -> null;
        };
    }

    private static int keepAlive(int asked, BrokerLimits.Sessions limits) {
        int maximum = limits.keepAliveMaximumSeconds();
        if (maximum != 0 && (asked == 0 || asked > maximum)) {
            return maximum;
        }
        return asked == 0 ? 0 : Math.max(asked, limits.keepAliveMinimumSeconds());
    }

    private static long expiry(Connect connect, BrokerLimits.Sessions limits) {
        if (connect.version() == MqttVersion.MQTT_5) {
            Long asked = connect.properties().sessionExpirySeconds();
            return asked == null ? 0 : Math.min(asked, limits.expiryMaximumSeconds());
        }
        return connect.cleanStart() ? 0 : limits.version3ExpirySeconds();
    }

    private static Connect withClientId(Connect connect, String clientId) {
        return new Connect(
                connect.version(),
                connect.cleanStart(),
                connect.keepAliveSeconds(),
                clientId,
                connect.will(),
                connect.userName(),
                connect.password(),
                connect.properties());
    }

    /// The reason that a 3.1.1 CONNACK can say; null where the connection is just closed (3.1.1,
    /// 3.2.2.3).
    static @Nullable ReasonCode version3(ReasonCode reason) {
        return switch (reason) {
            case UNSUPPORTED_PROTOCOL_VERSION,
                    CLIENT_IDENTIFIER_NOT_VALID,
                    SERVER_UNAVAILABLE,
                    BAD_USER_NAME_OR_PASSWORD,
                    NOT_AUTHORIZED ->
                    reason;
            case QUOTA_EXCEEDED, SERVER_BUSY, CONNECTION_RATE_EXCEEDED, SERVER_SHUTTING_DOWN ->
                    ReasonCode.SERVER_UNAVAILABLE;
            default -> null;
        };
    }
}
