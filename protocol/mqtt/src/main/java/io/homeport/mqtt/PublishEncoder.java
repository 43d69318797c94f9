package io.homeport.mqtt;

import io.homeport.core.MessageProperties;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Encodes PUBLISH (3.3) without allocating, and the properties it shares with the Will. Stateless.
final class PublishEncoder {
    private PublishEncoder() {}

    static int remainingLength(
            MqttVersion version, int topicBytes, int payloadLength, Qos qos, int propertiesLength) {
        long sum = 2L + topicBytes + (qos == Qos.AT_MOST_ONCE ? 0 : 2) + payloadLength;
        if (version == MqttVersion.MQTT_5) {
            sum += Wire.variableByteIntegerSize(propertiesLength) + (long) propertiesLength;
        }
        return Wire.remainingLength(sum);
    }

    static int propertiesLength(
            MqttVersion version,
            int topicAlias,
            long expirySeconds,
            MessageProperties properties,
            int[] subscriptionIdentifiers) {
        return version == MqttVersion.MQTT_5
                ? properties(null, topicAlias, expirySeconds, properties, subscriptionIdentifiers)
                : 0;
    }

    /// Writes the packet, whose sizes are known.
    static void write(
            ByteBuf out,
            MqttVersion version,
            String topic,
            int topicBytes,
            byte[] payload,
            Qos qos,
            boolean dup,
            boolean retain,
            int packetId,
            int topicAlias,
            long expirySeconds,
            MessageProperties properties,
            int[] subscriptionIdentifiers,
            int propertiesLength,
            int remainingLength) {
        int flags = (dup ? 8 : 0) | qos.value() << 1 | (retain ? 1 : 0);
        Wire.writeHeader(out, PacketType.PUBLISH.firstByte() | flags, remainingLength);
        Wire.writeUtf8(out, topic, topicBytes);
        if (qos != Qos.AT_MOST_ONCE) {
            Wire.writePacketIdentifier(out, packetId);
        }
        if (version == MqttVersion.MQTT_5) {
            Wire.writeVariableByteInteger(out, propertiesLength);
            if (propertiesLength > 0) {
                properties(out, topicAlias, expirySeconds, properties, subscriptionIdentifiers);
            }
        }
        out.writeBytes(payload);
    }

    /// The properties without their length.
    ///
    /// @param expirySeconds what is sent in place of that of the properties; -1 for none
    static int messageProperties(
            @Nullable ByteBuf out, MessageProperties properties, long expirySeconds) {
        int size = 0;
        if (expirySeconds >= 0) {
            size += Wire.intProperty(out, PropertyId.MESSAGE_EXPIRY_INTERVAL, expirySeconds);
        }
        if (properties == MessageProperties.NONE) {
            return size;
        }
        Integer payloadFormat = properties.payloadFormatIndicator();
        if (payloadFormat != null) {
            size += Wire.byteProperty(out, PropertyId.PAYLOAD_FORMAT_INDICATOR, payloadFormat);
        }
        size += Wire.utf8Property(out, PropertyId.CONTENT_TYPE, properties.contentType());
        size += Wire.utf8Property(out, PropertyId.RESPONSE_TOPIC, properties.responseTopic());
        size += Wire.binaryProperty(out, PropertyId.CORRELATION_DATA, properties.correlationData());
        size += UserProperties.write(out, properties.userProperties());
        return size;
    }

    private static int properties(
            @Nullable ByteBuf out,
            int topicAlias,
            long expirySeconds,
            MessageProperties properties,
            int[] subscriptionIdentifiers) {
        int size = messageProperties(out, properties, expirySeconds);
        if (topicAlias != 0) {
            size += Wire.shortProperty(out, PropertyId.TOPIC_ALIAS, topicAlias);
        }
        for (int identifier : subscriptionIdentifiers) {
            size += Wire.subscriptionIdentifier(out, identifier);
        }
        return size;
    }
}
