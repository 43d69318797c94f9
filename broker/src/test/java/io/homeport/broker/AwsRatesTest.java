package io.homeport.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.core.MessageProperties;
import io.homeport.core.Profile;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.ReasonCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// How fast AWS IoT lets connections and accounts go (general reference: message broker quotas;
/// developer guide: "MQTT persistent sessions", "Shared subscriptions message queuing").
class AwsRatesTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @RegisterExtension final TestBroker broker = new TestBroker();

    @BeforeEach
    void profile() {
        broker.useAws();
    }

    private TestClient subscriber(TestClient client, String filter, int qos) {
        client.connected().subscribe(filter, qos);
        assertThat(client.take(MqttPacket.SubAck.class).reasons().getFirst().isError()).isFalse();
        return client;
    }

    private void publish(String topic, int qos, int count) {
        TestClient publisher = broker.v5("publisher-" + topic + broker.time.pending()).connected();
        for (int i = 0; i < count; i++) {
            publisher.published(topic, "" + i, qos);
        }
        publisher.disconnect();
    }

    private long dropped(String reason) {
        return broker.events(BrokerEvent.Dropped.class).stream()
                .filter(dropped -> dropped.reason().contains(reason))
                .count();
    }

    // AWS IoT: one retained message per second and topic, over HTTPS too; reserved topics aren't
    // free.
    @Test
    void whatIsPublishedWithoutConnectionIsJudgedLikeAPublish() {
        assertThat(refusal("a", true)).isEmpty();
        broker.broker.publish(outside("a", true)).join();
        assertThat(refusal("a", true))
                .hasValueSatisfying(refusal ->
                        assertThat(refusal.reason()).isEqualTo(ReasonCode.MESSAGE_RATE_TOO_HIGH));
        broker.time.advance(Duration.ofSeconds(1));
        assertThat(refusal("a", true)).isEmpty();
        assertThat(refusal("a/b/c/d/e/f/g/h/i", false))
                .hasValueSatisfying(refusal ->
                        assertThat(refusal.reason()).isEqualTo(ReasonCode.TOPIC_NAME_INVALID));
        assertThat(refusal("$aws/events/presence/connected/x", false))
                .hasValueSatisfying(refusal ->
                        assertThat(refusal.reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED));
        assertThat(refusal("$aws/things/t/shadow/update", false)).isEmpty();
    }

    private Optional<Broker.PublishRefusal> refusal(String topic, boolean retain) {
        return broker.broker.refusal(outside(topic, retain));
    }

    private Message outside(String topic, boolean retain) {
        return new Message(
                AccountId.DEFAULT,
                topic,
                new byte[1],
                0,
                retain,
                MessageProperties.NONE,
                null,
                broker.time.millis());
    }

    // "Publish requests per second per connection": inbound and outbound.
    @Test
    void aboveTheRateQos0IsDroppedAndQos1Waits() {
        TestClient zero = subscriber(broker.v5("zero"), "+/zero", 0);
        TestClient one = subscriber(broker.v3("one"), "+/one", 1);
        publish("a/zero", 0, 80);
        publish("b/zero", 0, 80);
        publish("a/one", 1, 80);
        publish("b/one", 1, 80);
        assertThat(zero.payloads()).hasSize(100);
        assertThat(dropped("publishes per second on the connection")).isEqualTo(60);
        assertThat(one.drain()).hasSize(100);
        broker.advance(Duration.ofMillis(100));
        assertThat(one.drain()).hasSize(10);
        broker.advance(SECOND);
        assertThat(one.drain()).hasSize(50);
        assertThat(zero.payloads()).isEmpty();
    }

    @Test
    void whatAConnectionPublishesCountsWithWhatItGets() {
        TestClient client = subscriber(broker.v5("c"), "t", 0);
        for (int i = 0; i < 60; i++) {
            client.publish("t", "" + i, 0);
        }
        assertThat(client.payloads()).hasSize(50);
    }

    // "Throughput per second per connection": 512 KiB; what exceeds it is delayed.
    @ParameterizedTest
    @CsvSource({"0", "1"})
    void payloadAboveTheThroughputIsDelayed(int qos) {
        TestClient subscriber = subscriber(broker.v5("s"), "t", qos);
        TestClient publisher = broker.v5("p").connected();
        String payload = "x".repeat(128 * 1024);
        for (int i = 0; i < 6; i++) {
            publisher.published("t", payload, qos);
        }
        assertThat(publisher.reading).isFalse();
        assertThat(subscriber.drain()).hasSize(5);
        broker.advance(Duration.ofMillis(250));
        assertThat(subscriber.drain()).hasSize(1);
        broker.advance(Duration.ofMillis(250));
        assertThat(publisher.reading).isTrue();
    }

    // A client that is sent as much as it may get is read from: its pings must get through.
    @Test
    void aClientThatIsSentTooMuchIsStillReadFrom() {
        TestClient client = subscriber(broker.v5("c"), "t", 0);
        client.publish("u", "x".repeat(128 * 1024), 0);
        for (int i = 0; i < 8; i++) {
            broker.v5("p" + i).connected().publish("t", "x".repeat(128 * 1024), 0);
        }
        client.publish("u", "", 0);
        assertThat(client.reading).isFalse();
        broker.advance(Duration.ofMillis(250));
        assertThat(client.reading).isTrue();
        assertThat(client.payloads()).hasSize(5);
    }

    // "all stored messages are sent to the client at a maximum rate of 10 messages per second",
    // "along with any current message traffic".
    @ParameterizedTest
    @EnumSource
    void storedMessagesAreReleasedSlowlyBesideLiveOnes(MqttVersion version) {
        subscriber(broker.client("c", version).persistent(), "t", 1).lose();
        publish("t", 1, 25);
        broker.advance(SECOND);
        TestClient back = broker.client("c", version).persistent().connected();
        assertThat(back.drain()).hasSize(10).startsWith("0").endsWith("9");
        publish("t", 1, 3);
        assertThat(back.drain()).containsExactly("0", "1", "2");
        broker.advance(Duration.ofMillis(100));
        assertThat(back.drain()).containsExactly("10");
        back.lose();
        broker.advance(SECOND);
        TestClient again = broker.client("c", version).persistent().connected();
        assertThat(again.drain()).hasSize(10).startsWith("11");
        broker.advance(SECOND);
        assertThat(again.drain()).containsExactly("21", "22", "23", "24");
        assertThat(broker.broker.statistics().queuedMessages()).isZero();
    }

    // "Queued messages are delivered at up to 20 queued messages per second per active group
    // subscriber".
    @Test
    void whatAGroupQueuedIsReleasedToEachMemberSlowly() {
        subscriber(broker.v5("away").persistent(), "$share/g/t", 1).lose();
        publish("t", 1, 90);
        TestClient one = subscriber(broker.v5("1"), "$share/g/t", 1);
        assertThat(one.drain()).hasSize(20);
        TestClient two = subscriber(broker.v3("2"), "$share/g/t", 1);
        broker.advance(SECOND);
        int second = one.drain().size() + two.drain().size();
        assertThat(second).isBetween(20, 60);
        broker.advance(Duration.ofSeconds(3));
        assertThat(20 + second + one.drain().size() + two.drain().size()).isEqualTo(90);
    }

    @Test
    void aMemberThatComesBackGetsWhatItsGroupQueuedSlowly() {
        subscriber(broker.v5("c").persistent(), "$share/g/t", 1).lose();
        publish("t", 1, 50);
        broker.advance(SECOND);
        TestClient back = broker.v5("c").persistent().connected();
        assertThat(back.drain()).hasSize(20);
        broker.advance(SECOND);
        assertThat(back.drain()).hasSize(20);
        broker.advance(SECOND);
        assertThat(back.drain()).hasSize(10);
    }

    // "Queued messages per second per account": new ones are dropped, those queued are kept.
    @Test
    void anAccountQueues500MessagesPerSecond() {
        for (int i = 0; i < 6; i++) {
            subscriber(broker.v5("c" + i).persistent(), "t", 1).lose();
        }
        publish("t", 1, 90);
        assertThat(broker.broker.statistics().queuedMessages()).isEqualTo(500);
        assertThat(dropped("queued per second")).isEqualTo(40);
        broker.advance(SECOND);
        publish("t", 1, 1);
        assertThat(broker.broker.statistics().queuedMessages()).isEqualTo(506);
    }

    // "Publish requests per second per connection" "includes messages sent to offline persistent
    // session".
    @Test
    void aSessionQueues100MessagesPerSecond() {
        subscriber(broker.v5("c").persistent(), "+/t", 1).lose();
        publish("a/t", 1, 80);
        publish("b/t", 1, 80);
        assertThat(broker.broker.statistics().queuedMessages()).isEqualTo(100);
    }

    @Test
    void theRatesOfAnAccountAreShared() {
        BrokerLimits aws = BrokerLimits.of(Profile.AWS);
        broker.use(aws.with(new BrokerLimits.AccountRates(3, 5, 4, 2, 500, 1)));
        TestClient one = subscriber(broker.v5("1"), "t", 0);
        TestClient two = subscriber(broker.v5("2"), "t", 0);
        TestClient publisher = broker.v5("p").connected();
        assertThat(broker.v5("q").connect().take(MqttPacket.ConnAck.class).reason())
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        one.subscribe("u", 0);
        assertThat(one.take(MqttPacket.SubAck.class).reasons())
                .containsExactly(ReasonCode.QUOTA_EXCEEDED);
        publisher.published("t", "1", 1).published("t", "2", 1).publish("t", "3", 1);
        // Four deliveries were all.
        assertThat(publisher.take(MqttPacket.PubAck.class).reason())
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(one.payloads()).containsExactly("1", "2");
        assertThat(two.payloads()).containsExactly("1", "2");
        broker.advance(SECOND);
        publisher.retain("a", "x", 1).take(MqttPacket.PubAck.class);
        publisher.retain("b", "x", 1);
        assertThat(publisher.take(MqttPacket.PubAck.class).reason())
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        publisher.published("x", "", 1).published("x", "", 1).published("x", "", 1);
        publisher.publish("x", "", 1);
        assertThat(publisher.take(MqttPacket.PubAck.class).reason())
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    }

    // A throttled retained publish doesn't end the connection, whatever its version and QoS.
    @Test
    void retainingTooFastDropsTheMessageOnly() {
        TestClient client = broker.v3("c").connected();
        client.retain("t", "1", 0).retain("t", "2", 0).retain("t", "3", 1).isSilent();
        assertThat(client.closed).isFalse();
        assertThat(dropped("retained")).isEqualTo(2);
        assertThat(broker.broker.retainedAfter(client.account, null, 9))
                .extracting(retained -> new String(retained.message().payload(), UTF_8))
                .isEqualTo(List.of("1"));
    }

    // "Maximum retry interval for delivering QoS 1 messages": an hour for MQTT 3.
    @Test
    void aVersion3ClientIsSentAgainWhatItDoesNotAcknowledge() {
        TestClient client = subscriber(broker.v3("c"), "t", 1);
        broker.v5("p").connected().published("t", "x", 1).published("t", "y", 1);
        int x = client.delivery().packetId();
        int y = client.delivery().packetId();
        client.pubAck(y);
        broker.advance(Duration.ofSeconds(9));
        client.isSilent();
        broker.advance(SECOND);
        assertThat(client.delivery().packetId()).isEqualTo(x);
        broker.advance(Duration.ofSeconds(10));
        assertThat(client.delivery().packetId()).isEqualTo(x);
        broker.advance(Duration.ofSeconds(19));
        client.isSilent();
        broker.advance(Duration.ofHours(1));
        client.payloads();
        broker.advance(Duration.ofHours(1));
        client.isSilent();
        assertThat(dropped("not acknowledged")).isEqualTo(1);
        assertThat(broker.broker.statistics().queuedMessages()).isZero();
        client.pubAck(x);
        assertThat(client.closed).isFalse();
    }

    // 960 s for MQTT 5, which forbids repetition on a live connection [MQTT-4.4.0-1].
    @Test
    void aVersion5ClientLosesWhatItDoesNotAcknowledgeFor16Minutes() {
        TestClient client = subscriber(broker.v5("c").persistent(), "t", 1);
        broker.v5("p").connected().published("t", "x", 1);
        client.delivery();
        broker.advance(Duration.ofSeconds(959));
        client.isSilent();
        assertThat(broker.broker.statistics().queuedMessages()).isEqualTo(1);
        broker.advance(SECOND);
        client.isSilent();
        assertThat(broker.broker.statistics().queuedMessages()).isZero();
        assertThat(broker.events(BrokerEvent.Dropped.class))
                .extracting(BrokerEvent.Dropped::topic)
                .containsExactly("t");
    }

    // A slot that is given up is free for the next message.
    @Test
    void whatIsGivenUpMakesRoom() {
        TestClient client = broker.v5("c");
        client.receiveMaximum = 1;
        subscriber(client, "t", 1);
        broker.v5("p").connected().published("t", "x", 1).published("t", "y", 1);
        assertThat(client.payloads()).containsExactly("x");
        broker.advance(Duration.ofMinutes(16));
        assertThat(client.payloads()).containsExactly("y");
    }
}
