package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.Profile;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// CONNECT, CONNACK, DISCONNECT, AUTH and PINGREQ (3.1, 3.2, 3.12, 3.14, 3.15), and wills.
class ConnectTest {
    @RegisterExtension final TestBroker broker = new TestBroker();

    // 3.2.2.3: the server's limits.
    @Test
    void aVersion5ClientLearnsTheLimits() {
        TestClient client = broker.v5("c").connect();
        MqttPacket.ConnAckProperties told = client.take(MqttPacket.ConnAck.class).properties();
        assertThat(told.receiveMaximum()).isEqualTo(1024);
        assertThat(told.topicAliasMaximum()).isEqualTo(64);
        assertThat(told.maximumPacketSize()).isEqualTo(16L * 1024 * 1024);
        assertThat(told.maximumQos()).isNull();
        assertThat(told.serverKeepAliveSeconds()).isNull();
        assertThat(told.assignedClientIdentifier()).isNull();
    }

    // [MQTT-3.1.3-6] and [MQTT-3.2.2-16] of 5; [MQTT-3.1.3-7] and [MQTT-3.1.3-8] of 3.1.1
    @Test
    void anEmptyClientIdIsAssignedOrRefused() {
        TestClient five = broker.v5("").connect();
        String assigned =
                five.take(MqttPacket.ConnAck.class).properties().assignedClientIdentifier();
        assertThat(assigned).isNotEmpty();
        assertThat(broker.v3("").connect().take(MqttPacket.ConnAck.class).reason())
                .isEqualTo(ReasonCode.SUCCESS);
        TestClient persistent = broker.v3("").persistent().connect();
        assertThat(persistent.take(MqttPacket.ConnAck.class).reason())
                .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        assertThat(persistent.closed).isTrue();
    }

    // [MQTT-4.12.0-1] and [MQTT-4.12.0-7]
    @Test
    void enhancedAuthenticationIsRefused() {
        TestClient client = broker.v5("c");
        client.authenticationMethod = "SCRAM";
        assertThat(client.connect().take(MqttPacket.ConnAck.class).reason())
                .isEqualTo(ReasonCode.BAD_AUTHENTICATION_METHOD);
        TestClient other = broker.v5("d").connected();
        other.say(new MqttPacket.Auth(ReasonCode.RE_AUTHENTICATE, "SCRAM", null, null, List.of()));
        other.isClosedWith(ReasonCode.PROTOCOL_ERROR);
    }

    // [MQTT-3.1.0-2]
    @ParameterizedTest
    @EnumSource
    void aSecondConnectEndsTheConnection(MqttVersion version) {
        TestClient client = broker.client("c", version).connected();
        client.say(
                new MqttPacket.Connect(
                        version,
                        true,
                        0,
                        "c",
                        null,
                        null,
                        null,
                        MqttPacket.ConnectProperties.NONE));
        client.isClosedWith(ReasonCode.PROTOCOL_ERROR);
    }

    // [MQTT-3.12.4-1]
    @ParameterizedTest
    @EnumSource
    void aPingIsAnswered(MqttVersion version) {
        broker.client("c", version)
                .connected()
                .say(new MqttPacket.PingReq())
                .take(MqttPacket.PingResp.class);
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatMayNotConnectIsToldAndReported(MqttVersion version) {
        TestClient client = broker.client("c", version);
        client.authorization = new Allowing().denyConnect();
        assertThat(client.connect().take(MqttPacket.ConnAck.class).reason())
                .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(client.closed).isTrue();
        // [MQTT-3.1.4-6]: what it still sends isn't looked at.
        client.say(new MqttPacket.PingReq()).isSilent();
        assertThat(broker.events(BrokerEvent.ConnectFailed.class)).hasSize(1);
        assertThat(broker.events(BrokerEvent.Denied.class))
                .singleElement()
                .extracting(BrokerEvent.Denied::action)
                .isEqualTo("iot:Connect");
    }

    // [MQTT-3.2.0-1]: CONNACK is the first packet.
    @Test
    void packetsBeforeConnAckAreHeld() {
        broker.useManualStore();
        TestClient client = broker.v5("c").persistent().connect();
        assertThat(client.reading).isFalse();
        client.say(new MqttPacket.PingReq()).isSilent();
        broker.sync();
        client.take(MqttPacket.ConnAck.class);
        client.take(MqttPacket.PingResp.class);
        assertThat(client.reading).isTrue();
    }

    @Test
    void aConnectionEndsAtItsMaximumLifetime() {
        TestClient client = broker.v5("c");
        client.lifetime = 100;
        client.connected();
        broker.advance(Duration.ofSeconds(99));
        client.isSilent();
        broker.advance(Duration.ofSeconds(1));
        client.isClosedWith(ReasonCode.MAXIMUM_CONNECT_TIME);
    }

    // [MQTT-3.1.2-8] and [MQTT-3.14.4-3]
    @ParameterizedTest
    @CsvSource({
        "MQTT_5,LOST,true",
        "MQTT_5,PROTOCOL,true",
        "MQTT_5,DISCONNECT,false",
        "MQTT_5,DISCONNECT_WITH_WILL,true",
        "MQTT_5,API,true",
        "MQTT_5,TAKEOVER,true",
        "MQTT_3_1_1,LOST,true",
        "MQTT_3_1_1,PROTOCOL,true",
        "MQTT_3_1_1,DISCONNECT,false",
        "MQTT_3_1_1,TAKEOVER,true"
    })
    void aWillIsSentUnlessTheClientSaidGoodbye(MqttVersion version, String end, boolean sent) {
        TestClient observer = broker.v5("observer").connected().subscribed("will");
        TestClient client = broker.client("c", version);
        client.will("will", "gone", Qos.AT_LEAST_ONCE, false, 0).connected();
        switch (end) {
            case "LOST" -> client.lose();
            case "PROTOCOL" -> client.say(new MqttPacket.PingResp());
            case "DISCONNECT" -> client.disconnect();
            case "DISCONNECT_WITH_WILL" ->
                    client.disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, null);
            case "API" -> broker.broker.deleteConnection(client.account, "c", false, false);
            default -> broker.client("c", version).connected();
        }
        broker.run();
        assertThat(observer.drain()).isEqualTo(sent ? List.of("gone") : List.of());
    }

