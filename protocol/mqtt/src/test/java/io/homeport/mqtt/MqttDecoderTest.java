package io.homeport.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MqttDecoderTest {
    /// State of the decoder (see {@link Decoders#of}), bytes (see {@link Bytes}), reason, part of
    /// the message, clause. Clauses are of MQTT 5 unless marked `v3`, which is 3.1.1.
    private static final String REFUSED =
            """
            - | 30 [ "t" ]                    | PROTOCOL_ERROR   | first packet must be CONNECT | MQTT-3.1.0-1
            - | 47455420                      | PROTOCOL_ERROR   | PUBACK: the first packet     | MQTT-3.1.0-1, an HTTP request
            - | 160301                        | MALFORMED_PACKET | CONNECT: has the flags 0x6   | MQTT-2.1.3-1, a TLS handshake
            5 | 10 [ "MQTT" 05 02 003c [ ] "" ] | PROTOCOL_ERROR | a second CONNECT             | MQTT-3.1.0-2
            5 | 00 00                         | MALFORMED_PACKET | packet type 0                | 2.1.2
            3 | f0 00                         | MALFORMED_PACKET | packet type 15               | v3 2.2.1
            5 | 20 [ 00 00 [ ] ]              | PROTOCOL_ERROR   | only servers send it         | 2.1.2
            5 | 90 [ 0001 [ ] 00 ]            | PROTOCOL_ERROR   | only servers send it         | 2.1.2
            5 | b0 [ 0001 [ ] 00 ]            | PROTOCOL_ERROR   | only servers send it         | 2.1.2
            5 | d0 00                         | PROTOCOL_ERROR   | only servers send it         | 2.1.2
            c5 | c0 00                        | PROTOCOL_ERROR   | only clients send it         | 2.1.2
            c3 | e0 00                        | PROTOCOL_ERROR   | doesn't send it              | v3 3.14
            5 | c1 00                         | MALFORMED_PACKET | flags 0x1, not 0x0           | MQTT-2.1.3-1
            5 | 41 [ 0001 ]                   | MALFORMED_PACKET | flags 0x1, not 0x0           | MQTT-2.1.3-1
            5 | 60 [ 0001 ]                   | MALFORMED_PACKET | flags 0x0, not 0x2           | MQTT-3.6.1-1
            5 | 80 [ 0001 [ ] "t" 00 ]        | MALFORMED_PACKET | flags 0x0, not 0x2           | MQTT-3.8.1-1
            5 | a0 [ 0001 [ ] "t" ]           | MALFORMED_PACKET | flags 0x0, not 0x2           | MQTT-3.10.1-1
            5 | e1 00                         | MALFORMED_PACKET | flags 0x1, not 0x0           | MQTT-3.14.1-1
            5 | f1 00                         | MALFORMED_PACKET | flags 0x1, not 0x0           | MQTT-3.15.1-1
            5 | 30 ffffffff                   | MALFORMED_PACKET | longer than 4 bytes          | 2.1.4
            5 | c0 8000                       | MALFORMED_PACKET | fewest bytes                 | MQTT-1.5.5-1
            5 | c0 [ 00 ]                     | MALFORMED_PACKET | 1 bytes too many             | 3.12.3
            - | 10 [ "MQTX" 05 02 003c [ ] "" ] | MALFORMED_PACKET | protocol name isn't MQTT   | MQTT-3.1.2-1
            - | 10 [ "MQTT" 03 02 003c "" ]   | UNSUPPORTED_PROTOCOL_VERSION | version 3        | MQTT-3.1.2-2
            - | 10 [ "MQTT" 06 02 003c [ ] "" ] | UNSUPPORTED_PROTOCOL_VERSION | version 6      | MQTT-3.1.2-2
            - | 10 [ "MQIsdp" 03 02 003c "" ] | UNSUPPORTED_PROTOCOL_VERSION | MQIsdp version 3 | MQTT-3.1.2-2
            - | 10 [ "MQTT" 05 03 003c [ ] "" ] | MALFORMED_PACKET | reserved connect flag      | MQTT-3.1.2-3
            - | 10 [ "MQTT" 04 03 003c "" ]   | MALFORMED_PACKET | reserved connect flag        | v3 MQTT-3.1.2-3
            - | 10 [ "MQTT" 05 0a 003c [ ] "" ] | MALFORMED_PACKET | without the Will Flag      | MQTT-3.1.2-11
            - | 10 [ "MQTT" 05 22 003c [ ] "" ] | MALFORMED_PACKET | without the Will Flag      | MQTT-3.1.2-13
            - | 10 [ "MQTT" 05 1e 003c [ ] "" [ ] "w" "" ] | MALFORMED_PACKET | Will QoS is 3   | MQTT-3.1.2-12
            - | 10 [ "MQTT" 04 42 003c "c" "p" ] | MALFORMED_PACKET | without a user name       | v3 MQTT-3.1.2-22
            - | 10 [ "MQTT" 05 02 003c [ ] ]  | MALFORMED_PACKET | client identifier needs 2    | MQTT-3.1.3-3
            - | 10 [ "MQTT" 05 82 003c [ ] "" ] | MALFORMED_PACKET | user name needs 2          | MQTT-3.1.2-17
            - | 10 [ "MQTT" 05 02 003c [ ] "" "u" ] | MALFORMED_PACKET | 3 bytes too many       | MQTT-3.1.2-16
            - | 10 [ "MQTT" 05 06 003c [ ] "" [ ] "a/#" "" ] | MALFORMED_PACKET | will topic contains a wildcard | MQTT-3.3.2-2
            - | 10 [ "MQTT" 05 06 003c [ ] "" [ ] "" "" ] | MALFORMED_PACKET | will topic is empty | MQTT-4.7.3-1
            - | 10 [ "MQTT" 05 06 003c [ ] "" [ 1100000001 ] "w" "" ] | MALFORMED_PACKET | Session Expiry Interval isn't allowed | 2.2.2.2
            - | 10 [ "MQTT" 05 02 003c [ 210000 ] "" ] | PROTOCOL_ERROR | Receive Maximum is 0  | 3.1.2.11.3
            - | 10 [ "MQTT" 05 02 003c [ 2700000000 ] "" ] | PROTOCOL_ERROR | Maximum Packet Size is 0 | 3.1.2.11.4
            - | 10 [ "MQTT" 05 02 003c [ 1702 ] "" ] | PROTOCOL_ERROR | is 2, not 0 or 1        | 3.1.2.11.7
            - | 10 [ "MQTT" 05 02 003c [ 1902 ] "" ] | PROTOCOL_ERROR | is 2, not 0 or 1        | 3.1.2.11.6
            - | 10 [ "MQTT" 05 02 003c [ 16 "x" ] "" ] | PROTOCOL_ERROR | without Authentication Method | 3.1.2.11.10
            - | 10 [ "MQTT" 05 02 003c [ 1100000001 1100000002 ] "" ] | PROTOCOL_ERROR | Session Expiry Interval is there twice | 3.1.2.11.2
            - | 10 [ "MQTT" 05 02 003c [ 230001 ] "" ] | MALFORMED_PACKET | Topic Alias isn't allowed | 2.2.2.2
            - | 10 [ "MQTT" 05 02 003c [ 7f ] "" ] | MALFORMED_PACKET | property 0x7F isn't allowed | 2.2.2.2
            - | 10 [ "MQTT" 05 02 003c [ 8001 ] "" ] | MALFORMED_PACKET | property 0x80 isn't allowed | 2.2.2.2
            - | 10 [ "MQTT" 05 02 003c [ 9100 00000001 ] "" ] | MALFORMED_PACKET | fewest bytes | MQTT-1.5.5-1
            - | 10 [ "MQTT" 05 02 003c [ 1100 ] "" ] | MALFORMED_PACKET | needs 4 bytes, 1 are left in the properties | 2.2.2.1
            - | 10 [ "MQTT" 05 02 003c 7f 00 ] | MALFORMED_PACKET | more than the packet has left | 2.2.2.1
            - | 10 [ "MQTT" 05 02 003c [ ] 0002 c0af ] | MALFORMED_PACKET | client identifier isn't well-formed | MQTT-1.5.4-1, overlong
            5 | 36 [ "t" 0001 [ ] ]           | MALFORMED_PACKET | QoS is 3                     | MQTT-3.3.1-4
            5 | 38 [ "t" [ ] ]                | MALFORMED_PACKET | DUP is set for QoS 0         | MQTT-3.3.1-2
            5 | 32 [ "t" 0000 [ ] ]           | PROTOCOL_ERROR   | packet identifier is 0       | MQTT-2.2.1-3
            5 | 30 [ "t/+" [ ] ]              | MALFORMED_PACKET | contains a wildcard          | MQTT-3.3.2-2
            5 | 30 [ "#" [ ] ]                | MALFORMED_PACKET | contains a wildcard          | MQTT-3.3.2-2
            3 | 30 [ "" ]                     | MALFORMED_PACKET | topic name is empty          | v3 MQTT-4.7.3-1
            5 | 30 [ "" [ ] ]                 | PROTOCOL_ERROR   | neither a topic name nor     | 3.3.2.1
            5 | 30 [ "" [ 0100 ] ]            | PROTOCOL_ERROR   | neither a topic name nor     | 3.3.2.1
            5 | 30 [ 0005 't' ]               | MALFORMED_PACKET | topic name needs 5 bytes, 1 are left in the packet (field at byte 4) | 1.5.4
            5 | 30 [ 0003 eda080 [ ] ]        | MALFORMED_PACKET | isn't well-formed UTF-8      | MQTT-1.5.4-1
            5 | 30 [ 0003 610062 [ ] ]        | MALFORMED_PACKET | without U+0000               | MQTT-1.5.4-2
            5 | 30 [ "t" [ 230000 ] ]         | TOPIC_ALIAS_INVALID | Topic Alias is 0          | MQTT-3.3.2-8
            5 | 30 [ "t" [ 230001 230001 ] ]  | PROTOCOL_ERROR   | Topic Alias is there twice   | 3.3.2.3.4
            5 | 30 [ "t" [ 0102 ] ]           | PROTOCOL_ERROR   | Payload Format Indicator is 2 | 3.3.2.3.2
            5 | 30 [ "t" [ 08 "r/#" ] ]       | MALFORMED_PACKET | Response Topic contains a wildcard | MQTT-3.3.2-14
            5 | 30 [ "t" [ 0b01 ] ]           | PROTOCOL_ERROR   | only servers send a Subscription Identifier | MQTT-3.3.4-6
            5 | 30 [ "t" [ 1100000001 ] ]     | MALFORMED_PACKET | isn't allowed here           | 2.2.2.2
            5 | 30 [ "t" ]                    | MALFORMED_PACKET | property length needs 1      | 3.3.2.3.1
            c5 | 30 [ "t" [ 0b00 ] ]          | PROTOCOL_ERROR   | Subscription Identifier is 0 | 3.3.2.3.8
            5 | 40 [ 0000 ]                   | PROTOCOL_ERROR   | packet identifier is 0       | MQTT-2.2.1-3
            5 | 40 [ 00 ]                     | MALFORMED_PACKET | packet identifier needs 2    | 3.4.2
            3 | 40 [ 0001 00 ]                | MALFORMED_PACKET | 1 bytes too many             | v3 3.4.1
            5 | 40 [ 0001 92 ]                | PROTOCOL_ERROR   | 0x92 isn't one of its        | MQTT-3.4.2-1
            5 | 50 [ 0001 01 ]                | PROTOCOL_ERROR   | 0x01 isn't one of its        | MQTT-3.5.2-1
            5 | 62 [ 0001 10 ]                | PROTOCOL_ERROR   | 0x10 isn't one of its        | MQTT-3.6.2-1
            5 | 70 [ 0001 ff ]                | PROTOCOL_ERROR   | 0xFF isn't one of its        | MQTT-3.7.2-1
            5 | 40 [ 0001 00 [ ] 00 ]         | MALFORMED_PACKET | 1 bytes too many             | 3.4.3
            5 | 40 [ 0001 00 [ 1f "a" 1f "b" ] ] | PROTOCOL_ERROR | Reason String is there twice | 3.4.2.2.2
            5 | 82 [ 0001 [ ] ]               | PROTOCOL_ERROR   | has no topic filter          | MQTT-3.8.3-2
            3 | 82 [ 0001 ]                   | PROTOCOL_ERROR   | has no topic filter          | v3 MQTT-3.8.3-3
            5 | 82 [ 0000 [ ] "t" 00 ]        | PROTOCOL_ERROR   | packet identifier is 0       | MQTT-2.2.1-3
            5 | 82 [ 0001 [ ] "t" ]           | MALFORMED_PACKET | subscription options needs 1 | MQTT-3.8.3-1
            5 | 82 [ 0001 [ ] "t" 03 ]        | PROTOCOL_ERROR   | QoS of a subscription is 3   | 3.8.3.1
            5 | 82 [ 0001 [ ] "t" 30 ]        | PROTOCOL_ERROR   | Retain Handling              | 3.8.3.1
            5 | 82 [ 0001 [ ] "t" 40 ]        | MALFORMED_PACKET | reserved bits                | MQTT-3.8.3-5
            3 | 82 [ 0001 "t" 04 ]            | MALFORMED_PACKET | reserved bits                | v3 MQTT-3-8.3-4
            5 | 82 [ 0001 [ 0b00 ] "t" 00 ]   | PROTOCOL_ERROR   | Subscription Identifier is 0 | 3.8.2.1.2
            5 | 82 [ 0001 [ 0b01 0b02 ] "t" 00 ] | PROTOCOL_ERROR | is there twice             | 3.8.2.1.2
            5 | 82 [ 0001 [ ] "" 00 ]         | MALFORMED_PACKET | is empty                     | MQTT-4.7.3-1
            5 | 82 [ 0001 [ ] "a/#/b" 00 ]    | MALFORMED_PACKET | # isn't last                 | MQTT-4.7.1-1
            5 | 82 [ 0001 [ ] "a#" 00 ]       | MALFORMED_PACKET | # isn't alone                | MQTT-4.7.1-1
            5 | 82 [ 0001 [ ] "a/b+" 00 ]     | MALFORMED_PACKET | + isn't alone                | MQTT-4.7.1-2
            5 | 82 [ 0001 [ ] "$share/g" 00 ] | MALFORMED_PACKET | no topic filter after $share | MQTT-4.8.2-2
            5 | 82 [ 0001 [ ] "$share//t" 00 ] | MALFORMED_PACKET | empty share name            | MQTT-4.8.2-1
            5 | 82 [ 0001 [ ] "$share/+/t" 00 ] | MALFORMED_PACKET | wildcard in its share name | MQTT-4.8.2-2
            5 | 82 [ 0001 [ ] "$share/g/" 00 ] | MALFORMED_PACKET | is empty                    | MQTT-4.8.2-2
            5 | 82 [ 0001 [ ] "$share/g/t" 04 ] | PROTOCOL_ERROR | No Local                     | MQTT-3.8.3-4
            5 | a2 [ 0001 [ ] ]               | PROTOCOL_ERROR   | has no topic filter          | MQTT-3.10.3-2
            5 | a2 [ 0001 [ 0b01 ] "t" ]      | MALFORMED_PACKET | isn't allowed here           | 3.10.2.1
            5 | a2 [ 0001 [ ] "a+" ]          | MALFORMED_PACKET | + isn't alone                | MQTT-4.7.1-2
            5 | e0 [ 8d ]                     | PROTOCOL_ERROR   | 0x8D isn't one of its        | MQTT-3.14.2-1
            5 | e0 [ 00 [ 1c "s" ] ]          | MALFORMED_PACKET | Server Reference isn't       | 3.14.2.2.5
            c5 | e0 [ 00 [ 1100000001 ] ]     | MALFORMED_PACKET | Session Expiry Interval isn't | MQTT-3.14.2-2
            3 | e0 [ 00 ]                     | MALFORMED_PACKET | 1 bytes too many             | v3 3.14.1
            5 | f0 00                         | PROTOCOL_ERROR   | only servers send reason code | MQTT-3.15.2-1
            5 | f0 [ 00 [ 15 "m" ] ]          | PROTOCOL_ERROR   | 0x00 isn't one of its        | MQTT-3.15.2-1
            5 | f0 [ 18 [ ] ]                 | PROTOCOL_ERROR   | no Authentication Method     | 3.15.2.2.2
            5 | f0 [ 18 ]                     | MALFORMED_PACKET | property length needs 1      | 3.15.2.2.1
            c5 | 20 [ 02 00 [ ] ]             | MALFORMED_PACKET | reserved acknowledge flags   | MQTT-3.2.2-1
            c5 | 20 [ 01 87 [ ] ]             | PROTOCOL_ERROR   | Session Present              | MQTT-3.2.2-6
            c3 | 20 [ 00 06 ]                 | PROTOCOL_ERROR   | 6 isn't one of its           | v3 3.2.2.3
            c5 | 90 [ 0001 [ ] ]              | PROTOCOL_ERROR   | has no reason codes          | 3.9.3
            c3 | 90 [ 0001 87 ]               | PROTOCOL_ERROR   | 0x87 isn't one of its        | v3 MQTT-3.9.3-2
            """;

    static Stream<Arguments> refused() {
        return REFUSED.lines()
                .map(line -> line.split("\\s*\\|\\s*"))
                .map(columns -> Arguments.of((Object[]) columns));
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
