package io.homeport.compat.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.compat.ServerProcess;
import io.homeport.compat.Tls;
import io.homeport.compat.conformance.Packets;
import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.Disconnect;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttPacket.SubAck;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// One test for each attack of docs/overload.md that no other test makes: its bound holds, its
/// answer comes, its counter moves, and a client that behaves goes on meanwhile.
@Timeout(120)
class OverloadLimitsTest {
    private static final MqttVersion VERSION = MqttVersion.MQTT_5;

    @TempDir private static Path directory;

    private static ServerProcess server;
    private static int port;

    private final List<Wire> wires = new ArrayList<>();
    private PingPong pings;

    @BeforeAll
    static void start() throws IOException {
        server = ServerProcess.startSmall(directory);
        port = server.port("mqttPort");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void behave() throws IOException {
        pings = new PingPong(port, "well-behaved");
        pings.goesOnFor(10);
    }

    @AfterEach
    void nobodyElseIsHarmed() throws Exception {
        try {
            pings.goesOnFor(20);
            assertThat(server.metric("homeport_internal_errors_total")).isZero();
        } finally {
            pings.close();
            wires.forEach(Wire::close);
        }
    }

    private Wire client(String clientId) throws IOException {
        Wire wire = Wire.connected(port, clientId);
        wires.add(wire);
        return wire;
    }

    private static void awaitBeyond(String name, long value) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (server.metric(name) <= value) {
            assertThat(System.nanoTime()).as(name).isLessThan(deadline);
        }
    }

    // ---- publishers ----

    @Test
    void aFloodTakesTurnsWithOthersAndLosesNothing() throws Exception {
        long yields = server.metric("homeport_mqtt_yields_total");
        Wire reader = client("reader").subscribe("flood/end", Qos.AT_MOST_ONCE);
        MqttPacket[] packets = new MqttPacket[20_000];
        Arrays.fill(packets, Packets.publish("flood/a", "x", Qos.AT_MOST_ONCE, 0));
        byte[] burst = Wire.bytes(VERSION, packets);
        Wire publisher = client("flood");
        for (int i = 0; i < 10; i++) {
            publisher.sendBytes(burst);
        }
        publisher.send(Packets.publish("flood/end", "end", Qos.AT_MOST_ONCE, 0));
        assertThat(Packets.text(reader.read(Publish.class))).isEqualTo("end");
        awaitBeyond("homeport_mqtt_yields_total", yields);
    }

