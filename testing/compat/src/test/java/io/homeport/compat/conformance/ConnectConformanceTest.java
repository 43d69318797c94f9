package io.homeport.compat.conformance;

import static io.homeport.mqtt.MqttVersion.MQTT_3_1_1;
import static io.homeport.mqtt.MqttVersion.MQTT_5;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.mqtt.MqttPacket.ConnAck;
import io.homeport.mqtt.MqttPacket.Connect;
import io.homeport.mqtt.MqttPacket.Disconnect;
import io.homeport.mqtt.MqttPacket.SubAck;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// CONNECT, CONNACK, PINGREQ and DISCONNECT (3.1, 3.2, 3.12, 3.14) and authentication (4.12).
class ConnectConformanceTest extends Conformance {
    /// 5: [MQTT-3.1.0-1], [MQTT-3.14.0-1]; 3: [MQTT-3.1.0-1]
    @ParameterizedTest
    @EnumSource
    void whatComesBeforeConnectEndsTheConnectionUnanswered(MqttVersion version) {
        for (String first : List.of("c0 00", "30 [ \"t\" { } 'hi' ]", "e0 00", "00 00")) {
            RawClient client = open(version);
            client.sendRaw(first);
            client.assertClosed();
        }
    }

    /// 5: [MQTT-3.1.0-2], [MQTT-3.2.0-2]; 3: [MQTT-3.1.0-2]
    @ParameterizedTest
    @EnumSource
    void aSecondConnectEndsTheConnection(MqttVersion version) {
        RawClient client = connect(version);
        client.send(Packets.clean(version, name()));
        client.assertCut(ReasonCode.PROTOCOL_ERROR);
    }

    /// 5: [MQTT-3.1.2-1]; 3: [MQTT-3.1.2-1]
    @ParameterizedTest
    @EnumSource
    void anotherProtocolNameEndsTheConnection(MqttVersion version) {
        RawClient client = open(version);
        String level = version == MQTT_5 ? "05" : "04";
        client.sendRaw("10 [ \"MQTX\" " + level + " 02 0000 { } \"" + name() + "\" ]");
        client.assertClosed();
    }

    /// 3: [MQTT-3.1.2-2], [MQTT-3.2.2-4], [MQTT-3.2.2-5]
    @Test
    void anOlderProtocolLevelIsAnsweredWithReturnCode1() {
        RawClient client = open(MQTT_3_1_1);
        client.sendRaw("10 [ \"MQTT\" 03 02 0000 \"" + name() + "\" ]");
        assertThat(client.readBytes(4)).containsExactly(0x20, 2, 0, 1);
        client.assertClosed();
    }

    /// 5: [MQTT-3.1.2-2], [MQTT-3.2.2-7]
    @Test
    void aNewerProtocolVersionIsAnsweredWithUnsupportedProtocolVersion() {
        RawClient client = open(MQTT_5);
        client.sendRaw("10 [ \"MQTT\" 06 02 0000 { } \"" + name() + "\" ]");
        assertThat(client.read(ConnAck.class).reason())
                .isEqualTo(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION);
        client.assertClosed();
    }

    static List<Arguments> brokenConnects() {
        return List.of(
                Arguments.of("the reserved flag is set", "03", "\"c\""),
                Arguments.of("Will QoS without Will Flag", "0a", "\"c\""),
                Arguments.of("Will Retain without Will Flag", "22", "\"c\""),
                Arguments.of("Will QoS 3", "1e", "\"c\" { } \"w\" \"m\""),
                Arguments.of("Will Flag without will", "06", "\"c\""),
                Arguments.of("Will Flag without will payload", "06", "\"c\" { } \"w\""),
                Arguments.of("a will without Will Flag", "02", "\"c\" { } \"w\" \"m\""),
                Arguments.of("User Name Flag without user name", "82", "\"c\""),
                Arguments.of("a user name without User Name Flag", "02", "\"c\" \"u\""),
                Arguments.of("Password Flag without password", "c2", "\"c\" \"u\""),
                Arguments.of("a password without Password Flag", "82", "\"c\" \"u\" \"p\""),
                Arguments.of("no client identifier", "02", "''"),
                Arguments.of("a client identifier that isn't UTF-8", "02", "0002 c0af"),
                Arguments.of("a client identifier with U+0000", "02", "0003 610062"),
                Arguments.of("a will topic that isn't UTF-8", "06", "\"c\" { } 0001 ff \"m\""),
                Arguments.of("a will topic with a wildcard", "06", "\"c\" { } \"w/#\" \"m\""),
                Arguments.of("a user name that isn't UTF-8", "82", "\"c\" 0003 eda080"));
    }

