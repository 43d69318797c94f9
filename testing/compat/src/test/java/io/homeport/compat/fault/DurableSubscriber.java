package io.homeport.compat.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.compat.conformance.Packets;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.ConnAck;
import io.homeport.mqtt.MqttPacket.PubRel;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A subscriber that keeps its session's state over connections (MQTT, 4.1): of QoS 2, a packet id
/// that isn't released is the message that it has. Used by one thread at a time.
final class DurableSubscriber {
    final List<String> received = new ArrayList<>();
    private final String clientId;
    private final MqttVersion version;
    private final Set<Integer> unreleased = new HashSet<>();
    private boolean known;

    DurableSubscriber(String clientId, MqttVersion version) {
        this.clientId = clientId;
        this.version = version;
    }

    void subscribe(int port, String filter, Qos qos) throws IOException {
        try (Wire wire = resume(port)) {
            wire.subscribe(filter, qos);
        }
    }

    /// Receives until the connection ends.
    void receiveUntilTheEnd(int port) {
        try (Wire wire = resume(port)) {
            for (MqttPacket packet = wire.read(); packet != null; packet = wire.read()) {
                take(wire, packet);
            }
        } catch (IOException e) {
            // The server has been killed: what isn't acknowledged comes again next time.
        }
    }

    /// Receives until it has received this one and has nothing to release.
    void receiveUntil(int port, String last) throws IOException {
        try (Wire wire = resume(port)) {
            while (!received.contains(last) || !unreleased.isEmpty()) {
                MqttPacket packet = wire.read();
                assertThat(packet).as("messages for %s", clientId).isNotNull();
                if (packet != null) {
                    take(wire, packet);
                }
            }
        }
    }

    private Wire resume(int port) throws IOException {
        Wire wire = Wire.open(port, version, 0);
        ConnAck answer = wire.connect(Packets.lasting(version, clientId));
        assertThat(answer.sessionPresent() || !known).as("%s's session", clientId).isTrue();
        known = true;
        return wire;
    }

    private void take(Wire wire, MqttPacket packet) throws IOException {
        switch (packet) {
            case Publish publish when publish.qos() == Qos.EXACTLY_ONCE -> {
                if (unreleased.add(publish.packetId())) {
                    received.add(Packets.text(publish));
                }
                wire.send(Packets.pubRec(publish.packetId(), ReasonCode.SUCCESS));
            }
            case Publish publish -> {
                received.add(Packets.text(publish));
                wire.send(Packets.pubAck(publish.packetId(), ReasonCode.SUCCESS));
            }
            case PubRel rel -> {
                unreleased.remove(rel.packetId());
                wire.send(Packets.pubComp(rel.packetId()));
            }
            default -> throw new AssertionError("not expected: " + packet);
        }
    }
}
