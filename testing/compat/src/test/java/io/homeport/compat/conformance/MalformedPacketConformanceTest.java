package io.homeport.compat.conformance;

import static io.homeport.mqtt.MqttVersion.MQTT_3_1_1;
import static io.homeport.mqtt.MqttVersion.MQTT_5;

import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What a connected client must not send (2.1, 2.2, 4.13; 4.8 of 3.1.1). Each ends the connection,
/// with the reason in MQTT 5, and nobody else's. For CONNECT itself see {@link
/// ConnectConformanceTest}.
class MalformedPacketConformanceTest extends Conformance {
    private static final ReasonCode MALFORMED = ReasonCode.MALFORMED_PACKET;
    private static final ReasonCode PROTOCOL = ReasonCode.PROTOCOL_ERROR;

    /// Packets that neither version allows: statements, bytes, reason.
    static final List<Arguments> BOTH =
            List.of(
                    row("2.1.2: packet type 0", "00 00", MALFORMED),
                    row("2.1.4: a length of five bytes", "30 ffffffff01", MALFORMED),
                    row("2.1.3-1, 2.2.2-2: flags of PUBACK", "41 [ 0001 ]", MALFORMED),
                    row("2.1.3-1, 2.2.2-2: flags of PUBREC", "52 [ 0001 ]", MALFORMED),
                    row("3.6.1-1: flags of PUBREL", "60 [ 0001 ]", MALFORMED),
                    row("2.1.3-1, 2.2.2-2: flags of PUBCOMP", "74 [ 0001 ]", MALFORMED),
                    row("3.8.1-1: flags of SUBSCRIBE", "80 [ 0001 { } \"t\" 00 ]", MALFORMED),
                    row("3.10.1-1: flags of UNSUBSCRIBE", "a0 [ 0001 { } \"t\" ]", MALFORMED),
                    row("2.1.3-1, 2.2.2-2: flags of PINGREQ", "c8 00", MALFORMED),
                    row("3.14.1-1: flags of DISCONNECT", "e1 00", MALFORMED),
                    row("1.5.4-1, 1.5.3-1: a surrogate", "30 [ 0003 eda080 { } ]", MALFORMED),
                    row("1.5.4-1, 1.5.3-1: overlong", "30 [ 0002 c0af { } ]", MALFORMED),
                    row("3.3.2-1: no UTF-8 topic", "30 [ 0001 ff { } ]", MALFORMED),
                    row("1.5.4-2, 4.7.3-2: U+0000", "30 [ 0003 610062 { } ]", MALFORMED),
                    row("3.3.1-4: QoS 3", "36 [ \"t\" 0001 { } ]", MALFORMED),
                    row("3.3.1-2: DUP of QoS 0", "38 [ \"t\" { } ]", MALFORMED),
                    row("3.3.2-2, 4.7.0-1: + in a topic", "30 [ \"t/+\" { } ]", null),
                    row("3.3.2-2, 4.7.1-1: # in a topic", "30 [ \"t/#\" { } ]", null),
                    row("4.7.3-1: no topic", "30 [ \"\" { } ]", null),
                    row("3.3.2-1: no room for the topic", "30 [ 0005 't' ]", MALFORMED),
                    row("2.2.1-3, 2.3.1-1: id 0", "32 [ \"t\" 0000 { } ]", PROTOCOL),
                    row("2.2.1-3, 2.3.1-1: id 0", "82 [ 0000 { } \"t\" 00 ]", PROTOCOL),
                    row("2.2.1-3, 2.3.1-1: id 0", "a2 [ 0000 { } \"t\" ]", PROTOCOL),
                    row("3.8.3-2, 3.8.3-3: no filter", "82 [ 0001 { } ]", PROTOCOL),
                    row("3.8.3-5, 3.8.3-4: reserved bits", "82 [ 0001 { } \"t\" 40 ]", MALFORMED),
                    row("3.8.3.1, 3.8.3-4: QoS 3", "82 [ 0001 { } \"t\" 03 ]", null),
                    row("3.8.3-1: no UTF-8 filter", "82 [ 0001 { } 0001 ff 00 ]", MALFORMED),
                    row("4.7.3-2: U+0000", "82 [ 0001 { } 0003 610062 00 ]", MALFORMED),
                    row("4.7.3-1: empty filter", "82 [ 0001 { } \"\" 00 ]", null),
                    row("3.10.3-2: no filter", "a2 [ 0001 { } ]", PROTOCOL),
                    row("3.10.3-1: no UTF-8 filter", "a2 [ 0001 { } 0001 ff ]", MALFORMED),
                    row("2.2.2: bytes left over", "c0 [ 00 ]", MALFORMED),
                    row("2.1.2: a packet of servers", "20 [ 0000 { } ]", PROTOCOL),
                    row("2.1.2: a packet of servers", "d0 00", PROTOCOL));

