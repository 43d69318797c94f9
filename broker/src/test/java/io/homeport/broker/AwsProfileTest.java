package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.Message;
import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Where AWS IoT departs from MQTT (developer guide: "MQTT", "AWS IoT differences from MQTT
/// specifications"; general reference: message broker quotas).
class AwsProfileTest {
    @RegisterExtension final TestBroker broker = new TestBroker();

    @BeforeEach
    void profile() {
        broker.useAws();
    }

    @ParameterizedTest
    @EnumSource
    void qos2EndsTheConnection(MqttVersion version) {
        broker.client("a", version)
                .connected()
                .publish("t", "", 2)
                .isClosedWith(ReasonCode.QOS_NOT_SUPPORTED);
        broker.client("b", version)
                .connected()
                .subscribe("t", 2)
                .isClosedWith(ReasonCode.QOS_NOT_SUPPORTED);
        TestClient will = broker.client("c", version);
        will.will("t", "", Qos.EXACTLY_ONCE, false, 0).connect();
        if (version == MqttVersion.MQTT_5) {
            assertThat(will.take(MqttPacket.ConnAck.class).reason())
                    .isEqualTo(ReasonCode.QOS_NOT_SUPPORTED);
        }
        assertThat(will.closed).isTrue();
    }

    @Test
    void theLimitsAreToldInConnAck() {
        TestClient client = broker.v5("c");
        client.keepAlive = 0;
        client.expiry = 100_000L;
        MqttPacket.ConnAckProperties told =
                client.connect().take(MqttPacket.ConnAck.class).properties();
        assertThat(told.maximumQos()).isEqualTo(Qos.AT_LEAST_ONCE);
        assertThat(told.subscriptionIdentifiersAvailable()).isFalse();
        assertThat(told.serverKeepAliveSeconds()).isEqualTo(1200);
        assertThat(told.sessionExpirySeconds()).isEqualTo(3600);
        assertThat(told.topicAliasMaximum()).isEqualTo(8);
        assertThat(told.receiveMaximum()).isEqualTo(100);
        assertThat(told.maximumPacketSize()).isEqualTo(146 * 1024);
        assertThat(told.retainAvailable()).isTrue();
        assertThat(told.wildcardSubscriptionAvailable()).isTrue();
        assertThat(told.sharedSubscriptionAvailable()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0,1200", "1,30", "30,30", "600,600", "1201,1200"})
    void keepAliveIsClamped(int asked, int inForce) {
        TestClient client = broker.v3("c");
        client.keepAlive = asked;
        assertThat(client.connected().connection().keepAliveSeconds()).isEqualTo(inForce);
    }

    @Test
    void hashDoesNotMatchTheParent() {
        TestClient client = broker.v5("c").connected();
        client.subscribe("sensor/#", 1).take(MqttPacket.SubAck.class);
        TestClient publisher = broker.v5("p").connected();
        publisher.publish("sensor", "no", 0).publish("sensor/", "yes", 0);
        publisher.publish("sensor/a", "yes", 0);
        assertThat(client.payloads()).containsExactly("yes", "yes");
    }

    @Test
    void wildcardsBringNoRetainedMessages() {
        broker.v5("p").connected().retain("a/b", "x", 1).take(MqttPacket.PubAck.class);
        TestClient client = broker.v5("c").connected();
        client.subscribe("a/+", 1).take(MqttPacket.SubAck.class);
        client.isSilent();
        client.subscribe("a/b", 1).take(MqttPacket.SubAck.class);
        assertThat(client.drain()).containsExactly("x");
    }

    @ParameterizedTest
    @EnumSource
    void anUnsupportedReservedTopicEndsTheConnection(MqttVersion version) {
        broker.client("a", version)
                .connected()
                .publish("$aws/nothing", "", 1)
                .isClosedWith(ReasonCode.NOT_AUTHORIZED);
        broker.client("b", version)
                .connected()
                .subscribe("$SYS/#", 0)
                .isClosedWith(ReasonCode.NOT_AUTHORIZED);
    }

    // Quota "Minimum MQTT5 maximum packet size"
    @ParameterizedTest
    @CsvSource({"511,QUOTA_EXCEEDED", "512,SUCCESS"})
    void aClientTakesPacketsOf512BytesAtLeast(long maximum, ReasonCode answer) {
        TestClient client = broker.v5("c");
        client.maximumPacket = maximum;
        assertThat(client.connect().take(MqttPacket.ConnAck.class).reason()).isEqualTo(answer);
    }

    @ParameterizedTest
    @EnumSource
    void packetsOfQos2EndTheConnection(MqttVersion version) {
        broker.client("a", version).connected().pubRec(1).isClosedWith(ReasonCode.PROTOCOL_ERROR);
        broker.client("b", version).connected().pubRel(1).isClosedWith(ReasonCode.PROTOCOL_ERROR);
        broker.client("c", version).connected().pubComp(1).isClosedWith(ReasonCode.PROTOCOL_ERROR);
    }

    // UNSUBACK has no 0x11 in the list of reason codes.
    @Test
    void unsubscribingFromNothingSucceeds() {
        TestClient client = broker.v5("c").connected().unsubscribe("t");
        assertThat(client.take(MqttPacket.UnsubAck.class).reasons())
                .containsExactly(ReasonCode.SUCCESS);
    }

    @ParameterizedTest
    @CsvSource({"content,1,1,QUOTA_EXCEEDED", "c,8193,1,QUOTA_EXCEEDED", "c,1,8192,QUOTA_EXCEEDED"})
    void propertiesAreShort(String contentType, int correlation, int user, ReasonCode answer) {
        MessageProperties properties =
                new MessageProperties(
                        null,
                        null,
                        contentType.length() > 1 ? "c".repeat(257) : contentType,
                        null,
                        new byte[correlation],
                        List.of(new UserProperty("n", "v".repeat(user))));
        TestClient client = broker.v5("c").connected();
        client.publish("t", "", 1, false, properties);
        assertThat(client.take(MqttPacket.PubAck.class).reason()).isEqualTo(answer);
        TestClient will = broker.v5("w");
        will.will = new MqttPacket.Will("t", new byte[0], Qos.AT_LEAST_ONCE, false, 0, properties);
        assertThat(will.connect().take(MqttPacket.ConnAck.class).reason()).isEqualTo(answer);
    }

    // "Message expiry": 1 second to 7 days, however the message was published.
    @ParameterizedTest
    @CsvSource({"0,1", "5,5", "604801,604800"})
    void messagesExpireBetweenOneSecondAndSevenDays(long asked, long inForce) {
        TestClient client = broker.v5("c").connected().subscribe("t", 0);
        client.take(MqttPacket.SubAck.class);
        MessageProperties properties =
                new MessageProperties(null, asked, null, null, null, List.of());
        broker.v5("p").connected().publish("t", "", 0, false, properties);
        assertThat(client.delivery().expirySeconds()).isEqualTo(inForce);
        broker.broker.publish(
                new Message(
                        client.account,
                        "t",
                        new byte[0],
                        0,
                        false,
                        properties,
                        null,
                        broker.time.millis()));
        broker.run();
        assertThat(client.delivery().expirySeconds()).isEqualTo(inForce);
    }

    // Will Delay Interval isn't among the properties that AWS IoT supports.
    @Test
    void aWillIsNotDelayed() {
        TestClient watcher = broker.v5("w").connected().subscribe("will", 0);
        watcher.take(MqttPacket.SubAck.class);
        TestClient client = broker.v5("c").persistent();
        client.will("will", "gone", Qos.AT_LEAST_ONCE, false, 60).connected().lose();
        assertThat(watcher.payloads()).containsExactly("gone");
    }

    // "The MQTT DUP flag is not supported."
    @Test
    void aMessageThatIsSentAgainHasNoDupFlag() {
        TestClient client = broker.v5("c").persistent().connected().subscribe("t", 1);
        client.take(MqttPacket.SubAck.class);
        broker.v5("p").connected().published("t", "x", 1);
        assertThat(client.delivery().dup()).isFalse();
        client.lose();
        broker.advance(Duration.ofSeconds(1));
        assertThat(broker.v5("c").persistent().connected().delivery().dup()).isFalse();
    }

    @Test
    void aSharedGroupHas100Subscriptions() {
        for (int i = 0; i < 100; i++) {
            subscribes("c" + i, "$share/g/t", ReasonCode.GRANTED_QOS_1);
        }
        subscribes("more", "$share/g/t", ReasonCode.QUOTA_EXCEEDED);
        for (int i = 1; i < 100; i++) {
            subscribes("d" + i, "$share/g" + i + "/t", ReasonCode.GRANTED_QOS_1);
        }
        subscribes("other", "$share/h/t", ReasonCode.QUOTA_EXCEEDED);
    }

    // Its limits are free for others at once, not when the last of it has been cleared away.
    @Test
    void theSharedGroupsOfASessionThatHasEndedDoNotCount() {
        for (int i = 0; i < 50; i++) {
            subscribes("c" + i, "$share/g" + i + "/t", ReasonCode.GRANTED_QOS_1);
        }
        TestClient next = broker.v5("next").connected();
        TestClient last = broker.v5("last").connected();
        for (int i = 50; i < 100; i++) {
            last.subscribe("$share/g" + i + "/t", 1);
            assertThat(last.take(MqttPacket.SubAck.class).reasons())
                    .containsExactly(ReasonCode.GRANTED_QOS_1);
        }

        last.connection()
                .onPacket(new MqttPacket.Disconnect(ReasonCode.SUCCESS, 0L, null, null, List.of()));

        for (int i = 100; i < 150; i++) {
            next.connection()
                    .onPacket(
                            new MqttPacket.Subscribe(
                                    1,
                                    List.of(TestClient.option("$share/g" + i + "/t", 1)),
                                    0,
                                    List.of()));
            assertThat(next.take(MqttPacket.SubAck.class).reasons())
                    .containsExactly(ReasonCode.GRANTED_QOS_1);
        }
    }

    private void subscribes(String clientId, String filter, ReasonCode answer) {
        TestClient client = broker.v5(clientId).connected().subscribe(filter, 1);
        assertThat(client.take(MqttPacket.SubAck.class).reasons()).containsExactly(answer);
    }

    // "Lifecycle events": 0 again after an hour, or when the persistent session has ended.
    @ParameterizedTest
    @CsvSource({"0,3599,1", "0,3600,0", "10,9,1", "10,10,0"})
    void theVersionNumberBeginsAgain(long expiry, int offlineSeconds, String versionNumber) {
        TestClient watcher = broker.v5("w").connected();
        watcher.subscribe("$aws/events/presence/connected/c", 0).take(MqttPacket.SubAck.class);
        TestClient client = broker.v5("c");
        client.expiry = expiry;
        client.cleanStart = false;
        client.connected().lose();
        broker.advance(Duration.ofSeconds(offlineSeconds));
        broker.v5("c").connected();
        watcher.delivery();
        assertThat(TestClient.text(watcher.delivery()))
                .contains("\"versionNumber\":" + versionNumber);
    }

    @Test
    void subscriptionIdentifiersEndTheConnection() {
        broker.v5("c")
                .connected()
                .subscribe(TestClient.option("t", 0), 1)
                .isClosedWith(ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED);
    }

    @Test
    void topicsAreShortAndFlat() {
        TestClient client = broker.v5("c").connected();
        client.publish("1/2/3/4/5/6/7/8/9", "", 1);
        assertThat(client.take(MqttPacket.PubAck.class).reason())
                .isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        client.publish("$aws/rules/rule/1/2/3/4/5/6/7/8", "", 1);
        assertThat(client.take(MqttPacket.PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        client.publish("t".repeat(257), "", 1);
        assertThat(client.take(MqttPacket.PubAck.class).reason())
                .isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        client.subscribe("1/2/3/4/5/6/7/8/9", 1);
        assertThat(client.take(MqttPacket.SubAck.class).reasons())
                .containsExactly(ReasonCode.TOPIC_FILTER_INVALID);
        client.subscribe("$share/g/1/2/3/4/5/6/7/8", 1);
        assertThat(client.take(MqttPacket.SubAck.class).reasons())
                .containsExactly(ReasonCode.GRANTED_QOS_1);
    }

    @Test
    void ratesAreLimitedByTheClock() {
        TestClient client = broker.v5("c").connected();
        for (int i = 0; i < 100; i++) {
            client.publish("t", "", 1);
            assertThat(client.take(MqttPacket.PubAck.class).reason().isError()).isFalse();
        }
        client.publish("t", "", 1);
        assertThat(client.take(MqttPacket.PubAck.class).reason())
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        broker.advance(Duration.ofSeconds(1));
        client.publish("t", "", 1);
        assertThat(client.take(MqttPacket.PubAck.class).reason().isError()).isFalse();
        client.lose();
        TestClient soon = broker.v5("soon").connected();
        soon.lose();
        assertThat(broker.v5("soon").connect().take(MqttPacket.ConnAck.class).reason())
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        broker.advance(Duration.ofSeconds(1));
        broker.v5("soon").connected();
    }

    @Test
    void aTopicIsRetainedOncePerSecond() {
        TestClient client = broker.v5("c").connected();
        client.retain("t", "1", 1).take(MqttPacket.PubAck.class);
        client.retain("t", "2", 1);
        assertThat(client.take(MqttPacket.PubAck.class).reason())
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        broker.advance(Duration.ofSeconds(1));
        client.retain("t", "3", 1);
        assertThat(client.take(MqttPacket.PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void aVersion3SessionLastsAnHour() {
        broker.v3("c").persistent().connected().lose();
        broker.advance(Duration.ofSeconds(3599));
        TestClient back = broker.v3("c").persistent().connect();
        assertThat(back.take(MqttPacket.ConnAck.class).sessionPresent()).isTrue();
        back.lose();
        broker.advance(Duration.ofHours(1));
        assertThat(broker.broker.statistics().sessions()).isZero();
    }

    @Test
    void aPayloadHas128Kilobytes() {
        TestClient client = broker.v5("c").connected();
        client.publish("t", "x".repeat(128 * 1024), 1).take(MqttPacket.PubAck.class);
        client.publish("t", "x".repeat(128 * 1024 + 1), 1)
                .isClosedWith(ReasonCode.PACKET_TOO_LARGE);
        assertThat(broker.events(BrokerEvent.Denied.class)).hasSize(1);
    }
}
