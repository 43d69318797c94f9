package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.RetainHandling;
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

/// SUBSCRIBE, UNSUBSCRIBE and retained messages (3.8 to 3.11, 3.3.1.3, 4.7).
class SubscribeTest {
    @RegisterExtension final TestBroker broker = new TestBroker();

    // [MQTT-3.8.4-1] [MQTT-3.8.4-6] [MQTT-3.9.3-1]; each filter has its answer.
    @ParameterizedTest
    @EnumSource
    void everyFilterGetsItsAnswer(MqttVersion version) {
        TestClient client = broker.client("c", version);
        client.authorization = new Allowing().denySubscribe("secret");
        client.connected();
        client.say(
                new MqttPacket.Subscribe(
                        5,
                        List.of(
                                TestClient.option("a", 0),
                                TestClient.option("secret", 1),
                                TestClient.option("b", 2),
                                TestClient.option("$aws/rules/x", 1)),
                        0,
                        List.of()));
        MqttPacket.SubAck ack = client.take(MqttPacket.SubAck.class);
        assertThat(ack.packetId()).isEqualTo(5);
        boolean five = version == MqttVersion.MQTT_5;
        assertThat(ack.reasons())
                .containsExactly(
                        ReasonCode.SUCCESS,
                        five ? ReasonCode.NOT_AUTHORIZED : ReasonCode.UNSPECIFIED_ERROR,
                        ReasonCode.GRANTED_QOS_2,
                        five ? ReasonCode.TOPIC_FILTER_INVALID : ReasonCode.UNSPECIFIED_ERROR);
        assertThat(broker.events(BrokerEvent.Denied.class)).hasSize(2);
    }

    // [MQTT-3.10.4-1] [MQTT-3.10.4-4] and 3.11.3
    @ParameterizedTest
    @EnumSource
    void anUnsubscribedFilterBringsNothingMore(MqttVersion version) {
        TestClient client = broker.client("c", version).connected().subscribed("a", "b");
        client.unsubscribe("a");
        assertThat(client.take(MqttPacket.UnsubAck.class).reasons())
                .containsExactly(ReasonCode.SUCCESS);
        client.unsubscribe("a");
        assertThat(client.take(MqttPacket.UnsubAck.class).reasons())
                .containsExactly(ReasonCode.NO_SUBSCRIPTION_EXISTED);
        broker.v5("p").connected().publish("a", "1", 0).publish("b", "2", 0);
        assertThat(client.payloads()).containsExactly("2");
    }

    // 4.7, [MQTT-4.7.2-1]; `a/#` has `a` in it (4.7.1.2).
    @Test
    void wildcardsMatchAsTheSpecificationHasIt() {
        TestClient client = broker.v5("c").connected();
        client.subscribed("#", "+/x", "a/+/#");
        TestClient publisher = broker.v5("p").connected();
        publisher.publish("$aws/things/t/shadow/get", "", 0);
        client.isSilent();
        for (String topic : List.of("a", "a/x", "/", "a//b")) {
            publisher.publish(topic, "", 0);
            // Overlapping subscriptions bring one copy.
            assertThat(client.delivery().message().topic()).isEqualTo(topic);
            client.isSilent();
        }
    }

    // [MQTT-3.3.4-3] and [MQTT-3.3.4-4]: one copy with every identifier.
    @Test
    void overlappingSubscriptionsBringOneCopyWithAllIdentifiersAtTheHighestQos() {
        TestClient client = broker.v5("c").connected();
        client.subscribe(TestClient.option("a/#", 0), 1).take(MqttPacket.SubAck.class);
        client.subscribe(TestClient.option("a/+", 1), 2).take(MqttPacket.SubAck.class);
        client.subscribe(TestClient.option("a/b", 0), 0).take(MqttPacket.SubAck.class);
        broker.v5("p").connected().published("a/b", "x", 2);
        Delivery delivery = client.delivery();
        assertThat(delivery.subscriptionIdentifiers()).containsExactlyInAnyOrder(1, 2);
        assertThat(delivery.qos()).isEqualTo(Qos.AT_LEAST_ONCE);
        client.acknowledge(delivery).isSilent();
    }

    // [MQTT-3.8.3-3] and [MQTT-3.8.3-4]
    @Test
    void noLocalKeepsAClientsOwnMessagesAway() {
        TestClient client = broker.v5("c").connected();
        client.subscribe(
                new MqttPacket.Subscription(
                        "a", Qos.AT_LEAST_ONCE, true, false, RetainHandling.SEND_ON_SUBSCRIBE),
                0);
        client.take(MqttPacket.SubAck.class);
        client.published("a", "own", 1).isSilent();
        broker.v5("p").connected().published("a", "other", 1);
        assertThat(client.drain()).containsExactly("other");
        client.subscribe(
                new MqttPacket.Subscription(
                        "$share/g/a", Qos.AT_MOST_ONCE, true, false, RetainHandling.DO_NOT_SEND),
                0);
        client.isClosedWith(ReasonCode.PROTOCOL_ERROR);
    }

