package io.homeport.compat.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.compat.conformance.Packets;
import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Clients with wills that are connected when the server is killed, and the one who is to hear of
/// them [MQTT-3.1.2-8]. Used by one thread at a time.
final class Mortals {
    private static final int AT_ONCE = 4;

    private final Set<String> awaited = new HashSet<>();
    private int born;
    private int heard;
    private boolean known;

    void subscribe(int port) throws IOException {
        try (Wire wire = resume(port)) {
            wire.subscribe("will/#", Qos.AT_LEAST_ONCE);
        }
    }

    /// Connects some, every other one with a session that outlives it, and returns when the first
    /// connection ends.
    void liveUntilTheEnd(int port) {
        List<Wire> alive = new ArrayList<>();
        try {
            while (alive.size() < AT_ONCE) {
                String name = "mortal" + born++;
                Wire wire = Wire.open(port);
                alive.add(wire);
                wire.connect(
                        Packets.with(
                                born % 2 == 0
                                        ? Packets.clean(MqttVersion.MQTT_5, name)
                                        : Packets.lasting(MqttVersion.MQTT_5, name),
                                Packets.will(
                                        "will/" + name,
                                        Qos.AT_LEAST_ONCE,
                                        false,
                                        0,
                                        MessageProperties.NONE)));
                awaited.add("will/" + name);
            }
            assertThat(alive.getFirst().read()).isNull();
        } catch (IOException e) {
            // The server has been killed; who has no CONNACK has no will for sure.
        } finally {
            alive.forEach(Wire::close);
        }
    }

    /// All wills of those that were connected come.
    void check(int port) throws IOException {
        try (Wire wire = resume(port)) {
            while (!awaited.isEmpty()) {
                MqttPacket packet = wire.read();
                assertThat(packet).as("wills of %s", awaited).isInstanceOf(Publish.class);
                if (packet instanceof Publish publish) {
                    wire.send(Packets.pubAck(publish.packetId(), ReasonCode.SUCCESS));
                    heard += awaited.remove(publish.topic()) ? 1 : 0;
                }
            }
        }
    }

    /// How many wills came that were awaited.
    int heard() {
        return heard;
    }

    private Wire resume(int port) throws IOException {
        Wire wire = Wire.open(port);
        boolean present =
                wire.connect(Packets.lasting(MqttVersion.MQTT_5, "mourner")).sessionPresent();
        assertThat(present || !known).as("the mourner's session").isTrue();
        known = true;
        return wire;
    }
}
