package io.homeport.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.aws.ApiDoor;
import io.homeport.aws.ApiRequest;
import io.homeport.aws.ApiResponse;
import io.homeport.aws.ApiSettings;
import io.homeport.aws.Caller;
import io.homeport.aws.PageTokens;
import io.homeport.broker.Broker;
import io.homeport.broker.BrokerLimits;
import io.homeport.core.AccountId;
import io.homeport.core.Json;
import io.homeport.core.Message;
import io.homeport.core.Profile;
import io.homeport.core.UserProperty;
import io.homeport.storage.MemoryStore;
import io.homeport.testkit.SimTimers;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Source: AWS IoT developer guide, "HTTPS", and the API reference of AWS IoT data.
class DataPlaneServiceTest {
    private static final int MAXIMUM_PAYLOAD = 128 * 1024;

    private final SimTimers timers = new SimTimers();
    private final TestDirectory directory = new TestDirectory();
    private final Explanations explanations = new Explanations(timers);
    private final List<Message> published = new ArrayList<>();
    private final MemoryStore store = new MemoryStore();
    private final Broker broker =
            new Broker(
                    store,
                    timers,
                    timers,
                    new Random(1),
                    BrokerLimits.of(Profile.OPEN),
                    explanations);
    private final ApiDoor door =
            new ApiDoor(
                    new ApiSettings(AccountId.DEFAULT, "us-east-1", true),
                    timers,
                    (_, _) -> Optional.empty(),
                    (_, _, _, _) -> Optional.empty(),
                    _ -> {});

    @BeforeEach
    void start() {
        broker.start();
        broker.subscribe(
                AccountId.DEFAULT,
                "#",
                message -> {
                    published.add(message);
                    return CompletableFuture.completedFuture(null);
                });
        DataPlaneService service =
                new DataPlaneService(
                        broker,
                        directory,
                        explanations,
                        new PageTokens(new byte[32]),
                        timers,
                        MAXIMUM_PAYLOAD);
        service.register(door);
        service.registerRaw(door);
    }

    @AfterEach
    void stop() {
        broker.close();
        store.close();
    }

    private ApiResponse call(
            String method, String target, byte[] body, Map<String, String> headers) {
        return call(method, target, body, headers, null);
    }

    private ApiResponse call(
            String method,
            String target,
            byte[] body,
            Map<String, String> headers,
            @Nullable Caller device) {
        int question = target.indexOf('?');
        Map<String, List<String>> lists = new HashMap<>();
        lists.put("host", List.of("localhost"));
        headers.forEach((name, value) -> lists.put(name, List.of(value)));
        return door.handle(
                new ApiRequest(
                        method,
                        question < 0 ? target : target.substring(0, question),
                        question < 0 ? "" : target.substring(question + 1),
                        lists,
                        body,
                        "127.0.0.1",
                        device));
    }

