package io.homeport.broker;

import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.homeport.mqtt.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What PUBLISH from a client may be (MQTT 5 and 3.1.1, 3.3). Stateless.
final class PublishRules {
    private PublishRules() {}

    /// What to do with a PUBLISH.
    sealed interface Decision {
        record Accepted() implements Decision {}

        /// Above QoS 0, MQTT 5 clients get the reason as acknowledgement; all others are closed.
        record Rejected(ReasonCode reason, String detail) implements Decision {}

        /// Acknowledged without effect.
        record Ignored(String detail) implements Decision {}

        /// The connection ends.
        record Closed(ReasonCode reason, String detail) implements Decision {}
    }

    private static final Decision ACCEPTED = new Decision.Accepted();

    /// @param topic with the alias resolved
    static Decision judge(Publish publish, String topic, MqttVersion version, BrokerLimits limits) {
        if (publish.subscriptionIdentifiers().length > 0) {
            // [MQTT-3.3.4-6]
            return new Decision.Closed(
                    ReasonCode.PROTOCOL_ERROR, "a client sends no Subscription Identifier");
        }
        if (publish.qos() == Qos.EXACTLY_ONCE && !limits.features().qos2()) {
            return new Decision.Closed(ReasonCode.QOS_NOT_SUPPORTED, "QoS 2 is not supported");
        }
        if (topic.isEmpty() || Topics.hasWildcard(topic)) {
            // [MQTT-3.3.2-2]
            return new Decision.Closed(
                    ReasonCode.TOPIC_NAME_INVALID, "'" + topic + "' is not a topic name");
        }
        if (publish.payload().length > limits.maximumPayloadBytes()) {
            return new Decision.Closed(
                    ReasonCode.PACKET_TOO_LARGE,
                    "the payload has more than " + limits.maximumPayloadBytes() + " bytes");
        }
        String problem = lengthProblem(topic, limits);
        if (problem != null) {
            return new Decision.Rejected(ReasonCode.TOPIC_NAME_INVALID, "the topic " + problem);
        }
        if (ReservedTopics.isReserved(topic)) {
            Decision decision = judgeReserved(publish, topic, version, limits);
            if (decision != ACCEPTED) {
                return decision;
            }
        }
        return judge(publish.properties(), limits.names());
    }

    private static Decision judgeReserved(
            Publish publish, String topic, MqttVersion version, BrokerLimits limits) {
        String detail;
        if (!ReservedTopics.canPublish(topic)) {
            detail = "'" + topic + "' is reserved and nothing that clients publish to";
        } else if (publish.retain()) {
            detail = "'" + topic + "' is reserved; nothing is retained on it";
        } else {
            return ACCEPTED;
        }
        if (limits.features().closesOnUnsupportedTopic()) {
            return new Decision.Closed(ReasonCode.NOT_AUTHORIZED, detail);
        }
        // MQTT says that a server should keep clients from exchanging messages on `$` topics
        // (4.7.2),
        // and that one may acknowledge what isn't allowed [MQTT-3.3.5-2].
        if (version == MqttVersion.MQTT_3_1_1 && !ReservedTopics.isAws(topic)) {
            return new Decision.Ignored(detail);
        }
        return new Decision.Rejected(ReasonCode.NOT_AUTHORIZED, detail);
    }

    /// Judges the properties of a PUBLISH or will.
    static Decision judge(MessageProperties properties, BrokerLimits.Names limits) {
        if (properties == MessageProperties.NONE) {
            return ACCEPTED;
        }
        String responseTopic = properties.responseTopic();
        if (responseTopic != null
                && (responseTopic.isEmpty() || Topics.hasWildcard(responseTopic))) {
            // [MQTT-3.3.2-14]
            return new Decision.Closed(
                    ReasonCode.PROTOCOL_ERROR, "the response topic is not a topic name");
        }
        String contentType = properties.contentType();
        byte[] correlation = properties.correlationData();
        if (contentType != null && utf8(contentType) > limits.contentTypeBytes()) {
            return tooLong("content type", limits.contentTypeBytes());
        }
        if (correlation != null && correlation.length > limits.correlationDataBytes()) {
            return tooLong("correlation data", limits.correlationDataBytes());
        }
        int total = 0;
        for (UserProperty property : properties.userProperties()) {
            total += utf8(property.name()) + utf8(property.value());
        }
        return total > limits.userPropertyBytes()
                ? tooLong("user properties", limits.userPropertyBytes())
                : ACCEPTED;
    }

    private static Decision tooLong(String what, int limit) {
        return new Decision.Rejected(
                ReasonCode.QUOTA_EXCEEDED, what + " over the limit of " + limit + " bytes");
    }

    /// What is wrong with the length of a topic or filter; null where nothing is.
    static @Nullable String lengthProblem(String topic, BrokerLimits limits) {
        String counted = ReservedTopics.counted(topic);
        BrokerLimits.Names names = limits.names();
        // A char has three bytes of UTF-8 at most: short ones needn't be encoded.
        if (counted.length() * 3 > names.topicBytes() && utf8(counted) > names.topicBytes()) {
            return "has more than " + names.topicBytes() + " bytes";
        }
        if (counted.length() >= names.topicLevels()
                && Topics.levels(counted) > names.topicLevels()) {
            return "has more than " + names.topicLevels() + " levels";
        }
        return null;
    }

    /// The properties a message goes on with: the expiry within the limits, and what the sender's
    /// thing type adds.
    static MessageProperties onward(
            MessageProperties properties, List<UserProperty> propagated, BrokerLimits limits) {
        Long expiry = properties.messageExpirySeconds();
        Long bounded =
                expiry == null
                        ? null
                        : Math.clamp(
                                expiry,
                                limits.sessions().messageExpiryMinimumSeconds(),
                                limits.sessions().messageExpiryMaximumSeconds());
        if (propagated.isEmpty() && (expiry == null || expiry.equals(bounded))) {
            return properties;
        }
        List<UserProperty> all = new ArrayList<>(properties.userProperties());
        all.addAll(propagated);
        return new MessageProperties(
                properties.payloadFormatIndicator(),
                bounded,
                properties.contentType(),
                properties.responseTopic(),
                properties.correlationData(),
                all);
    }

    static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
