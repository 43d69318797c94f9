package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import io.homeport.core.Profile;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The profile with AWS IoT's limits and deviations
/// (docs.aws.amazon.com/iot/latest/developerguide/mqtt.html, general/latest/gr/iot-core.html).
class AwsProfileTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start(settings -> settings.withProfile(Profile.AWS));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String fresh() {
        return "t" + UUID.randomUUID();
    }

    private static Mqtt5BlockingClient connected() {
        Mqtt5BlockingClient client = Hive.plain(server, fresh()).buildBlocking();
        client.connect();
        return client;
    }

    private static void ends(Mqtt5DisconnectReasonCode reason, Consumer<Mqtt5BlockingClient> action)
            throws InterruptedException {
        Inbox<Mqtt5DisconnectReasonCode> endings = new Inbox<>();
        Mqtt5BlockingClient client = Hive.watched(Hive.plain(server, fresh()), endings);
        client.connect();
        assertThatThrownBy(() -> action.accept(client)).isInstanceOf(RuntimeException.class);
        assertThat(endings.next()).isEqualTo(reason);
    }

    @Test
    void theConnackTellsTheLimits() {
        Mqtt5BlockingClient client = Hive.plain(server, fresh()).buildBlocking();
        Mqtt5ConnAck answer =
                client.connectWith().noKeepAlive().sessionExpiryInterval(1_000_000).send();
        assertThat(answer.getServerKeepAlive()).hasValue(1200);
        assertThat(answer.getSessionExpiryInterval()).hasValue(3600);
        assertThat(answer.getRestrictions().getMaximumQos()).isEqualTo(MqttQos.AT_LEAST_ONCE);
        assertThat(answer.getRestrictions().areSubscriptionIdentifiersAvailable()).isFalse();
        assertThat(answer.getRestrictions().isWildcardSubscriptionAvailable()).isTrue();
        assertThat(answer.getRestrictions().isRetainAvailable()).isTrue();
        assertThat(answer.getRestrictions().getTopicAliasMaximum()).isEqualTo(8);
        assertThat(answer.getRestrictions().getReceiveMaximum()).isEqualTo(100);
        assertThat(answer.getRestrictions().getMaximumPacketSize()).isEqualTo(146 * 1024);
        client.disconnect();
    }

    @Test
    void aShortKeepAliveIsRaised() {
        Mqtt5BlockingClient client = Hive.plain(server, fresh()).buildBlocking();
        assertThat(client.connectWith().keepAlive(5).send().getServerKeepAlive()).hasValue(30);
        client.disconnect();
    }

    @Test
    void aSubscriptionOfQosTwoEndsTheConnection() throws Exception {
        ends(
                Mqtt5DisconnectReasonCode.QOS_NOT_SUPPORTED,
                client -> client.subscribeWith().topicFilter("a").qos(MqttQos.EXACTLY_ONCE).send());
    }

    @Test
    void aWillOfQosTwoIsRefused() {
        Mqtt5BlockingClient client = Hive.plain(server, fresh()).buildBlocking();
        assertThatThrownBy(() ->
                        client.connectWith()
                                .willPublish()
                                .topic("will")
                                .qos(MqttQos.EXACTLY_ONCE)
                                .applyWillPublish()
                                .send())
                .isInstanceOfSatisfying(
                        Mqtt5ConnAckException.class,
                        e ->
                                assertThat(e.getMqttMessage().getReasonCode())
                                        .isEqualTo(Mqtt5ConnAckReasonCode.QOS_NOT_SUPPORTED));
    }

    @Test
    void nineSubscriptionsAtOnceAreTooMany() throws Exception {
        Mqtt5BlockingClient client = connected();
        client.subscribe(filters(8));
        client.disconnect();
        ends(Mqtt5DisconnectReasonCode.QUOTA_EXCEEDED, c -> c.subscribe(filters(9)));
    }

    private static Mqtt5Subscribe filters(int count) {
        return Mqtt5Subscribe.builder()
                .addSubscriptions(
                        IntStream.range(0, count)
                                .mapToObj(i ->
                                        Mqtt5Subscription.builder()
                                                .topicFilter("filter/" + i)
                                                .qos(MqttQos.AT_LEAST_ONCE)
                                                .build()))
                .build();
    }

    @Test
    void onlyAnExactFilterGetsTheRetainedMessage() throws Exception {
        String topic = fresh();
        Mqtt5BlockingClient client = connected();
        client.publishWith()
                .topic(topic + "/a")
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(true)
                .payload("kept".getBytes(UTF_8))
                .send();
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, topic + "/+");
        Hive.publish(client, topic + "/b", "marker");
        assertThat(Hive.payload(inbox.next())).isEqualTo("marker");
        client.subscribeWith().topicFilter(topic + "/a").qos(MqttQos.AT_LEAST_ONCE).send();
        assertThat(Hive.payload(inbox.next())).isEqualTo("kept");
        client.disconnect();
    }

    @Test
    void aHashDoesNotMatchItsParent() throws Exception {
        String topic = fresh();
        Mqtt5BlockingClient client = connected();
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, topic + "/#");
        Hive.publish(client, topic, "parent");
        Hive.publish(client, topic + "/a", "child");
        assertThat(Hive.payload(inbox.next())).isEqualTo("child");
        client.disconnect();
    }

    @Test
    void aPayloadOver128KibibytesEndsTheConnection() throws Exception {
        Mqtt5BlockingClient client = connected();
        publish(client, 128 * 1024);
        client.disconnect();
        ends(Mqtt5DisconnectReasonCode.PACKET_TOO_LARGE, c -> publish(c, 128 * 1024 + 1));
    }

    private static void publish(Mqtt5BlockingClient client, int bytes) {
        client.publishWith()
                .topic("large")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(new byte[bytes])
                .send();
    }

    @Test
    void aTopicHasSevenSlashesAtMost() {
        Mqtt5BlockingClient client = connected();
        Hive.publish(client, "1/2/3/4/5/6/7/8", "x");
        assertThatThrownBy(() -> Hive.publish(client, "1/2/3/4/5/6/7/8/9", "x"))
                .isInstanceOfSatisfying(
                        Mqtt5PubAckException.class,
                        e ->
                                assertThat(e.getMqttMessage().getReasonCode())
                                        .isEqualTo(Mqtt5PubAckReasonCode.TOPIC_NAME_INVALID));
        client.disconnect();
    }

    @Test
    void aLongClientIdIsRefused() {
        Mqtt5BlockingClient client = Hive.plain(server, "x".repeat(129)).buildBlocking();
        assertThatThrownBy(client::connect)
                .isInstanceOfSatisfying(
                        Mqtt5ConnAckException.class,
                        e ->
                                assertThat(e.getMqttMessage().getReasonCode())
                                        .isEqualTo(
                                                Mqtt5ConnAckReasonCode
                                                        .CLIENT_IDENTIFIER_NOT_VALID));
    }
}
