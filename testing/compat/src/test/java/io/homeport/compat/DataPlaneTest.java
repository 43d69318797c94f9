package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.homeport.core.Json;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import tools.jackson.databind.JsonNode;

/// The data plane's operations that the SDK has no classes for, signed with the SDK's own signer
/// (docs.aws.amazon.com/iot/latest/developerguide/direct-messaging.html).
class DataPlaneTest {
    private static TestServer server;
    private static HttpClient http;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        http.close();
        server.close();
    }

    private static HttpResponse<String> call(SdkHttpMethod method, String path, String body)
            throws Exception {
        return call(method, path, body, _ -> {});
    }

    private static HttpResponse<String> call(
            SdkHttpMethod method,
            String path,
            String body,
            Consumer<SignRequest.Builder<AwsCredentialsIdentity>> change)
            throws Exception {
        SdkHttpRequest request =
                SdkHttpRequest.builder()
                        .method(method)
                        .uri(URI.create(server.endpoints().apiUrl() + path))
                        .build();
        SignedRequest signed =
                AwsV4HttpSigner.create()
                        .sign(r -> {
                            r.identity(server.credentials().resolveCredentials())
                                    .request(request)
                                    .payload(ContentStreamProvider.fromUtf8String(body))
                                    .putProperty(
                                            AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME,
                                            "iotdevicegateway")
                                    .putProperty(
                                            AwsV4HttpSigner.REGION_NAME,
                                            server.endpoints().region());
                            change.accept(r);
                        });
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(signed.request().getUri())
                        .method(method.name(), HttpRequest.BodyPublishers.ofString(body));
        signed.request()
                .forEachHeader((name, values) -> {
                    if (!name.equalsIgnoreCase("host")) {
                        values.forEach(value -> builder.header(name, value));
                    }
                });
        return http.send(builder.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.MAPPER.readTree(answer.body());
    }

    private static Mqtt5BlockingClient connected(String clientId) {
        Mqtt5BlockingClient client = Hive.plain(server, clientId).buildBlocking();
        client.connectWith().keepAlive(77).sessionExpiryInterval(60).send();
        return client;
    }

    @Test
    void aConnectionIsDescribed() throws Exception {
        Mqtt5BlockingClient client = connected("described");
        JsonNode there =
                json(
                        call(
                                SdkHttpMethod.GET,
                                "/connections/described?includeSocketInformation=true",
                                ""));
        assertThat(there.get("connected").asBoolean()).isTrue();
        assertThat(there.get("keepAliveDuration").asInt()).isEqualTo(77);
        assertThat(there.get("sessionExpiry").asInt()).isEqualTo(60);
        assertThat(there.get("sourceIp").asString()).isEqualTo("127.0.0.1");
        assertThat(there.get("targetPort").asInt()).isEqualTo(server.endpoints().mqttPort());
        client.disconnect();
        JsonNode gone = json(call(SdkHttpMethod.GET, "/connections/described", ""));
        assertThat(gone.get("connected").asBoolean()).isFalse();
        assertThat(gone.get("disconnectReason").asString())
                .isEqualTo("CLIENT_INITIATED_DISCONNECT");
        assertThat(gone.has("sourceIp")).isFalse();
        assertThat(call(SdkHttpMethod.GET, "/connections/nobody", "").statusCode()).isEqualTo(404);
        assertThat(call(SdkHttpMethod.GET, "/connections/%24reserved", "").statusCode())
                .isEqualTo(400);
    }

    @Test
    void subscriptionsAreListedPageByPage() throws Exception {
        Mqtt5BlockingClient client = connected("listed");
        for (int i = 0; i < 5; i++) {
            client.subscribeWith().topicFilter("f/" + i).qos(MqttQos.AT_LEAST_ONCE).send();
        }
        Set<String> filters = new HashSet<>();
        String query = "?maxResults=2";
        for (int page = 0; page < 3; page++) {
            JsonNode answer =
                    json(call(SdkHttpMethod.GET, "/connections/listed/subscriptions" + query, ""));
            answer.get("subscriptions").forEach(s -> filters.add(s.get("topicFilter").asString()));
            if (page < 2) {
                query =
                        "?maxResults=2&nextToken="
                                + URLEncoder.encode(
                                        answer.get("nextToken").asString(), StandardCharsets.UTF_8);
            } else {
                assertThat(answer.has("nextToken")).isFalse();
            }
        }
        assertThat(filters).containsExactlyInAnyOrder("f/0", "f/1", "f/2", "f/3", "f/4");
        assertThat(
                        call(
                                        SdkHttpMethod.GET,
                                        "/connections/listed/subscriptions?nextToken=forged",
                                        "")
                                .statusCode())
                .isEqualTo(400);
        client.disconnect();
    }

    @Test
    void aDirectMessageNeedsNoSubscription() throws Exception {
        Mqtt5BlockingClient client = connected("direct");
        Inbox<Mqtt5Publish> inbox = Hive.inbox(client);
        assertThat(sendDirectMessage("topic=cmd&confirmation=true&timeout=10")).isEqualTo(200);
        Mqtt5Publish received = inbox.next();
        assertThat(received.getTopic()).hasToString("cmd");
        assertThat(Hive.payload(received)).isEqualTo("restart");
        assertThat(received.getQos()).isEqualTo(MqttQos.AT_LEAST_ONCE);
        for (String query : List.of("", "topic=%24aws/a", "topic=a%2F%23", "topic=a&timeout=16")) {
            assertThat(sendDirectMessage(query)).as(query).isEqualTo(400);
        }
        client.disconnect();
        assertThat(sendDirectMessage("topic=cmd")).as("it isn't queued").isEqualTo(404);
    }

    private static int sendDirectMessage(String query) throws Exception {
        return call(SdkHttpMethod.POST, "/connections/direct/messages?" + query, "restart")
                .statusCode();
    }

    @Test
    void aPresignedAddressIsGoodUntilItExpires() throws Exception {
        Consumer<SignRequest.Builder<AwsCredentialsIdentity>> presigned =
                r ->
                        r.putProperty(
                                        AwsV4FamilyHttpSigner.AUTH_LOCATION,
                                        AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING)
                                .putProperty(
                                        AwsV4FamilyHttpSigner.EXPIRATION_DURATION,
                                        Duration.ofMinutes(1));
        assertThat(call(SdkHttpMethod.GET, "/retainedMessage", "", presigned).statusCode())
                .isEqualTo(200);
        HttpResponse<String> expired =
                call(
                        SdkHttpMethod.GET,
                        "/retainedMessage",
                        "",
                        presigned.andThen(r ->
                                r.putProperty(
                                        HttpSigner.SIGNING_CLOCK,
                                        Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-5)))));
        assertThat(expired.statusCode()).isEqualTo(403);
        assertThat(expired.body()).containsIgnoringCase("expired");
    }

    @Test
    void aSignatureOfAnotherTimeOrServiceIsRefused() throws Exception {
        HttpResponse<String> old =
                call(
                        SdkHttpMethod.GET,
                        "/retainedMessage",
                        "",
                        r ->
                                r.putProperty(
                                        HttpSigner.SIGNING_CLOCK,
                                        Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-20))));
        assertThat(old.statusCode()).isEqualTo(403);
        HttpResponse<String> other =
                call(
                        SdkHttpMethod.GET,
                        "/connections/nobody",
                        "",
                        r ->
                                r.putProperty(
                                        AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "iotsitewise"));
        assertThat(other.statusCode()).isIn(403, 404);
    }
}
