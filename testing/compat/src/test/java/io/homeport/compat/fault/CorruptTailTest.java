package io.homeport.compat.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.compat.ServerProcess;
import io.homeport.compat.conformance.Packets;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a power cut leaves at the end of the store's log: nothing that was fsynced before is lost
/// by that, the server starts, and its log says what it dropped. Damage further ahead is no power
/// cut: then the server says what is lost and doesn't start without it.
class CorruptTailTest {
    private static final int MESSAGES = 50;

    @TempDir Path directory;

    /// What happens to the end of the log.
    enum Damage {
        /// The last record is there in part.
        TORN {
            @Override
            void to(RandomAccessFile log) throws IOException {
                log.setLength(log.length() - 7);
            }
        },
        /// The last record isn't what was written.
        FLIPPED {
            @Override
            void to(RandomAccessFile log) throws IOException {
                log.seek(log.length() - 3);
                int last = log.read();
                log.seek(log.length() - 3);
                log.write(last ^ 0x55);
            }
        },
        /// Blocks that were allotted and never written, with what was there before.
        GARBAGE {
            @Override
            void to(RandomAccessFile log) throws IOException {
                log.seek(log.length());
                byte[] old = new byte[5_000];
                for (int i = 0; i < old.length; i++) {
                    old[i] = (byte) (i * 31 + 7);
                }
                log.write(old);
            }
        };

        abstract void to(RandomAccessFile log) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedEndOfTheLogCostsNothingThatWasDurableBefore(Damage damage) throws Exception {
        fillAndKill();
        try (RandomAccessFile log = new RandomAccessFile(newestLog().toFile(), "rw")) {
            damage.to(log);
        }
        try (ServerProcess server = start();
                Wire subscriber = Wire.open(server.port("mqttPort"))) {
            assertThat(server.log())
                    .contains("store-log-cut")
                    .containsPattern("(from byte [0-9]+ on|where it is damaged)")
                    .containsPattern("at least [0-9]+ bytes were dropped")
                    .contains(directory.resolve("store").toString());
            assertThat(
                            subscriber
                                    .connect(Packets.lasting(MqttVersion.MQTT_5, "subscriber"))
                                    .sessionPresent())
                    .isTrue();
            List<String> received = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            for (int i = 1; i < MESSAGES; i++) {
                received.add(Packets.text(subscriber.read(Publish.class)));
                expected.add("" + i);
            }
            assertThat(received).isEqualTo(expected);
        }
    }

    @Test
    void damageInTheMiddleOfTheLogIsRefusedWithWhatToDo() throws Exception {
        fillAndKill();
        Path log = newestLog();
        byte[] sound = Files.readAllBytes(log);
        byte[] bad = sound.clone();
        bad[bad.length / 2] ^= 0x55;
        Files.write(log, bad);
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(this::start)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(log + " is damaged at byte")
                    .hasMessageContaining("restore")
                    .hasMessageContaining("truncate -s");
        }
        assertThat(Files.readAllBytes(log)).isEqualTo(bad);
        Files.write(log, sound);
        try (ServerProcess server = start();
                Wire subscriber = Wire.open(server.port("mqttPort"))) {
            assertThat(server.log()).doesNotContain("store-log-cut");
            subscriber.connect(Packets.lasting(MqttVersion.MQTT_5, "subscriber"));
            for (int i = 1; i <= MESSAGES; i++) {
                assertThat(Packets.text(subscriber.read(Publish.class))).isEqualTo("" + i);
            }
        }
    }

    /// Leaves messages for a subscriber that isn't there, one after the other.
    private void fillAndKill() throws IOException, InterruptedException {
        try (ServerProcess server = start()) {
            int port = server.port("mqttPort");
            try (Wire subscriber = Wire.open(port)) {
                subscriber.connect(Packets.lasting(MqttVersion.MQTT_5, "subscriber"));
                subscriber.subscribe("load", Qos.AT_LEAST_ONCE);
            }
            try (Wire publisher = Wire.connected(port, "publisher")) {
                for (int i = 1; i <= MESSAGES; i++) {
                    publisher.send(Packets.publish("load", "" + i, Qos.AT_LEAST_ONCE, i));
                    assertThat(publisher.read(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
                }
            }
            server.kill();
        }
    }

    private ServerProcess start() throws IOException {
        return ServerProcess.start(directory, "--mqtt-port", "0", "--anonymous");
    }

    private Path newestLog() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("store"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .filter(file -> size(file) > 0)
                    .max(Comparator.comparing(file -> file.getFileName().toString()))
                    .orElseThrow();
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
