package io.homeport.compat.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.bench.BenchCommand;
import io.homeport.compat.ServerProcess;
import io.homeport.compat.conformance.Packets;
import io.homeport.mqtt.MqttPacket.ConnAck;
import io.homeport.mqtt.MqttPacket.Connect;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// All clients come at once, and go at once: each is served, and those that were there before go
/// on. `-Dhomeport.storm-clients=10000` for so many, of each kind.
@Timeout(300)
class StormTest {
    private static final int CLIENTS = Integer.getInteger("homeport.storm-clients", 2_000);
    private static final int TLS_CLIENTS = Integer.getInteger("homeport.storm-clients", 150);

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
        pings.close();
        assertThat(server.metric("homeport_internal_errors_total")).isZero();
        wires.forEach(Wire::close);
        server.close();
    }

    // docs/performance.md, "Many connections": connections beyond what can be set up at a time wait
    // in the backlog; none is refused.
    @Test
    void aStormOfConnectionsIsLetInAndNoneIsRefused() throws Exception {
        connectAll();
        assertThat(server.metric("homeport_broker_connections")).isEqualTo(CLIENTS + 1);
        assertThat(server.metric("homeport_connections_limited_total")).isZero();
        assertThat(server.metric("homeport_connections_being_set_up")).isZero();
    }

    // MQTT 5, 3.1.2.5: the will is published when the connection is closed without DISCONNECT.
    @Test
    void whenAllConnectionsBreakEachWillIsPublished() throws Exception {
        connectAll();
        Wire observer = Wire.connected(port, "observer").subscribe("gone/+", Qos.AT_LEAST_ONCE);
        wires.forEach(Wire::close);
        wires.clear();
        wires.add(observer);
        Set<String> gone = new HashSet<>();
        while (gone.size() < CLIENTS) {
            Publish will = observer.read(Publish.class);
            observer.send(Packets.pubAck(will.packetId(), ReasonCode.SUCCESS));
            assertThat(gone.add(will.topic())).as(will.topic()).isTrue();
        }
        assertThat(server.metric("homeport_broker_drops_total")).isZero();
    }

    // RFC 8446, 2.2: a session that is resumed costs less; the certificate is judged anew.
    @Test
    void aFleetThatComesBackOverTlsIsLetInWhetherItResumesOrNot() throws Exception {
        AttackTarget target = OverloadBench.target(server, directory);
        comesBack(target);
        assertThat(server.metric("homeport_tls_resumed_total")).isZero();
        comesBack(target, "--resume");
        assertThat(server.metric("homeport_tls_resumed_total")).isEqualTo(TLS_CLIENTS);
        assertThat(server.metric("homeport_tls_handshakes_failed_total")).isZero();
        assertThat(server.metric("homeport_connections_limited_total")).isZero();
    }

    private static void comesBack(AttackTarget target, String... more) {
        List<String> command = new ArrayList<>(List.of(more));
        command.addAll(List.of("connect", "--reconnect", "--tls"));
        command.addAll(List.of("--connections", "" + TLS_CLIENTS));
        command.addAll(List.of("--concurrency", "" + TLS_CLIENTS));
        command.addAll(List.of("--port", "" + target.mqtts(), "--cafile", "" + target.ca()));
        command.addAll(List.of("--cert", "" + target.certificate()));
        command.addAll(List.of("--key", "" + AttackTarget.key(target.certificate())));
        StringWriter output = new StringWriter();
        PrintWriter out = new PrintWriter(output);
        int exit =
                new CommandLine(new BenchCommand())
                        .setOut(out)
                        .setErr(out)
                        .execute(command.toArray(String[]::new));
        assertThat(exit).as(output.toString()).isZero();
    }

    /// Asks for all connections before any is answered.
    private void connectAll() throws Exception {
        for (int i = 0; i < CLIENTS; i++) {
            Connect connect =
                    Packets.with(
                            Packets.clean(MqttVersion.MQTT_5, "storm" + i),
                            Packets.will("gone/" + i, Qos.AT_LEAST_ONCE, false));
            Wire wire = Wire.open(port);
            wires.add(wire);
            wire.send(connect);
        }
        for (Wire wire : wires) {
            assertThat(wire.read(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        }
    }
}
