package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttReturnCode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Eclipse Paho for MQTT 5, over the plain listener and mutual TLS.
class PahoV5Test {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    private final List<MqttClient> opened = new ArrayList<>();

    @AfterEach
    void closeClients() throws MqttException {
        for (MqttClient client : opened) {
            if (client.isConnected()) {
                client.disconnectForcibly(0, 0, false);
            }
            client.close();
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static final class Events implements MqttCallback {
        private final Inbox<MqttMessage> messages = new Inbox<>();
        private final Inbox<Integer> disconnects = new Inbox<>();

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            disconnects.add(response.getReturnCode());
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            messages.add(message);
        }

        @Override
        public void mqttErrorOccurred(MqttException exception) {}

        @Override
        public void deliveryComplete(@Nullable IMqttToken token) {}

        @Override
        public void connectComplete(boolean reconnect, @Nullable String serverUri) {}

        @Override
        public void authPacketArrived(int reasonCode, @Nullable MqttProperties properties) {}
    }

    private static String fresh() {
        return "t" + UUID.randomUUID();
    }

    private MqttClient client(String clientId, Events events) throws MqttException {
        return client("tcp://127.0.0.1:" + server.endpoints().mqttPort(), clientId, events);
    }

    private MqttClient client(String url, String clientId, Events events) throws MqttException {
        MqttClient client = new MqttClient(url, clientId, new MemoryPersistence());
        client.setTimeToWait(15_000);
        client.setCallback(events);
        opened.add(client);
        return client;
    }

    private static MqttConnectionOptions options(boolean cleanStart) {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setCleanStart(cleanStart);
        options.setSessionExpiryInterval(600L);
        options.setAutomaticReconnect(false);
        return options;
    }

    private static String payload(MqttMessage message) {
        return new String(message.getPayload(), UTF_8);
    }

    // [MQTT-3.1.2-5], [MQTT-3.2.2-3]
    @Test
    void aSessionGoesOnWhereItWasLeft() throws Exception {
        String topic = fresh();
        Events events = new Events();
        MqttClient subscriber = client(fresh(), events);
        MqttClient publisher = client(fresh(), new Events());
        subscriber.connect(options(true));
        subscriber.subscribe(topic, 2);
        subscriber.disconnect();
        publisher.connect(options(true));
        List<String> sent = IntStream.range(0, 50).mapToObj(i -> "m" + i).toList();
        for (String payload : sent) {
            publisher.publish(topic, payload.getBytes(UTF_8), 2, false);
        }
        IMqttToken again = subscriber.connectWithResult(options(false));
        assertThat(again.getSessionPresent()).isTrue();
        assertThat(events.messages.next(50).stream().map(PahoV5Test::payload))
                .containsExactlyElementsOf(sent);
        subscriber.disconnect();
        publisher.disconnect();
    }

    // [MQTT-3.1.4-3]: 0x8E
    @Test
    void aClientWhoseIdIsTakenOverIsTold() throws Exception {
        String clientId = fresh();
        Events events = new Events();
        MqttClient first = client(clientId, events);
        MqttClient second = client(clientId, new Events());
        first.connect(options(true));
        second.connect(options(false));
        assertThat(events.disconnects.next())
                .isEqualTo(MqttReturnCode.RETURN_CODE_SESSION_TAKEN_OVER);
        second.disconnect();
    }

    // MQTT 5, 3.8.2.1.2: [MQTT-3.3.4-3]
    @Test
    void aMessageNamesTheSubscriptionThatItMatches() throws Exception {
        String topic = fresh();
        Events events = new Events();
        MqttAsyncClient client =
                new MqttAsyncClient(
                        "tcp://127.0.0.1:" + server.endpoints().mqttPort(),
                        fresh(),
                        new MemoryPersistence());
        client.setCallback(events);
        client.connect(options(true)).waitForCompletion(15_000);
        MqttProperties identified = new MqttProperties();
        identified.setSubscriptionIdentifier(268_435_455);
        client.subscribe(
                        new MqttSubscription[] {new MqttSubscription(topic + "/+", 1)},
                        null,
                        null,
                        identified)
                .waitForCompletion(15_000);
        client.publish(topic + "/a", "x".getBytes(UTF_8), 1, false).waitForCompletion(15_000);
        assertThat(events.messages.next().getProperties().getSubscriptionIdentifiers())
                .containsExactly(268_435_455);
        client.disconnect().waitForCompletion(15_000);
        client.close();
    }

    // [MQTT-3.1.3-7]
    @Test
    void aClientWithoutIdGetsOne() throws Exception {
        MqttClient client = client("", new Events());
        IMqttToken token = client.connectWithResult(options(true));
        assertThat(token.getResponseProperties().getAssignedClientIdentifier()).isNotBlank();
        client.disconnect();
    }

    // [MQTT-3.1.2-24]
    @Test
    void aMessageThatIsTooLargeForTheClientIsNotSent() throws Exception {
        String topic = fresh();
        Events events = new Events();
        MqttClient small = client(fresh(), events);
        MqttClient publisher = client(fresh(), new Events());
        MqttConnectionOptions options = options(true);
        options.setMaximumPacketSize(200L);
        small.connect(options);
        small.subscribe(topic, 1);
        publisher.connect(options(true));
        publisher.publish(topic, new byte[500], 1, false);
        publisher.publish(topic, "small".getBytes(UTF_8), 1, false);
        assertThat(payload(events.messages.next())).isEqualTo("small");
        small.disconnect();
        publisher.disconnect();
    }

    // MQTT 5, 3.4.2.1 and 3.9.3: 0x87, with the statement that is missing as reason string.
    @Test
    void whatNoPolicyAllowsIsRefusedWithTheReason() throws Exception {
        TestServer.Device device =
                server.device("paho5", server.policy("iot:Publish", "topic/open"));
        Events events = new Events();
        MqttConnectionOptions options = options(true);
        options.setSocketFactory(Tls.context(server, device).getSocketFactory());
        String url = "ssl://localhost:" + server.endpoints().mqttsPort();
        MqttAsyncClient client = new MqttAsyncClient(url, "paho5", new MemoryPersistence());
        client.setCallback(events);
        client.connect(options).waitForCompletion(15_000);
        assertThat(publish(client, "open").getReasonCodes()).containsExactly(0x10);
        assertThat(publish(client, "closed").getReasonCodes()).containsExactly(0x87);
        assertThat(publish(client, "closed").getResponseProperties().getReasonString())
                .contains("iot:Publish");
        IMqttToken refused = client.subscribe("closed", 1);
        refused.waitForCompletion(15_000);
        assertThat(refused.getReasonCodes()).containsExactly(0x87);
        assertThat(client.isConnected()).isTrue();
        client.disconnect().waitForCompletion(15_000);
        client.close();
    }

    private static IMqttToken publish(MqttAsyncClient client, String topic) throws MqttException {
        IMqttToken token = client.publish(topic, new byte[0], 1, false);
        token.waitForCompletion(15_000);
        return token;
    }
}
