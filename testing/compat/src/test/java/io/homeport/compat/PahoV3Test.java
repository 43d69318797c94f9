package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Eclipse Paho for MQTT 3.1.1, over the plain listener and mutual TLS.
class PahoV3Test {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private record Arrival(String topic, MqttMessage message) {
        String payload() {
            return new String(message.getPayload(), UTF_8);
        }
    }

    private static String fresh() {
        return "t" + UUID.randomUUID();
    }

    private static MqttClient client(String clientId) throws MqttException {
        MqttClient client =
                new MqttClient(
                        "tcp://127.0.0.1:" + server.endpoints().mqttPort(),
                        clientId,
                        new MemoryPersistence());
        client.setTimeToWait(15_000);
        return client;
    }

    private static MqttConnectOptions options(boolean cleanSession) {
        MqttConnectOptions options = new MqttConnectOptions();
        options.setCleanSession(cleanSession);
        return options;
    }

    private static Inbox<Arrival> inbox(MqttClient client, CountDownLatch lost) {
        Inbox<Arrival> inbox = new Inbox<>();
        client.setCallback(
                new MqttCallback() {
                    @Override
                    public void connectionLost(@Nullable Throwable cause) {
                        lost.countDown();
                    }

                    @Override
                    public void messageArrived(String topic, MqttMessage message) {
                        inbox.add(new Arrival(topic, message));
                    }

                    @Override
                    public void deliveryComplete(@Nullable IMqttDeliveryToken token) {}
                });
        return inbox;
    }

    private static Inbox<Arrival> inbox(MqttClient client) {
        return inbox(client, new CountDownLatch(1));
    }

    private static void publish(MqttClient client, String topic, int qos, String payload)
            throws MqttException {
        client.publish(topic, payload.getBytes(UTF_8), qos, false);
    }

    // [MQTT-3.1.2-4], [MQTT-3.1.2-5], [MQTT-3.2.2-2]
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aSessionGoesOnWhereItWasLeft(int qos) throws Exception {
        String topic = fresh();
        String id = fresh();
        try (MqttClient subscriber = client(id)) {
            assertThat(subscriber.connectWithResult(options(false)).getSessionPresent()).isFalse();
            subscriber.subscribe(topic, qos);
            subscriber.disconnect();
        }
        List<String> sent = IntStream.range(0, 50).mapToObj(i -> "m" + i).toList();
        try (MqttClient publisher = client(fresh())) {
            publisher.connect(options(true));
            for (String payload : sent) {
                publish(publisher, topic, qos, payload);
            }
            publish(publisher, topic, 0, "QoS 0 isn't kept, or is last");
            publisher.disconnect();
        }
        // A Paho client that connects again at once may never send its CONNECT: the threads of its
        // sender race. So each connection has a client of its own.
        try (MqttClient subscriber = client(id)) {
            Inbox<Arrival> inbox = inbox(subscriber);
            assertThat(subscriber.connectWithResult(options(false)).getSessionPresent()).isTrue();
            assertThat(inbox.next(50).stream().map(Arrival::payload))
                    .containsExactlyElementsOf(sent);
            subscriber.disconnect();
        }
        try (MqttClient subscriber = client(id)) {
            assertThat(subscriber.connectWithResult(options(true)).getSessionPresent()).isFalse();
            subscriber.disconnect();
        }
    }

    // [MQTT-3.1.4-2]
    @Test
    void aSecondConnectionTakesTheClientIdOver() throws Exception {
        String clientId = fresh();
        String topic = fresh();
        CountDownLatch lost = new CountDownLatch(1);
        try (MqttClient first = client(clientId);
                MqttClient second = client(clientId)) {
            inbox(first, lost);
            first.connect(options(false));
            first.subscribe(topic, 1);
            Inbox<Arrival> inbox = inbox(second);
            assertThat(second.connectWithResult(options(false)).getSessionPresent()).isTrue();
            assertThat(lost.await(15, TimeUnit.SECONDS)).isTrue();
            publish(second, topic, 1, "for the second");
            assertThat(inbox.next().payload()).isEqualTo("for the second");
            second.disconnect();
        }
    }

    // [MQTT-4.7.1-2], [MQTT-4.7.1-3], [MQTT-4.7.2-1]
    @Test
    void wildcardsMatchWhatTheyShould() throws Exception {
        String root = fresh();
        try (MqttClient client = client(fresh())) {
            Inbox<Arrival> inbox = inbox(client);
            client.connect(options(true));
            client.subscribe(
                    new String[] {root + "/+/a", root + "/deep/#", "#"}, new int[] {1, 1, 0});
            client.unsubscribe("#");
            for (String topic :
                    List.of("/x/a", "/x/b", "/x/y/a", "//a", "/deep", "/deep/1/2", "/end/a")) {
                publish(client, root + topic, 1, topic);
            }
            assertThat(inbox.next(5).stream().map(Arrival::payload))
                    .containsExactly("/x/a", "//a", "/deep", "/deep/1/2", "/end/a");
            client.disconnect();
        }
    }