    @Test
    void deleteConnectionCanPreventTheWill() {
        TestClient observer = broker.v5("observer").connected().subscribed("will");
        TestClient client = broker.v5("c").persistent();
        client.will("will", "gone", Qos.AT_MOST_ONCE, false, 0).connected();
        broker.broker.deleteConnection(client.account, "c", true, true);
        broker.run();
        client.isClosedWith(ReasonCode.ADMINISTRATIVE_ACTION);
        observer.isSilent();
    }

    // [MQTT-3.1.3-9]: the delay; cancelled where the client is back before.
    @ParameterizedTest
    @CsvSource({"5,false", "15,true"})
    void aWillWaitsForItsDelay(long backAfterSeconds, boolean sent) {
        TestClient observer = broker.v5("observer").connected().subscribed("will");
        TestClient client = broker.v5("c").persistent();
        client.will("will", "gone", Qos.AT_MOST_ONCE, false, 10).connected().lose();
        observer.isSilent();
        broker.advance(Duration.ofSeconds(backAfterSeconds));
        broker.v5("c").persistent().connected();
        broker.advance(Duration.ofSeconds(100));
        assertThat(observer.payloads()).isEqualTo(sent ? List.of("gone") : List.of());
    }

    // 3.1.3.2.2: or for the end of the session.
    @Test
    void aWillIsSentWhenTheSessionEndsBeforeTheDelay() {
        TestClient observer = broker.v5("observer").connected().subscribed("will");
        TestClient client = broker.v5("c").persistent();
        client.expiry = 5L;
        client.will("will", "gone", Qos.AT_MOST_ONCE, false, 10).connected().lose();
        broker.advance(Duration.ofSeconds(5));
        assertThat(observer.payloads()).containsExactly("gone");
    }

    // Homeport: a will survives the server, of a clean session too.
    @ParameterizedTest
    @CsvSource({"true,0", "false,0", "true,30"})
    void aWillIsSentAfterTheServerWasKilled(boolean persistent, long delay) {
        broker.v5("observer").persistent().connected().subscribed("will");
        TestClient client = broker.v5("c");
        if (persistent) {
            client.persistent();
        }
        client.will("will", "gone", Qos.AT_LEAST_ONCE, false, delay).connected();
        broker.restart();
        broker.advance(Duration.ofSeconds(delay));
        assertThat(broker.v5("observer").persistent().connected().drain()).containsExactly("gone");
    }

    // [MQTT-3.1.2-14] and [MQTT-3.1.2-15]
    @Test
    void aWillIsRetainedWhereItAsksForIt() {
        broker.v5("c").will("will", "gone", Qos.AT_MOST_ONCE, true, 0).connected().lose();
        assertThat(broker.v5("o").connected().subscribed("will").payloads())
                .containsExactly("gone");
    }

    @Test
    void aWillThatMayNotBePublishedIsDenied() {
        TestClient observer = broker.v5("observer").connected().subscribed("will");
        TestClient client = broker.v5("c");
        client.authorization = new Allowing().denyPublish("will");
        client.will("will", "gone", Qos.AT_MOST_ONCE, false, 0).connected().lose();
        observer.isSilent();
        assertThat(broker.events(BrokerEvent.Denied.class)).hasSize(1);
    }

