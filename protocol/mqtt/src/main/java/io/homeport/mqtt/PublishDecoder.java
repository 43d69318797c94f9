package io.homeport.mqtt;

import static io.homeport.mqtt.PropertyId.*;

import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MqttPacket.Publish;
import java.util.Arrays;

/// Decodes PUBLISH (3.3). Stateless. Without properties it allocates the payload and the packet
/// only, and the topic where it is another one than before.
final class PublishDecoder {
    private static final long ALLOWED =
            MessagePropertiesReader.ALLOWED
                    | PropertyId.setOf(TOPIC_ALIAS, SUBSCRIPTION_IDENTIFIER);
    private static final long REPEATABLE = PropertyId.setOf(SUBSCRIPTION_IDENTIFIER);
    private static final int[] NO_IDENTIFIERS = {};

    private PublishDecoder() {}

    static void checkFlags(PacketReader reader, int flags) {
        int qos = flags >> 1 & 3;
        if (qos == 3) {
            throw reader.malformed("the QoS is 3"); // [MQTT-3.3.1-4]
        }
        if (qos == 0 && (flags & 8) != 0) {
            throw reader.malformed("DUP is set for QoS 0"); // [MQTT-3.3.1-2]
        }
    }

    /// @param flags checked ones
    static Publish publish(PacketReader reader, int flags, boolean server) {
        Qos qos = Qos.of(flags >> 1 & 3);
        String topic = reader.publishTopic();
        if (topic.isEmpty() && !reader.isVersion5()) {
            throw reader.malformed("topic name is empty"); // [MQTT-4.7.3-1]
        }
        int packetId = qos == Qos.AT_MOST_ONCE ? 0 : reader.packetIdentifier();
        reader.beginProperties();
        if (!reader.hasMore()) {
            reader.nextProperty(ALLOWED);
            checkTopicOrAlias(reader, topic, 0);
            return packet(
                    flags, qos, topic, packetId, reader, MessageProperties.NONE, 0, NO_IDENTIFIERS);
        }
        MessagePropertiesReader parts = new MessagePropertiesReader();
        int alias = 0;
        int[] identifiers = NO_IDENTIFIERS;
        int id;
        while ((id = reader.nextProperty(ALLOWED, REPEATABLE)) >= 0) {
            if (id == TOPIC_ALIAS) {
                alias = reader.shortProperty(id);
                if (alias == 0) {
                    // [MQTT-3.3.2-8]
                    throw reader.fault(ReasonCode.TOPIC_ALIAS_INVALID, "Topic Alias is 0");
                }
            } else if (id == SUBSCRIPTION_IDENTIFIER) {
                if (server) {
                    // [MQTT-3.3.4-6]
                    throw reader.protocolError("only servers send a Subscription Identifier in it");
                }
                identifiers = Arrays.copyOf(identifiers, identifiers.length + 1);
                identifiers[identifiers.length - 1] = reader.subscriptionIdentifierProperty();
            } else {
                parts.read(reader, id);
            }
        }
        checkTopicOrAlias(reader, topic, alias);
        return packet(
                flags, qos, topic, packetId, reader, parts.finish(reader), alias, identifiers);
    }

    /// 3.3.2.3.4.
    private static void checkTopicOrAlias(PacketReader reader, String topic, int alias) {
        if (topic.isEmpty() && alias == 0) {
            throw reader.protocolError("neither a topic name nor a Topic Alias");
        }
    }

    private static Publish packet(
            int flags,
            Qos qos,
            String topic,
            int packetId,
            PacketReader reader,
            MessageProperties properties,
            int alias,
            int[] identifiers) {
        return new Publish(
                (flags & 8) != 0,
                qos,
                (flags & 1) != 0,
                topic,
                packetId,
                reader.rest(),
                properties,
                alias,
                identifiers);
    }
}