    // [MQTT-3.3.4-9]
    @Test
    void aSubscriberWithReceiveMaximumOneGetsAllOneByOne() throws Exception {
        Wire wire = Wire.open(port);
        wires.add(wire);
        wire.connect(
                Packets.with(
                        Packets.clean(VERSION, "one"), Packets.properties(null, 1, null, null)));
        wire.subscribe("one", Qos.AT_LEAST_ONCE);
        Wire publisher = client("publisher");
        for (int i = 1; i <= 300; i++) {
            publisher.send(Packets.publish("one", "" + i, Qos.AT_LEAST_ONCE, i));
            assertThat(publisher.read(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        }
        for (int i = 1; i <= 300; i++) {
            Publish publish = wire.read(Publish.class);
            assertThat(Packets.text(publish)).isEqualTo("" + i);
            // The answer to PINGREQ comes before the next message, which waits for PUBACK.
            wire.send(new MqttPacket.PingReq());
            wire.read(MqttPacket.PingResp.class);
            wire.send(Packets.pubAck(publish.packetId(), ReasonCode.SUCCESS));
        }
    }

    @Test
    void membersOfASharedSubscriptionThatAcknowledgeNothingKeepTheirShareOfTheQueue()
            throws Exception {
        for (int i = 0; i < 20; i++) {
            client("member" + i).subscribe("$share/group/shared", Qos.AT_LEAST_ONCE);
        }
        Wire publisher = client("publisher");
        int messages = 2_000;
        for (int i = 1; i <= messages; i++) {
            publisher.send(Packets.publish("shared", "" + i, Qos.AT_LEAST_ONCE, i));
            assertThat(publisher.read(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        }
        assertThat(server.metric("homeport_broker_queued_messages"))
                .isGreaterThanOrEqualTo(messages);
    }

    // MQTT 5, 3.3.2.3.4: "greater than the Topic Alias Maximum" is a protocol error, 0x94.
    @Test
    void aTopicAliasBeyondTheMaximumEndsTheConnection() throws Exception {
        long errors = server.metric("homeport_broker_protocol_errors_total");
        Wire wire = client("aliases");
        for (int i = 0; i < 10_000; i++) {
            wire.send(Packets.aliased("alias/" + i, i % 64 + 1, "x"));
        }
        wire.send(Packets.aliased("alias/a", 65, "x"));
        assertThat(wire.read(Disconnect.class).reason()).isEqualTo(ReasonCode.TOPIC_ALIAS_INVALID);
        assertThat(wire.read()).isNull();
        assertThat(server.metric("homeport_broker_protocol_errors_total")).isEqualTo(errors + 1);
    }

    @Test
    void aPacketOfTooManyUserPropertiesEndsTheConnection() throws Exception {
        long malformed = server.metric("homeport_mqtt_malformed_packets_total");
        Wire wire = client("adorned");
        wire.send(
                Packets.publish(
                        "a",
                        "x",
                        Qos.AT_MOST_ONCE,
                        0,
                        false,
                        false,
                        new MessageProperties(
                                null,
                                null,
                                null,
                                null,
                                null,
                                Collections.nCopies(1_001, new UserProperty("n", "v")))));
        assertThat(wire.read(Disconnect.class).reason().isError()).isTrue();
        assertThat(wire.read()).isNull();
        assertThat(server.metric("homeport_mqtt_malformed_packets_total")).isEqualTo(malformed + 1);
    }

    // ---- subscriptions ----

    @Test
    void aSessionTakesTenThousandFiltersAndRefusesMore() throws Exception {
        long denials = server.metric("homeport_broker_denials_total");
        Wire wire = client("greedy");
        for (int part = 0; part <= 10; part++) {
            MqttPacket.Subscription[] some = new MqttPacket.Subscription[1_000];
            for (int i = 0; i < some.length; i++) {
                some[i] = Packets.to("greedy/%d/%d/+".formatted(part, i), Qos.AT_MOST_ONCE);
            }
            wire.send(Packets.subscribe(part + 1, some));
            assertThat(wire.read(SubAck.class).reasons())
                    .containsOnly(
                            part < 10
                                    ? ReasonCode.granted(Qos.AT_MOST_ONCE)
                                    : ReasonCode.QUOTA_EXCEEDED);
        }
        assertThat(server.metric("homeport_broker_denials_total")).isEqualTo(denials + 1_000);
    }

    @Test
    void filtersAndTopicsOfTooManyLevelsAreRefused() throws Exception {
        long denials = server.metric("homeport_broker_denials_total");
        Wire wire = client("deep");
        String deep = "a/".repeat(256);
        wire.send(Packets.subscribe(1, Packets.to(deep + "+", Qos.AT_MOST_ONCE)));
        assertThat(wire.read(SubAck.class).reasons())
                .containsExactly(ReasonCode.TOPIC_FILTER_INVALID);
        wire.send(Packets.publish(deep + "a", "x", Qos.AT_LEAST_ONCE, 2));
        assertThat(wire.read(PubAck.class).reason()).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        assertThat(server.metric("homeport_broker_denials_total")).isEqualTo(denials + 2);
    }

    // ---- connections ----

    @Test
    void aConnectionWhoseClientSendsNoMoreIsClosed() throws Exception {
        for (int i = 0; i < 100; i++) {
            Wire wire = client("half" + i);
            wire.endOutput();
            assertThat(wire.read()).isNull();
        }
    }

    @Test
    void clientsThatConnectAgainAndAgainAreServedAndCounted() throws Exception {
        long accepted = server.metric("homeport_broker_connects_accepted_total");
        for (int i = 0; i < 500; i++) {
            try (Wire wire = Wire.connected(port, "again")) {
                wire.send(Disconnect.of(ReasonCode.SUCCESS, null));
            }
        }
        assertThat(server.metric("homeport_broker_connects_accepted_total") - accepted)
                .isEqualTo(500);
    }

    @Test
    void revokedCertificatesAreClosedAndCounted() throws Exception {
        AttackTarget target = OverloadBench.target(server, directory);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                Tls.keys(target.revoked(), AttackTarget.key(target.revoked())).getKeyManagers(),
                Tls.trust(target.ca()).getTrustManagers(),
                null);
        long refused = server.metric("homeport_certificates_refused_total");
        for (int i = 0; i < 30; i++) {
            try (Wire wire =
                    Wire.over(
                            context.getSocketFactory()
                                    .createSocket(InetAddress.getLoopbackAddress(), target.mqtts()),
                            VERSION)) {
                wire.send(Packets.clean(VERSION, "revoked"));
                assertThat(wire.read()).isNull();
            } catch (IOException e) {
                // Closed while it was still sending.
            }
        }
        assertThat(server.metric("homeport_certificates_refused_total") - refused).isEqualTo(30);
    }
}
