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

/// Sessions: how they begin, go on, and end (4.1 of both specifications; 3.1.2.4 and 3.1.2.11.2 of
/// 5).
class SessionTest {
    @RegisterExtension final TestBroker broker = new TestBroker();

    // [MQTT-3.1.2-5] and [MQTT-3.2.2-3]
    @ParameterizedTest
    @EnumSource
    void aPersistentSessionKeepsSubscriptionsAndMessages(MqttVersion version) {
        broker.client("s", version).persistent().connected().subscribed("t").lose();
        TestClient publisher = broker.client("p", version).connected();
        publisher.published("t", "1", 1).published("t", "2", 2).published("t", "0", 0);
        TestClient back = broker.client("s", version).persistent().connect();
        assertThat(back.take(MqttPacket.ConnAck.class).sessionPresent()).isTrue();
        assertThat(back.drain()).containsExactly("1", "2");
        publisher.published("t", "3", 1);
        assertThat(back.drain()).containsExactly("3");
    }

    // [MQTT-3.1.2-4] and [MQTT-3.2.2-2]
    @ParameterizedTest
    @EnumSource
    void aCleanStartDiscardsTheSession(MqttVersion version) {
        broker.client("s", version).persistent().connected().subscribed("t").lose();
        TestClient publisher = broker.client("p", version).connected();
        publisher.published("t", "1", 1);
        TestClient clean = broker.client("s", version).connect();
        assertThat(clean.take(MqttPacket.ConnAck.class).sessionPresent()).isFalse();
        publisher.published("t", "2", 1);
        clean.isSilent();
        clean.lose();
        TestClient back = broker.client("s", version).persistent().connect();
        assertThat(back.take(MqttPacket.ConnAck.class).sessionPresent()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"MQTT_3_1_1,MQTT_5", "MQTT_5,MQTT_3_1_1"})
    void aSessionIsResumedAcrossVersionsUnlessTheProfileForbids(MqttVersion from, MqttVersion to) {
        broker.client("s", from).persistent().connected().subscribed("t").lose();
        TestClient back = broker.client("s", to).persistent().connect();
        assertThat(back.take(MqttPacket.ConnAck.class).sessionPresent()).isTrue();
        broker.useAws();
        broker.client("s", from).persistent().connected().lose();
        broker.advance(Duration.ofSeconds(1));
        TestClient other = broker.client("s", to).persistent().connect();
        assertThat(other.take(MqttPacket.ConnAck.class).sessionPresent()).isFalse();
    }

    // [MQTT-4.4.0-1]: unacknowledged messages are sent again in order with their packet ids, and
    // DUP
    // [MQTT-3.3.1-1]; PUBREL likewise.
    @ParameterizedTest
    @EnumSource
    void whatWasNotAcknowledgedIsSentAgainOnResumption(MqttVersion version) {
        TestClient first = broker.client("s", version).persistent().connected().subscribed("t");
        TestClient publisher = broker.client("p", version).connected();
        publisher.published("t", "1", 1).published("t", "2", 2).published("t", "3", 2);
        Delivery one = first.delivery();
        Delivery two = first.delivery();
        Delivery three = first.delivery();
        first.pubRec(two.packetId());
        first.take(MqttPacket.PubRel.class);
        first.lose();
        publisher.published("t", "4", 1);
        TestClient back = broker.client("s", version).persistent().connected();
        Delivery oneAgain = back.delivery();
        assertThat(oneAgain.packetId()).isEqualTo(one.packetId());
        assertThat(oneAgain.dup()).isTrue();
        assertThat(back.take(MqttPacket.PubRel.class).packetId()).isEqualTo(two.packetId());
        Delivery threeAgain = back.delivery();
        assertThat(threeAgain.packetId()).isEqualTo(three.packetId());
        assertThat(threeAgain.dup()).isTrue();
        Delivery four = back.delivery();
        assertThat(four.dup()).isFalse();
        assertThat(TestClient.text(four)).isEqualTo("4");
        back.acknowledge(oneAgain).pubComp(two.packetId());
        back.acknowledge(threeAgain).acknowledge(four).isSilent();
    }

