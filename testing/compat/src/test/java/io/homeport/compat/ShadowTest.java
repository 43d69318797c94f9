package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;
import software.amazon.awssdk.services.iotdataplane.model.ConflictException;
import software.amazon.awssdk.services.iotdataplane.model.InvalidRequestException;
import software.amazon.awssdk.services.iotdataplane.model.ListNamedShadowsForThingResponse;
import software.amazon.awssdk.services.iotdataplane.model.RequestEntityTooLargeException;
import software.amazon.awssdk.services.iotdataplane.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iotdataplane.model.UnsupportedDocumentEncodingException;
import tools.jackson.databind.JsonNode;

/// Device shadows by mosquitto, Paho, AWS CLI, AWS SDK for Java and plain HTTPS with a certificate
/// (AWS IoT developer guide, "AWS IoT Device Shadow service").
class ShadowTest {
    private static TestServer server;
    private static TestServer.Device device;
    private static IotDataPlaneClient data;
    private static HttpClient https;

    @TempDir Path directory;

    private final String thing = "t" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        server = TestServer.start();
        device =
                server.device(
                        "shadow-device",
                        server.policy(
                                "iot:GetThingShadow", "thing/lamp",
                                "iot:UpdateThingShadow", "thing/lamp",
                                "iot:UpdateThingShadow", "thing/lamp/open",
                                "iot:DeleteThingShadow", "thing/lamp/open",
                                "iot:ListNamedShadowsForThing", "thing/lamp"));
        data = server.iotData();
        https = HttpClient.newBuilder().sslContext(Tls.context(server, device)).build();
    }

    @AfterAll
    static void stop() {
        https.close();
        data.close();
        server.close();
    }

    // ---- mosquitto ----

    private static List<String> mosquitto(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        program,
                        "-h",
                        "127.0.0.1",
                        "-p",
                        String.valueOf(server.endpoints().mqttPort()),
                        "-q",
                        "1"));
        command.addAll(List.of(arguments));
        return command;
    }

    private Console subscribed() throws Exception {
        Console console =
                Console.start(
                        mosquitto(
                                "mosquitto_sub", "-d", "-v", "-t", "$aws/things/" + thing + "/#"));
        console.await("Subscribed (mid");
        return console;
    }

    private void publish(String topic, String payload) throws Exception {
        Program.Result result =
                Program.run(
                        Map.of(),
                        mosquitto(
                                "mosquitto_pub",
                                "-t",
                                "$aws/things/" + thing + "/shadow" + topic,
                                "-m",
                                payload));
        assertThat(result.exitCode()).as(result.errors()).isZero();
    }

    /// The next message on that topic; those before are passed over.
    private JsonNode next(Console console, String topic) throws Exception {
        String start = "$aws/things/" + thing + "/shadow" + topic + " {";
        String line = console.line();
        while (!line.startsWith(start)) {
            line = console.line();
        }
        return Json.MAPPER.readTree(line.substring(start.length() - 1));
    }

    private static JsonNode json(String text) {
        return Json.MAPPER.readTree(text);
    }

    // "Device Shadow MQTT topics", "Device Shadow error messages"
    @Test
    void everyTopicOfAClassicAndANamedShadowAnswers() throws Exception {
        for (String name : List.of("", "/name/settings")) {
            try (Console console = subscribed()) {
                publish(name + "/get", "{\"clientToken\":\"g\"}");
                JsonNode missing = next(console, name + "/get/rejected");
                assertThat(missing.get("code").intValue()).isEqualTo(404);
                assertThat(missing.get("message").stringValue())
                        .isEqualTo(
                                "No shadow exists with name: '"
                                        + (name.isEmpty() ? thing : "settings")
                                        + "'");
                assertThat(missing.get("clientToken").stringValue()).isEqualTo("g");

                publish(
                        name + "/update",
                        """
                        {"state":{"desired":{"on":true,"rgb":[1,2]},"reported":{"on":false}},
                         "clientToken":"u"}\
                        """);
                JsonNode accepted = next(console, name + "/update/accepted");
                assertThat(accepted.get("version").intValue()).isEqualTo(1);
                assertThat(accepted.get("clientToken").stringValue()).isEqualTo("u");
                assertThat(accepted.get("state"))
                        .isEqualTo(
                                json(
                                        """
                                        {"desired":{"on":true,"rgb":[1,2]},
                                         "reported":{"on":false}}\
                                        """));
                long seconds = accepted.get("timestamp").longValue();
                assertThat(accepted.at("/metadata/desired/rgb"))
                        .isEqualTo(
                                json(
                                        "[{\"timestamp\":%1$d},{\"timestamp\":%1$d}]"
                                                .formatted(seconds)));
                JsonNode delta = next(console, name + "/update/delta");
                assertThat(delta.get("state")).isEqualTo(json("{\"on\":true,\"rgb\":[1,2]}"));
                JsonNode documents = next(console, name + "/update/documents");
                assertThat(documents.get("previous").isNull()).isTrue();
                assertThat(documents.at("/current/version").intValue()).isEqualTo(1);

                publish(name + "/update", "{\"state\":{\"reported\":{\"on\":true}},\"version\":7}");
                JsonNode conflict = next(console, name + "/update/rejected");
                assertThat(conflict)
                        .isEqualTo(json("{\"code\":409,\"message\":\"Version conflict\"}"));

                publish(name + "/update", "{\"state\":{\"reported\":{\"on\":true}},\"version\":1}");
                assertThat(next(console, name + "/update/accepted").get("state"))
                        .as("what was asked for and nothing else")
                        .isEqualTo(json("{\"reported\":{\"on\":true}}"));
                assertThat(next(console, name + "/update/delta").get("state"))
                        .as("all that differs, whoever changed it")
                        .isEqualTo(json("{\"rgb\":[1,2]}"));
                documents = next(console, name + "/update/documents");
                assertThat(documents.at("/previous/state/reported/on").booleanValue()).isFalse();
                assertThat(documents.at("/current/state/reported/on").booleanValue()).isTrue();

                publish(name + "/get", "");
                JsonNode shadow = next(console, name + "/get/accepted");
                assertThat(shadow.get("state"))
                        .isEqualTo(
                                json(
                                        """
                                        {"desired":{"on":true,"rgb":[1,2]},
                                         "reported":{"on":true},
                                         "delta":{"rgb":[1,2]}}\
                                        """));
                assertThat(shadow.get("version").intValue()).isEqualTo(2);

                publish(name + "/delete", "{\"clientToken\":\"d\"}");
                JsonNode deleted = next(console, name + "/delete/accepted");
                assertThat(deleted.get("version").intValue()).isEqualTo(2);
                assertThat(deleted.get("clientToken").stringValue()).isEqualTo("d");
                publish(name + "/delete", "");
                assertThat(next(console, name + "/delete/rejected").get("code").intValue())
                        .isEqualTo(404);
            }
        }
    }

    // "Detecting if a device is connected": the service ignores wills.
    @Test
    void aWillOnAnUpdateTopicReachesSubscribersAndChangesNothing() throws Exception {
        String will = "{\"state\":{\"reported\":{\"connected\":false}}}";
        try (Console console = subscribed()) {
            try (Console device =
                    Console.start(
                            mosquitto(
                                    "mosquitto_sub",
                                    "-d",
                                    "-t",
                                    "any",
                                    "--will-topic",
                                    "$aws/things/" + thing + "/shadow/update",
                                    "--will-payload",
                                    will))) {
                device.await("Subscribed (mid");
                device.kill();
            }
            assertThat(next(console, "/update")).isEqualTo(json(will));
        }
        assertThatThrownBy(() -> data.getThingShadow(r -> r.thingName(thing)))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    // ---- Paho ----

    @Test
    void updatesOfOneConnectionAreAnsweredInTheirOrder() throws Exception {
        MqttClient paho =
                new MqttClient(
                        "tcp://127.0.0.1:" + server.endpoints().mqttPort(),
                        thing,
                        new MemoryPersistence());
        MqttConnectOptions options = new MqttConnectOptions();
        options.setMaxInflight(500);
        paho.connect(options);
        Inbox<JsonNode> accepted = new Inbox<>();
        paho.subscribe(
                "$aws/things/" + thing + "/shadow/update/accepted",
                1,
                (_, message) -> accepted.add(Json.MAPPER.readTree(message.getPayload())));
        int updates = 300;
        for (int i = 0; i < updates; i++) {
            paho.publish(
                    "$aws/things/" + thing + "/shadow/update",
                    "{\"state\":{\"reported\":{\"n\":%d}}}".formatted(i).getBytes(UTF_8),
                    i % 2,
                    false);
        }
        for (int i = 0; i < updates; i++) {
            JsonNode answer = accepted.next();
            assertThat(answer.get("version").intValue()).isEqualTo(i + 1);
            assertThat(answer.at("/state/reported/n").intValue()).isEqualTo(i);
        }
        paho.disconnect();
        paho.close();
    }

    // ---- AWS SDK for Java ----

    private JsonNode update(@Nullable String shadowName, String document) {
        return Json.MAPPER.readTree(
                data.updateThingShadow(r ->
                                r.thingName(thing)
                                        .shadowName(shadowName)
                                        .payload(SdkBytes.fromUtf8String(document)))
                        .payload()
                        .asByteArray());
    }

    // "Device Shadow REST API", "Optimistic locking"
    @Test
    void theSdkGetsUpdatesListsAndDeletes() {
        assertThat(update(null, "{\"state\":{\"desired\":{\"a\":1.50}}}").get("version").intValue())
                .isEqualTo(1);
        assertThatThrownBy(() -> update(null, "{\"state\":{},\"version\":2}"))
                .isInstanceOfSatisfying(
                        ConflictException.class,
                        e -> {
                            assertThat(e.statusCode()).isEqualTo(409);
                            assertThat(e.awsErrorDetails().errorMessage())
                                    .isEqualTo("Version conflict");
                        });
        assertThat(data.getThingShadow(r -> r.thingName(thing)).payload().asUtf8String())
                .as("numbers keep their digits")
                .contains("\"a\":1.50");
        for (int i = 0; i < 5; i++) {
            update("name" + i, "{\"state\":{}}");
        }
        ListNamedShadowsForThingResponse first =
                data.listNamedShadowsForThing(r -> r.thingName(thing).pageSize(3));
        ListNamedShadowsForThingResponse second =
                data.listNamedShadowsForThing(
                        r -> r.thingName(thing).pageSize(3).nextToken(first.nextToken()));
        assertThat(first.results()).containsExactly("name0", "name1", "name2");
        assertThat(second.results()).containsExactly("name3", "name4");
        assertThat(second.nextToken()).isNull();
        data.deleteThingShadow(r -> r.thingName(thing).shadowName("name0"));
        assertThat(data.listNamedShadowsForThing(r -> r.thingName(thing)).results())
                .containsExactly("name1", "name2", "name3", "name4");
        assertThat(data.listNamedShadowsForThing(r -> r.thingName("nobody")).results()).isEmpty();
    }

    // API reference, UpdateThingShadow, "Errors"
    @Test
    void theSdkGetsModelledErrors() {
        assertThatThrownBy(() -> data.getThingShadow(r -> r.thingName(thing)))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> update(null, "{\"state\":{\"other\":1}}"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("State contains an invalid node: 'other'");
        assertThatThrownBy(() ->
                        update(
                                null,
                                "{\"state\":{\"desired\":{\"x\":\"%s\"}}}"
                                        .formatted("x".repeat(300_000))))
                .isInstanceOf(RequestEntityTooLargeException.class)
                .hasMessageContaining("The payload exceeds the maximum size allowed");
        assertThatThrownBy(() ->
                        data.updateThingShadow(r ->
                                r.thingName(thing)
                                        .payload(
                                                SdkBytes.fromByteArray(
                                                        new byte[] {'"', (byte) 0xC3, '"'}))))
                .isInstanceOf(UnsupportedDocumentEncodingException.class);
    }

    // "Deleting a shadow": the version is remembered for 48 hours.
    @Test
    void aDeletedShadowsVersionIsRememberedForTwoDays() {
        for (Duration pause : List.of(Duration.ofHours(47), Duration.ofHours(49))) {
            String name = "after" + pause.toHours();
            update(name, "{\"state\":{\"desired\":{\"a\":1}}}");
            update(name, "{\"state\":{\"desired\":{\"a\":2}}}");
            data.deleteThingShadow(r -> r.thingName(thing).shadowName(name));
            server.advance(pause);
            assertThat(update(name, "{\"state\":{}}").get("version").intValue())
                    .isEqualTo(pause.toHours() < 48 ? 3 : 1);
        }
    }

    @Test
    void anUpdateByHttpsIsAnnouncedOnTheTopics() throws Exception {
        try (Console console = subscribed()) {
            update(null, "{\"state\":{\"desired\":{\"a\":1}},\"clientToken\":\"h\"}");
            assertThat(next(console, "/update/accepted").get("clientToken").stringValue())
                    .isEqualTo("h");
            assertThat(next(console, "/update/delta").get("state")).isEqualTo(json("{\"a\":1}"));
            assertThat(next(console, "/update/documents").at("/current/version").intValue())
                    .isEqualTo(1);
        }
    }

    // ---- AWS CLI ----

    private Program.Result aws(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("iot-data"));
        command.addAll(List.of(arguments));
        return AwsCli.run(server, command.toArray(String[]::new));
    }

    @Test
    void theCliUpdatesAndReadsANamedShadow() throws Exception {
        Path document = directory.resolve("document.json");
        Path output = directory.resolve("output.json");
        Files.writeString(document, "{\"state\":{\"desired\":{\"a\":1}}}");
        Program.Result updated =
                aws(
                        "update-thing-shadow",
                        "--thing-name",
                        thing,
                        "--shadow-name",
                        "cli",
                        "--payload",
                        "fileb://" + document,
                        output.toString());
        assertThat(updated.exitCode()).as(updated.errors()).isZero();
        assertThat(Json.MAPPER.readTree(output).get("version").intValue()).isEqualTo(1);
        Program.Result got =
                aws(
                        "get-thing-shadow",
                        "--thing-name",
                        thing,
                        "--shadow-name",
                        "cli",
                        output.toString());
        assertThat(got.exitCode()).as(got.errors()).isZero();
        assertThat(Json.MAPPER.readTree(output).at("/state/delta/a").intValue()).isEqualTo(1);
        Program.Result missing =
                aws("delete-thing-shadow", "--thing-name", thing, output.toString());
        assertThat(missing.exitCode()).isNotZero();
        assertThat(missing.errors())
                .contains("ResourceNotFoundException")
                .contains("No shadow exists with name: '" + thing + "'");
    }

    // ---- HTTPS with a certificate ----

    private static HttpResponse<String> call(String method, String path, String body)
            throws Exception {
        return https.send(
                HttpRequest.newBuilder(
                                URI.create(
                                        "https://localhost:"
                                                + server.endpoints().httpsPort()
                                                + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    // "AWS IoT Core policy actions": thing/{thing}, and thing/{thing}/{shadow} for named ones.
    @Test
    void aDevicesPolicyNamesThingAndShadow() throws Exception {
        String document = "{\"state\":{\"reported\":{\"a\":1}}}";
        assertThat(call("POST", "/things/lamp/shadow", document).statusCode()).isEqualTo(200);
        assertThat(call("GET", "/things/lamp/shadow", "").body()).contains("\"a\":1");
        assertThat(call("POST", "/things/lamp/shadow?name=open", document).statusCode())
                .isEqualTo(200);
        assertThat(call("GET", "/api/things/shadow/ListNamedShadowsForThing/lamp", "").body())
                .contains("[\"open\"]");
        for (HttpResponse<String> refused :
                List.of(
                        call("POST", "/things/lamp/shadow?name=closed", document),
                        call("GET", "/things/lamp/shadow?name=open", ""),
                        call("DELETE", "/things/lamp/shadow", ""),
                        call("POST", "/things/other/shadow", document))) {
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.headers().firstValue("x-amzn-errortype").orElseThrow())
                    .startsWith("ForbiddenException");
        }
        assertThat(call("DELETE", "/things/lamp/shadow?name=open", "").statusCode()).isEqualTo(200);
    }
}