    /// 5: [MQTT-3.1.2-3], [MQTT-3.1.2-9], [MQTT-3.1.2-11] to [MQTT-3.1.2-13], [MQTT-3.1.2-16] to
    /// [MQTT-3.1.2-19], [MQTT-3.1.3-3], [MQTT-3.1.3-4], [MQTT-3.1.3-11], [MQTT-3.1.3-12],
    /// [MQTT-3.1.4-1]; 3: [MQTT-3.1.2-3], [MQTT-3.1.2-9], [MQTT-3.1.2-11], [MQTT-3.1.2-13] to
    /// [MQTT-3.1.2-15], [MQTT-3.1.2-18] to [MQTT-3.1.2-21], [MQTT-3.1.3-3], [MQTT-3.1.3-4],
    /// [MQTT-3.1.3-10], [MQTT-3.1.3-11], [MQTT-3.1.4-1]
    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenConnects")
    void aBrokenConnectEndsTheConnection(String fault, String flags, String payload) {
        for (MqttVersion version : MqttVersion.values()) {
            RawClient client = open(version);
            String level = version == MQTT_5 ? "05" : "04";
            client.sendRaw("10 [ \"MQTT\" " + level + " " + flags + " 0000 { } " + payload + " ]");
            if (version == MQTT_5) {
                ConnAck answer = client.read(ConnAck.class);
                assertThat(answer.reason().isError()).as(fault).isTrue();
                assertThat(answer.sessionPresent()).isFalse();
            }
            client.assertClosed();
        }
    }

