package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3Client;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// HiveMQ's client with the features of MQTT 5, and with 3.1.1 beside it, over the plain listener.
class HiveMqClientTest {
    private static final long SECONDS = 15;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Mqtt5ClientBuilder builder(String clientId) {
        return Hive.plain(server, clientId);
    }

    private static Mqtt5BlockingClient connected(String clientId) {
        Mqtt5BlockingClient client = builder(clientId).buildBlocking();
        client.connectWith().noKeepAlive().send();
        return client;
    }

    private static String fresh() {
        return "t" + UUID.randomUUID();
    }

    private static Inbox<Mqtt5Publish> subscribed(
            Mqtt5BlockingClient client, String filter, MqttQos qos) {
        Inbox<Mqtt5Publish> inbox = Hive.inbox(client);
        client.subscribeWith().topicFilter(filter).qos(qos).send();
        return inbox;
    }

    @ParameterizedTest
    @EnumSource(MqttQos.class)
    void propertiesArriveAsTheyWereSent(MqttQos qos) throws Exception {
        String topic = fresh();
        Mqtt5BlockingClient client = connected(fresh());
        Inbox<Mqtt5Publish> inbox = subscribed(client, topic, qos);
        Mqtt5UserProperties properties =
                Mqtt5UserProperties.builder().add("b", "1").add("a", "2").add("b", "3").build();
        client.publishWith()
                .topic(topic)
                .qos(qos)
                .payload("{}".getBytes(UTF_8))
                .payloadFormatIndicator(Mqtt5PayloadFormatIndicator.UTF_8)
                .contentType("application/json")
                .responseTopic("answers/" + topic)
                .correlationData(new byte[] {1, 2, 3})
                .userProperties(properties)
                .send();
        Mqtt5Publish received = inbox.next();
        assertThat(received.getQos()).isEqualTo(qos);
        assertThat(received.getUserProperties()).isEqualTo(properties);
        assertThat(received.getContentType().orElseThrow()).hasToString("application/json");
        assertThat(received.getResponseTopic().orElseThrow()).hasToString("answers/" + topic);
        assertThat(received.getCorrelationData()).contains(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThat(received.getPayloadFormatIndicator())
                .contains(Mqtt5PayloadFormatIndicator.UTF_8);
        client.disconnect();
    }

    // MQTT 5, 4.10
    @Test
    void aRequestGetsItsResponse() throws Exception {
        String topic = fresh();
        Mqtt5BlockingClient requester = connected(fresh());
        Mqtt5BlockingClient responder = connected(fresh());
        Inbox<Mqtt5Publish> answers =
                subscribed(requester, "answers/" + topic, MqttQos.AT_LEAST_ONCE);
        Inbox<Mqtt5Publish> requests = subscribed(responder, topic, MqttQos.AT_LEAST_ONCE);
        requester
                .publishWith()
                .topic(topic)
                .responseTopic("answers/" + topic)
                .correlationData(new byte[] {42})
                .payload("6*7".getBytes(UTF_8))
                .send();
        Mqtt5Publish request = requests.next();
        responder
                .publishWith()
                .topic(request.getResponseTopic().orElseThrow())
                .correlationData(request.getCorrelationData().orElseThrow())
                .payload("42".getBytes(UTF_8))
                .send();
        Mqtt5Publish answer = answers.next();
        assertThat(answer.getCorrelationData()).contains(ByteBuffer.wrap(new byte[] {42}));
        assertThat(Hive.payload(answer)).isEqualTo("42");
        requester.disconnect();
        responder.disconnect();
    }

    // MQTT 5, 4.8.2
    @Test
    void membersOfASharedSubscriptionShareTheMessages() throws Exception {
        String topic = fresh();
        Mqtt5BlockingClient first = connected(fresh());
        Mqtt5BlockingClient second = connected(fresh());
        Mqtt5BlockingClient alone = connected(fresh());
        Inbox<Mqtt5Publish> members = new Inbox<>();
        for (Mqtt5BlockingClient member : List.of(first, second)) {
            member.toAsync().publishes(MqttGlobalPublishFilter.ALL, members::add);
            member.subscribeWith()
                    .topicFilter("$share/workers/" + topic)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
        }
        Inbox<Mqtt5Publish> all = subscribed(alone, topic, MqttQos.AT_LEAST_ONCE);
        List<String> sent = IntStream.range(0, 40).mapToObj(String::valueOf).toList();
        sent.forEach(payload -> Hive.publish(alone, topic, payload));
        assertThat(all.next(40).stream().map(Hive::payload)).containsExactlyElementsOf(sent);
        assertThat(members.next(40).stream().map(Hive::payload))
                .containsExactlyInAnyOrderElementsOf(sent);
        first.disconnect();
        Hive.publish(alone, topic, "for whom is left");
        assertThat(Hive.payload(members.next())).isEqualTo("for whom is left");
        second.disconnect();
        alone.disconnect();
    }

    // [MQTT-3.1.3-9]
    @Test
    void aWillWaitsForItsDelay() throws Exception {
        String topic = fresh();
        Mqtt5BlockingClient watcher = connected(fresh());
        Inbox<Mqtt5Publish> inbox = subscribed(watcher, topic, MqttQos.AT_LEAST_ONCE);
        Mqtt5BlockingClient dying = builder(fresh()).buildBlocking();
        for (String outcome : List.of("came back", "gone")) {
            dying.connectWith()
                    .cleanStart(false)
                    .sessionExpiryInterval(600)
                    .willPublish()
                    .topic(topic)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(outcome.getBytes(UTF_8))
                    .delayInterval(60)
                    .applyWillPublish()
                    .send();
            dying.disconnectWith()
                    .reasonCode(Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE)
                    .send();
            server.advance(Duration.ofSeconds(55));
            Hive.publish(watcher, topic, "still waiting");
            assertThat(Hive.payload(inbox.next())).isEqualTo("still waiting");
        }
        server.advance(Duration.ofSeconds(6));
        assertThat(Hive.payload(inbox.next())).isEqualTo("gone");
        watcher.disconnect();
    }

    // [MQTT-3.1.2-23]
    @Test
    void aSessionEndsWhenItsExpiryIntervalHasPassed() {
        Mqtt5BlockingClient client = builder(fresh()).buildBlocking();
        assertThat(connect(client).isSessionPresent()).isFalse();
        client.disconnect();
        server.advance(Duration.ofSeconds(90));
        assertThat(connect(client).isSessionPresent()).isTrue();
        client.disconnect();
        server.advance(Duration.ofSeconds(101));
        assertThat(connect(client).isSessionPresent()).isFalse();
        client.disconnect();
    }

    private static Mqtt5ConnAck connect(Mqtt5BlockingClient client) {
        return client.connectWith().cleanStart(false).sessionExpiryInterval(100).send();
    }

    // MQTT 5, 3.3.2.3.3: [MQTT-3.3.2-5], [MQTT-3.3.2-6]
    @Test
    void aMessageExpiresWhileItsSubscriberIsAway() throws Exception {
        String topic = fresh();
        Mqtt5BlockingClient away = builder(fresh()).buildBlocking();
        connect(away);
        away.subscribeWith().topicFilter(topic).qos(MqttQos.AT_LEAST_ONCE).send();
        away.disconnect();
        Mqtt5BlockingClient publisher = connected(fresh());
        for (long expiry : List.of(10L, 100L)) {
            publisher
                    .publishWith()
                    .topic(topic)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .messageExpiryInterval(expiry)
                    .payload(String.valueOf(expiry).getBytes(UTF_8))
                    .send();
        }
        server.advance(Duration.ofSeconds(30));
        Inbox<Mqtt5Publish> inbox = Hive.inbox(away);
        connect(away);
        Mqtt5Publish received = inbox.next();
        assertThat(Hive.payload(received)).isEqualTo("100");
        assertThat(received.getMessageExpiryInterval().orElseThrow()).isBetween(50L, 70L);
        publisher.disconnect();
        away.disconnect();
    }

    // [MQTT-3.3.1-9] to [MQTT-3.3.1-12]
    @Test
    void retainHandlingDecidesWhetherRetainedMessagesAreSent() throws Exception {
        String topic = fresh();
        Mqtt5BlockingClient client = connected(fresh());
        client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(true)
                .payload("kept".getBytes(UTF_8))
                .send();
        Inbox<Mqtt5Publish> inbox = Hive.inbox(client);
        subscribe(client, topic, Mqtt5RetainHandling.DO_NOT_SEND);
        subscribe(client, topic, Mqtt5RetainHandling.SEND_IF_SUBSCRIPTION_DOES_NOT_EXIST);
        Hive.publish(client, topic, "live");
        assertThat(Hive.payload(inbox.next())).isEqualTo("live");
        subscribe(client, topic, Mqtt5RetainHandling.SEND);
        Mqtt5Publish kept = inbox.next();
        assertThat(Hive.payload(kept)).isEqualTo("kept");
        assertThat(kept.isRetain()).isTrue();
        client.unsubscribeWith().topicFilter(topic).send();
        subscribe(client, topic, Mqtt5RetainHandling.SEND_IF_SUBSCRIPTION_DOES_NOT_EXIST);
        assertThat(Hive.payload(inbox.next())).isEqualTo("kept");
        client.disconnect();
    }

    private static void subscribe(
            Mqtt5BlockingClient client, String topic, Mqtt5RetainHandling handling) {
        client.subscribeWith()
                .topicFilter(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .retainHandling(handling)
                .send();
    }

    // [MQTT-3.8.3-3], [MQTT-3.3.1-12], [MQTT-3.3.1-13]
    @Test
    void noLocalAndRetainAsPublishedAreKept() throws Exception {
        String topic = fresh();
        Mqtt5BlockingClient client = connected(fresh());
        Mqtt5BlockingClient other = connected(fresh());
        Inbox<Mqtt5Publish> inbox = Hive.inbox(client);
        client.subscribeWith()
                .topicFilter(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .noLocal(true)
                .retainAsPublished(true)
                .send();
        Hive.publish(client, topic, "own");
        other.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(true)
                .payload("other".getBytes(UTF_8))
                .send();
        Mqtt5Publish received = inbox.next();
        assertThat(Hive.payload(received)).isEqualTo("other");
        assertThat(received.isRetain()).isTrue();
        client.disconnect();
        other.disconnect();
    }

    // MQTT 5, 3.3.2.3.4: this client sets aliases by itself where the server takes them.
    @Test
    void topicAliasesNameTheirTopicsBothWays() throws Exception {
        String topic = fresh();
        Mqtt5BlockingClient client = builder(fresh()).buildBlocking();
        Mqtt5ConnAck answer =
                client.connectWith()
                        .restrictions()
                        .topicAliasMaximum(4)
                        .sendTopicAliasMaximum(4)
                        .applyRestrictions()
                        .send();
        assertThat(answer.getRestrictions().getTopicAliasMaximum()).isPositive();
        Inbox<Mqtt5Publish> inbox = subscribed(client, topic + "/#", MqttQos.AT_LEAST_ONCE);
        for (int i = 0; i < 30; i++) {
            Hive.publish(client, topic + "/" + i % 6, String.valueOf(i % 6));
        }
        for (Mqtt5Publish received : inbox.next(30)) {
            assertThat(received.getTopic()).hasToString(topic + "/" + Hive.payload(received));
        }
        client.disconnect();
    }

    // [MQTT-3.3.4-9]
    @Test
    void noMoreIsInFlightThanTheClientTakes() throws Exception {
        String topic = fresh();
        Mqtt5BlockingClient publisher = connected(fresh());
        Mqtt5AsyncClient slow = builder(fresh()).buildAsync();
        slow.connectWith()
                .restrictions()
                .receiveMaximum(2)
                .applyRestrictions()
                .send()
                .get(SECONDS, TimeUnit.SECONDS);
        Inbox<Mqtt5Publish> inbox = new Inbox<>();
        slow.publishes(MqttGlobalPublishFilter.ALL, inbox::add, true);
        slow.subscribeWith()
                .topicFilter(topic + "/#")
                .qos(MqttQos.AT_LEAST_ONCE)
                .send()
                .get(SECONDS, TimeUnit.SECONDS);
        for (int i = 1; i <= 4; i++) {
            Hive.publish(publisher, topic + "/counted", String.valueOf(i));
        }
        List<Mqtt5Publish> first = inbox.next(2);
        publisher.publishWith().topic(topic + "/free").payload("QoS 0".getBytes(UTF_8)).send();
        assertThat(Hive.payload(inbox.next())).isEqualTo("QoS 0");
        first.forEach(Mqtt5Publish::acknowledge);
        List<Mqtt5Publish> rest = inbox.next(2);
        assertThat(rest.stream().map(Hive::payload)).containsExactly("3", "4");
        rest.forEach(Mqtt5Publish::acknowledge);
        publisher.disconnect();
        slow.disconnect().get(SECONDS, TimeUnit.SECONDS);
    }

    // [MQTT-3.3.4-3], [MQTT-3.3.4-4]
    @Test
    void manyQosTwoMessagesArriveOnceAndInOrder() throws Exception {
        String topic = fresh();
        Mqtt5BlockingClient subscriber = connected(fresh());
        Inbox<Mqtt5Publish> inbox = subscribed(subscriber, topic, MqttQos.EXACTLY_ONCE);
        Mqtt5AsyncClient publisher = connected(fresh()).toAsync();
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            sent.add("m" + i);
            publisher
                    .publishWith()
                    .topic(topic)
                    .qos(MqttQos.EXACTLY_ONCE)
                    .payload(("m" + i).getBytes(UTF_8))
                    .send();
        }
        assertThat(inbox.next(500).stream().map(Hive::payload)).containsExactlyElementsOf(sent);
        subscriber.disconnect();
        publisher.disconnect().get(SECONDS, TimeUnit.SECONDS);
    }

    // docs.aws.amazon.com/iot/latest/developerguide/mqtt.html: both versions meet on one broker.
    @Test
    void version3And5HearEachOther() throws Exception {
        String topic = fresh();
        Mqtt3BlockingClient old =
                Mqtt3Client.builder()
                        .identifier(fresh())
                        .serverHost("127.0.0.1")
                        .serverPort(server.endpoints().mqttPort())
                        .buildBlocking();
        old.connect();
        Inbox<Mqtt3Publish> oldInbox = new Inbox<>();
        old.toAsync().publishes(MqttGlobalPublishFilter.ALL, oldInbox::add);
        old.subscribeWith().topicFilter(topic).qos(MqttQos.EXACTLY_ONCE).send();
        Mqtt5BlockingClient client = connected(fresh());
        Inbox<Mqtt5Publish> inbox = subscribed(client, topic, MqttQos.AT_LEAST_ONCE);
        client.publishWith()
                .topic(topic)
                .qos(MqttQos.EXACTLY_ONCE)
                .contentType("text/plain")
                .payload("from 5".getBytes(UTF_8))
                .send();
        Mqtt3Publish received = oldInbox.next();
        assertThat(new String(received.getPayloadAsBytes(), UTF_8)).isEqualTo("from 5");
        assertThat(received.getQos()).isEqualTo(MqttQos.EXACTLY_ONCE);
        assertThat(Hive.payload(inbox.next())).isEqualTo("from 5");
        old.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload("from 3".getBytes(UTF_8))
                .send();
        Mqtt5Publish translated = inbox.next();
        assertThat(Hive.payload(translated)).isEqualTo("from 3");
        assertThat(translated.getContentType()).isEmpty();
        old.disconnect();
        client.disconnect();
    }

    // MQTT 5, 4.12: none is offered.
    @Test
    void enhancedAuthenticationIsRefused() {
        Mqtt5BlockingClient client = builder(fresh()).buildBlocking();
        assertThatThrownBy(() -> client.connectWith().enhancedAuth(new UnknownMethod()).send())
                .hasMessageContaining("BAD_AUTHENTICATION_METHOD");
    }
}