    // [MQTT-3.1.4-3] of 5, [MQTT-3.1.4-2] of 3.1.1
    @ParameterizedTest
    @CsvSource({"MQTT_5,MQTT_5", "MQTT_3_1_1,MQTT_5", "MQTT_5,MQTT_3_1_1"})
    void aSecondConnectionTakesTheSessionOver(MqttVersion first, MqttVersion second) {
        TestClient old = broker.client("s", first).persistent().connected().subscribed("t");
        TestClient publisher = broker.v5("p").connected();
        publisher.published("t", "unacknowledged", 1);
        old.delivery();
        TestClient now = broker.client("s", second).persistent().connect();
        old.isClosedWith(ReasonCode.SESSION_TAKEN_OVER);
        assertThat(now.take(MqttPacket.ConnAck.class).sessionPresent()).isTrue();
        assertThat(now.drain()).containsExactly("unacknowledged");
        // What the old socket still says has no effect.
        old.connection().onClosed(DisconnectReason.CONNECTION_LOST);
        publisher.published("t", "next", 1);
        assertThat(now.drain()).containsExactly("next");
        assertThat(broker.events(BrokerEvent.Disconnected.class))
                .extracting(BrokerEvent.Disconnected::reason)
                .containsExactly(DisconnectReason.DUPLICATE_CLIENTID);
    }

    // [MQTT-3.1.2-23]
    @ParameterizedTest
    @CsvSource({"999,true", "1000,false"})
    void aSessionEndsWhenItsExpiryIntervalHasPassed(long seconds, boolean present) {
        broker.v5("s").persistent().connected().subscribed("t").lose();
        broker.v5("p").connected().published("t", "x", 1);
        broker.advance(Duration.ofSeconds(seconds));
        assertThat(broker.broker.statistics().sessions()).isEqualTo(present ? 2 : 1);
        TestClient back = broker.v5("s").persistent().connect();
        assertThat(back.take(MqttPacket.ConnAck.class).sessionPresent()).isEqualTo(present);
    }

    // 3.14.2.2.2
    @Test
    void disconnectCanChangeTheExpiry() {
        TestClient shorter = broker.v5("shorter").persistent().connected();
        shorter.disconnect(ReasonCode.SUCCESS, 10L);
        TestClient ended = broker.v5("ended").persistent().connected();
        ended.disconnect(ReasonCode.SUCCESS, 0L);
        assertThat(broker.broker.statistics().sessions()).isEqualTo(1);
        broker.advance(Duration.ofSeconds(10));
        assertThat(broker.broker.statistics().sessions()).isZero();
        TestClient without = broker.v5("without").connected();
        without.disconnect(ReasonCode.SUCCESS, 10L);
        without.isClosedWith(ReasonCode.PROTOCOL_ERROR);
    }

