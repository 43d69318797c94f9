package io.homeport.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MalformedPacketException;
import io.homeport.mqtt.MqttEncoder;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FrameReaderTest {
    private static final int RUN = 0x1234_5678;

    /// Writes down what the reader finds.
    private static final class Notes implements FrameReader.Sink {
        final List<String> found = new ArrayList<>();

        @Override
        public void publish(
                ByteBuf buffer,
                int payloadAt,
                int payloadBytes,
                int qos,
                int packetId,
                boolean duplicate) {
            found.add(
                    "publish qos %d id %d %s %d bytes run %x publisher %d sequence %d at %d"
                            .formatted(
                                    qos,
                                    packetId,
                                    duplicate ? "again" : "once",
                                    payloadBytes,
                                    MessageStamp.run(buffer, payloadAt),
                                    MessageStamp.publisher(buffer, payloadAt),
                                    MessageStamp.sequence(buffer, payloadAt),
                                    MessageStamp.sentAtNanos(buffer, payloadAt)));
        }

        @Override
        public void pubAck(int packetId, int reason) {
            found.add("puback %d reason %d".formatted(packetId, reason));
        }

        @Override
        public void pubRec(int packetId, int reason) {
            found.add("pubrec %d reason %d".formatted(packetId, reason));
        }

        @Override
        public void pubRel(int packetId) {
            found.add("pubrel " + packetId);
        }

        @Override
        public void pubComp(int packetId) {
            found.add("pubcomp " + packetId);
        }

        @Override
        public void rare(ByteBuf frame) {
            found.add(
                    "rare %d of %d bytes".formatted(frame.getByte(0) >> 4, frame.readableBytes()));
        }
    }

    /// A stream of what a broker sends, and what the reader should make of it.
    private static ByteBuf conversation(MqttVersion version) {
        ByteBufAllocator heap = UnpooledByteBufAllocator.DEFAULT;
        ByteBuf out = Unpooled.buffer();
        MqttEncoder.encode(
                new MqttPacket.ConnAck(
                        false, ReasonCode.SUCCESS, MqttPacket.ConnAckProperties.NONE),
                version,
                out);
        for (Qos qos : Qos.values()) {
            PublishTemplate template = new PublishTemplate(version, qos, "bench/é/7", 300, RUN, 7);
            ByteBuf frames = template.frames(heap, 2, 65_534, 42);
            out.writeBytes(frames);
            frames.release();
        }
        MqttEncoder.encode(
                new MqttPacket.PubAck(
                        9,
                        version == MqttVersion.MQTT_5
                                ? ReasonCode.QUOTA_EXCEEDED
                                : ReasonCode.SUCCESS,
                        null,
                        List.of()),
                version,
                out);
        MqttEncoder.encode(
                new MqttPacket.PubRec(10, ReasonCode.SUCCESS, null, List.of()), version, out);
        MqttEncoder.encode(
                new MqttPacket.PubRel(11, ReasonCode.SUCCESS, null, List.of()), version, out);
        MqttEncoder.encode(new MqttPacket.PingResp(), version, out);
        MqttEncoder.encode(
                new MqttPacket.PubComp(12, ReasonCode.SUCCESS, null, List.of()), version, out);
        return out;
    }

    private static List<String> expected(MqttVersion version) {
        List<String> expected = new ArrayList<>();
        expected.add("rare 2 of %d bytes".formatted(version == MqttVersion.MQTT_5 ? 5 : 4));
        for (int qos = 0; qos < 3; qos++) {
            expected.add(published(qos, qos == 0 ? 0 : 65_535, 65_534));
            expected.add(published(qos, qos == 0 ? 0 : 1, 65_535));
        }
        expected.add("puback 9 reason " + (version == MqttVersion.MQTT_5 ? 0x97 : 0));
        expected.add("pubrec 10 reason 0");
        expected.add("pubrel 11");
        expected.add("pubcomp 12");
        return expected;
    }

    private static String published(int qos, int packetId, long sequence) {
        return "publish qos %d id %d once 300 bytes run %x publisher 7 sequence %d at 42"
                .formatted(qos, packetId, RUN, sequence);
    }

    @ParameterizedTest
    @EnumSource(MqttVersion.class)
    void whatTheTemplateWritesIsReadBack(MqttVersion version) {
        Notes notes = new Notes();
        new FrameReader(version, notes).read(conversation(version));
        assertThat(notes.found).isEqualTo(expected(version));
    }

    @ParameterizedTest
    @EnumSource(MqttVersion.class)
    void framesCutAnywhereAreReadAsIfWhole(MqttVersion version) {
        ByteBuf whole = conversation(version);
        for (int size = 1; size < 700; size++) {
            Notes notes = new Notes();
            FrameReader reader = new FrameReader(version, notes);
            for (int at = 0; at < whole.readableBytes(); at += size) {
                reader.read(whole.slice(at, Math.min(size, whole.readableBytes() - at)));
            }
            assertThat(notes.found).as("pieces of %d bytes", size).isEqualTo(expected(version));
        }
    }

    @Test
    void propertiesOfAPublishArePassedOver() {
        ByteBuf out = Unpooled.buffer();
        byte[] payload = new byte[24];
        // A topic alias and a message expiry, as some brokers add.
        MqttEncoder.encodePublish(
                out,
                MqttVersion.MQTT_5,
                "t",
                payload,
                Qos.AT_LEAST_ONCE,
                true,
                false,
                5,
                3,
                60,
                MessageProperties.NONE,
                new int[] {1});
        Notes notes = new Notes();
        new FrameReader(MqttVersion.MQTT_5, notes).read(out);
        assertThat(notes.found)
                .containsExactly(
                        "publish qos 1 id 5 again 24 bytes run 0 publisher 0 sequence 0 at 0");
    }

    @Test
    void whatIsNoMqttIsRefused() {
        for (int[] bytes :
                new int[][] {
                    // A remaining length without end.
                    {0x30, 0xFF, 0xFF, 0xFF, 0xFF},
                    // PUBLISH whose topic is longer than it.
                    {0x30, 0x02, 0x00, 0x05},
                    // PUBLISH without a topic.
                    {0x30, 0x00},
                    // PUBACK without packet id.
                    {0x40, 0x00},
                    // CONNECT, which only clients send.
                    {0x10, 0x00},
                }) {
            ByteBuf in = Unpooled.buffer();
            for (int value : bytes) {
                in.writeByte(value);
            }
            FrameReader reader = new FrameReader(MqttVersion.MQTT_3_1_1, new Notes());
            assertThatThrownBy(() -> reader.read(in)).isInstanceOf(MalformedPacketException.class);
        }
    }
}
