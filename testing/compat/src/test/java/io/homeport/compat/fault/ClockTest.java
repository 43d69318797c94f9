package io.homeport.compat.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.compat.ServerProcess;
import io.homeport.compat.conformance.Packets;
import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MqttPacket.Connect;
import io.homeport.mqtt.MqttPacket.ConnectProperties;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The clock is set by years, as on a machine without a battery that finds a time server.
@Timeout(60)
class ClockTest {
    private static final int SESSIONS = 100;
    private static final long TEN_MINUTES = 600;
    private static final String YEARS = "{\"advance\": \"P3650D\"}";

    @TempDir Path directory;

    // MQTT 5: 3.1.2.11.2 Session Expiry, 3.1.3.2.2 Will Delay, 3.3.2.3.3 Message Expiry.
    @Test
    void whatTenYearsEndEndsOnceAndTheServerIsQuietAfterIt() throws Exception {
        try (ServerProcess server = start();
                Wire watcher =
                        Wire.connected(server.port("mqttPort"), "watcher")
                                .subscribe("#", Qos.AT_LEAST_ONCE);
                PingPong pings = new PingPong(server.port("mqttPort"), "pings")) {
            int port = server.port("mqttPort");
            long before = server.metric("homeport_broker_sessions");
            leaveWills(port);
            leaveMessages(port);
            // 'sleeper' and 'publisher' stay.
            assertThat(server.metric("homeport_broker_sessions")).isEqualTo(before + SESSIONS + 1);

            assertThat(server.post("/_homeport/clock", YEARS).statusCode()).isEqualTo(200);
            List<String> wills = wills(watcher, SESSIONS);
            assertThat(wills).hasSize(SESSIONS).doesNotHaveDuplicates();
            awaitMetric(server, "homeport_broker_sessions", before + 1);

            assertThat(server.post("/_homeport/clock", YEARS).statusCode()).isEqualTo(200);
            pings.goesOnFor(20);
            try (Wire publisher = Wire.connected(port, "publisher")) {
                publisher.send(Packets.publish("end", "end", Qos.AT_LEAST_ONCE, 1));
                publisher.read(PubAck.class);
            }
            assertThat(wills(watcher, 1)).containsExactly("end");

            assertThat(received(port)).containsExactly("for ever", "end");
            assertThat(retained(port)).containsExactly("kept for ever", "now");
            isQuiet(server, pings);
            assertThat(server.metric("homeport_internal_errors_total")).isZero();
            assertThat(server.log()).doesNotContain("a timer's task failed");
        }
    }

    /// The server runs ahead of its time, and starts again with the right one.
    @Test
    void aServerThatStartsEarlierThanItStoppedKeepsNothingForLonger() throws Exception {
        try (ServerProcess server = start()) {
            assertThat(server.post("/_homeport/clock", YEARS).statusCode()).isEqualTo(200);
            int port = server.port("mqttPort");
            leaveMessages(port);
            leaveWills(port);
            server.kill();
        }
        try (ServerProcess server = start();
                Wire sleeper = Wire.open(server.port("mqttPort"))) {
            assertThat(sleeper.connect(forEver("sleeper")).sessionPresent()).isTrue();
            Publish expiring = sleeper.read(Publish.class);
            assertThat(Packets.text(expiring)).isEqualTo("for a minute");
            // [MQTT-3.3.2-6]: what was received minus the time that it has waited.
            assertThat(expiring.properties().messageExpirySeconds()).isBetween(0L, 60L);
            assertThat(Packets.text(sleeper.read(Publish.class))).isEqualTo("for ever");
            long sessions = server.metric("homeport_broker_sessions");
            assertThat(server.post("/_homeport/clock", "{\"advance\": \"PT2H\"}").statusCode())
                    .isEqualTo(200);
            awaitMetric(server, "homeport_broker_sessions", sessions - SESSIONS);
        }
    }

    private ServerProcess start() throws IOException {
        return ServerProcess.start(directory, "--mqtt-port", "0", "--anonymous", "--test-mode");
    }

