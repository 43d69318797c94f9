package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.homeport.core.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.iot.model.AuthorizerStatus;
import tools.jackson.databind.JsonNode;

/// Custom authorizers behind functions in Python, asked by clients over MQTT, WebSocket and HTTPS
/// (docs.aws.amazon.com/iot/latest/developerguide/custom-authentication.html).
class CustomAuthorizerTest {
    private static TestServer server;
    private static Authorizers authorizers;

    @BeforeAll
    static void start() throws Exception {
        Program.require("python3", "--version");
        server = TestServer.start();
        authorizers = new Authorizers(server);
        String publicKey = publicKey();
        String function =
                authorizers.function("judge", "python3.12", "judge.py", Authorizers.PYTHON);
        authorizers.authorizer("unsigned", function);
        authorizers.authorizer(
                "caching", function, r -> r.signingDisabled(true).enableCachingForHttp(true));
        authorizers.authorizer(
                "inactive",
                function,
                r -> r.signingDisabled(true).status(AuthorizerStatus.INACTIVE));
        authorizers.authorizer(
                "signed",
                function,
                r -> r.tokenKeyName("token").tokenSigningPublicKeys(Map.of("k", publicKey)));
        authorizers.authorizer("forbidden", function.replace("judge", "nobody"));
        authorizers.authorizer(
                "moody",
                authorizers.function("moody", "python3.12", "moody.py", Authorizers.MOODY));
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            authorizers.close();
            server.close();
        }
    }

    private static String publicKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return Authorizers.pem(generator.generateKeyPair().getPublic());
    }

    private static Program.Result mosquitto(
            String version, String password, String clientId, String topic) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "mosquitto_pub",
                                "-h",
                                "localhost",
                                "-p",
                                String.valueOf(server.endpoints().httpsPort()),
                                "--cafile",
                                server.endpoints().caFile().toString(),
                                "--tls-alpn",
                                "mqtt",
                                "-V",
                                version,
                                "-i",
                                clientId,
                                "-u",
                                "alice?x-amz-customauthorizer-name=unsigned",
                                "-P",
                                password,
                                "-q",
                                "1",
                                "-t",
                                topic,
                                "-m",
                                "hello"));
        return Program.run(Map.of(), command);
    }

    @ParameterizedTest
    @CsvSource({"mqttv311, 5", "mqttv5, 135"})
    void aFunctionDecidesByPasswordWhoMayConnect(String version, int refusal) throws Exception {
        Program.Result allowed = mosquitto(version, "open", "one", "own/one");
        assertThat(allowed.exitCode()).as(allowed.errors()).isZero();
        Program.Result unknown = mosquitto(version, "guess", "one", "own/one");
        assertThat(unknown.exitCode()).isEqualTo(refusal);
        assertThat(server.get("/_homeport/denials?clientId=one").body())
                .contains("authorizer unsigned: its function says isAuthenticated false")
                .doesNotContain("guess");
    }

    /// A client without a certificate, which negotiates no protocol.
    private static Mqtt5ClientBuilder client(String clientId) {
        return Mqtt5Client.builder()
                .identifier(clientId)
                .serverHost("localhost")
                .serverPort(server.endpoints().httpsPort())
                .sslConfig()
                .trustManagerFactory(Tls.trust(server))
                .applySslConfig();
    }

    private static Mqtt5ClientBuilder client(String clientId, String authorizer, String password) {
        return client(clientId)
                .simpleAuth()
                .username("bob?SDK=any&x-amz-customauthorizer-name=" + authorizer)
                .password(password.getBytes(UTF_8))
                .applySimpleAuth();
    }

    @Test
    void theAnswersPoliciesWithTheirVariablesDecideEveryAction() throws Exception {
        Mqtt5BlockingClient client = client("two", "unsigned", "open").buildBlocking();
        client.connect();
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "own/two");
        Hive.publish(client, "own/two", "mine");
        assertThat(Hive.payload(inbox.next())).isEqualTo("mine");
        assertThatThrownBy(() -> Hive.publish(client, "own/other", "not mine"))
                .isInstanceOf(Mqtt5PubAckException.class);
        assertThatThrownBy(() -> Hive.subscribe(client, "own/other"))
                .isInstanceOf(Mqtt5SubAckException.class);
        assertThat(server.get("/_homeport/denials?clientId=two").body())
                .contains("policyDocuments[0] of the authorizer");
        client.disconnect();
    }

    // custom-authorizer-troubleshooting: whatever fails lets nobody in.
    @ParameterizedTest
    @CsvSource({
        "unsigned, crash, its function failed: ValueError",
        "unsigned, wrong, principalId has to be",
        "absent, open, there is no authorizer absent",
        "inactive, open, the authorizer inactive is INACTIVE",
        "forbidden, open, its function wasn't run",
        "signed, open, there is no token under token"
    })
    void whatFailsIsForTheOperatorToSee(String authorizer, String password, String reason) {
        assertThatThrownBy(() -> client("x", authorizer, password).buildBlocking().connect())
                .isInstanceOfSatisfying(
                        Mqtt5ConnAckException.class,
                        refused -> {
                            Mqtt5ConnAck answer = refused.getMqttMessage();
                            assertThat(answer.getReasonCode())
                                    .isEqualTo(Mqtt5ConnAckReasonCode.NOT_AUTHORIZED);
                            assertThat(String.valueOf(answer.getReasonString()))
                                    .doesNotContain(reason);
                        });
        assertThat(server.get("/_homeport/denials?clientId=x").body()).contains(reason);
    }

    // They would be kept for the refresh, for as long as the connection lasts.
    @Test
    void credentialsOfMoreThan16KiBAreRefused() {
        String password = "open" + "x".repeat(16 * 1024);
        assertThatThrownBy(() -> client("x", "unsigned", password).buildBlocking().connect())
                .isInstanceOf(Mqtt5ConnAckException.class);
        assertThat(server.get("/_homeport/denials?clientId=x").body())
                .contains("the credentials are larger than 16384 bytes");
    }

    // custom-auth: with WebSocket the name may be in the handshake, and the password in CONNECT.
    @Test
    void aWebSocketShowsItsHandshakeAndItsConnect() {
        Mqtt5BlockingClient client =
                client("three")
                        .webSocketConfig()
                        .serverPath("mqtt")
                        .queryString("x-amz-customauthorizer-name=unsigned")
                        .applyWebSocketConfig()
                        .simpleAuth()
                        .username("carol")
                        .password("open".getBytes(UTF_8))
                        .applySimpleAuth()
                        .buildBlocking();
        client.connect();
        Hive.publish(client, "own/three", "hello");
        client.disconnect();
        Mqtt5BlockingClient unknown =
                client("four")
                        .webSocketConfig()
                        .serverPath("mqtt")
                        .queryString("x-amz-customauthorizer-name=absent")
                        .applyWebSocketConfig()
                        .buildBlocking();
        assertThatThrownBy(unknown::connect).hasMessageContaining("403");
    }

    private static HttpResponse<String> post(HttpClient http, String topic, String... headers)
            throws Exception {
        return http.send(
                HttpRequest.newBuilder(
                                URI.create(
                                        "https://localhost:%d/topics/%s?qos=1"
                                                .formatted(server.endpoints().httpsPort(), topic)))
                        .headers(headers)
                        .POST(HttpRequest.BodyPublishers.ofString("hello"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpClient http() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(Tls.context(server, null))
                .build();
    }

    @Test
    void requestsAreJudgedOneByOne() throws Exception {
        String name = "x-amz-customauthorizer-name";
        try (HttpClient http = http()) {
            assertThat(post(http, "http/a", name, "unsigned", "password", "open").statusCode())
                    .isEqualTo(200);
            assertThat(post(http, "own/a", name, "unsigned", "password", "open").statusCode())
                    .as("of no policy")
                    .isEqualTo(403);
            HttpResponse<String> unknown =
                    post(http, "http/a", name, "unsigned", "password", "guess");
            assertThat(unknown.statusCode()).isEqualTo(401);
            assertThat(unknown.headers().firstValue("x-amzn-errortype").orElseThrow())
                    .startsWith("UnauthorizedException");
            assertThat(post(http, "http/a", name, "unsigned", "password", "crash").statusCode())
                    .isEqualTo(403);
            assertThat(post(http, "http/a", "password", "open").statusCode())
                    .as("without an authorizer's name and a default")
                    .isEqualTo(403);
            HttpResponse<String> things =
                    http.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    "https://localhost:%d/things"
                                                            .formatted(
                                                                    server.endpoints()
                                                                            .httpsPort())))
                                    .headers(name, "unsigned", "password", "open")
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(things.statusCode()).as("the management API").isEqualTo(403);
        }
    }

    // CreateAuthorizer, enableCachingForHttp: for clients that use persistent connections.
    @Test
    void anAnswerHoldsForThePersistentConnectionWhereCachingIsOn() throws Exception {
        assertThat(callsOfTwoRequests("unsigned")).isEqualTo(2);
        assertThat(callsOfTwoRequests("caching")).isEqualTo(1);
    }

    private static int callsOfTwoRequests(String authorizer) throws Exception {
        String[] headers = {"x-amz-customauthorizer-name", authorizer, "password", "open count"};
        try (HttpClient http = http()) {
            int first = principal(post(http, "own/a", headers));
            return principal(post(http, "own/a", headers)) - first + 1;
        }
    }

    /// The number that the function gave its latest caller, who was then denied to publish.
    private static int principal(HttpResponse<String> denied) {
        Matcher found =
                Pattern.compile("Client Tester(\\d+) of a custom authorizer")
                        .matcher(denied.body());
        assertThat(found.find()).as(denied.body()).isTrue();
        return Integer.parseInt(found.group(1));
    }

    private static String mood(String action, int refreshAfter, int disconnectAfter) {
        return """
        {"isAuthenticated": %s, "principalId": "moody", "refreshAfterInSeconds": %d,
         "disconnectAfterInSeconds": %d, "policyDocuments": [{"Version": "2012-10-17",
          "Statement": [
            {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"},
            {"Effect": "Allow", "Action": "%s", "Resource": "*"}]}]}
        """
                .formatted(!action.isEmpty(), refreshAfter, disconnectAfter, action);
    }

    private static void mood(String answer) {
        authorizers.environment("moody", Map.of("ANSWER", answer));
    }

    // custom-auth-lambda, refreshAfterInSeconds and disconnectAfterInSeconds.
    @Test
    void aRefreshChangesWhatALiveConnectionMayDoAndAFailedOneEndsIt() throws Exception {
        mood(mood("iot:Subscribe", 300, 3600));
        Inbox<Mqtt5DisconnectReasonCode> endings = new Inbox<>();
        Mqtt5BlockingClient client = Hive.watched(client("five", "moody", "any"), endings);
        client.connect();
        assertThatThrownBy(() -> Hive.publish(client, "a", "early"))
                .isInstanceOf(Mqtt5PubAckException.class);
        mood(mood("iot:Publish", 300, 3600));
        server.advance(Duration.ofSeconds(301));
        Until.present("right to publish", () -> attempt(() -> Hive.publish(client, "a", "late")));
        assertThatThrownBy(() -> Hive.subscribe(client, "a"))
                .isInstanceOf(Mqtt5SubAckException.class);
        mood(mood("", 300, 3600));
        server.advance(Duration.ofSeconds(301));
        assertThat(endings.next()).isEqualTo(Mqtt5DisconnectReasonCode.NOT_AUTHORIZED);
        assertThat(server.get("/_homeport/denials?clientId=five").body())
                .contains("authorizer moody: its function says isAuthenticated false");
    }

    @Test
    void aConnectionEndsWhenItsTimeIsOver() throws Exception {
        mood(mood("iot:Publish", 86_400, 400));
        Mqtt5BlockingClient watcher = Hive.plain(server, "watcher").buildBlocking();
        watcher.connect();
        Inbox<Mqtt5Publish> events =
                Hive.subscribe(watcher, "$aws/events/presence/disconnected/six");
        Inbox<Mqtt5DisconnectReasonCode> endings = new Inbox<>();
        Mqtt5BlockingClient client = Hive.watched(client("six", "moody", "any"), endings);
        client.connect();
        server.advance(Duration.ofSeconds(401));
        assertThat(endings.next()).isEqualTo(Mqtt5DisconnectReasonCode.MAXIMUM_CONNECT_TIME);
        assertThat(Hive.payload(events.next()))
                .contains("\"disconnectReason\":\"CUSTOMAUTH_TTL_EXPIRATION\"")
                .contains("\"principalIdentifier\":\"moody\"");
        watcher.disconnect();
    }

    private static Optional<Boolean> attempt(Runnable action) {
        try {
            action.run();
            return Optional.of(true);
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    // SetDefaultAuthorizer: used where a device names no authorizer.
    @Test
    void theDefaultAuthorizerIsAskedForThoseWhoNameNone() {
        authorizers.iot().setDefaultAuthorizer(r -> r.authorizerName("unsigned"));
        try {
            Mqtt5BlockingClient client =
                    client("seven")
                            .simpleAuth()
                            .username("dave")
                            .password("open".getBytes(UTF_8))
                            .applySimpleAuth()
                            .buildBlocking();
            client.connect();
            client.disconnect();
        } finally {
            authorizers.iot().clearDefaultAuthorizer();
        }
    }

    @Test
    void awsCliTriesAnAuthorizerOut() throws Exception {
        JsonNode answer =
                Json.MAPPER.readTree(
                        AwsCli.output(
                                server,
                                "iot",
                                "test-invoke-authorizer",
                                "--authorizer-name",
                                "unsigned",
                                "--http-context",
                                "{\"headers\": {\"password\": \"open\"}}"));
        assertThat(answer.get("isAuthenticated").booleanValue()).isTrue();
        assertThat(answer.get("policyDocuments")).hasSize(2);
        assertThat(answer.get("refreshAfterInSeconds").intValue()).isEqualTo(300);
    }

    @Test
    void aFunctionInNodeDecidesAsWell() throws Exception {
        Program.require("node", "--version");
        String function =
                authorizers.function(
                        "node",
                        "nodejs22.x",
                        "judge.js",
                        """
                        exports.handler = async (event) => ({
                          isAuthenticated: event.protocolData.mqtt.username.startsWith('eve?'),
                          principalId: event.protocolData.mqtt.clientId,
                          disconnectAfterInSeconds: 3600,
                          refreshAfterInSeconds: 300,
                          policyDocuments: [JSON.stringify({
                            Version: '2012-10-17',
                            Statement: [{Effect: 'Allow', Action: 'iot:Connect', Resource: '*'}]})]
                        });
                        """);
        authorizers.authorizer("node", function);
        for (String user : List.of("eve", "mallory")) {
            Mqtt5BlockingClient client =
                    client("eight")
                            .simpleAuth()
                            .username(user + "?x-amz-customauthorizer-name=node")
                            .applySimpleAuth()
                            .buildBlocking();
            if (user.equals("eve")) {
                client.connect();
                client.disconnect();
            } else {
                assertThatThrownBy(client::connect).isInstanceOf(Mqtt5ConnAckException.class);
            }
        }
    }
}
