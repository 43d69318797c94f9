package io.homeport.compat.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.compat.conformance.Packets;
import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.ConnAck;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.PubComp;
import io.homeport.mqtt.MqttPacket.PubRec;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A publisher that keeps its session's state over connections, as MQTT 4.1 wants it: what isn't
/// acknowledged is sent again in order, with its packet id. Messages are numbered from 0 on. Used
/// by one thread at a time.
final class DurablePublisher {
    private static final int WINDOW = 64;

    final String clientId;
    final boolean retain;
    private final MqttVersion version;
    private final Qos qos;
    private final String topics;
    private final int topicCount;
    private final Map<Integer, Pending> pending = new LinkedHashMap<>();
    private final List<Integer> acknowledged = new ArrayList<>();
    private final AtomicInteger progress = new AtomicInteger();
    private int published;
    private int lastPacketId;
    private boolean known;

    private record Pending(int number, boolean released) {}

    DurablePublisher(
            String clientId,
            MqttVersion version,
            Qos qos,
            boolean retain,
            String topics,
            int topicCount) {
        this.clientId = clientId;
        this.version = version;
        this.qos = qos;
        this.retain = retain;
        this.topics = topics;
        this.topicCount = topicCount;
    }

    /// How many messages it has begun to send.
    int published() {
        return published;
    }

    /// How many messages the server has taken. Thread-safe.
    int taken() {
        return progress.get();
    }

    /// The numbers that the server has taken.
    List<Integer> acknowledged() {
        return acknowledged;
    }

    String topic(int number) {
        return topics + number % topicCount;
    }

    /// What message number so-and-so says; of a retained one, nothing at all now and then.
    String payload(int number) {
        return retain && number % 7 == 3 ? "" : clientId + " " + number;
    }

    /// Publishes until the connection ends.
    void publishUntilTheEnd(int port) {
        try (Wire wire = resume(port)) {
            while (true) {
                while (pending.size() < WINDOW) {
                    sendNext(wire);
                }
                MqttPacket answer = wire.read();
                if (answer == null) {
                    return;
                }
                take(wire, answer);
            }
        } catch (IOException e) {
            // The server has been killed: what is pending is sent again next time.
        }
    }

    /// Sees everything through that is pending, and the next message of each topic.
    void complete(int port) throws IOException {
        try (Wire wire = resume(port)) {
            for (int i = 0; i < topicCount; i++) {
                sendNext(wire);
            }
            while (!pending.isEmpty()) {
                MqttPacket answer = wire.read();
                assertThat(answer).as("an answer to %s", clientId).isNotNull();
                if (answer != null) {
                    take(wire, answer);
                }
            }
        }
    }

    private Wire resume(int port) throws IOException {
        Wire wire = Wire.open(port, version, 0);
        ConnAck answer = wire.connect(Packets.lasting(version, clientId));
        assertThat(answer.sessionPresent() || !known).as("%s's session", clientId).isTrue();
        known = true;
        for (Map.Entry<Integer, Pending> entry : pending.entrySet()) {
            int packetId = entry.getKey();
            wire.send(
                    entry.getValue().released()
                            ? Packets.pubRel(packetId)
                            : publish(packetId, entry.getValue().number(), true));
        }
        return wire;
    }

    private void sendNext(Wire wire) throws IOException {
        do {
            lastPacketId = lastPacketId % 65_535 + 1;
        } while (pending.containsKey(lastPacketId));
        int number = published++;
        pending.put(lastPacketId, new Pending(number, false));
        wire.send(publish(lastPacketId, number, false));
    }

    private Publish publish(int packetId, int number, boolean again) {
        return Packets.publish(
                topic(number),
                payload(number),
                qos,
                packetId,
                again,
                retain,
                MessageProperties.NONE);
    }

    private void take(Wire wire, MqttPacket answer) throws IOException {
        switch (answer) {
            case PubAck ack -> {
                assertThat(ack.reason().isError()).as("%s", ack).isFalse();
                taken(pending.remove(ack.packetId()));
            }
            case PubRec rec -> {
                assertThat(rec.reason().isError()).as("%s", rec).isFalse();
                Pending of = pending.get(rec.packetId());
                assertThat(of).as("what %s acknowledges", rec).isNotNull();
                if (of != null) {
                    if (!of.released()) {
                        taken(of);
                    }
                    pending.put(rec.packetId(), new Pending(of.number(), true));
                }
                wire.send(Packets.pubRel(rec.packetId()));
            }
            case PubComp comp -> pending.remove(comp.packetId());
            default -> throw new AssertionError("not expected: " + answer);
        }
    }

    private void taken(@Nullable Pending message) {
        assertThat(message).as("what is acknowledged").isNotNull();
        if (message != null) {
            acknowledged.add(message.number());
            progress.incrementAndGet();
        }
    }
}
