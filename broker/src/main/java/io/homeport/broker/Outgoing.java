package io.homeport.broker;

import io.homeport.core.Clock;
import io.homeport.core.Message;
import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Sends PUBLISH packets to one client: topic aliases, remaining expiry, the client's maximum
/// packet size. Owned by the connection's event loop.
final class Outgoing {
    /// A topic shorter than this costs no more than the alias property.
    private static final int WORTH_AN_ALIAS = 4;

    private final Transport transport;
    private final boolean version5;
    private final long maximumPacketBytes;
    private final int aliasMaximum;
    private @Nullable Map<String, Integer> aliases;

    /// @param maximumPacketBytes of the client; `Long.MAX_VALUE` for none
    Outgoing(Transport transport, MqttVersion version, long maximumPacketBytes, int aliasMaximum) {
        this.transport = transport;
        this.version5 = version == MqttVersion.MQTT_5;
        this.maximumPacketBytes = maximumPacketBytes;
        this.aliasMaximum = aliasMaximum;
    }

    /// Sends a message; where it can't be, returns why.
    @Nullable String send(
            Message message,
            Qos qos,
            boolean retain,
            boolean dup,
            int packetId,
            int[] identifiers,
            Clock clock) {
        long expiry = -1;
        long expiresAt = message.expiresAtMillis();
        if (expiresAt != Long.MAX_VALUE) {
            long now = clock.millis();
            boolean begun = dup && qos == Qos.EXACTLY_ONCE;
            // What was sent at QoS 2 doesn't expire any more [MQTT-4.3.3-7].
            if (expiresAt <= now && !begun) {
                return "expired";
            }
            // The whole seconds that it has waited are taken off [MQTT-3.3.2-6]: none where the
            // clock was set back.
            long waitedSince = Math.max(now, message.publishedAtMillis());
            expiry = (Math.max(0, expiresAt - waitedSince) + 999) / 1000;
        }
        if (maximumPacketBytes != Long.MAX_VALUE
                && size(message, qos, identifiers) > maximumPacketBytes) {
            // [MQTT-3.1.2-25]
            return "larger than the client's maximum packet size";
        }
        int alias = 0;
        boolean omitted = false;
        if (aliasMaximum > 0 && message.topic().length() >= WORTH_AN_ALIAS) {
            Map<String, Integer> known = aliases;
            if (known == null) {
                known = new HashMap<>();
                aliases = known;
            }
            Integer existing = known.get(message.topic());
            if (existing != null) {
                alias = existing;
                omitted = true;
            } else if (known.size() < aliasMaximum) {
                alias = known.size() + 1;
                known.put(message.topic(), alias);
            }
        }
        transport.deliver(
                new Delivery(
                        message,
                        qos,
                        retain,
                        dup,
                        packetId,
                        alias,
                        omitted,
                        version5 ? expiry : -1,
                        version5 ? identifiers : NO_IDENTIFIERS));
        return null;
    }

    private static final int[] NO_IDENTIFIERS = {};

    /// Bytes of the packet at most (the topic counts although an alias may stand for it).
    private long size(Message message, Qos qos, int[] identifiers) {
        MessageProperties properties = message.properties();
        long inner = 0;
        inner += properties.payloadFormatIndicator() == null ? 0 : 2;
        inner += properties.messageExpirySeconds() == null ? 0 : 5;
        inner += textSize(properties.contentType());
        inner += textSize(properties.responseTopic());
        byte[] correlation = properties.correlationData();
        inner += correlation == null ? 0 : 3 + correlation.length;
        for (UserProperty property : properties.userProperties()) {
            inner += 5 + PublishRules.utf8(property.name()) + PublishRules.utf8(property.value());
        }
        for (int identifier : identifiers) {
            inner += 1 + variableSize(identifier);
        }
        inner += aliasMaximum > 0 ? 3 : 0;
        long length =
                2
                        + PublishRules.utf8(message.topic())
                        + (qos == Qos.AT_MOST_ONCE ? 0 : 2)
                        + variableSize(inner)
                        + inner
                        + message.payload().length;
        return 1 + variableSize(length) + length;
    }

    private static int textSize(@Nullable String text) {
        return text == null ? 0 : 3 + PublishRules.utf8(text);
    }

    private static int variableSize(long value) {
        return value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;
    }
}
