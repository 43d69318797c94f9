package io.homeport.compat.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.compat.ServerProcess;
import io.homeport.compat.conformance.Packets;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What many connections together can make a small server hold: it goes on, and so does a client
/// that behaves.
class MemoryTest {
    private static final String LARGE = "x".repeat(65_536);

    @TempDir Path directory;

    private final List<Wire> wires = new ArrayList<>();
    private ServerProcess server;
    private PingPong pings;
    private int port;

    @BeforeEach
    void start() throws Exception {
        server = ServerProcess.startSmall(directory);
        port = server.port("mqttPort");
        pings = new PingPong(port, "behaved");
    }

    @AfterEach
    void goOn() throws Exception {
        pings.goesOnFor(20);
        assertThat(server.isAlive()).isTrue();
        assertThat(server.metric("homeport_internal_errors_total")).isZero();
        server.close();
        for (Wire wire : wires) {
            wire.close();
        }
    }

    @Test
    void subscribersThatAcknowledgeNothingAreBoundedTogether() throws Exception {
        int subscribers = 12;
        for (int i = 0; i < subscribers; i++) {
            wires.add(Wire.connected(port, "s" + i).subscribe("q/" + i, Qos.AT_LEAST_ONCE));
        }
        Wire publisher = Wire.connected(port, "publisher");
        wires.add(publisher);
        for (int i = 0; i < 400 * subscribers; i++) {
            publisher.send(Packets.publish("q/" + i % subscribers, LARGE, Qos.AT_LEAST_ONCE, 1));
            publisher.read(PubAck.class);
        }
        assertThat(server.metric("homeport_broker_drops_total")).isPositive();
    }

    @Test
    void clientsThatAskAndNeverReadAreBoundedTogether() throws Exception {
        byte[] burst =
                Wire.bytes(
                        MqttVersion.MQTT_5,
                        Collections.nCopies(5_000, new MqttPacket.PingReq())
                                .toArray(MqttPacket[]::new));
        List<Thread> babblers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Wire wire = Wire.open(port, MqttVersion.MQTT_5, 8_192);
            wire.connect(Packets.clean(MqttVersion.MQTT_5, "b" + i));
            wires.add(wire);
            babblers.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    for (int n = 0; n < 2_000; n++) {
                                        wire.sendBytes(burst);
                                    }
                                } catch (IOException e) {
                                    // Cut off, as it has to be.
                                }
                            }));
        }
        for (Thread babbler : babblers) {
            babbler.join(20_000);
        }
    }

    /// Little of each, but of many.
    @Test
    void beginningsOfPacketsOfManyClientsAreBoundedTogether() throws Exception {
        byte[] part = new byte[100_000];
        for (int i = 0; i < 2_000; i++) {
            Wire wire = Wire.connected(port, "b" + i);
            wires.add(wire);
            try {
                wire.sendBytes(new byte[] {0x30, -1, -1, -1, 0x06, 0, 1, 'a', 0});
                wire.sendBytes(part);
            } catch (IOException e) {
                // Cut off, as some have to be.
            }
        }
        assertThat(server.metric("homeport_mqtt_slow_consumers_total")).isPositive();
    }

    @Test
    void unfinishedHeadsOfRequestsAreBoundedTogether() throws Exception {
        byte[] part =
                ("GET / HTTP/1.1\r\nHost: localhost\r\n" + "a: b\r\n".repeat(9_000))
                        .getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 300; i++) {
            Wire wire = Wire.open(server.port("apiPort"));
            wires.add(wire);
            try {
                wire.sendBytes(part);
            } catch (IOException e) {
                // Cut off, as most have to be.
            }
        }
        for (Wire wire : wires) {
            wire.close();
        }
        // Its own request is refused, too, until the server has seen all of these ends.
        while (!server.get("/metrics").body().contains("homeport_http_requests_total")) {
            pings.goesOnFor(1);
        }
        assertThat(server.metric("homeport_http_rejected_total")).isPositive();
    }

    @Test
    void unfinishedPacketsAreBoundedTogether() throws Exception {
        byte[] part = new byte[1 << 20];
        for (int i = 0; i < 30; i++) {
            Wire wire = Wire.connected(port, "l" + i);
            wires.add(wire);
            try {
                wire.sendBytes(new byte[] {0x30, -1, -1, -1, 0x06, 0, 1, 'a', 0});
                for (int n = 0; n < 13; n++) {
                    wire.sendBytes(part);
                }
            } catch (IOException e) {
                // Cut off, as some have to be.
            }
        }
    }
}