    /// Filters that neither version allows.
    private static final List<String> FILTERS =
            List.of("a/#/b", "a#", "#/", "a/b+", "+a/b", "$share//t", "$share/g/", "$share/+/t");

    static final List<Arguments> VERSION_5 =
            List.of(
                    row("1.5.5-1: a length longer than needed", "c0 8000", MALFORMED),
                    row("3.15.1-1: flags of AUTH", "f1 00", MALFORMED),
                    row("3.3.2-8: alias 0", "30 [ \"t\" [ 230000 ] ]", null),
                    row("3.3.2-14: + in the Response Topic", "30 [ \"t\" [ 08 \"r/+\" ] ]", null),
                    row("3.3.2-13: no UTF-8", "30 [ \"t\" [ 08 0001 ff ] ]", MALFORMED),
                    row("3.3.2-19: no UTF-8", "30 [ \"t\" [ 03 0001 ff ] ]", MALFORMED),
                    row("1.5.7-1: no UTF-8", "30 [ \"t\" [ 26 \"k\" 0001 ff ] ]", MALFORMED),
                    row("3.3.4-6: Subscription Identifier", "30 [ \"t\" [ 0b01 ] ]", PROTOCOL),
                    row("2.2.2.2: unknown property", "30 [ \"t\" [ 7f ] ]", MALFORMED),
                    row("2.2.2-1: no property length", "30 [ \"t\" ]", MALFORMED),
                    row("3.4.2-1: reason", "40 [ 0001 92 ]", null),
                    row("3.5.2-1: reason", "50 [ 0001 01 ]", null),
                    row("3.6.2-1: reason", "62 [ 0001 10 ]", null),
                    row("3.7.2-1: reason", "70 [ 0001 ff ]", null),
                    row("3.14.2-1: reason", "e0 [ 8d ]", null),
                    row("3.8.3-4: No Local", "82 [ 0001 [ ] \"$share/g/t\" 04 ]", PROTOCOL),
                    row("3.8.3.1: Retain Handling 3", "82 [ 0001 [ ] \"t\" 30 ]", PROTOCOL),
                    row("3.15.2-1: reason", "f0 [ 01 [ 15 \"m\" ] ]", null));

    static final List<Arguments> VERSION_3 =
            List.of(
                    row("2.2.1: packet type 15", "f0 00", MALFORMED),
                    row("3.8.3-4: reserved bits", "82 [ 0001 \"t\" 04 ]", MALFORMED),
                    row("3.14.1: bytes left over", "e0 [ 00 ]", MALFORMED));

    private static Arguments row(String statement, String bytes, @Nullable ReasonCode reason) {
        return Arguments.of(statement, bytes, reason);
    }

    @ParameterizedTest(name = "{0}")
    @FieldSource("BOTH")
    void aPacketThatBreaksTheRulesEndsTheConnection(
            String statement, String bytes, @Nullable ReasonCode reason) {
        assertCut(MQTT_5, bytes, reason);
        assertCut(MQTT_3_1_1, bytes, reason);
    }

    @ParameterizedTest(name = "{0}")
    @FieldSource("VERSION_5")
    void aPacketThatBreaksTheRulesOfVersion5EndsTheConnection(
            String statement, String bytes, @Nullable ReasonCode reason) {
        assertCut(MQTT_5, bytes, reason);
    }

    @ParameterizedTest(name = "{0}")
    @FieldSource("VERSION_3")
    void aPacketThatBreaksTheRulesOfVersion3EndsTheConnection(
            String statement, String bytes, @Nullable ReasonCode reason) {
        assertCut(MQTT_3_1_1, bytes, reason);
    }

    static List<Arguments> filters() {
        List<Arguments> filters = new ArrayList<>();
        for (MqttVersion version : MqttVersion.values()) {
            for (String filter : FILTERS) {
                filters.add(Arguments.of(version, filter));
            }
        }
        return filters;
    }

    /// 5: [MQTT-4.7.1-1], [MQTT-4.7.1-2], [MQTT-4.8.2-1], [MQTT-4.8.2-2]; 3: [MQTT-4.7.1-2],
    /// [MQTT-4.7.1-3]
    @ParameterizedTest
    @MethodSource("filters")
    void aWrongTopicFilterEndsTheConnection(MqttVersion version, String filter) {
        assertCut(version, "82 [ 0001 { } \"" + filter + "\" 00 ]", null);
        assertCut(version, "a2 [ 0001 { } \"" + filter + "\" ]", null);
    }

    /// @param reason null where the specification names several or leaves it open
    private void assertCut(MqttVersion version, String bytes, @Nullable ReasonCode reason) {
        RawClient bystander = connect(version);
        RawClient client = connect(version);
        client.sendRaw(bytes);
        if (reason == null) {
            client.assertCutForAnError();
        } else {
            client.assertCut(reason);
        }
        bystander.ping();
    }
}
