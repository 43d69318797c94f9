package io.homeport.jmh;

import io.homeport.broker.Authorization;
import io.homeport.broker.Broker;
import io.homeport.broker.BrokerConnection;
import io.homeport.broker.ConnectionInfo;
import io.homeport.broker.Delivery;
import io.homeport.broker.DisconnectReason;
import io.homeport.broker.Transport;
import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.mqtt.MqttEncoder;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// A connection without a socket: encodes what the broker sends, as the gateway does, and forgets
/// the bytes. Used by one thread.
final class Client implements Transport {
    private static final int FLUSH_AT_BYTES = 32 * 1024;

    private final Loop loop;
    private final MqttVersion version;
    private final ByteBuf out = Unpooled.directBuffer(2 * FLUSH_AT_BYTES);
    private @Nullable BrokerConnection connection;
    private int unanswered;
    private long packets;

    Client(Loop loop, MqttVersion version) {
        this.loop = loop;
        this.version = version;
    }

    void connect(Broker broker, String clientId) {
        connection =
                broker.connect(
                        Frames.connect(version, clientId),
                        new ConnectionInfo(
                                AccountId.DEFAULT,
                                "us-east-1",
                                "principal",
                                null,
                                "10.0.0.1",
                                40_000,
                                "10.0.0.2",
                                8883,
                                0,
                                DisconnectReason.WEBSOCKET_TTL_EXPIRATION,
                                List.of()),
                        Authorization.ALL,
                        this);
        loop.run();
    }

    void say(@Nullable MqttPacket packet) {
        BrokerConnection to = connection;
        if (to == null || packet == null) {
            throw new IllegalStateException("not connected, or half a packet");
        }
        to.onPacket(packet);
    }

    /// Acknowledges a delivery at QoS 1 that waits for it.
    void acknowledge() {
        if (unanswered != 0) {
            int packetId = unanswered;
            unanswered = 0;
            say(new MqttPacket.PubAck(packetId, ReasonCode.SUCCESS, null, List.of()));
        }
    }

    /// What the broker has sent, in packets.
    long packets() {
        return packets;
    }

    private void encoded() {
        packets++;
        if (out.writerIndex() > FLUSH_AT_BYTES) {
            out.clear();
        }
    }

    @Override
    public Executor executor() {
        return loop;
    }

    @Override
    public void send(MqttPacket packet) {
        MqttEncoder.encode(packet, version, out);
        encoded();
    }

    @Override
    public void deliver(Delivery delivery) {
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
        encoded();
        if (delivery.qos() == Qos.AT_LEAST_ONCE) {
            unanswered = delivery.packetId();
        }
    }

    @Override
    public boolean writable() {
        return true;
    }

    @Override
    public void reading(boolean enabled) {}

    @Override
    public void close() {
        throw new IllegalStateException("the broker closed the connection");
    }
}
