package io.homeport.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Operators' calls with bodies that are not as they should be.
class OperatorCallsTest {
    private static HomeportServer server;
    private static HttpClient client;

    @BeforeAll
    static void start(@TempDir Path directory) {
        server = HomeportServer.start(Settings.forTests(directory));
        client = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.stop(Duration.ofSeconds(1));
    }

    private static HttpResponse<String> call(String method, String path, String body)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(
                                URI.create(server.endpoints().apiUrl() + "/_homeport" + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "null",
                "\"s\"",
                "x",
                "{\"administrator\":\"yes\"}",
                "{\"admin\":true}",
                "{\"administrator\":true} {}"
            })
    void aUserIsNotMadeOfABodyThatIsMisspelt(String body) throws Exception {
        HttpResponse<String> answer = call("PUT", "/users/misspelt", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("administrator");
        assertThat(call("GET", "/users", "").body()).doesNotContain("misspelt");
    }

    @Test
    void aUserIsShownWithItsAccount() throws Exception {
        assertThat(call("PUT", "/users/ann", "{\"administrator\":true}").body())
                .isEqualTo(
                        "{\"account\":\"000000000000\",\"name\":\"ann\",\"administrator\":true,"
                                + "\"policyNames\":[],\"accessKeyIds\":[]}");
    }

    @Test
    void theClockStaysWithinFourDigitsOfYears() throws Exception {
        HttpResponse<String> answer = call("POST", "/clock", "{\"advance\":\"P99999999999D\"}");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("9999");
    }
}