    // [MQTT-3.3.1-5] [MQTT-3.3.1-6] [MQTT-3.3.1-7] [MQTT-3.3.1-8]
    @ParameterizedTest
    @EnumSource
    void aRetainedMessageIsSentToNewSubscriptionsUntilItIsReplacedOrDeleted(MqttVersion version) {
        TestClient publisher = broker.client("p", version).connected();
        TestClient early = broker.client("early", version).connected().subscribed("a/#");
        publisher.retain("a/b", "1", 0).retain("a/b", "2", 0).retain("a/c", "3", 0);
        assertThat(early.delivery().retain()).isFalse();
        assertThat(early.payloads()).containsExactly("2", "3");
        TestClient late = broker.client("late", version).connected().subscribed("a/+");
        Delivery retained = late.delivery();
        assertThat(retained.retain()).isTrue();
        assertThat(TestClient.text(retained)).isEqualTo("2");
        assertThat(late.payloads()).containsExactly("3");
        publisher.retain("a/b", "", 0);
        assertThat(TestClient.text(early.delivery())).isEmpty();
        assertThat(broker.client("x", version).connected().subscribed("#").payloads())
                .containsExactly("3");
        assertThat(broker.broker.statistics().retainedMessages()).isEqualTo(1);
    }

    // [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11]
    @ParameterizedTest
    @CsvSource({"SEND_ON_SUBSCRIBE,true,true", "SEND_IF_NEW,true,false", "DO_NOT_SEND,false,false"})
    void retainHandlingDecidesWhatASubscriptionBrings(
            RetainHandling handling, boolean first, boolean second) {
        broker.v5("p").connected().retain("a", "x", 1).take(MqttPacket.PubAck.class);
        TestClient client = broker.v5("c").persistent().connected();
        MqttPacket.Subscription subscription =
                new MqttPacket.Subscription("a", Qos.AT_LEAST_ONCE, false, false, handling);
        client.subscribe(subscription, 0).take(MqttPacket.SubAck.class);
        assertThat(client.drain()).isEqualTo(first ? List.of("x") : List.of());
        client.subscribe(subscription, 0).take(MqttPacket.SubAck.class);
        assertThat(client.drain()).isEqualTo(second ? List.of("x") : List.of());
    }

    // [MQTT-3.3.1-12] and [MQTT-3.3.1-13]
    @Test
    void retainAsPublishedKeepsTheFlag() {
        TestClient client = broker.v5("c").connected();
        client.subscribe(
                new MqttPacket.Subscription(
                        "a", Qos.AT_MOST_ONCE, false, true, RetainHandling.DO_NOT_SEND),
                0);
        client.take(MqttPacket.SubAck.class);
        TestClient publisher = broker.v5("p").connected();
        publisher.retain("a", "1", 0).publish("a", "2", 0);
        assertThat(client.delivery().retain()).isTrue();
        assertThat(client.delivery().retain()).isFalse();
    }

    // 3.3.2.3.3: an expired retained message isn't sent.
    @Test
    void aRetainedMessageExpires() {
        MessageProperties properties =
                new MessageProperties(null, 10L, null, null, null, List.of());
        broker.v5("p").connected().publish("a", "x", 0, true, properties);
        broker.advance(Duration.ofSeconds(9));
        assertThat(broker.v5("c").connected().subscribed("a").delivery().expirySeconds())
                .isEqualTo(1);
        broker.advance(Duration.ofSeconds(1));
        broker.v5("d").connected().subscribed("a").isSilent();
        broker.advance(Duration.ofMinutes(10));
        assertThat(broker.broker.statistics().retainedMessages()).isZero();
    }

    @Test
    void retainedMessagesWaitForASlowSubscriber() {
        TestClient publisher = broker.v5("p").connected();
        publisher.retain("a", "1", 0).retain("b", "2", 1).take(MqttPacket.PubAck.class);
        TestClient slow = broker.v5("slow").persistent().connected();
        slow.writable(false);
        slow.subscribed("#").isSilent();
        slow.writable(true);
        assertThat(slow.drain()).containsExactly("1", "2");
    }

    @Test
    void accountsNeverMeet() {
        TestClient other = broker.v5("c");
        other.account = new io.homeport.core.AccountId("111111111111");
        other.connected().subscribed("#");
        TestClient same = broker.v5("c").connected().subscribed("#");
        other.isSilent();
        broker.v5("p").connected().retain("a", "x", 0);
        assertThat(same.payloads()).containsExactly("x");
        other.isSilent();
        TestClient late = broker.v5("late");
        late.account = other.account;
        late.connected().subscribed("a").isSilent();
    }

    @Test
    void tooManySubscriptionsAreRefusedOneByOne() {
        BrokerLimits open = BrokerLimits.of(io.homeport.core.Profile.OPEN);
        broker.use(open.with(new BrokerLimits.Subscribing(2, 2, 5, 1, 5, 10)));
        TestClient client = broker.v5("c").connected().subscribed("a", "$share/g/x");
        client.subscribe("b", 0);
        assertThat(client.take(MqttPacket.SubAck.class).reasons())
                .containsExactly(ReasonCode.QUOTA_EXCEEDED);
        client.subscribed("a");
        client.say(
                new MqttPacket.Subscribe(
                        9,
                        List.of(
                                TestClient.option("1", 0),
                                TestClient.option("2", 0),
                                TestClient.option("3", 0)),
                        0,
                        List.of()));
        client.isClosedWith(ReasonCode.QUOTA_EXCEEDED);
    }
}