    /// Sessions of an hour whose wills are due in ten minutes.
    private static void leaveWills(int port) throws IOException {
        for (int i = 0; i < SESSIONS; i++) {
            try (Wire wire = Wire.open(port)) {
                wire.connect(
                        Packets.with(
                                Packets.lasting(MqttVersion.MQTT_5, "leaving" + i),
                                Packets.will(
                                        "will/" + i,
                                        Qos.AT_LEAST_ONCE,
                                        false,
                                        TEN_MINUTES,
                                        MessageProperties.NONE)));
            }
        }
    }

    /// For a session without end: messages for a minute and for ever, queued and retained.
    private static void leaveMessages(int port) throws IOException {
        try (Wire sleeper = Wire.open(port)) {
            sleeper.connect(forEver("sleeper"));
            sleeper.subscribe("sleep/#", Qos.AT_LEAST_ONCE);
        }
        try (Wire publisher = Wire.connected(port, "publisher")) {
            MessageProperties minute = Packets.expiring(60);
            publisher.send(
                    publish("sleep/a", "for a minute", false, minute, 1),
                    publish("sleep/a", "for ever", false, MessageProperties.NONE, 2),
                    publish("kept/a", "kept for a minute", true, minute, 3),
                    publish("kept/b", "kept for ever", true, MessageProperties.NONE, 4));
            for (int i = 0; i < 4; i++) {
                assertThat(publisher.read(PubAck.class).reason().isError()).isFalse();
            }
        }
    }

    private static Publish publish(
            String topic,
            String payload,
            boolean retain,
            MessageProperties properties,
            int packetId) {
        return Packets.publish(
                topic, payload, Qos.AT_LEAST_ONCE, packetId, false, retain, properties);
    }

    private static Connect forEver(String clientId) {
        return Packets.with(
                Packets.lasting(MqttVersion.MQTT_5, clientId),
                new ConnectProperties(
                        0xFFFFFFFFL, null, null, null, false, true, List.of(), null, null));
    }

    /// Topics of wills, and `end`.
    private static List<String> wills(Wire watcher, int count) throws IOException {
        List<String> topics = new ArrayList<>();
        while (topics.size() < count) {
            Publish publish = watcher.read(Publish.class);
            watcher.send(Packets.pubAck(publish.packetId(), ReasonCode.SUCCESS));
            if (publish.topic().startsWith("will/") || publish.topic().equals("end")) {
                topics.add(publish.topic());
            }
        }
        return topics;
    }

    /// What the sleeper finds, up to a message of now.
    private static List<String> received(int port) throws IOException {
        try (Wire sleeper = Wire.open(port);
                Wire publisher = Wire.connected(port, "publisher")) {
            publisher.send(Packets.publish("sleep/z", "end", Qos.AT_LEAST_ONCE, 1));
            publisher.read(PubAck.class);
            assertThat(sleeper.connect(forEver("sleeper")).sessionPresent()).isTrue();
            List<String> texts = new ArrayList<>();
            while (!texts.contains("end")) {
                texts.add(Packets.text(sleeper.read(Publish.class)));
            }
            return texts;
        }
    }

    private static Set<String> retained(int port) throws IOException {
        try (Wire reader = Wire.connected(port, "reader").subscribe("kept/#", Qos.AT_MOST_ONCE)) {
            reader.send(Packets.publish("kept/now", "now", Qos.AT_MOST_ONCE, 0));
            Set<String> texts = new TreeSet<>();
            while (!texts.contains("now")) {
                texts.add(Packets.text(reader.read(Publish.class)));
            }
            return texts;
        }
    }

    private static void awaitMetric(ServerProcess server, String name, long value)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (server.metric(name) != value) {
            assertThat(System.nanoTime())
                    .as("%s is %d, not yet %d", name, server.metric(name), value)
                    .isLessThan(deadline);
        }
    }

    /// Nothing runs in circles: less than half of a processor goes to a few messages.
    private static void isQuiet(ServerProcess server, PingPong pings) {
        long before = System.nanoTime();
        Duration spent = server.processorTime();
        pings.goesOnFor(300);
        long passed = System.nanoTime() - before;
        assertThat(server.processorTime().minus(spent).toNanos()).isLessThan(passed / 2);
    }
}