    // [MQTT-3.14.4-1] and the server's own DISCONNECT (4.13.2).
    @Test
    void aShutdownTellsEverybodyAndTakesNoMore() {
        TestClient five = broker.v5("five").connected();
        TestClient three = broker.v3("three").persistent().connected().subscribed("t");
        var done = broker.broker.shutdown();
        broker.run();
        assertThat(done).isCompleted();
        five.isClosedWith(ReasonCode.SERVER_SHUTTING_DOWN);
        three.isClosedWith(ReasonCode.SERVER_SHUTTING_DOWN);
        assertThat(broker.v5("late").connect().take(MqttPacket.ConnAck.class).reason())
                .isEqualTo(ReasonCode.SERVER_SHUTTING_DOWN);
    }

    @Test
    void rightsThatAreTakenAwayEndTheConnectionAtOnce() {
        Allowing rights = new Allowing();
        TestClient client = broker.v5("c");
        client.authorization = rights;
        client.connected();
        TestClient other = broker.v5("d").connected();
        broker.broker.reauthorize();
        broker.run();
        client.isSilent();
        rights.denyConnect();
        broker.broker.reauthorize();
        broker.run();
        client.isClosedWith(ReasonCode.NOT_AUTHORIZED);
        other.isSilent();
        broker.broker.disconnectPrincipal(other.account, "principal", "revoked");
        broker.run();
        other.isClosedWith(ReasonCode.NOT_AUTHORIZED);
        assertThat(broker.events(BrokerEvent.Disconnected.class))
                .extracting(BrokerEvent.Disconnected::reason)
                .containsOnly(DisconnectReason.FORBIDDEN_ACCESS);
    }

    // [MQTT-3.3.4-7]: not more than the client's Receive Maximum in flight.
    @Test
    void theClientsReceiveMaximumIsKept() {
        TestClient client = broker.v5("c").persistent();
        client.receiveMaximum = 2;
        client.connected().subscribed("t");
        TestClient publisher = broker.v5("p").connected();
        for (int i = 0; i < 5; i++) {
            publisher.published("t", "" + i, 1 + i % 2);
        }
        Delivery first = client.delivery();
        Delivery second = client.delivery();
        client.isSilent();
        client.acknowledge(first);
        Delivery third = client.delivery();
        client.isSilent();
        client.acknowledge(second).acknowledge(third);
        assertThat(client.drain()).containsExactly("3", "4");
    }

    // [MQTT-3.3.4-9]
    @Test
    void aClientThatExceedsOurReceiveMaximumIsCut() {
        BrokerLimits open = BrokerLimits.of(io.homeport.core.Profile.OPEN);
        broker.use(open.with(new BrokerLimits.Flow(3, 1000, 10, 0, 10, 1000, 10, 1000)));
        TestClient client = broker.v5("c").connected();
        for (int id = 1; id <= 3; id++) {
            client.publish("t", "", 2).take(MqttPacket.PubRec.class);
        }
        client.publish("t", "", 2).isClosedWith(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
    }

    // Homeport: a publisher that outruns the disk isn't read from.
    @Test
    void aPublisherThatOutrunsTheDiskIsNotReadFrom() {
        broker.useManualStore();
        BrokerLimits open = BrokerLimits.of(io.homeport.core.Profile.OPEN);
        assertThat(open.flow().receiveMaximum()).isEqualTo(1024);
        TestClient publisher = broker.v3("p").connected();
        for (int i = 0; i < 1024; i++) {
            publisher.retain("t", "" + i, 1);
        }
        assertThat(publisher.reading).isFalse();
        publisher.isSilent();
        broker.sync();
        assertThat(publisher.reading).isTrue();
        assertThat(publisher.inbox).hasSize(1024);
    }

    // Homeport: QoS 0 to a client that doesn't keep up is dropped and counted, QoS 1 waits.
    @Test
    void aSlowClientLosesQos0OnlyAndSaysSo() {
        BrokerLimits open = BrokerLimits.of(Profile.OPEN);
        broker.use(open.with(new BrokerLimits.Flow(1024, 1000, 10, 0, 10, 1000, 1, 1000)));
        TestClient slow = broker.v5("slow").connected().subscribed("t");
        TestClient publisher = broker.v5("p").connected();
        slow.writable(false);
        publisher.published("t", "kept", 0).published("t", "lost", 0).published("t", "1", 1);
        slow.isSilent();
        slow.writable(true);
        assertThat(slow.drain()).containsExactly("kept", "1");
        assertThat(broker.events(BrokerEvent.Dropped.class))
                .singleElement()
                .extracting(BrokerEvent.Dropped::reason)
                .isEqualTo("slow consumer: too many QoS 0 messages wait");
    }

    @Test
    void aTooLongClientIdIsRefused() {
        broker.useAws();
        assertThat(broker.v5("c".repeat(129)).connect().take(MqttPacket.ConnAck.class).reason())
                .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }
}
