package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
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

/// PUBLISH from a client to clients (3.3 and 4.3 of both specifications).
class PublishTest {
    @RegisterExtension final TestBroker broker = new TestBroker();

    // 3.3.5: the lower of the QoS published and the maximum granted. [MQTT-3.8.4-8]
    @ParameterizedTest
    @CsvSource({"0,0,0", "0,2,0", "1,0,0", "1,1,1", "1,2,1", "2,0,0", "2,1,1", "2,2,2"})
    void aMessageIsDeliveredAtTheLowerQos(int published, int granted, int delivered) {
        for (MqttVersion version : MqttVersion.values()) {
            TestClient subscriber = broker.client("s" + version, version).connected();
            subscriber.subscribe("a/+", granted).take(MqttPacket.SubAck.class);
            broker.client("p" + version, version).connected().published("a/b", "hi", published);
            Delivery delivery = subscriber.delivery();
            assertThat(delivery.qos()).isEqualTo(Qos.of(delivered));
            assertThat(delivery.dup()).isFalse();
            assertThat(delivery.retain()).isFalse();
            assertThat(TestClient.text(delivery)).isEqualTo("hi");
            subscriber.acknowledge(delivery).isSilent();
            subscriber.disconnect();
        }
    }

    // 4.3.3, the receiver: a packet id that hasn't been released isn't routed twice.
    // [MQTT-4.3.3-10]
    @ParameterizedTest
    @EnumSource
    void aQos2PublishThatIsSentAgainIsRoutedOnce(MqttVersion version) {
        TestClient subscriber = broker.client("s", version).connected().subscribed("t");
        TestClient publisher = broker.client("p", version).persistent().connected();
        MqttPacket.Publish publish = qos2(7, false);
        publisher.say(publish);
        assertThat(publisher.take(MqttPacket.PubRec.class).packetId()).isEqualTo(7);
        publisher.lose();
        TestClient again = broker.client("p", version).persistent().connected();
        again.say(qos2(7, true));
        assertThat(again.take(MqttPacket.PubRec.class).packetId()).isEqualTo(7);
        again.pubRel(7);
        assertThat(again.take(MqttPacket.PubComp.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(subscriber.drain()).containsExactly("x");
        // Released, the id stands for a new message. [MQTT-4.3.3-12]
        again.say(qos2(7, false));
        again.take(MqttPacket.PubRec.class);
        assertThat(subscriber.drain()).containsExactly("x");
    }

    // MQTT 5, 3.7.2.1
    @Test
    void anUnknownPubRelIsAnsweredWithNotFound() {
        TestClient client = broker.v5("p").connected().pubRel(9);
        assertThat(client.take(MqttPacket.PubComp.class).reason())
                .isEqualTo(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
    }

    // MQTT 5, 3.4.2.1 and 3.5.2.1
    @Test
    void aPublisherLearnsThatNobodyGotItsMessage() {
        TestClient publisher = broker.v5("p").connected();
        publisher.publish("nobody", "x", 1);
        assertThat(publisher.take(MqttPacket.PubAck.class).reason())
                .isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        publisher.publish("nobody", "x", 2);
        assertThat(publisher.take(MqttPacket.PubRec.class).reason())
                .isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
    }

    // [MQTT-3.3.2-18] and others: properties go on unaltered, in order. [MQTT-3.3.2-17]
    @Test
    void propertiesTravelInOrder() {
        MessageProperties properties =
                new MessageProperties(
                        1,
                        null,
                        "text/plain",
                        "answers",
                        new byte[] {1},
                        List.of(
                                new UserProperty("b", "1"),
                                new UserProperty("a", "2"),
                                new UserProperty("b", "3")));
        TestClient subscriber = broker.v5("s").connected().subscribed("t");
        broker.v5("p").connected().publish("t", "x", 0, false, properties);
        assertThat(subscriber.delivery().message().properties()).isEqualTo(properties);
    }

    // [MQTT-3.3.2-5] and [MQTT-3.3.2-6]
    @Test
    void anExpiredMessageIsNotDeliveredAndAnotherSaysWhatIsLeft() {
        TestClient subscriber = broker.v5("s").persistent().connected().subscribed("t");
        subscriber.lose();
        TestClient publisher = broker.v5("p").connected();
        publisher.publish("t", "short", 1, false, expiring(5));
        publisher.publish("t", "long", 1, false, expiring(60));
        broker.advance(Duration.ofSeconds(10));
        TestClient back = broker.v5("s").persistent().connected();
        Delivery delivery = back.delivery();
        assertThat(TestClient.text(delivery)).isEqualTo("long");
        assertThat(delivery.expirySeconds()).isEqualTo(50);
        back.isSilent();
        assertThat(broker.events(BrokerEvent.Dropped.class)).hasSize(1);
    }

    // [MQTT-3.3.2-6]: what hasn't waited a second goes on as it came.
    @Test
    void whatIsDeliveredAtOnceKeepsItsExpiry() {
        TestClient subscriber = broker.v5("s").persistent().connected().subscribed("t");
        subscriber.writable(false);
        broker.v5("p").connected().publish("t", "x", 1, false, expiring(1));
        broker.advance(Duration.ofMillis(3));
        subscriber.writable(true);
        assertThat(subscriber.delivery().expirySeconds()).isEqualTo(1);
    }

    // [MQTT-3.3.2-8] and 3.3.2.3.4
    @Test
    void aTopicAliasStandsForItsTopic() {
        TestClient subscriber = broker.v5("s").connected().subscribed("t/#");
        TestClient publisher = broker.v5("p").connected();
        publisher.say(aliased("t/1", 3, "a"));
        publisher.say(aliased("", 3, "b"));
        publisher.say(aliased("t/2", 3, "c"));
        publisher.say(aliased("", 3, "d"));
        assertThat(List.of(subscriber.delivery(), subscriber.delivery(), subscriber.delivery()))
                .extracting(delivery -> delivery.message().topic())
                .containsExactly("t/1", "t/1", "t/2");
        assertThat(subscriber.delivery().message().topic()).isEqualTo("t/2");
        publisher.say(aliased("", 4, "unknown"));
        publisher.isClosedWith(ReasonCode.TOPIC_ALIAS_INVALID);
    }

    // [MQTT-3.3.2-9]
    @Test
    void aTopicAliasOverTheMaximumEndsTheConnection() {
        TestClient publisher = broker.v5("p").connected();
        publisher.say(aliased("t", 65, "x"));
        publisher.isClosedWith(ReasonCode.TOPIC_ALIAS_INVALID);
    }

    // [MQTT-3.1.2-26] and [MQTT-3.1.2-27]: as many aliases as the client takes.
    @Test
    void aliasesTowardsAClientAreUsedUpToItsMaximum() {
        TestClient subscriber = broker.v5("s");
        subscriber.aliasMaximum = 1;
        subscriber.connected().subscribed("#");
        TestClient publisher = broker.v5("p").connected();
        publisher.publish("first", "", 0).publish("first", "", 0).publish("second", "", 0);
        Delivery set = subscriber.delivery();
        assertThat(set.topicAlias()).isEqualTo(1);
        assertThat(set.topicOmitted()).isFalse();
        Delivery used = subscriber.delivery();
        assertThat(used.topicAlias()).isEqualTo(1);
        assertThat(used.topicOmitted()).isTrue();
        assertThat(subscriber.delivery().topicAlias()).isZero();
    }

    // [MQTT-3.1.2-24] and [MQTT-3.1.2-25]: as if it had been delivered.
    @Test
    void aMessageOverTheClientsMaximumPacketSizeIsDiscardedForIt() {
        TestClient small = broker.v5("small").persistent();
        small.maximumPacket = 40L;
        small.connected().subscribed("t");
        TestClient large = broker.v5("large").connected().subscribed("t");
        TestClient publisher = broker.v5("p").connected();
        publisher.published("t", "x".repeat(100), 1).published("t", "y", 1);
        assertThat(small.drain()).containsExactly("y");
        assertThat(large.drain()).hasSize(2);
        assertThat(broker.events(BrokerEvent.Dropped.class)).hasSize(1);
    }

    // MQTT 5, 3.3.5 [MQTT-3.3.5-2]; a 3.1.1 client can't be told and is closed.
    @ParameterizedTest
    @CsvSource({"MQTT_5,1", "MQTT_5,2", "MQTT_5,0", "MQTT_3_1_1,0", "MQTT_3_1_1,1"})
    void aDeniedPublishIsToldOrEndsTheConnection(MqttVersion version, int qos) {
        TestClient subscriber = broker.v5("s").connected().subscribed("#");
        TestClient publisher = broker.client("p", version);
        publisher.authorization = new Allowing().denyPublish("secret");
        publisher.connected().publish("secret", "x", qos);
        if (version == MqttVersion.MQTT_5 && qos == 1) {
            MqttPacket.PubAck ack = publisher.take(MqttPacket.PubAck.class);
            assertThat(ack.reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(ack.reasonString()).isEqualTo("publish to secret is denied");
        } else if (version == MqttVersion.MQTT_5 && qos == 2) {
            assertThat(publisher.take(MqttPacket.PubRec.class).reason())
                    .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        } else {
            publisher.isClosedWith(ReasonCode.NOT_AUTHORIZED);
        }
        subscriber.isSilent();
        assertThat(broker.events(BrokerEvent.Denied.class))
                .extracting(BrokerEvent.Denied::action, BrokerEvent.Denied::reason)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "iot:Publish", "publish to secret is denied"));
    }

    // [MQTT-3.1.2-29]
    @Test
    void noReasonStringWhereTheClientDoesNotWantProblemInformation() {
        TestClient publisher = broker.v5("p");
        publisher.problemInformation = false;
        publisher.authorization = new Allowing().denyPublish("secret");
        publisher.connected().publish("secret", "x", 1);
        assertThat(publisher.take(MqttPacket.PubAck.class).reasonString()).isNull();
    }

    @Test
    void receiveIsJudgedAtEveryDelivery() {
        TestClient subscriber = broker.v5("s").persistent();
        subscriber.authorization = new Allowing().denyReceive("a/secret");
        subscriber.connected().subscribed("a/#");
        TestClient publisher = broker.v5("p").connected();
        publisher.published("a/secret", "x", 1).published("a/open", "y", 1);
        publisher.published("a/secret", "z", 0);
        assertThat(subscriber.drain()).containsExactly("y");
        assertThat(broker.events(BrokerEvent.Denied.class)).hasSize(2);
    }

    // [MQTT-3.3.1-4] is the codec's; [MQTT-3.3.4-6], [MQTT-3.3.2-2], [MQTT-3.3.2-14] are these.
    @Test
    void aPublishThatNoClientMaySendEndsTheConnection() {
        TestClient identifier = broker.v5("1").connected();
        identifier.say(
                new MqttPacket.Publish(
                        false,
                        Qos.AT_MOST_ONCE,
                        false,
                        "t",
                        0,
                        new byte[0],
                        MessageProperties.NONE,
                        0,
                        new int[] {1}));
        identifier.isClosedWith(ReasonCode.PROTOCOL_ERROR);
        broker.v5("2")
                .connected()
                .publish("a/+", "", 0)
                .isClosedWith(ReasonCode.TOPIC_NAME_INVALID);
        broker.v3("3")
                .connected()
                .publish("a/#", "", 0)
                .isClosedWith(ReasonCode.TOPIC_NAME_INVALID);
        MessageProperties wrong = new MessageProperties(null, null, null, "a/#", null, List.of());
        broker.v5("4")
                .connected()
                .publish("t", "", 1, false, wrong)
                .isClosedWith(ReasonCode.PROTOCOL_ERROR);
    }

    // 4.7.2, and AWS IoT's reserved topics.
    @Test
    void clientsPublishToReservedTopicsThatAreDocumentedOnly() {
        TestClient publisher = broker.v5("p").connected();
        publisher.publish("$aws/things/lamp/shadow/update", "{}", 1);
        assertThat(publisher.take(MqttPacket.PubAck.class).reason().isError()).isFalse();
        for (String topic : List.of("$aws/events/presence/connected/x", "$SYS/broker", "$aws/x")) {
            publisher.publish(topic, "{}", 1);
            assertThat(publisher.take(MqttPacket.PubAck.class).reason())
                    .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
        publisher.retain("$aws/things/lamp/shadow/update", "{}", 1);
        assertThat(publisher.take(MqttPacket.PubAck.class).reason())
                .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        TestClient old = broker.v3("old").connected();
        old.publish("$SYS/broker", "{}", 1);
        old.take(MqttPacket.PubAck.class);
        old.publish("$aws/x", "{}", 1).isClosedWith(ReasonCode.NOT_AUTHORIZED);
    }

    // MQTT 5, 4.6 [MQTT-4.6.0-2]: acknowledgements keep the order of the publishes.
    @ParameterizedTest
    @EnumSource
    void acknowledgementsLeaveInOrderAndOnlyWhenDurable(MqttVersion version) {
        broker.useManualStore();
        TestClient subscriber = broker.client("s", version).persistent().connect();
        broker.sync();
        subscriber.take(MqttPacket.ConnAck.class);
        subscriber.subscribe("stored", 1);
        broker.sync();
        subscriber.take(MqttPacket.SubAck.class);
        TestClient publisher = broker.client("p", version).connected();
        publisher.publish("stored", "1", 1).publish("elsewhere", "2", 1).isSilent();
        subscriber.isSilent();
        broker.sync();
        assertThat(publisher.take(MqttPacket.PubAck.class).packetId()).isEqualTo(1);
        assertThat(publisher.take(MqttPacket.PubAck.class).packetId()).isEqualTo(2);
        assertThat(subscriber.drain()).containsExactly("1");
    }

    // 4.6 [MQTT-4.6.0-6]
    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "2,2", "2,1"})
    void messagesOfOneTopicKeepTheirOrder(int published, int granted) {
        TestClient subscriber = broker.v5("s").persistent().connected();
        subscriber.subscribe("t", granted).take(MqttPacket.SubAck.class);
        TestClient publisher = broker.v5("p").connected();
        for (int i = 0; i < 50; i++) {
            publisher.published("t", "" + i, published);
        }
        List<String> got = subscriber.drain();
        assertThat(got)
                .hasSize(50)
                .isSortedAccordingTo(java.util.Comparator.comparing(Integer::valueOf));
    }

    private static MessageProperties expiring(long seconds) {
        return new MessageProperties(null, seconds, null, null, null, List.of());
    }

    private static MqttPacket.Publish qos2(int packetId, boolean dup) {
        return new MqttPacket.Publish(
                dup,
                Qos.EXACTLY_ONCE,
                false,
                "t",
                packetId,
                TestClient.bytes("x"),
                MessageProperties.NONE,
                0,
                new int[0]);
    }

    private static MqttPacket.Publish aliased(String topic, int alias, String payload) {
        return new MqttPacket.Publish(
                false,
                Qos.AT_MOST_ONCE,
                false,
                topic,
                0,
                TestClient.bytes(payload),
                MessageProperties.NONE,
                alias,
                new int[0]);
    }
}
