package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.crt.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.crt.io.ClientTlsContext;
import software.amazon.awssdk.crt.io.TlsContextOptions;
import software.amazon.awssdk.crt.mqtt.MqttClient;
import software.amazon.awssdk.crt.mqtt.MqttClientConnection;
import software.amazon.awssdk.crt.mqtt.MqttClientConnectionEvents;
import software.amazon.awssdk.crt.mqtt.MqttConnectionConfig;
import software.amazon.awssdk.crt.mqtt.MqttMessage;
import software.amazon.awssdk.crt.mqtt.QualityOfService;
import software.amazon.awssdk.crt.mqtt5.Mqtt5Client;
import software.amazon.awssdk.crt.mqtt5.Mqtt5ClientOptions;
import software.amazon.awssdk.crt.mqtt5.OnAttemptingConnectReturn;
import software.amazon.awssdk.crt.mqtt5.OnConnectionFailureReturn;
import software.amazon.awssdk.crt.mqtt5.OnConnectionSuccessReturn;
import software.amazon.awssdk.crt.mqtt5.OnDisconnectionReturn;
import software.amazon.awssdk.crt.mqtt5.OnStoppedReturn;
import software.amazon.awssdk.crt.mqtt5.QOS;
import software.amazon.awssdk.crt.mqtt5.packets.ConnAckPacket;
import software.amazon.awssdk.crt.mqtt5.packets.ConnectPacket;
import software.amazon.awssdk.crt.mqtt5.packets.PubAckPacket;
import software.amazon.awssdk.crt.mqtt5.packets.PublishPacket;
import software.amazon.awssdk.crt.mqtt5.packets.SubAckPacket;
import software.amazon.awssdk.crt.mqtt5.packets.SubscribePacket;
import software.amazon.awssdk.iot.AwsIotMqtt5ClientBuilder;
import software.amazon.awssdk.iot.AwsIotMqttConnectionBuilder;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;

/// AWS IoT Device SDK v2 for Java, whose client is native code: both MQTT versions over mutual TLS,
/// by ALPN on the HTTPS port, and over WebSocket with SigV4.
class DeviceSdkTest {
    private static final long SECONDS = 20;

