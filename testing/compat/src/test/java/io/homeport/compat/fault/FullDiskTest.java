package io.homeport.compat.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.homeport.compat.ServerProcess;
import io.homeport.compat.conformance.Packets;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.PubComp;
import io.homeport.mqtt.MqttPacket.PubRec;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.ServiceUnavailableException;
import software.amazon.awssdk.services.iot.model.ThingAttribute;

/// No room for the store: what can't be stored is refused and says so, what needs no disk goes on,
/// what was acknowledged stays, and everything works again once there is room.
@Timeout(120)
class FullDiskTest {
    private static final String SMALL = "small";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    @TempDir Path directory;

    private final List<String> acknowledged = new ArrayList<>();
    private final List<String> things = new ArrayList<>();

    /// What may be retained.
    private final List<String> retained = new ArrayList<>(List.of("old"));

    private int packetId;

    /// A limit on the size of files, set on the running process and lifted again: no file grows.
    @Test
    void whileNoFileMayGrowWritesAreRefusedAndThenTakenAgain() throws Exception {
        assumeTrue(run("prlimit", "--version"), "there is no prlimit");
        try (ServerProcess server = start(directory)) {
            exercise(server, () -> limit(server, "65536"), () -> limit(server, "unlimited"));
        }
        try (ServerProcess server = start(directory)) {
            everythingIsThere(server);
        }
    }

