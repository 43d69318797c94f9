package io.homeport.mqtt;

import static io.homeport.mqtt.MqttVersion.MQTT_3_1_1;
import static io.homeport.mqtt.MqttVersion.MQTT_5;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttPacket.ConnAck;
import io.homeport.mqtt.MqttPacket.ConnAckProperties;
import io.homeport.mqtt.MqttPacket.Disconnect;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.SubAck;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MqttEncoderTest {
    private static final byte[] HI = "hi".getBytes(StandardCharsets.UTF_8);
    private static final List<UserProperty> USER = List.of(new UserProperty("k", "v"));

    @Test
    void publishHasTheBytesOfTheSpecification() {
        assertThat(publish(MQTT_3_1_1, Qos.AT_MOST_ONCE, 0, -1))
                .isEqualTo("3007" + "0003612f62" + "6869");
        assertThat(publish(MQTT_3_1_1, Qos.AT_LEAST_ONCE, 0, 60))
                .isEqualTo("3209" + "0003612f62" + "000a" + "6869");
        assertThat(publish(MQTT_5, Qos.AT_MOST_ONCE, 0, -1))
                .isEqualTo("3008" + "0003612f62" + "00" + "6869");
        assertThat(publish(MQTT_5, Qos.EXACTLY_ONCE, 7, 60))
                .isEqualTo(
                        "3412" + "0003612f62" + "000a" + "08" + "020000003c" + "230007" + "6869");
    }

    @Test
    void connAckHasTheBytesOfTheSpecification() {
        ConnAck accepted = new ConnAck(true, ReasonCode.SUCCESS, ConnAckProperties.NONE);
        assertThat(encoded(accepted, MQTT_3_1_1)).isEqualTo("20020100");
        assertThat(encoded(accepted, MQTT_5)).isEqualTo("2003010000");
        ConnAck refused =
                new ConnAck(false, ReasonCode.NOT_AUTHORIZED, ConnAckProperties.reasonString("no"));
        assertThat(encoded(refused, MQTT_3_1_1)).isEqualTo("20020005");
        assertThat(encoded(refused, MQTT_5)).isEqualTo("20080087" + "05" + "1f00026e6f");
    }

    /// Table 3.1 of 3.1.1; [MQTT-3.2.2-6] of 3.1.1 for the last.
    @Test
    void connAckOf311HasAReturnCodeOrIsNotSent() {
        assertThat(returnCode(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION)).isEqualTo("20020001");
        assertThat(returnCode(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID)).isEqualTo("20020002");
        assertThat(returnCode(ReasonCode.SERVER_BUSY)).isEqualTo("20020003");
        assertThat(returnCode(ReasonCode.BAD_USER_NAME_OR_PASSWORD)).isEqualTo("20020004");
        assertThat(returnCode(ReasonCode.BANNED)).isEqualTo("20020005");
        assertThat(returnCode(ReasonCode.QOS_NOT_SUPPORTED)).isEmpty();
    }

    /// 3.2.2.3.4: the property can't say 2.
    @Test
    void maximumQosOfTwoIsSaidByAbsence() {
        ConnAckProperties properties =
                new ConnAckProperties(
                        null,
                        null,
                        Qos.EXACTLY_ONCE,
                        null,
                        null,
                        null,
                        null,
                        null,
                        List.of(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null);
        assertThat(encoded(new ConnAck(false, ReasonCode.SUCCESS, properties), MQTT_5))
                .isEqualTo("2003000000");
    }

    @Test
    void acknowledgementsAreAsShortAsTheSpecificationAllows() {
        PubAck success = new PubAck(1, ReasonCode.SUCCESS, null, List.of());
        assertThat(encoded(success, MQTT_5)).isEqualTo("40020001");
        PubAck refused = new PubAck(1, ReasonCode.NOT_AUTHORIZED, null, List.of());
        assertThat(encoded(refused, MQTT_5)).isEqualTo("4003000187");
        assertThat(encoded(refused, MQTT_3_1_1)).isEqualTo("40020001");
        PubAck explained = new PubAck(1, ReasonCode.SUCCESS, "x", USER);
        assertThat(encoded(explained, MQTT_5))
                .isEqualTo("400f0001" + "00" + "0b" + "1f000178" + "2600016b000176");
        assertThat(encoded(Disconnect.of(ReasonCode.SUCCESS, null), MQTT_5)).isEqualTo("e000");
        assertThat(encoded(Disconnect.of(ReasonCode.SERVER_BUSY, null), MQTT_5))
                .isEqualTo("e00189");
    }

    @Test
    void subAckOf311KnowsOneRefusal() {
        SubAck packet =
                new SubAck(
                        5,
                        List.of(ReasonCode.GRANTED_QOS_1, ReasonCode.NOT_AUTHORIZED),
                        "x",
                        List.of());
        assertThat(encoded(packet, MQTT_3_1_1)).isEqualTo("900400050180");
        assertThat(encoded(packet, MQTT_5)).isEqualTo("90090005" + "04" + "1f000178" + "0187");
    }

    @Test
    void aServerOf311HasNoDisconnectButAClientHas() {
        assertThat(encoded(Disconnect.of(ReasonCode.SERVER_BUSY, "x"), MQTT_3_1_1)).isEmpty();
        ByteBuf out = Unpooled.buffer();
        MqttEncoder.encodeClientDisconnect(out);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("e000");
    }

    /// [MQTT-3.14.2-3], [MQTT-3.14.2-4]
    @Test
    void explanationsAreLeftOutToFitUserPropertiesFirst() {
        Disconnect packet = new Disconnect(ReasonCode.SERVER_BUSY, null, "x", null, USER);
        assertThat(encoded(packet, 15)).isEqualTo("e00d89" + "0b" + "1f000178" + "2600016b000176");
        assertThat(encoded(packet, 14)).isEqualTo("e00689" + "04" + "1f000178");
        assertThat(encoded(packet, 7)).isEqualTo("e00189");
        assertThat(encoded(packet, 2)).isEmpty();
    }

    /// [MQTT-3.1.2-29]
    @Test
    void withoutProblemInformationOnlyConnAckAndDisconnectExplain() {
        PubAck pubAck = new PubAck(1, ReasonCode.NOT_AUTHORIZED, "x", USER);
        assertThat(withoutProblemInformation(pubAck)).isEqualTo("4003000187");
        Disconnect disconnect = Disconnect.of(ReasonCode.SERVER_BUSY, "x");
        assertThat(withoutProblemInformation(disconnect)).isEqualTo("e0068904" + "1f000178");
    }

    @Test
    void whatMqttCannotCarryIsRefused() {
        String text = "ä".repeat(32_768);
        assertThat(MqttEncoder.isEncodable(text)).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> encoded(Disconnect.of(ReasonCode.SERVER_BUSY, text), MQTT_5));
        assertThat(MqttEncoder.isEncodable(text.substring(1))).isTrue();
        assertThat(MqttEncoder.isEncodable("a\0")).isFalse();
        assertThat(MqttEncoder.isEncodable("\uD83D")).isFalse();
        assertThat(MqttEncoder.isEncodable("\uDE00\uD83D")).isFalse();
        assertThat(MqttEncoder.isEncodable("😀")).isTrue();
    }

    private static String publish(MqttVersion version, Qos qos, int alias, long expirySeconds) {
        ByteBuf out = Unpooled.buffer();
        MqttEncoder.encodePublish(
                out,
                version,
                "a/b",
                HI,
                qos,
                false,
                false,
                10,
                alias,
                expirySeconds,
                MessageProperties.NONE,
                new int[0]);
        return ByteBufUtil.hexDump(out);
    }

    private static String returnCode(ReasonCode reason) {
        return encoded(new ConnAck(false, reason, ConnAckProperties.NONE), MQTT_3_1_1);
    }

    private static String encoded(MqttPacket packet, MqttVersion version) {
        ByteBuf out = Unpooled.buffer();
        boolean written = MqttEncoder.encode(packet, version, out);
        assertThat(out.isReadable()).isEqualTo(written);
        return ByteBufUtil.hexDump(out);
    }

    private static String encoded(MqttPacket packet, int maximumPacketSize) {
        ByteBuf out = Unpooled.buffer();
        MqttEncoder.encode(packet, MQTT_5, out, maximumPacketSize);
        return ByteBufUtil.hexDump(out);
    }

    private static String withoutProblemInformation(MqttPacket packet) {
        ByteBuf out = Unpooled.buffer();
        MqttEncoder.encode(packet, MQTT_5, out, MqttLimits.LARGEST_PACKET, false);
        return ByteBufUtil.hexDump(out);
    }
}
