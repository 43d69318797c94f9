package io.homeport.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// Decoders in the states that tests need.
final class Decoders {
    private Decoders() {}

    static MqttDecoder fresh() {
        return MqttDecoder.forServer(MqttLimits.DEFAULT);
    }

    /// A server's decoder after CONNECT.
    static MqttDecoder connected(MqttVersion version) {
        return connected(version, MqttLimits.DEFAULT);
    }

    static MqttDecoder connected(MqttVersion version, MqttLimits limits) {
        MqttDecoder decoder = MqttDecoder.forServer(limits);
        String properties = version == MqttVersion.MQTT_5 ? "[ ]" : "";
        decoder.decode(
                Bytes.of(
                        "10 [ \"MQTT\" 0%d 02 003c %s \"c\" ]"
                                .formatted(version.level(), properties)));
        return decoder;
    }

    static MqttDecoder client(MqttVersion version) {
        return MqttDecoder.forClient(version, MqttLimits.DEFAULT);
    }

    /// `-` before CONNECT, `3` and `5` after it, `c3` and `c5` for clients.
    static MqttDecoder of(String state) {
        return switch (state) {
            case "-" -> fresh();
            case "3" -> connected(MqttVersion.MQTT_3_1_1);
            case "5" -> connected(MqttVersion.MQTT_5);
            case "c3" -> client(MqttVersion.MQTT_3_1_1);
            case "c5" -> client(MqttVersion.MQTT_5);
            default -> throw new IllegalArgumentException(state);
        };
    }

    /// A decoder to which this packet may come next: a client's where only servers send it.
    static MqttDecoder expecting(MqttPacket packet, MqttVersion version) {
        if (packet instanceof MqttPacket.Connect) {
            return fresh();
        }
        boolean fromServer =
                switch (packet) {
                    case MqttPacket.ConnAck _,
                            MqttPacket.SubAck _,
                            MqttPacket.UnsubAck _,
                            MqttPacket.PingResp _ ->
                            true;
                    case MqttPacket.Publish p -> p.subscriptionIdentifiers().length > 0;
                    case MqttPacket.Disconnect p -> p.serverReference() != null;
                    case MqttPacket.Auth p -> p.reason() == ReasonCode.SUCCESS;
                    default -> false;
                };
        return fromServer ? client(version) : connected(version);
    }

    static ByteBuf encode(MqttPacket packet, MqttVersion version) {
        ByteBuf out = Unpooled.buffer();
        if (!MqttEncoder.encode(packet, version, out)) {
            throw new IllegalArgumentException(version + " has no " + packet);
        }
        return out;
    }
}
