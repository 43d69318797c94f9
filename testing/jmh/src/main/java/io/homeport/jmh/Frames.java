package io.homeport.jmh;

import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MqttEncoder;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;

/// Packets and frames as a typical device sends them. Stateless.
final class Frames {
    static final String TOPIC = "fleet/berlin/lamp-000042/telemetry";
    static final byte[] PAYLOAD = new byte[128];

    private Frames() {}

    static MqttVersion version(String version) {
        return version.equals("5") ? MqttVersion.MQTT_5 : MqttVersion.MQTT_3_1_1;
    }

    static MqttPacket.Connect connect(MqttVersion version, String clientId) {
        return new MqttPacket.Connect(
                version, true, 60, clientId, null, null, null, MqttPacket.ConnectProperties.NONE);
    }

    static MqttPacket.Publish publish(Qos qos, int packetId) {
        return new MqttPacket.Publish(
                false, qos, false, TOPIC, packetId, PAYLOAD, MessageProperties.NONE, 0, new int[0]);
    }

    static MqttPacket.Subscribe subscribe(String filter, Qos qos) {
        return new MqttPacket.Subscribe(
                1,
                List.of(
                        new MqttPacket.Subscription(
                                filter, qos, false, false, MqttPacket.RetainHandling.DO_NOT_SEND)),
                0,
                List.of());
    }

    /// The bytes of a packet in a direct buffer, as they come from a socket.
    static ByteBuf bytes(MqttPacket packet, MqttVersion version) {
        ByteBuf out = Unpooled.directBuffer();
        MqttEncoder.encode(packet, version, out);
        return out;
    }
}