    /// 3: [MQTT-3.1.2-22]; MQTT 5 allows it (3.1.2.9).
    @ParameterizedTest
    @EnumSource
    void aPasswordNeedsAUserNameInVersion3(MqttVersion version) {
        RawClient client = open(version);
        String level = version == MQTT_5 ? "05" : "04";
        client.sendRaw("10 [ \"MQTT\" " + level + " 42 0000 { } \"" + name() + "\" \"password\" ]");
        if (version == MQTT_5) {
            assertThat(client.read(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        } else {
            client.assertClosed();
        }
    }

    /// 5: [MQTT-3.1.3-1], [MQTT-3.1.2-9], [MQTT-3.1.2-17], [MQTT-3.1.2-19]; 3: [MQTT-3.1.3-1],
    /// [MQTT-3.1.2-9], [MQTT-3.1.2-19], [MQTT-3.1.2-21]
    @ParameterizedTest
    @EnumSource
    void theFieldsOfConnectAreReadInTheirOrder(MqttVersion version) {
        String topic = name();
        RawClient subscriber = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        RawClient client = open(version);
        String level = version == MQTT_5 ? "05" : "04";
        client.sendRaw(
                "10 [ \"MQTT\" %s ce 0000 { } \"%s\" { } \"%s\" \"farewell\" \"user\" \"secret\" ]"
                        .formatted(level, name(), topic));
        assertThat(client.read(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        client.breakOff();
        subscriber.receive("farewell");
    }

    /// 5: [MQTT-3.1.3-5]; 3: [MQTT-3.1.3-5]
    @ParameterizedTest
    @EnumSource
    void clientIdsOf1To23LettersAndDigitsAreAccepted(MqttVersion version) {
        for (String id :
                List.of(
                        "0",
                        "0123456789abcdefghijklm",
                        "nopqrstuvwxyzABCDEFGHIJ",
                        "KLMNOPQRSTUVWXYZ")) {
            connect(Packets.clean(version, id)).ping();
        }
    }

    /// 5: [MQTT-3.1.3-6], [MQTT-3.1.3-7], [MQTT-3.2.2-16]
    @Test
    void anEmptyClientIdIsReplacedByOneThatTheClientIsTold() {
        String first = assigned(open(MQTT_5));
        RawClient second = open(MQTT_5);
        assertThat(assigned(second)).isNotEqualTo(first);
        second.ping();
        connect(Packets.lasting(MQTT_5, first), true);
    }

    private static String assigned(RawClient client) {
        String id =
                connected(client, Packets.lasting(MQTT_5, ""))
                        .properties()
                        .assignedClientIdentifier();
        assertThat(id).isNotEmpty();
        return String.valueOf(id);
    }

    /// 3: [MQTT-3.1.3-6]
    @Test
    void clientsOfVersion3WithEmptyIdsDontDisturbEachOther() {
        String topic = name();
        RawClient first = connect(Packets.clean(MQTT_3_1_1, ""));
        first.subscribe(topic, Qos.AT_LEAST_ONCE);
        RawClient second = connect(Packets.clean(MQTT_3_1_1, ""), false);
        second.publish(topic, "hello", Qos.AT_LEAST_ONCE);
        first.receive("hello");
    }

    /// 3: [MQTT-3.1.3-8], [MQTT-3.1.3-9], [MQTT-3.2.2-4], [MQTT-3.2.2-5]
    @Test
    void anEmptyClientIdWithoutCleanSessionIsRejectedInVersion3() {
        RawClient client = open(MQTT_3_1_1);
        client.send(Packets.lasting(MQTT_3_1_1, ""));
        assertThat(client.readBytes(4)).containsExactly(0x20, 2, 0, 2);
        client.assertClosed();
    }

    /// 5: [MQTT-3.1.4-3], [MQTT-3.1.3-2]; 3: [MQTT-3.1.4-2], [MQTT-3.1.3-2]
    @ParameterizedTest
    @EnumSource
    void aClientThatConnectsAgainTakesOver(MqttVersion version) {
        String id = name();
        RawClient old = connect(Packets.lasting(version, id));
        RawClient other = connect(version);
        RawClient current = connect(Packets.lasting(version, id), true);
        old.assertCut(ReasonCode.SESSION_TAKEN_OVER);
        current.ping();
        other.ping();
    }

    /// 5: [MQTT-3.1.4-5], [MQTT-3.2.0-1], [MQTT-3.2.0-2], [MQTT-3.2.2-1]; 3: [MQTT-3.1.4-4],
    /// [MQTT-3.2.0-1]
    @ParameterizedTest
    @EnumSource
    void connackComesFirstAndOnceAlsoWhereMessagesWait(MqttVersion version) {
        String id = name();
        String topic = name();
        RawClient client = connect(Packets.lasting(version, id));
        client.subscribe(topic, Qos.AT_LEAST_ONCE);
        client.disconnect();
        connect(version).publish(topic, "waiting", Qos.AT_LEAST_ONCE);
        RawClient back = open(version);
        back.send(Packets.lasting(version, id));
        // The first byte, then the length, then flags of which only the lowest bit may be set.
        byte[] header = back.readBytes(2);
        assertThat(header[0]).isEqualTo((byte) 0x20);
        byte[] rest = back.readBytes(header[1]);
        assertThat(rest[0]).isEqualTo((byte) 1);
        assertThat(rest[1]).isZero();
        back.receive("waiting");
        back.ping();
    }

    /// A client needn't wait for CONNACK before it goes on (3.1.4).
    @ParameterizedTest
    @EnumSource
    void whatFollowsConnectAtOnceIsProcessedAfterIt(MqttVersion version) {
        String topic = name();
        RawClient client = open(version);
        client.send(
                Packets.clean(version, name()),
                Packets.subscribe(1, Packets.to(topic, Qos.AT_LEAST_ONCE)),
                Packets.publish(topic, "hi", Qos.AT_MOST_ONCE, 0));
        assertThat(client.read(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(client.read(SubAck.class).packetId()).isEqualTo(1);
        client.receive("hi");
    }

    /// 5: [MQTT-3.1.4-6]; 3: [MQTT-3.1.4-5]
    @ParameterizedTest
    @EnumSource
    void whatFollowsARefusedConnectIsNotProcessed(MqttVersion version) {
        String topic = name();
        RawClient refused = open(version);
        Connect connect =
                version == MQTT_5
                        ? Packets.with(
                                Packets.clean(version, name()), Packets.authenticating("none"))
                        : Packets.lasting(version, "");
        refused.send(connect, Packets.retained(topic, "no", Qos.AT_LEAST_ONCE, 1));
        assertThat(refused.read(ConnAck.class).reason().isError()).isTrue();
        refused.assertClosed();
        RawClient subscriber = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        assertNothingFor(subscriber, connect(version));
    }

    /// What follows DISCONNECT isn't processed either (3.14.4).
    @ParameterizedTest
    @EnumSource
    void whatFollowsDisconnectIsNotProcessed(MqttVersion version) {
        String topic = name();
        RawClient client = connect(version);
        client.send(
                Disconnect.of(ReasonCode.SUCCESS, null),
                Packets.retained(topic, "no", Qos.AT_LEAST_ONCE, 1));
        client.assertClosed();
        RawClient subscriber = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        assertNothingFor(subscriber, connect(version));
    }

    /// 5: [MQTT-4.12.0-1], [MQTT-4.12.0-4], [MQTT-3.2.2-6], [MQTT-3.2.2-7], [MQTT-3.2.2-8],
    /// [MQTT-4.13.2-1]
    @Test
    void anAuthenticationMethodIsRefusedAlsoWhereThereIsASession() {
        String id = name();
        connect(Packets.lasting(MQTT_5, id)).disconnect();
        RawClient client = open(MQTT_5);
        client.send(
                Packets.with(Packets.lasting(MQTT_5, id), Packets.authenticating("SCRAM-SHA-1")));
        ConnAck answer = client.read(ConnAck.class);
        assertThat(answer.reason()).isEqualTo(ReasonCode.BAD_AUTHENTICATION_METHOD);
        assertThat(answer.sessionPresent()).isFalse();
        client.assertClosed();
        connect(Packets.lasting(MQTT_5, id), true);
    }

    /// 5: [MQTT-4.12.0-6], [MQTT-3.1.2-28]
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void connackSaysNothingThatWasNotAskedFor(boolean problemInformation) {
        ConnAck answer =
                connected(
                        open(MQTT_5),
                        Packets.with(
                                Packets.clean(MQTT_5, name()),
                                Packets.requesting(false, problemInformation)));
        assertThat(answer.properties().authenticationMethod()).isNull();
        assertThat(answer.properties().authenticationData()).isNull();
        assertThat(answer.properties().responseInformation()).isNull();
    }

    /// 5: [MQTT-4.12.0-7], and 4.12.1 for re-authentication.
    @ParameterizedTest
    @ValueSource(strings = {"18", "19"})
    void authWithoutAuthenticationMethodInConnectEndsTheConnection(String reason) {
        RawClient client = connect(MQTT_5);
        client.sendRaw("f0 [ " + reason + " [ 15 \"SCRAM-SHA-1\" ] ]");
        client.assertCut(ReasonCode.PROTOCOL_ERROR);
    }

    /// 5: [MQTT-3.1.2-22], [MQTT-3.2.2-22]; 3: [MQTT-3.1.2-24]. Real time: that is how a dead
    /// connection is found, whatever the server's clock is told.
    @ParameterizedTest
    @EnumSource
    void aSilentClientIsCutAfterOneAndAHalfKeepAlives(MqttVersion version) {
        RawClient client = open(version);
        ConnAck answer =
                connected(client, Packets.withKeepAlive(Packets.clean(version, name()), 1));
        assertThat(answer.properties().serverKeepAliveSeconds()).isNull();
        long connected = System.nanoTime();
        client.assertCut(ReasonCode.KEEP_ALIVE_TIMEOUT);
        Duration silence = Duration.ofNanos(System.nanoTime() - connected);
        assertThat(silence).isBetween(Duration.ofMillis(1400), Duration.ofSeconds(5));
    }

    /// 5: [MQTT-3.12.4-1]; 3: [MQTT-3.12.4-1]
    @ParameterizedTest
    @EnumSource
    void everyPingreqIsAnswered(MqttVersion version) {
        RawClient client = connect(version);
        client.sendRaw("c0 00 c0 00 c0 00");
        assertThat(client.readBytes(6)).containsExactly(0xd0, 0, 0xd0, 0, 0xd0, 0);
    }

    /// 5: [MQTT-4.2.0-1]; 3: [MQTT-7.1.1-1]: a packet may come byte by byte, and many at once.
    @ParameterizedTest
    @EnumSource
    void packetsNeedNoBoundariesInTheStream(MqttVersion version) {
        RawClient client = connect(version);
        for (byte one : PacketBytes.of(version, "82 [ 0007 { } \"" + name() + "\" 01 ]")) {
            client.sendBytes(new byte[] {one});
        }
        assertThat(client.read(SubAck.class).packetId()).isEqualTo(7);
    }
}
