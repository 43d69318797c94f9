package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.crt.mqtt.MqttClientConnection;
import software.amazon.awssdk.crt.mqtt.MqttException;
import software.amazon.awssdk.crt.mqtt.MqttMessage;
import software.amazon.awssdk.crt.mqtt.QualityOfService;
import software.amazon.awssdk.crt.mqtt5.Mqtt5Client;
import software.amazon.awssdk.crt.mqtt5.Mqtt5ClientOptions;
import software.amazon.awssdk.crt.mqtt5.OnAttemptingConnectReturn;
import software.amazon.awssdk.crt.mqtt5.OnConnectionFailureReturn;
import software.amazon.awssdk.crt.mqtt5.OnConnectionSuccessReturn;
import software.amazon.awssdk.crt.mqtt5.OnDisconnectionReturn;
import software.amazon.awssdk.crt.mqtt5.OnStoppedReturn;
import software.amazon.awssdk.crt.mqtt5.packets.ConnAckPacket;
import software.amazon.awssdk.crt.mqtt5.packets.ConnectPacket;
import software.amazon.awssdk.iot.AwsIotMqtt5ClientBuilder;
import software.amazon.awssdk.iot.AwsIotMqttConnectionBuilder;

/// AWS IoT Device SDK v2 for Java with its builders for custom authorizers, with passwords and with
/// signed tokens (docs.aws.amazon.com/iot/latest/developerguide/custom-auth.html).
class CustomAuthorizerSdkTest {
    private static final long SECONDS = 20;

    private static TestServer server;
    private static Authorizers authorizers;
    private static KeyPair keys;

    @BeforeAll
    static void start() throws Exception {
        Program.require("python3", "--version");
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        keys = generator.generateKeyPair();
        server = TestServer.start();
        authorizers = new Authorizers(server);
        String function =
                authorizers.function("judge", "python3.12", "judge.py", Authorizers.PYTHON);
        authorizers.authorizer("unsigned", function);
        authorizers.authorizer(
                "signed",
                function,
                r ->
                        r.tokenKeyName("token")
                                .tokenSigningPublicKeys(
                                        Map.of("k", Authorizers.pem(keys.getPublic()))));
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            authorizers.close();
            server.close();
        }
    }

    private static String signature(String token) throws Exception {
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(keys.getPrivate());
        signature.update(token.getBytes(UTF_8));
        return Base64.getEncoder().encodeToString(signature.sign());
    }

    private static AwsIotMqttConnectionBuilder builder(String clientId) throws Exception {
        return AwsIotMqttConnectionBuilder.newDefaultBuilder()
                .withCertificateAuthorityFromPath(null, server.endpoints().caFile().toString())
                .withEndpoint("localhost")
                .withClientId(clientId)
                .withCleanSession(true);
    }

    private static void publishes(AwsIotMqttConnectionBuilder builder, String topic)
            throws Exception {
        // The builder of custom authorizers sets AWS IoT's port.
        builder.withPort(server.endpoints().httpsPort());
        try (MqttClientConnection connection = builder.build()) {
            connection.connect().get(SECONDS, TimeUnit.SECONDS);
            connection
                    .publish(
                            new MqttMessage(
                                    topic, "hello".getBytes(UTF_8), QualityOfService.AT_LEAST_ONCE))
                    .get(SECONDS, TimeUnit.SECONDS);
            connection.disconnect().get(SECONDS, TimeUnit.SECONDS);
        }
    }

    @Test
    void version3WithAPassword() throws Exception {
        try (AwsIotMqttConnectionBuilder builder =
                builder("a").withCustomAuthorizer("user", "unsigned", null, "open", null, null)) {
            publishes(builder, "own/a");
        }
    }

    @Test
    void version3WithASignedToken() throws Exception {
        try (AwsIotMqttConnectionBuilder builder =
                builder("b")
                        .withCustomAuthorizer(
                                "user", "signed", signature("t1"), "open", "token", "t1")) {
            publishes(builder, "own/b");
        }
        try (AwsIotMqttConnectionBuilder builder =
                builder("b")
                        .withCustomAuthorizer(
                                "user", "signed", signature("t2"), "open", "token", "t1")) {
            assertThatThrownBy(() -> publishes(builder, "own/b"))
                    .hasRootCauseInstanceOf(MqttException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void version5WithASignedToken(boolean webSocket) throws Exception {
        AwsIotMqtt5ClientBuilder.MqttConnectCustomAuthConfig config =
                new AwsIotMqtt5ClientBuilder.MqttConnectCustomAuthConfig();
        config.authorizerName = "signed";
        config.username = "user";
        config.password = "open".getBytes(UTF_8);
        config.tokenKeyName = "token";
        config.tokenValue = "t";
        config.tokenSignature = signature("t");
        assertThat(answer(config, webSocket)).isEqualTo(ConnAckPacket.ConnectReasonCode.SUCCESS);
        config.password = "guess".getBytes(UTF_8);
        assertThat(answer(config, webSocket))
                .isEqualTo(ConnAckPacket.ConnectReasonCode.NOT_AUTHORIZED);
    }

    private static ConnAckPacket.ConnectReasonCode answer(
            AwsIotMqtt5ClientBuilder.MqttConnectCustomAuthConfig config, boolean webSocket)
            throws Exception {
        Answers answers = new Answers();
        try (AwsIotMqtt5ClientBuilder builder =
                        (webSocket
                                        ? AwsIotMqtt5ClientBuilder
                                                .newWebsocketMqttBuilderWithCustomAuth(
                                                        "localhost", config)
                                        : AwsIotMqtt5ClientBuilder
                                                .newDirectMqttBuilderWithCustomAuth(
                                                        "localhost", config))
                                .withCertificateAuthorityFromPath(
                                        null, server.endpoints().caFile().toString())
                                .withPort((long) server.endpoints().httpsPort())
                                .withConnectProperties(
                                        new ConnectPacket.ConnectPacketBuilder()
                                                .withClientId("c")
                                                .withKeepAliveIntervalSeconds(60L))
                                .withLifeCycleEvents(answers);
                Mqtt5Client client = builder.build()) {
            client.start();
            ConnAckPacket answer = answers.connAcks.next();
            client.stop();
            answers.stopped.next();
            return answer.getReasonCode();
        }
    }

    private static final class Answers implements Mqtt5ClientOptions.LifecycleEvents {
        private final Inbox<ConnAckPacket> connAcks = new Inbox<>();
        private final Inbox<Mqtt5Client> stopped = new Inbox<>();

        @Override
        public void onAttemptingConnect(Mqtt5Client client, OnAttemptingConnectReturn event) {}

        @Override
        public void onConnectionSuccess(Mqtt5Client client, OnConnectionSuccessReturn event) {
            connAcks.add(event.getConnAckPacket());
        }

        @Override
        public void onConnectionFailure(Mqtt5Client client, OnConnectionFailureReturn event) {
            if (event.getConnAckPacket() != null) {
                connAcks.add(event.getConnAckPacket());
            }
        }

        @Override
        public void onDisconnection(Mqtt5Client client, OnDisconnectionReturn event) {}

        @Override
        public void onStopped(Mqtt5Client client, OnStoppedReturn event) {
            stopped.add(client);
        }
    }
}
