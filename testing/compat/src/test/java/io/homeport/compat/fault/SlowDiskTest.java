package io.homeport.compat.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.compat.ServerProcess;
import io.homeport.compat.conformance.Packets;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.PingReq;
import io.homeport.mqtt.MqttPacket.PingResp;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.PubComp;
import io.homeport.mqtt.MqttPacket.PubRec;
import io.homeport.mqtt.MqttPacket.PubRel;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.IotClient;

/// Every fsync takes 0.2 to 2 seconds. Publishers wait for their acknowledgements and are not read
/// from meanwhile, memory stays bounded, and whoever needs no disk notices nothing.
@Timeout(120)
class SlowDiskTest {
    private static final int SYNCS = Integer.getInteger("homeport.slow-syncs", 2);
    private static final int FLOODERS = 3;
    private static final int PAYLOAD = 4_000;

    /// What the server reads ahead of its acknowledgements: 1024 messages from each publisher; and
    /// what it gets otherwise.
    private static final long BOUND = FLOODERS * 1024L * (PAYLOAD + 50) + (2 << 20);

    @TempDir Path directory;

    private final Set<String> acknowledged = new HashSet<>();

    @Test
    void publishersWaitForASlowDiskAndNobodyElseDoes() throws Exception {
        try (ServerProcess server = start()) {
            int port = server.port("mqttPort");
            subscribe(port);
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                    Wire subscriber = Wire.open(port);
                    PingPong plain = new PingPong(port, "plain", Qos.AT_MOST_ONCE);
                    IotClient iot = server.iot()) {
                List<Flooder> flooders = new ArrayList<>();
                List<Future<?>> running = new ArrayList<>();
                Future<Set<String>> received = threads.submit(() -> receive(subscriber, "end"));
                try (Patient patient = new Patient(port)) {
                    delay(server, 200);
                    for (int i = 0; i < FLOODERS; i++) {
                        Flooder flooder = new Flooder(port, i);
                        flooders.add(flooder);
                        running.add(threads.submit(flooder::send));
                        running.add(threads.submit(flooder::receive));
                    }
                    suffer(server, patient, plain, iot, flooders);
                    delay(server, 0);
                    flooders.forEach(Flooder::stop);
                    for (Future<?> each : running) {
                        each.get();
                    }
                    patient.publish("end");
                } finally {
                    flooders.forEach(Flooder::close);
                }
                for (Flooder flooder : flooders) {
                    acknowledged.addAll(flooder.acknowledged);
                }
                plain.isFine();
                assertThat(acknowledged).hasSizeGreaterThan(FLOODERS * 1024);
                assertThat(received.get()).containsAll(acknowledged);
            }
            assertThat(server.metric("homeport_mqtt_keep_alive_timeouts_total")).isZero();
            assertThat(server.metric("homeport_internal_errors_total")).isZero();
            assertThat(server.metric("homeport_broker_drops_total")).isZero();
            assertThat(server.log()).doesNotContain("OutOfMemory").doesNotContain(" ERROR ");
        }
    }

    private static void suffer(
            ServerProcess server,
            Patient patient,
            PingPong plain,
            IotClient iot,
            List<Flooder> flooders)
            throws Exception {
        Random random = new Random(1);
        for (int sync = 0; sync < SYNCS; sync++) {
            delay(server, 200 + random.nextInt(1_800));
            long before = plain.rounds();
            // Only the disk is between a PUBLISH and its PUBACK, ...
            patient.publishes();
            // ... and the disk is between no QoS 0 message and its subscriber.
            assertThat(plain.rounds() - before).isGreaterThan(20);
            // The API answers, late.
            iot.createThing(r -> r.thingName("slow"));
        }
        isHeldBack(server, flooders);
    }

    /// While the disk stands still, the server reads so far and no further.
    private static void isHeldBack(ServerProcess server, List<Flooder> flooders) throws Exception {
        delay(server, 5_000);
        long taken = 0;
        long received = 0;
        for (int still = 0; still < 5; ) {
            LockSupport.parkNanos(100_000_000);
            long takenNow = flooders.stream().mapToLong(f -> f.taken.get()).sum();
            long receivedNow = server.metric("homeport_mqtt_received_bytes_total");
            // The one that plays ping-pong goes on.
            still = takenNow == taken && receivedNow - received < PAYLOAD ? still + 1 : 0;
            taken = takenNow;
            received = receivedNow;
        }
        assertThat(received - taken * PAYLOAD).isBetween(BOUND / 4, BOUND);
    }

    /// What was acknowledged while the disk was slow had been fsynced.
    @Test
    void killedWhileTheDiskIsSlowTheServerHasWhatItAcknowledged() throws Exception {
        try (ServerProcess server = start()) {
            int port = server.port("mqttPort");
            subscribe(port);
            delay(server, 300);
            Flooder flooder = new Flooder(port, 0);
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<?> sending = threads.submit(flooder::send);
                Future<?> receiving = threads.submit(flooder::receive);
                while (flooder.taken.get() < 100 && !sending.isDone()) {
                    LockSupport.parkNanos(1_000_000);
                }
                flooder.mayEnd = true;
                server.kill();
                sending.get();
                receiving.get();
            }
            acknowledged.addAll(flooder.acknowledged);
            assertThat(acknowledged).hasSizeGreaterThan(99);
        }
        try (ServerProcess server = start()) {
            try (Wire subscriber = Wire.open(server.port("mqttPort"));
                    Patient last = new Patient(server.port("mqttPort"))) {
                last.publish("end");
                assertThat(receive(subscriber, "end")).containsAll(acknowledged);
            }
        }
    }

    private ServerProcess start() throws IOException {
        return ServerProcess.start(
                List.of("-Xmx192m"),
                directory,
                "--mqtt-port",
                "0",
                "--anonymous",
                "--any-credentials",
                "--test-mode");
    }

    private static void delay(ServerProcess server, int millis) throws Exception {
        String body = "{\"syncDelay\": \"" + Duration.ofMillis(millis) + "\"}";
        assertThat(server.post("/_homeport/disk", body).statusCode()).isEqualTo(200);
    }

    private static void subscribe(int port) throws IOException {
        try (Wire subscriber = Wire.open(port)) {
            subscriber.connect(Packets.lasting(MqttVersion.MQTT_5, "subscriber"));
            subscriber.subscribe("flood/#", Qos.EXACTLY_ONCE);
        }
    }

    /// What the session gets, up to a last one.
    private static Set<String> receive(Wire subscriber, String last) throws IOException {
        Set<String> received = new HashSet<>();
        subscriber.connect(Packets.lasting(MqttVersion.MQTT_5, "subscriber"));
        while (!received.contains(last)) {
            switch (subscriber.read()) {
                case Publish publish -> {
                    received.add(Packets.text(publish).strip());
                    subscriber.send(
                            publish.qos() == Qos.AT_LEAST_ONCE
                                    ? Packets.pubAck(publish.packetId(), ReasonCode.SUCCESS)
                                    : Packets.pubRec(publish.packetId(), ReasonCode.SUCCESS));
                }
                case PubRel rel -> subscriber.send(Packets.pubComp(rel.packetId()));
                case null, default -> throw new IOException("the subscriber's connection ended");
            }
        }
        return received;
    }

    /// A well-behaved publisher at QoS 1 and 2 with a keep alive of a second, which it keeps by
    /// pings.
    private static final class Patient implements AutoCloseable {
        private final Wire wire;
        private volatile boolean closed;

        Patient(int port) throws IOException {
            wire = Wire.open(port);
            wire.connect(Packets.withKeepAlive(Packets.clean(MqttVersion.MQTT_5, "patient"), 1));
            Thread.ofVirtual().start(this::ping);
        }

        private void ping() {
            try {
                while (!closed) {
                    wire.send(new PingReq());
                    LockSupport.parkNanos(200_000_000);
                }
            } catch (IOException e) {
                // Whoever waits for an answer sees it, too.
            }
        }

        void publishes() throws IOException {
            publish("one");
            wire.send(Packets.publish("flood/patient", "two", Qos.EXACTLY_ONCE, 2));
            assertThat(answer(PubRec.class).reason()).isEqualTo(ReasonCode.SUCCESS);
            wire.send(Packets.pubRel(2));
            answer(PubComp.class);
        }

        void publish(String text) throws IOException {
            wire.send(Packets.publish("flood/patient", text, Qos.AT_LEAST_ONCE, 1));
            assertThat(answer(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        }

        private <P extends MqttPacket> P answer(Class<P> type) {
            MqttPacket answer = wire.read();
            while (answer instanceof PingResp) {
                answer = wire.read();
            }
            if (!type.isInstance(answer)) {
                throw new AssertionError("not a " + type.getSimpleName() + ": " + answer);
            }
            return type.cast(answer);
        }

        @Override
        public void close() {
            closed = true;
            wire.close();
        }
    }

    /// Publishes at QoS 1 as fast as the server reads, with a keep alive of a second and no pings:
    /// it has always something to send. It speaks MQTT 3.1.1, which has no Receive Maximum.
    private static final class Flooder implements AutoCloseable {
        final List<String> acknowledged = new ArrayList<>();
        final AtomicLong taken = new AtomicLong();
        private final String name;
        private final Wire wire;
        private final AtomicLong sent = new AtomicLong();
        private volatile boolean stopping;
        private volatile boolean mayEnd;
        private volatile boolean finished;

        Flooder(int port, int number) throws IOException {
            name = "flooder" + number;
            wire = Wire.open(port, MqttVersion.MQTT_3_1_1, 0);
            wire.connect(Packets.withKeepAlive(Packets.clean(MqttVersion.MQTT_3_1_1, name), 1));
        }

        void send() {
            String padding = " ".repeat(PAYLOAD);
            try {
                while (!finished) {
                    long i = sent.getAndIncrement();
                    // Before the last one is sent, whose acknowledgement ends the other thread.
                    finished = stopping;
                    wire.send(
                            Packets.publish(
                                    "flood/" + name,
                                    name + " " + i + padding,
                                    Qos.AT_LEAST_ONCE,
                                    (int) (i % 65_535) + 1));
                }
            } catch (IOException e) {
                assertThat(mayEnd).as("%s: %s", name, e).isTrue();
            }
        }

        /// Answers come in the order of the messages [MQTT-4.6.0-2].
        void receive() {
            try {
                receiveAnswers();
            } catch (IOException e) {
                assertThat(mayEnd).as("%s: %s", name, e).isTrue();
            }
        }

        private void receiveAnswers() throws IOException {
            while (!finished || taken.get() < sent.get()) {
                switch (wire.read()) {
                    case PubAck ack -> take(ack.packetId());
                    case null -> {
                        assertThat(mayEnd).as("the end of %s", name).isTrue();
                        return;
                    }
                    default -> throw new IOException("not expected");
                }
            }
        }

        private void take(int packetId) {
            long next = taken.get();
            assertThat(packetId).isEqualTo((int) (next % 65_535) + 1);
            acknowledged.add(name + " " + next);
            taken.incrementAndGet();
        }

        void stop() {
            stopping = true;
        }

        @Override
        public void close() {
            mayEnd = true;
            wire.close();
        }
    }
}