    /// A file system that is full.
    @Test
    void whileTheDiskIsFullWritesAreRefusedAndThenTakenAgain() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", disk.toString()),
                "no file system can be mounted here");
        try {
            try (ServerProcess server = start(disk);
                    Filler filler = new Filler(disk.resolve("filler"))) {
                exercise(server, filler::start, filler::close);
            }
            try (ServerProcess server = start(disk)) {
                everythingIsThere(server);
            }
        } finally {
            assertThat(run("umount", disk.toString())).isTrue();
        }
    }

    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private void exercise(ServerProcess server, Step full, Step room) throws Exception {
        int port = server.port("mqttPort");
        try (Wire subscriber = Wire.open(port)) {
            subscriber.connect(Packets.lasting(MqttVersion.MQTT_5, "subscriber"));
            subscriber.subscribe("load", Qos.EXACTLY_ONCE);
        }
        try (Wire publisher = Wire.connected(port, "publisher");
                Wire plain = Wire.connected(port, "plain").subscribe("plain", Qos.AT_MOST_ONCE);
                IotClient iot = server.iot()) {
            assertThat(publish(publisher, SMALL)).isTrue();
            publisher.send(Packets.retained("kept", "old", Qos.AT_LEAST_ONCE, nextPacketId()));
            publisher.read(PubAck.class);
            assertThat(createThing(iot, "before")).isTrue();

            full.run();
            // The log has some room left: RocksDB allots its blocks ahead.
            String large = "x".repeat(100_000);
            untilRefused(() -> publish(publisher, large));
            // MQTT 5, 3.4.2.1 and 3.5.2.1: refused, and the connection goes on.
            untilRefused(() -> publish(publisher, SMALL));
            untilRefused(() -> retain(publisher));
            untilRefused(() -> publishExactlyOnce(publisher));
            // 3.1.1 has no code for that: it gets no PUBACK [MQTT-4.8.0-2].
            untilRefused(() -> publishWithoutReasons(port));
            untilRefused(() -> createThing(iot, "while-full-" + things.size()));
            // Reading goes on, also while the store tries to open its database again.
            for (int i = 0; i < 100; i++) {
                assertThat(iot.describeThing(r -> r.thingName("before")).thingName())
                        .isEqualTo("before");
            }
            // What nobody has to store needs no disk.
            plain.send(Packets.publish("plain", SMALL, Qos.AT_MOST_ONCE, 0));
            assertThat(Packets.text(plain.read(Publish.class))).isEqualTo(SMALL);

            room.run();
            untilTaken(() -> publish(publisher, "after"));
            untilTaken(() -> createThing(iot, "after"));
            assertThat(iot.describeThing(r -> r.thingName("before")).thingName())
                    .isEqualTo("before");
            assertThat(server.metric("homeport_store_writable")).isEqualTo(1);
            assertThat(server.isAlive()).isTrue();
        }
        // That it failed may not be there: the log is a file on the same disk.
        assertThat(server.log()).contains("store-recovered");
        assertThat(server.metric("homeport_internal_errors_total")).isZero();
    }

    private interface Attempt {
        /// False where it was refused.
        boolean succeeds() throws IOException;
    }

    /// The store may come back for a moment, by what RocksDB gives back when it recovers.
    private static void untilRefused(Attempt attempt) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (attempt.succeeds()) {
            assertThat(System.nanoTime()).as("when it is refused").isLessThan(deadline);
        }
    }

    private static void untilTaken(Attempt attempt) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!attempt.succeeds()) {
            assertThat(System.nanoTime()).as("when it is taken").isLessThan(deadline);
        }
    }

    /// Publishes for the subscriber that isn't there, at QoS 1.
    private boolean publish(Wire publisher, String payload) throws IOException {
        publisher.send(Packets.publish("load", payload, Qos.AT_LEAST_ONCE, nextPacketId()));
        boolean taken = isTaken(publisher.read(PubAck.class).reason());
        if (taken) {
            acknowledged.add(payload);
        }
        return taken;
    }

    private boolean publishExactlyOnce(Wire publisher) throws IOException {
        int mine = nextPacketId();
        publisher.send(Packets.publish("load", SMALL, Qos.EXACTLY_ONCE, mine));
        boolean taken = isTaken(publisher.read(PubRec.class).reason());
        if (taken) {
            acknowledged.add(SMALL);
            publisher.send(Packets.pubRel(mine));
            publisher.read(PubComp.class);
        }
        return taken;
    }

    private boolean retain(Wire publisher) throws IOException {
        publisher.send(Packets.retained("kept", SMALL, Qos.AT_LEAST_ONCE, nextPacketId()));
        boolean taken = isTaken(publisher.read(PubAck.class).reason());
        if (taken) {
            retained.clear();
        }
        retained.add(SMALL);
        return taken;
    }

    private boolean publishWithoutReasons(int port) throws IOException {
        try (Wire old = Wire.open(port, MqttVersion.MQTT_3_1_1, 0)) {
            old.connect(Packets.clean(MqttVersion.MQTT_3_1_1, "old"));
            old.send(Packets.publish("load", SMALL, Qos.AT_LEAST_ONCE, 1));
            MqttPacket answer = old.read();
            if (answer == null) {
                return false;
            }
            assertThat(answer).isInstanceOf(PubAck.class);
            acknowledged.add(SMALL);
            return true;
        }
    }

    private static boolean isTaken(ReasonCode reason) {
        assertThat(reason)
                .isIn(
                        ReasonCode.SUCCESS,
                        ReasonCode.NO_MATCHING_SUBSCRIBERS,
                        ReasonCode.QUOTA_EXCEEDED);
        return reason != ReasonCode.QUOTA_EXCEEDED;
    }

    private int nextPacketId() {
        packetId = packetId % 60_000 + 1;
        return packetId;
    }

    private boolean createThing(IotClient iot, String name) {
        try {
            iot.createThing(r -> r.thingName(name));
            things.add(name);
            return true;
        } catch (ServiceUnavailableException e) {
            assertThat(e.statusCode()).isEqualTo(503);
            return false;
        }
    }

    /// Refused messages may be there or not: what is pending when the disk fails is unknown.
    private void everythingIsThere(ServerProcess server) throws Exception {
        int port = server.port("mqttPort");
        try (IotClient iot = server.iot();
                Wire publisher = Wire.connected(port, "publisher");
                Wire subscriber = Wire.open(port)) {
            assertThat(iot.listThings().things())
                    .extracting(ThingAttribute::thingName)
                    .containsAll(things);
            // What was refused was not retained; what was taken for a moment may be.
            try (Wire reader = Wire.connected(port, "reader").subscribe("kept", Qos.AT_MOST_ONCE)) {
                assertThat(Packets.text(reader.read(Publish.class))).isIn(retained);
            }
            publish(publisher, "end");
            subscriber.connect(Packets.lasting(MqttVersion.MQTT_5, "subscriber"));
            List<String> received = new ArrayList<>();
            while (!received.contains("end")) {
                Publish publish = subscriber.read(Publish.class);
                received.add(Packets.text(publish));
                subscriber.send(Packets.pubAck(publish.packetId(), ReasonCode.SUCCESS));
            }
            assertThat(received).containsSubsequence(acknowledged);
        }
    }

    private static ServerProcess start(Path dataDir) throws IOException {
        return ServerProcess.start(dataDir, "--mqtt-port", "0", "--anonymous", "--any-credentials");
    }

    /// The soft limit alone: it can be lifted again without rights.
    private static void limit(ServerProcess server, String bytes)
            throws IOException, InterruptedException {
        assertThat(run("prlimit", "--pid", "" + server.pid(), "--fsize=" + bytes + ":")).isTrue();
    }

    /// Takes all space that there is and that becomes free, until it is closed.
    private static final class Filler implements AutoCloseable {
        private final Path file;
        private final Thread thread;
        private volatile boolean stopping;

        Filler(Path file) {
            this.file = file;
            this.thread = Thread.ofPlatform().daemon().name("filler").unstarted(this::fill);
        }

        private void fill() {
            ByteBuffer zeros = ByteBuffer.allocate(4096);
            try (FileChannel out =
                    FileChannel.open(
                            file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                while (!stopping) {
                    zeros.clear();
                    try {
                        out.write(zeros);
                    } catch (IOException e) {
                        // It is full, at this moment.
                        LockSupport.parkNanos(100_000);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void start() {
            thread.start();
        }

        @Override
        public void close() throws IOException {
            stopping = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Files.deleteIfExists(file);
        }
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
