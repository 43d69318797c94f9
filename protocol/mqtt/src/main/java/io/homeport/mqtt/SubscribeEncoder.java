package io.homeport.mqtt;

import io.homeport.mqtt.MqttPacket.Subscribe;
import io.homeport.mqtt.MqttPacket.Subscription;
import io.homeport.mqtt.MqttPacket.Unsubscribe;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Encodes SUBSCRIBE (3.8) and UNSUBSCRIBE (3.10), for clients. Each method returns false, with
/// nothing written, where the packet is larger than allowed. Stateless.
final class SubscribeEncoder {
    private SubscribeEncoder() {}

    static boolean subscribe(
            ByteBuf out, Subscribe packet, MqttVersion version, int maximumPacketSize) {
        boolean version5 = version == MqttVersion.MQTT_5;
        int propertiesLength = version5 ? subscribeProperties(null, packet) : 0;
        long sum = 2 + propertiesSize(version5, propertiesLength);
        for (Subscription subscription : packet.subscriptions()) {
            sum += 1 + Wire.utf8(null, subscription.topicFilter());
        }
        int length = Wire.remainingLength(sum);
        if (Wire.packetSize(length) > maximumPacketSize) {
            return false;
        }
        Wire.writeHeader(out, PacketType.SUBSCRIBE.firstByte(), length);
        Wire.writePacketIdentifier(out, packet.packetId());
        if (version5) {
            Wire.writeVariableByteInteger(out, propertiesLength);
            subscribeProperties(out, packet);
        }
        for (Subscription subscription : packet.subscriptions()) {
            Wire.utf8(out, subscription.topicFilter());
            out.writeByte(options(subscription, version5));
        }
        return true;
    }

    static boolean unsubscribe(
            ByteBuf out, Unsubscribe packet, MqttVersion version, int maximumPacketSize) {
        boolean version5 = version == MqttVersion.MQTT_5;
        int propertiesLength = version5 ? UserProperties.write(null, packet.userProperties()) : 0;
        long sum = 2 + propertiesSize(version5, propertiesLength);
        for (String filter : packet.topicFilters()) {
            sum += Wire.utf8(null, filter);
        }
        int length = Wire.remainingLength(sum);
        if (Wire.packetSize(length) > maximumPacketSize) {
            return false;
        }
        Wire.writeHeader(out, PacketType.UNSUBSCRIBE.firstByte(), length);
        Wire.writePacketIdentifier(out, packet.packetId());
        if (version5) {
            Wire.writeVariableByteInteger(out, propertiesLength);
            UserProperties.write(out, packet.userProperties());
        }
        for (String filter : packet.topicFilters()) {
            Wire.utf8(out, filter);
        }
        return true;
    }

    private static long propertiesSize(boolean version5, int propertiesLength) {
        return version5
                ? Wire.variableByteIntegerSize(propertiesLength) + (long) propertiesLength
                : 0;
    }

    private static int subscribeProperties(@Nullable ByteBuf out, Subscribe packet) {
        int size = UserProperties.write(out, packet.userProperties());
        if (packet.subscriptionIdentifier() != 0) {
            size += Wire.subscriptionIdentifier(out, packet.subscriptionIdentifier());
        }
        return size;
    }

    /// 3.8.3.1.
    private static int options(Subscription subscription, boolean version5) {
        int qos = subscription.maximumQos().value();
        if (!version5) {
            return qos;
        }
        return qos
                | (subscription.noLocal() ? 4 : 0)
                | (subscription.retainAsPublished() ? 8 : 0)
                | subscription.retainHandling().ordinal() << 4;
    }
}