    // Homeport: what was acknowledged survives kill -9.
    @ParameterizedTest
    @EnumSource
    void everythingIsBackAfterARestart(MqttVersion version) {
        TestClient first = broker.client("s", version).persistent().connected().subscribed("t");
        TestClient publisher = broker.client("p", version).persistent().connected();
        publisher.published("t", "1", 1).published("t", "2", 2).retain("kept", "r", 1);
        Delivery one = first.delivery();
        Delivery two = first.delivery();
        first.pubRec(two.packetId());
        publisher.say(
                new MqttPacket.Publish(
                        false,
                        Qos.EXACTLY_ONCE,
                        false,
                        "t",
                        99,
                        TestClient.bytes("3"),
                        io.homeport.core.MessageProperties.NONE,
                        0,
                        new int[0]));
        broker.restart();
        TestClient back = broker.client("s", version).persistent().connect();
        assertThat(back.take(MqttPacket.ConnAck.class).sessionPresent()).isTrue();
        Delivery again = back.delivery();
        assertThat(again.packetId()).isEqualTo(one.packetId());
        assertThat(again.dup()).isTrue();
        assertThat(back.take(MqttPacket.PubRel.class).packetId()).isEqualTo(two.packetId());
        back.acknowledge(again).pubComp(two.packetId());
        assertThat(back.drain()).containsExactly("3");
        TestClient resumed = broker.client("p", version).persistent().connected().pubRel(99);
        assertThat(resumed.take(MqttPacket.PubComp.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(back.subscribed("kept").payloads()).containsExactly("r");
    }

    @Test
    void sessionsThatExpiredWhileTheServerWasDownAreGone() {
        broker.v5("s").persistent().connected().subscribed("t").lose();
        broker.v5("p").connected().published("t", "1", 1);
        broker.broker.close();
        broker.time.advance(Duration.ofSeconds(2000));
        broker.restart();
        assertThat(broker.broker.statistics().sessions()).isZero();
        assertThat(broker.broker.statistics().queuedMessages()).isZero();
    }

    // Homeport: nothing is told before it is durable.
    @ParameterizedTest
    @EnumSource
    void answersWaitForTheDisk(MqttVersion version) {
        broker.useManualStore();
        TestClient client = broker.client("s", version).persistent().connect();
        client.subscribe("t", 1);
        client.isSilent();
        broker.sync();
        client.take(MqttPacket.ConnAck.class);
        client.isSilent();
        broker.sync();
        client.take(MqttPacket.SubAck.class);
        client.unsubscribe("t").isSilent();
        broker.sync();
        client.take(MqttPacket.UnsubAck.class);
    }

    // MQTT 5, 3.8.4 allows messages before SUBACK; clients that wait for it find it easier after.
    @ParameterizedTest
    @EnumSource
    void subAckComesBeforeWhatTheSubscriptionBrings(MqttVersion version) {
        broker.useManualStore();
        TestClient publisher = broker.client("p", version).connected();
        publisher.retain("t", "retained", 1);
        broker.sync();
        publisher.take(MqttPacket.PubAck.class);
        TestClient client = broker.client("s", version).persistent().connect();
        broker.sync();
        client.take(MqttPacket.ConnAck.class);
        client.subscribe("t", 1);
        publisher.publish("t", "live", 0);
        client.isSilent();
        broker.sync();
        client.take(MqttPacket.SubAck.class);
        assertThat(client.drain()).containsExactlyInAnyOrder("retained", "live");
    }

    // Homeport: a QoS 2 message is sent only once a crash can't forget that it was.
    @Test
    void pubRelAndPubCompWaitForTheDisk() {
        broker.useManualStore();
        TestClient subscriber = broker.v5("s").persistent().connect();
        broker.sync();
        subscriber.take(MqttPacket.ConnAck.class);
        subscriber.subscribe("t", 2);
        broker.sync();
        subscriber.take(MqttPacket.SubAck.class);
        TestClient publisher = broker.v5("p").persistent().connect();
        broker.sync();
        publisher.take(MqttPacket.ConnAck.class);
        publisher.publish("t", "x", 2).isSilent();
        broker.sync();
        int inbound = publisher.take(MqttPacket.PubRec.class).packetId();
        publisher.pubRel(inbound).isSilent();
        int outbound = subscriber.delivery().packetId();
        subscriber.pubRec(outbound).isSilent();
        broker.sync();
        publisher.take(MqttPacket.PubComp.class);
        subscriber.take(MqttPacket.PubRel.class);
        subscriber.pubComp(outbound);
    }

    @Test
    void aQueueThatIsFullDropsNewMessagesAndSaysSo() {
        BrokerLimits open = BrokerLimits.of(Profile.OPEN);
        BrokerLimits.Sessions s = open.sessions();
        broker.use(
                open.with(
                        new BrokerLimits.Sessions(
                                s.maximumSessions(),
                                0,
                                0,
                                s.expiryMaximumSeconds(),
                                s.version3ExpirySeconds(),
                                s.willDelayMaximumSeconds(),
                                0,
                                s.messageExpiryMaximumSeconds(),
                                3,
                                10_000,
                                3,
                                10_000)));
        broker.v5("s").persistent().connected().subscribed("t").lose();
        TestClient publisher = broker.v5("p").connected();
        for (int i = 0; i < 5; i++) {
            publisher.published("t", "" + i, 1);
        }
        assertThat(broker.broker.statistics().messagesDropped()).isEqualTo(2);
        assertThat(broker.v5("s").persistent().connected().drain()).containsExactly("0", "1", "2");
        publisher.published("t", "after", 1);
        assertThat(broker.events(BrokerEvent.Dropped.class))
                .extracting(BrokerEvent.Dropped::reason)
                .containsOnly("queue full");
    }

    @Test
    void aLongQueueIsReadPageByPage() {
        broker.v3("s").persistent().connected().subscribed("t").lose();
        TestClient publisher = broker.v5("p").connected();
        for (int i = 0; i < 1000; i++) {
            publisher.published("t", "" + i, 1);
        }
        TestClient back = broker.v3("s").persistent().connected();
        publisher.published("t", "1000", 1);
        List<String> got = back.drain();
        assertThat(got).hasSize(1001).doesNotHaveDuplicates();
        assertThat(got.getLast()).isEqualTo("1000");
        assertThat(broker.broker.statistics().queuedMessages()).isZero();
    }
}