    private static TestServer server;
    private static TestServer.Device device;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        device =
                server.device(
                        "sdk",
                        server.policy(
                                "iot:Publish", "topic/open/*",
                                "iot:RetainPublish", "topic/open/*",
                                "iot:Receive", "topic/open/*",
                                "iot:Subscribe", "topicfilter/open/*"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String fresh() {
        return UUID.randomUUID().toString();
    }

    private static String caFile() {
        return server.endpoints().caFile().toString();
    }

    private static StaticCredentialsProvider credentials(String secret) {
        return new StaticCredentialsProvider.StaticCredentialsProviderBuilder()
                .withAccessKeyId(
                        server.credentials().resolveCredentials().accessKeyId().getBytes(UTF_8))
                .withSecretAccessKey(secret.getBytes(UTF_8))
                .build();
    }

    private static String secret() {
        return server.credentials().resolveCredentials().secretAccessKey();
    }

    // ---- MQTT 3.1.1 ----

    private static void exchange(MqttClientConnection connection) throws Exception {
        String topic = "open/" + fresh();
        Inbox<MqttMessage> inbox = new Inbox<>();
        connection
                .subscribe(topic, QualityOfService.AT_LEAST_ONCE, inbox::add)
                .get(SECONDS, TimeUnit.SECONDS);
        connection
                .publish(
                        new MqttMessage(
                                topic, "hello".getBytes(UTF_8), QualityOfService.AT_LEAST_ONCE))
                .get(SECONDS, TimeUnit.SECONDS);
        assertThat(new String(inbox.next().getPayload(), UTF_8)).isEqualTo("hello");
    }

    private static AwsIotMqttConnectionBuilder mutualTls() {
        return AwsIotMqttConnectionBuilder.newMtlsBuilderFromPath(
                        device.certificate().toString(), device.key().toString())
                .withCertificateAuthorityFromPath(null, caFile())
                .withEndpoint("localhost")
                .withPort(server.endpoints().mqttsPort())
                .withClientId(fresh())
                .withCleanSession(true);
    }

    @Test
    void version3OverMutualTls() throws Exception {
        try (AwsIotMqttConnectionBuilder builder = mutualTls();
                MqttClientConnection connection = builder.build()) {
            assertThat(connection.connect().get(SECONDS, TimeUnit.SECONDS)).isFalse();
            exchange(connection);
            connection.disconnect().get(SECONDS, TimeUnit.SECONDS);
        }
    }

    @Test
    void version3ResumesItsSession() throws Exception {
        String clientId = fresh();
        String topic = "open/" + fresh();
        try (AwsIotMqttConnectionBuilder builder =
                        mutualTls().withClientId(clientId).withCleanSession(false);
                MqttClientConnection connection = builder.build()) {
            Inbox<MqttMessage> inbox = new Inbox<>();
            connection.onMessage(inbox::add);
            assertThat(connection.connect().get(SECONDS, TimeUnit.SECONDS)).isFalse();
            connection
                    .subscribe(topic, QualityOfService.AT_LEAST_ONCE)
                    .get(SECONDS, TimeUnit.SECONDS);
            connection.disconnect().get(SECONDS, TimeUnit.SECONDS);
            try (IotDataPlaneClient data = server.iotData()) {
                data.publish(r ->
                        r.topic(topic)
                                .qos(1)
                                .payload(
                                        software.amazon.awssdk.core.SdkBytes.fromUtf8String(
                                                "while away")));
            }
            assertThat(connection.connect().get(SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(new String(inbox.next().getPayload(), UTF_8)).isEqualTo("while away");
            connection.disconnect().get(SECONDS, TimeUnit.SECONDS);
        }
    }

    // The SDK asks for this ALPN name by itself on port 443 only.
    @Test
    void version3ByAlpnOnTheHttpsPort() throws Exception {
        try (TlsContextOptions options =
                        TlsContextOptions.createWithMtlsFromPath(
                                        device.certificate().toString(), device.key().toString())
                                .withCertificateAuthorityFromPath(null, caFile())
                                .withAlpnList("x-amzn-mqtt-ca");
                ClientTlsContext tls = new ClientTlsContext(options);
                MqttClient client = new MqttClient(tls);
                MqttConnectionConfig config = new MqttConnectionConfig()) {
            config.setMqttClient(client);
            config.setEndpoint("localhost");
            config.setPort(server.endpoints().httpsPort());
            config.setClientId(fresh());
            config.setCleanSession(true);
            try (MqttClientConnection connection = new MqttClientConnection(config)) {
                connection.connect().get(SECONDS, TimeUnit.SECONDS);
                exchange(connection);
                connection.disconnect().get(SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void version3OverWebSocketWithSigV4() throws Exception {
        try (StaticCredentialsProvider provider = credentials(secret());
                AwsIotMqttConnectionBuilder builder =
                        AwsIotMqttConnectionBuilder.newDefaultBuilder()
                                .withCertificateAuthorityFromPath(null, caFile())
                                .withEndpoint("localhost")
                                .withWebsockets(true)
                                .withPort(server.endpoints().httpsPort())
                                .withWebsocketSigningRegion(server.endpoints().region())
                                .withWebsocketCredentialsProvider(provider)
                                .withClientId(fresh())
                                .withCleanSession(true);
                MqttClientConnection connection = builder.build()) {
            connection.connect().get(SECONDS, TimeUnit.SECONDS);
            exchange(connection);
            connection.disconnect().get(SECONDS, TimeUnit.SECONDS);
        }
    }

    @Test
    void version3ComesBackAfterTheServerEndedItsConnection() throws Exception {
        Inbox<String> events = new Inbox<>();
        String clientId = fresh();
        try (AwsIotMqttConnectionBuilder builder =
                        mutualTls()
                                .withClientId(clientId)
                                .withReconnectTimeoutSecs(1, 1)
                                .withConnectionEventCallbacks(
                                        new MqttClientConnectionEvents() {
                                            @Override
                                            public void onConnectionInterrupted(int errorCode) {
                                                events.add("interrupted");
                                            }

                                            @Override
                                            public void onConnectionResumed(
                                                    boolean sessionPresent) {
                                                events.add("resumed");
                                            }
                                        });
                MqttClientConnection connection = builder.build()) {
            connection.connect().get(SECONDS, TimeUnit.SECONDS);
            try (IotDataPlaneClient data = server.iotData()) {
                data.deleteConnection(r -> r.clientId(clientId));
            }
            assertThat(events.next(2)).containsExactly("interrupted", "resumed");
            exchange(connection);
            connection.disconnect().get(SECONDS, TimeUnit.SECONDS);
        }
    }

    // ---- MQTT 5 ----

    private static final class Events implements Mqtt5ClientOptions.LifecycleEvents {
        private final Inbox<ConnAckPacket> connected = new Inbox<>();
        private final Inbox<OnConnectionFailureReturn> failed = new Inbox<>();
        private final Inbox<OnDisconnectionReturn> disconnected = new Inbox<>();
        private final Inbox<Mqtt5Client> stopped = new Inbox<>();
        private final Inbox<PublishPacket> messages = new Inbox<>();

        @Override
        public void onAttemptingConnect(Mqtt5Client client, OnAttemptingConnectReturn event) {}

        @Override
        public void onConnectionSuccess(Mqtt5Client client, OnConnectionSuccessReturn event) {
            connected.add(event.getConnAckPacket());
        }

        @Override
        public void onConnectionFailure(Mqtt5Client client, OnConnectionFailureReturn event) {
            failed.add(event);
        }

        @Override
        public void onDisconnection(Mqtt5Client client, OnDisconnectionReturn event) {
            disconnected.add(event);
        }

        @Override
        public void onStopped(Mqtt5Client client, OnStoppedReturn event) {
            stopped.add(client);
        }
    }

    private static AwsIotMqtt5ClientBuilder prepared(
            AwsIotMqtt5ClientBuilder builder, Events events, int port) {
        return builder.withCertificateAuthorityFromPath(null, caFile())
                .withPort((long) port)
                .withLifeCycleEvents(events)
                .withPublishEvents((_, event) -> events.messages.add(event.getPublishPacket()))
                .withMinReconnectDelayMs(100L)
                .withMaxReconnectDelayMs(500L);
    }

    private static AwsIotMqtt5ClientBuilder mutualTls(Events events) {
        return prepared(
                AwsIotMqtt5ClientBuilder.newDirectMqttBuilderWithMtlsFromPath(
                        "localhost", device.certificate().toString(), device.key().toString()),
                events,
                server.endpoints().mqttsPort());
    }

    private static AwsIotMqtt5ClientBuilder webSocket(
            Events events, StaticCredentialsProvider provider) {
        AwsIotMqtt5ClientBuilder.WebsocketSigv4Config config =
                new AwsIotMqtt5ClientBuilder.WebsocketSigv4Config();
        config.credentialsProvider = provider;
        config.region = server.endpoints().region();
        return prepared(
                AwsIotMqtt5ClientBuilder.newWebsocketMqttBuilderWithSigv4Auth("localhost", config),
                events,
                server.endpoints().httpsPort());
    }

    private static void exchange(Mqtt5Client client, Events events) throws Exception {
        String topic = "open/" + fresh();
        SubAckPacket granted =
                client.subscribe(
                                new SubscribePacket.SubscribePacketBuilder(topic, QOS.AT_LEAST_ONCE)
                                        .build())
                        .get(SECONDS, TimeUnit.SECONDS);
        assertThat(granted.getReasonCodes())
                .containsExactly(SubAckPacket.SubAckReasonCode.GRANTED_QOS_1);
        assertThat(publish(client, topic, "hello").getReasonCode())
                .isEqualTo(PubAckPacket.PubAckReasonCode.SUCCESS);
        PublishPacket received = events.messages.next();
        assertThat(received.getTopic()).isEqualTo(topic);
        assertThat(new String(received.getPayload(), UTF_8)).isEqualTo("hello");
    }

    private static PubAckPacket publish(Mqtt5Client client, String topic, String payload)
            throws Exception {
        return client.publish(
                        new PublishPacket.PublishPacketBuilder(
                                        topic, QOS.AT_LEAST_ONCE, payload.getBytes(UTF_8))
                                .build())
                .get(SECONDS, TimeUnit.SECONDS)
                .getResultPubAck();
    }

    private static void stop(Mqtt5Client client, Events events) throws InterruptedException {
        client.stop();
        events.stopped.next();
    }

    @Test
    void version5OverMutualTls() throws Exception {
        Events events = new Events();
        try (AwsIotMqtt5ClientBuilder builder = mutualTls(events);
                Mqtt5Client client = builder.build()) {
            client.start();
            assertThat(events.connected.next().getReasonCode())
                    .isEqualTo(ConnAckPacket.ConnectReasonCode.SUCCESS);
            exchange(client, events);
            stop(client, events);
        }
    }

    @Test
    void version5IsToldWhatNoPolicyAllows() throws Exception {
        Events events = new Events();
        try (AwsIotMqtt5ClientBuilder builder = mutualTls(events);
                Mqtt5Client client = builder.build()) {
            client.start();
            events.connected.next();
            PubAckPacket answer = publish(client, "closed", "secret");
            assertThat(answer.getReasonCode())
                    .isEqualTo(PubAckPacket.PubAckReasonCode.NOT_AUTHORIZED);
            assertThat(answer.getReasonString()).contains("iot:Publish");
            SubAckPacket refused =
                    client.subscribe(
                                    new SubscribePacket.SubscribePacketBuilder(
                                                    "closed/#", QOS.AT_LEAST_ONCE)
                                            .build())
                            .get(SECONDS, TimeUnit.SECONDS);
            assertThat(refused.getReasonCodes())
                    .containsExactly(SubAckPacket.SubAckReasonCode.NOT_AUTHORIZED);
            exchange(client, events);
            stop(client, events);
        }
    }

    @Test
    void version5ReceivesWhatIsRetained() throws Exception {
        String topic = "open/" + fresh();
        Events events = new Events();
        try (AwsIotMqtt5ClientBuilder builder = mutualTls(events);
                Mqtt5Client client = builder.build()) {
            client.start();
            events.connected.next();
            client.publish(
                            new PublishPacket.PublishPacketBuilder(
                                            topic, QOS.AT_LEAST_ONCE, "kept".getBytes(UTF_8))
                                    .withRetain(true)
                                    .build())
                    .get(SECONDS, TimeUnit.SECONDS);
            client.subscribe(
                            new SubscribePacket.SubscribePacketBuilder(topic, QOS.AT_LEAST_ONCE)
                                    .build())
                    .get(SECONDS, TimeUnit.SECONDS);
            PublishPacket kept = events.messages.next();
            assertThat(kept.getRetain()).isTrue();
            assertThat(new String(kept.getPayload(), UTF_8)).isEqualTo("kept");
            stop(client, events);
        }
    }

    @Test
    void version5RejoinsItsSessionAfterTheServerEndedItsConnection() throws Exception {
        String clientId = fresh();
        Events events = new Events();
        try (AwsIotMqtt5ClientBuilder builder =
                        mutualTls(events)
                                .withConnectProperties(
                                        new ConnectPacket.ConnectPacketBuilder()
                                                .withClientId(clientId)
                                                .withKeepAliveIntervalSeconds(60L)
                                                .withSessionExpiryIntervalSeconds(600L))
                                .withSessionBehavior(
                                        Mqtt5ClientOptions.ClientSessionBehavior
                                                .REJOIN_POST_SUCCESS);
                Mqtt5Client client = builder.build()) {
            client.start();
            assertThat(events.connected.next().getSessionPresent()).isFalse();
            try (IotDataPlaneClient data = server.iotData()) {
                data.deleteConnection(r -> r.clientId(clientId));
            }
            assertThat(events.disconnected.next().getDisconnectPacket()).isNotNull();
            assertThat(events.connected.next().getSessionPresent()).isTrue();
            exchange(client, events);
            stop(client, events);
        }
    }

    @Test
    void version5OverWebSocketWithSigV4() throws Exception {
        Events events = new Events();
        try (StaticCredentialsProvider provider = credentials(secret());
                AwsIotMqtt5ClientBuilder builder = webSocket(events, provider);
                Mqtt5Client client = builder.build()) {
            client.start();
            events.connected.next();
            exchange(client, events);
            stop(client, events);
        }
    }

    @Test
    void version5OverWebSocketWithAWrongSecretIsRefused() throws Exception {
        Events events = new Events();
        try (StaticCredentialsProvider provider = credentials("wrong");
                AwsIotMqtt5ClientBuilder builder = webSocket(events, provider);
                Mqtt5Client client = builder.build()) {
            client.start();
            assertThat(events.failed.next().getConnAckPacket()).isNull();
            stop(client, events);
        }
    }
}
