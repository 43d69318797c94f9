package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.homeport.core.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Devices over HTTPS with a client certificate, by Java's own HTTP client and by curl
/// (docs.aws.amazon.com/iot/latest/developerguide/http.html).
class HttpsDeviceTest {
    private static TestServer server;
    private static TestServer.Device device;
    private static HttpClient http;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        device =
                server.device(
                        "https",
                        server.policy(
                                "iot:Publish", "topic/open/*",
                                "iot:RetainPublish", "topic/open/kept",
                                "iot:GetRetainedMessage", "topic/open/*"));
        http = HttpClient.newBuilder().sslContext(Tls.context(server, device)).build();
    }

    @AfterAll
    static void stop() {
        http.close();
        server.close();
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                URI.create("https://localhost:" + server.endpoints().httpsPort() + path));
    }

    private static HttpResponse<String> publish(String pathAndQuery, String body) throws Exception {
        return http.send(
                request("/topics/" + pathAndQuery)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void aPublishReachesSubscribersWithItsProperties() throws Exception {
        Mqtt5BlockingClient subscriber = Hive.plain(server, "subscriber").buildBlocking();
        subscriber.connect();
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(subscriber, "open/a b");
        HttpResponse<String> answer =
                http.send(
                        request(
                                        "/topics/open/a%20b?qos=1&contentType=text%2Fplain"
                                                + "&responseTopic=open%2Fanswer&messageExpiry=60")
                                .header(
                                        "x-amz-mqtt5-user-properties",
                                        base64("[{\"k\":\"1\"},{\"k\":\"2\"}]"))
                                .header("x-amz-mqtt5-correlation-data", base64("c"))
                                .header("x-amz-mqtt5-payload-format-indicator", "UTF8_DATA")
                                .POST(HttpRequest.BodyPublishers.ofString("hello"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("x-amzn-requestid")).isPresent();
        Mqtt5Publish received = inbox.next();
        assertThat(received.getTopic()).hasToString("open/a b");
        assertThat(Hive.payload(received)).isEqualTo("hello");
        assertThat(received.getContentType().orElseThrow()).hasToString("text/plain");
        assertThat(received.getResponseTopic().orElseThrow()).hasToString("open/answer");
        assertThat(received.getCorrelationData()).contains(ByteBuffer.wrap("c".getBytes(UTF_8)));
        assertThat(received.getPayloadFormatIndicator())
                .contains(Mqtt5PayloadFormatIndicator.UTF_8);
        assertThat(received.getMessageExpiryInterval().orElseThrow()).isBetween(50L, 60L);
        assertThat(received.getUserProperties().asList().stream().map(p -> p.getValue().toString()))
                .containsExactly("1", "2");
        subscriber.disconnect();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    @Test
    void whatNoPolicyAllowsIsForbidden() throws Exception {
        HttpResponse<String> answer = publish("closed/a?qos=1", "secret");
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().firstValue("x-amzn-errortype").orElseThrow())
                .startsWith("ForbiddenException");
        assertThat(Json.MAPPER.readTree(answer.body()).get("message").asString()).isNotBlank();
        assertThat(server.get("/_homeport/denials").body())
                .contains("\"iot:Publish\"", "topic/closed/a", "Certificate ");
        assertThat(publish("open/other?retain=true", "x").statusCode())
                .as("iot:RetainPublish is asked for, too")
                .isEqualTo(403);
    }

    @Test
    void wrongFieldsAreRefused() throws Exception {
        for (String path : List.of("open/a?qos=2", "open/a?retain=perhaps", "open/%23", "open/+")) {
            HttpResponse<String> answer = publish(path, "x");
            assertThat(answer.statusCode()).as(path).isEqualTo(400);
            assertThat(answer.headers().firstValue("x-amzn-errortype").orElseThrow())
                    .as(path)
                    .startsWith("InvalidRequestException");
        }
    }

    @Test
    void aRetainedMessageIsRead() throws Exception {
        assertThat(publish("open/kept?qos=1&retain=true", "kept").statusCode()).isEqualTo(200);
        HttpResponse<String> answer = get("/retainedMessage/open%2Fkept");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode kept = Json.MAPPER.readTree(answer.body());
        assertThat(kept.get("topic").asString()).isEqualTo("open/kept");
        assertThat(kept.get("payload").asString()).isEqualTo(base64("kept"));
        assertThat(kept.get("lastModifiedTime").asLong()).isPositive();
        assertThat(get("/retainedMessage/open%2Fnothing").statusCode()).isEqualTo(404);
        assertThat(get("/retainedMessage/closed").statusCode()).isEqualTo(403);
        assertThat(get("/retainedMessage").statusCode()).isEqualTo(403);
    }

    @Test
    void theManagementApiIsNotForDevices() throws Exception {
        assertThat(get("/things").statusCode()).isEqualTo(403);
    }

    @Test
    void withoutCertificateAndSignatureNothingIsAllowed() throws Exception {
        try (HttpClient anonymous =
                HttpClient.newBuilder().sslContext(Tls.context(server, null)).build()) {
            HttpResponse<String> answer =
                    anonymous.send(
                            request("/topics/open/a")
                                    .POST(HttpRequest.BodyPublishers.ofString("x"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isIn(401, 403);
        }
    }

    @Test
    void curlPublishesWithACertificate() throws Exception {
        Program.Result result =
                Curl.run(
                        server,
                        device,
                        "--data",
                        "hello",
                        "--write-out",
                        "%{http_code}",
                        "https://localhost:%d/topics/open/curl?qos=1"
                                .formatted(server.endpoints().httpsPort()));
        assertThat(result.output()).as(result.errors()).contains("OK").endsWith("200");
    }

    @Test
    void httpsIsSpokenWhereAlpnAsksForIt() throws Exception {
        try (SSLSocket socket =
                (SSLSocket)
                        Tls.context(server, device)
                                .getSocketFactory()
                                .createSocket("localhost", server.endpoints().httpsPort())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"x-amzn-http-ca"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            assertThat(socket.getApplicationProtocol()).isEqualTo("x-amzn-http-ca");
            assertThat(statusLine(socket)).isEqualTo("HTTP/1.1 200 OK");
        }
    }

    private static String statusLine(SSLSocket socket) throws IOException {
        String request =
                """
                POST /topics/open/alpn HTTP/1.1
                Host: localhost
                Content-Length: 0
                Connection: close

                """
                        .replace("\n", "\r\n");
        socket.getOutputStream().write(request.getBytes(UTF_8));
        String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
        return answer.lines().findFirst().orElse("");
    }
}
