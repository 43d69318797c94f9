package io.homeport.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.broker.BrokerEvent;
import io.homeport.core.AccountId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The API port: HTTP/1.1 (RFC 9112) and the operator's pages.
class HttpListenerServerTest {
    private static TestGateway server;

    @BeforeAll
    static void start() throws Exception {
        server = new TestGateway();
        server.gateway.adminRoute(
                "POST",
                "/_homeport/echo/{name}",
                request -> HttpAnswers.text(200, "text/plain", request.path().get("name") + "!"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String get(String path, String... headers) throws Exception {
        return exchange("GET", path, headers);
    }

    private static String exchange(String method, String path, String... headers) throws Exception {
        StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        boolean host = false;
        for (String header : headers) {
            request.append(header).append("\r\n");
            host |= header.startsWith("Host:");
        }
        if (!host) {
            request.append("Host: localhost:4566\r\n");
        }
        try (RawClient client = server.api()) {
            return client.sendText(request + "\r\n").readResponse();
        }
    }

    @Test
    void requestsReachTheDoorUndecoded() throws Exception {
        assertThat(get("/topics/a%2Fb?qos=1&x=%20", "X-Thing: A", "x-thing: B"))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("\"path\":\"/topics/a%2Fb\"")
                .contains("\"query\":\"qos=1&x=%20\"");
        assertThat(server.door.requests.poll(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(get("http://other:80/things?a=b"))
                .contains("\"path\":\"/things\"")
                .contains("\"query\":\"a=b\"");
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        try (RawClient client = server.api()) {
            client.sendText(
                    "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
                            + "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
                            + "POST /3 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n");
            assertThat(client.readResponse()).contains("\"path\":\"/1\"").contains("\"bytes\":3");
            assertThat(client.readResponse()).contains("\"path\":\"/2\"").contains("\"bytes\":0");
            assertThat(client.readResponse()).contains("\"path\":\"/3\"").contains("\"bytes\":5");
        }
    }

    @Test
    void aConnectionIsClosedBehindItsLastRequest() throws Exception {
        try (RawClient client = server.api();
                RawClient old = server.api()) {
            client.sendText("GET /1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
            assertThat(new String(client.readToEnd(), UTF_8))
                    .contains("connection: close")
                    .contains("\"path\":\"/1\"");
            old.sendText("GET /1 HTTP/1.0\r\n\r\n");
            assertThat(new String(old.readToEnd(), UTF_8)).contains("200 OK");
        }
    }

    @Test
    void headGetsNoBody() throws Exception {
        try (RawClient client = server.api()) {
            client.sendText(
                    "HEAD /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            String response = new String(client.readToEnd(), UTF_8);
            assertThat(response)
                    .contains("200 OK")
                    .contains("content-length: ")
                    .endsWith("\r\n\r\n");
        }
    }

    @Test
    void aClientThatExpectsItIsToldToContinue() throws Exception {
        try (RawClient client = server.api()) {
            client.sendText(
                    "POST /p HTTP/1.1|Host: h|Content-Length: 2|Expect: 100-continue||"
                            .replace("|", "\r\n"));
            assertThat(client.readResponse()).startsWith("HTTP/1.1 100 Continue\r\n");
            assertThat(client.sendText("ok").readResponse()).contains("\"bytes\":2");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'POST /p HTTP/1.1|Host: h|Content-Length: 70000||', 413",
        "'POST /p HTTP/1.1|Host: h|Expect: magic||', 417",
        "'POST /p HTTP/1.1|Host: h|Content-Length: two||', 400",
        "'POST /p HTTP/1.1|Host: h|Transfer-Encoding: chunked||zz|', 400",
        "'GET /p HTTP/1.1||', 400",
        "'GET /p HTTP/1.1|Host: a|Host: b||', 400",
        "'NONSENSE||', 400"
    })
    void aBadRequestIsAnsweredAndTheConnectionClosed(String request, int status) throws Exception {
        try (RawClient client = server.api()) {
            client.sendText(request.replace("|", "\r\n"));
            String response = new String(client.readToEnd(), UTF_8);
            assertThat(response)
                    .startsWith("HTTP/1.1 " + status)
                    .contains("connection: close")
                    .contains("{\"message\":");
        }
    }

    @Test
    void aChunkedBodyBeyondTheLimitIsCutOff() throws Exception {
        try (RawClient client = server.api()) {
            client.sendText("POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
            String chunk = "4000\r\n" + "x".repeat(0x4000) + "\r\n";
            client.sendText(chunk.repeat(5));
            assertThat(new String(client.readToEnd(), UTF_8)).startsWith("HTTP/1.1 413");
        }
    }

    @Test
    void headersBeyondTheLimitGet431() throws Exception {
        assertThat(get("/", "X-Large: " + "x".repeat(9_000))).startsWith("HTTP/1.1 431");
    }

    @Test
    void aBodyThatDoesNotComeGets408() throws Exception {
        try (TestGateway impatient = new TestGateway(TestGateway.IMPATIENT, true);
                RawClient client = impatient.api()) {
            client.sendText("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
            assertThat(client.readResponse()).startsWith("HTTP/1.1 408");
        }
    }

    @Test
    void theBodiesOfAllConnectionsAreBoundedTogether() throws Exception {
        try (TestGateway small = new TestGateway(TestGateway.IMPATIENT, true)) {
            List<RawClient> clients = new ArrayList<>();
            String most = "x".repeat(TestGateway.LIMITS.maximumHttpBodyBytes() - 1);
            String request = "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 65536\r\n\r\n";
            for (int i = 0; i < 17; i++) {
                clients.add(small.api().sendText(request + most));
            }
            List<String> answers = new ArrayList<>();
            for (RawClient client : clients) {
                // The others are told after a while that the rest of theirs didn't come.
                answers.add(client.readResponse().substring(0, 12));
                client.close();
            }
            assertThat(answers).contains("HTTP/1.1 503", "HTTP/1.1 408");
            try (RawClient later = small.api()) {
                assertThat(later.sendText(request + most + "x").readResponse())
                        .startsWith("HTTP/1.1 200");
            }
        }
    }

    /// What such a client is sent would pile up in memory otherwise.
    @Test
    void aClientThatDoesNotReadItsAnswersIsClosed() throws Exception {
        GatewayLimits impatient =
                new GatewayLimits(
                        64,
                        64,
                        16,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        4096,
                        TestGateway.LIMITS.mqtt(),
                        16 * 1024,
                        64 * 1024,
                        4 * 1024 * 1024,
                        64 * 1024,
                        8 * 1024,
                        2,
                        Duration.ofSeconds(5),
                        Duration.ofMillis(300),
                        Duration.ofHours(24));
        try (TestGateway strict = new TestGateway(impatient, true);
                RawClient client = strict.api()) {
            String request =
                    "GET /p?" + "x".repeat(15_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
            assertThatThrownBy(
                            () -> {
                                for (int i = 0; i < 20_000; i++) {
                                    client.sendText(request);
                                }
                            })
                    .isInstanceOf(IOException.class);
        }
    }

    /// RFC 9110, 6.6.1: an origin server with a clock sends Date.
    @Test
    void answersTellTheTime() throws Exception {
        assertThat(get("/health"))
                .containsPattern("date: \\w{3}, \\d{2} \\w{3} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT");
    }

    @Test
    void oneRequestTooManyIsToldToTryAgain() throws Exception {
        try (TestGateway busy = new TestGateway();
                RawClient one = busy.api();
                RawClient two = busy.api();
                RawClient three = busy.api()) {
            String slow = "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n";
            one.sendText(slow);
            two.sendText(slow);
            busy.door.requests.poll(10, TimeUnit.SECONDS);
            busy.door.requests.poll(10, TimeUnit.SECONDS);
            assertThat(three.sendText(slow).readResponse())
                    .startsWith("HTTP/1.1 503")
                    .contains("retry-after: 1");
            busy.door.slowMayEnd.countDown();
            assertThat(one.readResponse()).contains("200 OK");
            assertThat(two.readResponse()).contains("200 OK");
        }
    }

    @Test
    void theOperatorSeesHealthReadinessAndMetrics() throws Exception {
        assertThat(get("/health")).contains("200 OK").contains("\"status\":\"up\"");
        assertThat(get("/ready")).contains("200 OK").contains("\"status\":\"ready\"");
        assertThat(get("/metrics"))
                .contains("200 OK")
                .contains("homeport_connections ")
                .contains("homeport_broker_sessions 2.0")
                .contains("homeport_broker_denials_total 11.0");
    }

    @Test
    void theOperatorSeesDenialsOfAClient() throws Exception {
        server.explanations.onEvent(
                new BrokerEvent.Denied(
                        AccountId.DEFAULT,
                        "lamp-7",
                        "iot:Publish",
                        "a/b",
                        "no statement allows it"));
        assertThat(get("/_homeport/denials?clientId=lamp-7&limit=5"))
                .contains("200 OK")
                .contains("iot:Publish")
                .contains("no statement allows it");
        assertThat(get("/_homeport/clients/lamp-7")).contains("200 OK").contains("iot:Publish");
        assertThat(get("/_homeport/clients/nobody")).startsWith("HTTP/1.1 404");
        assertThat(get("/_homeport/denials?limit=0")).startsWith("HTTP/1.1 400");
    }

    @Test
    void pagesOfOthersCanBeAdded() throws Exception {
        assertThat(exchange("POST", "/_homeport/echo/a%20b")).contains("200 OK").endsWith("a b!");
        assertThat(get("/_homeport/echo/a")).startsWith("HTTP/1.1 405");
        assertThat(get("/_homeport/none")).startsWith("HTTP/1.1 404");
    }

    // A web page in the operator's browser must not reach the operator's pages.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: http://evil.example",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site",
                "Host: evil.example:4566",
                "Host: localhost.evil.example"
            })
    void requestsOfOtherWebSitesAreRefused(String header) throws Exception {
        assertThat(exchange("POST", "/_homeport/echo/a", header)).startsWith("HTTP/1.1 403");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: http://localhost:4566",
                "Sec-Fetch-Site: same-origin",
                "Host: 127.0.0.1:4566",
                "Host: [::1]:4566"
            })
    void requestsOfThisMachineAreTaken(String header) throws Exception {
        assertThat(exchange("POST", "/_homeport/echo/a", header)).contains("200 OK");
    }
}
