package io.homeport.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MqttDecoderTest {
    static List<Arguments> refused() throws IOException {
        try (InputStream in = MqttDecoderTest.class.getResourceAsStream("refused-packets.txt")) {
            if (in == null) {
                throw new AssertionError("no refused-packets.txt");
            }
            String table = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return table.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> Arguments.of((Object[]) line.split("\\s*\\|\\s*")))
                    .toList();
        }
    }

    @ParameterizedTest(name = "{1} {4}")
    @MethodSource
    void refused(String state, String bytes, ReasonCode reason, String message, String clause) {
        MalformedPacketException e = refusal(Decoders.of(state), Bytes.of(bytes));
        assertThat(e.reason()).as(clause).isEqualTo(reason);
        assertThat(e).hasMessageContaining(message);
    }

    /// What looks like the refused above, but is allowed.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "- | 10 [ \"MQTT\" 05 42 003c [ ] \"c\" \"p\" ]", // 3.1.2.9, unlike in 3.1.1
                "- | 10 [ \"MQTT\" 04 00 003c \"\" ]", // for the gateway to answer [MQTT-3.1.3-8]
                "- | 10 [ \"MQTT\" 05 02 003c [ 26 \"a\" \"b\" 26 \"a\" \"b\" ] \"\" ]",
                "3 | c0 8000",
                "5 | 30 [ \"\" [ 230001 ] ]", // 3.3.2.1
                "5 | 30 [ 0003 efbbbf [ ] ]", // [MQTT-1.5.4-3]
                "5 | 30 [ 0004 f09f9880 [ ] ]",
                "5 | 40 [ 0001 ]", // 3.4.2.1
                "5 | 40 [ 0001 10 ]", // 3.4.2.2.1
                "5 | 40 [ 0001 00 [ ] ]",
                "5 | 82 [ 0001 [ ] \"$share\" 00 ]", // an ordinary filter
                "5 | 82 [ 0001 [ ] \"/+//#\" 2e ]",
                "5 | e0 00", // 3.14.2.1
                "5 | e0 [ 04 ]", // 3.14.2.2.1
                "3 | e0 00",
                "c5 | f0 00", // 3.15.2.1
                "c5 | 30 [ \"t\" [ 0b01 0b02 ] ]", // 3.3.2.3.8
            })
    void allowed(String row) {
        String[] columns = row.split("\\s*\\|\\s*");
        ByteBuf in = Bytes.of(columns[1]);
        assertThat(Decoders.of(columns[0]).decode(in)).isNotNull();
        assertThat(in.isReadable()).isFalse();
    }

    @Test
    void aPacketTooLargeIsRefusedFromItsHeaderAlone() {
        MqttDecoder decoder =
                Decoders.connected(MqttVersion.MQTT_5, new MqttLimits(100, 8, 10, 10));
        assertThat(decoder.decode(Bytes.of("30 62"))).as("100 bytes").isNull();
        MalformedPacketException e = refusal(decoder, Bytes.of("30 63"));
        assertThat(e.reason()).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
        assertThat(e).hasMessageContaining("is 101 bytes, 100 are accepted");
    }

    // The decoder remembers the topic before: neither another one of its length nor one that the
    // rules refuse passes for it.
    @Test
    void topicsThatTakeTurnsAreToldApart() {
        MqttDecoder decoder = Decoders.connected(MqttVersion.MQTT_3_1_1);
        for (String topic : new String[] {"a/b", "a/b", "a/c", "a", "a/c", "a/b"}) {
            assertThat(decoder.decode(Bytes.of("30 [ \"" + topic + "\" 'x' ]")))
                    .isInstanceOfSatisfying(
                            MqttPacket.Publish.class,
                            publish -> assertThat(publish.topic()).isEqualTo(topic));
        }
        assertThat(refusal(decoder, Bytes.of("30 [ \"a/+\" 'x' ]")))
                .hasMessageContaining("wildcard");
    }

    @Test
    void faultsOfTheFirstByteNeedNoMoreBytes() {
        assertThat(refusal(Decoders.fresh(), Bytes.of("30")).reason())
                .isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    void limitsHaveReasonsOfTheirOwn() {
        MqttLimits limits = new MqttLimits(1000, 3, 1, 2);
        String[][] rows = {
            {"30 [ \"a/b/c\" [ 26 \"k\" \"v\" ] ]", "82 [ 0001 [ ] \"$share/g/a/b/c\" 00 ]"},
            {"TOPIC_NAME_INVALID", "30 [ \"a/b/c/\" [ ] ]"},
            {"TOPIC_FILTER_INVALID", "82 [ 0001 [ ] \"a/b/c/#\" 00 ]"},
            {"QUOTA_EXCEEDED", "30 [ \"a\" [ 26 \"k\" \"v\" 26 \"k\" \"v\" ] ]"},
            {"QUOTA_EXCEEDED", "82 [ 0001 [ ] \"a\" 00 \"b\" 00 \"c\" 00 ]"},
            {"QUOTA_EXCEEDED", "a2 [ 0001 [ ] \"a\" \"b\" \"c\" ]"},
        };
        for (String within : rows[0]) {
            assertThat(Decoders.connected(MqttVersion.MQTT_5, limits).decode(Bytes.of(within)))
                    .isNotNull();
        }
        for (int i = 1; i < rows.length; i++) {
            MqttDecoder decoder = Decoders.connected(MqttVersion.MQTT_5, limits);
            assertThat(refusal(decoder, Bytes.of(rows[i][1])).reason())
                    .as(rows[i][1])
                    .isEqualTo(ReasonCode.valueOf(rows[i][0]));
        }
    }

    /// [MQTT-3.1.2-2]: 0x01 for 3.1.1, 0x84 for later ones, nothing for strangers.
    @Test
    void aRefusalTellsInWhichVersionItCanBeAnswered() {
        assertThat(answerVersion("10 [ \"MQTT\" 03 02 003c \"\" ]"))
                .isEqualTo(MqttVersion.MQTT_3_1_1);
        assertThat(answerVersion("10 [ \"MQIsdp\" 03 02 003c \"\" ]"))
                .isEqualTo(MqttVersion.MQTT_3_1_1);
        assertThat(answerVersion("10 [ \"MQTT\" 84 02 003c \"\" ]"))
                .as("a bridge of 3.1.1")
                .isEqualTo(MqttVersion.MQTT_3_1_1);
        assertThat(answerVersion("10 [ \"MQTT\" 06 02 003c [ ] \"\" ]"))
                .isEqualTo(MqttVersion.MQTT_5);
        assertThat(answerVersion("10 [ \"MQTT\" 05 03 003c [ ] \"\" ]"))
                .isEqualTo(MqttVersion.MQTT_5);
        assertThat(answerVersion("10 [ \"SMTP\" 05 03 003c [ ] \"\" ]")).isNull();
        assertThat(answerVersion("30 00")).isNull();
    }

    @Test
    void afterARefusalAllInputIsSwallowed() {
        MqttDecoder decoder = Decoders.connected(MqttVersion.MQTT_5);
        ByteBuf in = Bytes.of("c1 00 c0 00");
        refusal(decoder, in);
        assertThat(decoder.decode(in)).isNull();
        assertThat(in.isReadable()).isFalse();
    }

    @Test
    void packetsThatArriveTogetherAreDecodedOneByOne() {
        MqttDecoder decoder = Decoders.fresh();
        ByteBuf in = Bytes.of("10 [ \"MQTT\" 04 02 003c \"c\" ] c000 30 [ \"t\" 'hi' ] e0");
        assertThat(decoder.version()).isNull();
        assertThat(decoder.decode(in)).isInstanceOf(MqttPacket.Connect.class);
        assertThat(decoder.version()).isEqualTo(MqttVersion.MQTT_3_1_1);
        assertThat(decoder.decode(in)).isInstanceOf(MqttPacket.PingReq.class);
        assertThat(decoder.decode(in)).isInstanceOf(MqttPacket.Publish.class);
        assertThat(decoder.decode(in)).isNull();
        in.writeByte(0);
        assertThat(decoder.decode(in)).isInstanceOf(MqttPacket.Disconnect.class);
    }

    /// Netty's sockets and TLS give buffers without an array.
    @Test
    void directBuffersAreDecodedAlike() {
        ByteBuf heap = Bytes.of("30 [ \"sensor/temperature/ä\" [ 26 \"k\" \"v\" ] 'payload' ]");
        ByteBuf direct = Unpooled.directBuffer().writeBytes(heap.duplicate());
        try {
            assertThat(Decoders.connected(MqttVersion.MQTT_5).decode(direct))
                    .usingRecursiveComparison()
                    .isEqualTo(Decoders.connected(MqttVersion.MQTT_5).decode(heap));
        } finally {
            direct.release();
        }
    }

    @Test
    void publishIsReadWithAllItsParts() {
        ByteBuf in =
                Bytes.of(
                        "3d [ \"a/b\" 1234 [ 0101 02000000ff 03 \"text\" 08 \"r\" 09 \"id\""
                                + " 230007 26 \"k\" \"v\" ] 'hi' ]");
        MqttPacket packet = Decoders.connected(MqttVersion.MQTT_5).decode(in);
        if (!(packet instanceof MqttPacket.Publish p)) {
            throw new AssertionError("not PUBLISH: " + packet);
        }
        assertThat(p.dup()).isTrue();
        assertThat(p.retain()).isTrue();
        assertThat(p.qos()).isEqualTo(Qos.EXACTLY_ONCE);
        assertThat(p.topic()).isEqualTo("a/b");
        assertThat(p.packetId()).isEqualTo(0x1234);
        assertThat(p.topicAlias()).isEqualTo(7);
        assertThat(p.payload()).asString().isEqualTo("hi");
        assertThat(p.properties().payloadFormatIndicator()).isEqualTo(1);
        assertThat(p.properties().messageExpirySeconds()).isEqualTo(255);
        assertThat(p.properties().contentType()).isEqualTo("text");
        assertThat(p.properties().responseTopic()).isEqualTo("r");
        assertThat(p.properties().correlationData()).asString().isEqualTo("id");
        assertThat(p.properties().userProperties()).hasToString("[UserProperty[name=k, value=v]]");
    }

    private static @Nullable MqttVersion answerVersion(String bytes) {
        return refusal(Decoders.fresh(), Bytes.of(bytes)).answerVersion();
    }

    private static MalformedPacketException refusal(MqttDecoder decoder, ByteBuf in) {
        return assertThatExceptionOfType(MalformedPacketException.class)
                .isThrownBy(() -> decoder.decode(in))
                .actual();
    }
}