    private static JsonNode json(ApiResponse response) {
        return Json.MAPPER.readTree(response.body());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static Caller device() {
        return new Caller(
                AccountId.DEFAULT,
                "us-east-1",
                new Caller.Principal.Device("cert-1", null),
                "r",
                "127.0.0.1");
    }

    @Test
    void publishCarriesEveryField() {
        ApiResponse response =
                call(
                        "POST",
                        "/topics/a%2Fb?qos=1&retain=true&contentType=text%2Fplain"
                                + "&responseTopic=r%2F1&messageExpiry=60",
                        bytes("hello"),
                        Map.of(
                                "x-amz-mqtt5-user-properties",
                                Base64.getEncoder()
                                        .encodeToString(bytes("[{\"k\":\"1\"},{\"k\":\"2\"}]")),
                                "x-amz-mqtt5-payload-format-indicator",
                                "UTF8_DATA",
                                "x-amz-mqtt5-correlation-data",
                                Base64.getEncoder().encodeToString(bytes("id"))));
        assertThat(response.status()).isEqualTo(200);
        assertThat(json(response).get("message").stringValue()).isEqualTo("OK");
        assertThat(json(response).get("traceId").stringValue()).isNotBlank();
        Message message = published.getFirst();
        assertThat(message.topic()).isEqualTo("a/b");
        assertThat(message.payload()).isEqualTo(bytes("hello"));
        assertThat(message.qos()).isEqualTo(1);
        assertThat(message.retain()).isTrue();
        assertThat(message.properties().contentType()).isEqualTo("text/plain");
        assertThat(message.properties().responseTopic()).isEqualTo("r/1");
        assertThat(message.properties().messageExpirySeconds()).isEqualTo(60);
        assertThat(message.properties().payloadFormatIndicator()).isEqualTo(1);
        assertThat(message.properties().correlationData()).isEqualTo(bytes("id"));
        assertThat(message.properties().userProperties())
                .containsExactly(new UserProperty("k", "1"), new UserProperty("k", "2"));
    }

    @ParameterizedTest
    @CsvSource({
        "/topics/a?qos=2",
        "/topics/a?qos=x",
        "/topics/a?retain=maybe",
        "/topics/a%2F%23",
        "/topics/a?responseTopic=%23",
        "/topics/a?messageExpiry=-1",
        "/topics/%24aws%2Fx?retain=true",
        "/topics/%24aws%2Fevents%2Fpresence%2Fconnected%2Fx"
    })
    void aWrongFieldIsRefusedByName(String target) {
        ApiResponse response = call("POST", target, bytes("x"), Map.of());
        assertThat(response.status()).isEqualTo(400);
        assertThat(response.headers().toString()).contains("InvalidRequestException");
        assertThat(published).isEmpty();
    }

    @Test
    void aPayloadBeyondTheLimitIsTooLarge() {
        ApiResponse response = call("POST", "/topics/a", new byte[MAXIMUM_PAYLOAD + 1], Map.of());
        assertThat(response.status()).isEqualTo(413);
        assertThat(response.headers().toString()).contains("RequestEntityTooLargeException");
    }

    @Test
    void aDeviceNeedsPublishAndForRetainedMessagesMore() {
        directory.policy(
                """
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Publish",
                "Resource":"arn:aws:iot:us-east-1:000000000000:topic/a"}]}
                """);
        assertThat(call("POST", "/topics/a", bytes("x"), Map.of(), device()).status())
                .isEqualTo(200);
        for (String target : List.of("/topics/b", "/topics/a?retain=true")) {
            ApiResponse refused = call("POST", target, bytes("x"), Map.of(), device());
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.headers().toString()).contains("ForbiddenException");
        }
        assertThat(published).hasSize(1);
        assertThat(explanations.last("", 10))
                .extracting(Explanations.Explanation::action)
                .containsExactlyInAnyOrder("iot:Publish", "iot:RetainPublish");
    }

    @Test
    void retainedMessagesAreReadAndListedInPages() {
        for (String topic : List.of("c", "a", "b")) {
            call("POST", "/topics/" + topic + "?retain=true", bytes("of " + topic), Map.of());
        }
        JsonNode one = json(call("GET", "/retainedMessage/a", new byte[0], Map.of()));
        assertThat(one.get("topic").stringValue()).isEqualTo("a");
        assertThat(Base64.getDecoder().decode(one.get("payload").stringValue()))
                .isEqualTo(bytes("of a"));
        assertThat(call("GET", "/retainedMessage/none", new byte[0], Map.of()).status())
                .isEqualTo(404);

        JsonNode first = json(call("GET", "/retainedMessage?maxResults=2", new byte[0], Map.of()));
        assertThat(first.get("retainedTopics").findValuesAsString("topic"))
                .containsExactly("a", "b");
        String token = first.get("nextToken").stringValue();
        JsonNode second =
                json(
                        call(
                                "GET",
                                "/retainedMessage?maxResults=2&nextToken=" + token,
                                new byte[0],
                                Map.of()));
        assertThat(second.get("retainedTopics").findValuesAsString("topic")).containsExactly("c");
        assertThat(second.has("nextToken")).isFalse();
        assertThat(call("GET", "/retainedMessage?nextToken=forged", new byte[0], Map.of()).status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "DELETE,/connections/nobody,404",
        "GET,/connections/nobody,404",
        "GET,/connections/nobody/subscriptions,404",
        "POST,/connections/nobody/messages?topic=a,404",
        "POST,/connections/nobody/messages?topic=%24aws,400",
        "POST,/connections/nobody/messages,400",
        "GET,/connections/%24x,400",
        "GET,/connections/nobody/subscriptions?maxResults=201,400"
    })
    void aClientThatIsNotThereIsNotFound(String method, String target, int status) {
        assertThat(call(method, target, new byte[0], Map.of()).status()).isEqualTo(status);
    }
}
