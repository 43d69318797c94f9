package io.homeport.gateway;

import io.homeport.broker.Delivery;
import io.homeport.core.Message;
import io.homeport.mqtt.MqttEncoder;
import io.homeport.mqtt.MqttVersion;
import io.netty.buffer.ByteBuf;

/// PUBLISH packets of what the broker delivers. Stateless.
final class Deliveries {
    private Deliveries() {}

    static void encode(ByteBuf out, MqttVersion version, Delivery delivery) {
        Message message = delivery.message();
        MqttEncoder.encodePublish(
                out,
                version,
                delivery.topicOmitted() ? "" : message.topic(),
                message.payload(),
                delivery.qos(),
                delivery.dup(),
                delivery.retain(),
                delivery.packetId(),
                delivery.topicAlias(),
                delivery.expirySeconds(),
                message.properties(),
                delivery.subscriptionIdentifiers());
    }
}