    @Test
    void aLargePayloadArrivesWhole() throws Exception {
        byte[] payload = new byte[5 * 1024 * 1024];
        new Random(5).nextBytes(payload);
        String topic = fresh();
        try (MqttClient client = client(fresh())) {
            Inbox<Arrival> inbox = inbox(client);
            client.connect(options(true));
            client.subscribe(topic, 2);
            client.publish(topic, payload, 2, false);
            assertThat(inbox.next().message().getPayload()).isEqualTo(payload);
            client.disconnect();
        }
    }

    // [MQTT-3.3.1-5], [MQTT-3.3.1-10]
    @Test
    void aRetainedMessageIsClearedByAnEmptyOne() throws Exception {
        String topic = fresh();
        try (MqttClient client = client(fresh())) {
            Inbox<Arrival> inbox = inbox(client);
            client.connect(options(true));
            client.publish(topic, "kept".getBytes(UTF_8), 1, true);
            client.subscribe(topic, 1);
            Arrival kept = inbox.next();
            assertThat(kept.payload()).isEqualTo("kept");
            assertThat(kept.message().isRetained()).isTrue();
            client.publish(topic, new byte[0], 1, true);
            assertThat(inbox.next().message().isRetained()).isFalse();
            client.unsubscribe(topic);
            client.subscribe(topic, 1);
            publish(client, topic, 1, "marker");
            assertThat(inbox.next().payload()).isEqualTo("marker");
            client.disconnect();
        }
    }

    // [MQTT-3.8.4-5], [MQTT-3.8.4-6]
    @Test
    void messagesComeWithTheLowerOfBothQos() throws Exception {
        String topic = fresh();
        try (MqttClient client = client(fresh())) {
            Inbox<Arrival> inbox = inbox(client);
            client.connect(options(true));
            client.subscribe(topic, 1);
            for (int qos = 0; qos <= 2; qos++) {
                publish(client, topic, qos, "q");
            }
            assertThat(inbox.next(3).stream().map(a -> a.message().getQos()))
                    .containsExactlyInAnyOrder(0, 1, 1);
            client.disconnect();
        }
    }

    // MQTT 3.1.1 has no answer to a publish that is denied, so the connection ends; a subscription
    // gets 0x80 [MQTT-3.9.3-2].
    @Test
    void whatNoPolicyAllowsIsRefused() throws Exception {
        TestServer.Device device =
                server.device(
                        "paho3",
                        """
                        {"Version": "2012-10-17", "Statement": [
                          {"Effect": "Allow", "Action": "iot:Connect", "Resource": "%s"}]}
                        """
                                .formatted(server.arn("client/paho3")));
        String url = "ssl://localhost:" + server.endpoints().mqttsPort();
        MqttConnectOptions options = options(true);
        options.setSocketFactory(Tls.context(server, device).getSocketFactory());
        // Else the client tries version 3.1 after each refusal.
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        try (MqttClient other = new MqttClient(url, "other", new MemoryPersistence())) {
            assertThatThrownBy(() -> other.connect(options))
                    .isInstanceOfSatisfying(
                            MqttException.class,
                            e ->
                                    assertThat(e.getReasonCode())
                                            .isEqualTo(MqttException.REASON_CODE_NOT_AUTHORIZED));
        }
        CountDownLatch lost = new CountDownLatch(1);
        try (MqttClient client = new MqttClient(url, "paho3", new MemoryPersistence())) {
            client.setTimeToWait(15_000);
            inbox(client, lost);
            client.connect(options);
            assertThatThrownBy(() -> client.subscribe("closed", 1))
                    .isInstanceOf(MqttException.class);
            assertThat(client.isConnected()).isTrue();
            try {
                client.getTopic("closed").publish("x".getBytes(UTF_8), 1, false);
            } catch (MqttException e) {
                // The connection may be gone before the client knows that it has sent.
                assertThat(e.getReasonCode()).isEqualTo(MqttException.REASON_CODE_CONNECTION_LOST);
            }
            assertThat(lost.await(15, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(server.get("/_homeport/denials?clientId=paho3").body())
                .contains("iot:Subscribe", "iot:Publish", "closed");
    }
}
