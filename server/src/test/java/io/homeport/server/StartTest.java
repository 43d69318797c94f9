package io.homeport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a start leaves for people and programs, and what it says where it fails.
class StartTest {
    @TempDir Path directory;

    @Test
    void aPortThatIsTakenIsNamedWithTheWayOut() throws Exception {
        Settings free = Settings.forTests(directory);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Settings settings = withoutTestMode(free, taken.getLocalPort());
            StringWriter text = new StringWriter();
            Failures.explain(
                    catchThrowable(() -> HomeportServer.start(settings)), new PrintWriter(text));
            assertThat(text.toString())
                    .isEqualToNormalizingNewlines(
                            "homeport: can't listen on 127.0.0.1 port "
                                    + taken.getLocalPort()
                                    + ": Address already in use\n"
                                    + "  Choose another port with --api-port (0 takes a free one),"
                                    + " or another address.\n");
        }
        HomeportServer.start(free).stop(Duration.ofSeconds(1));
    }

    @Test
    void aStartThatFailsLeavesNoOldEndpointsBehind() throws Exception {
        Settings free = Settings.forTests(directory);
        HomeportServer.start(free).stop(Duration.ofSeconds(1));
        assertThat(directory.resolve("endpoints.json")).exists();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Settings settings = withoutTestMode(free, taken.getLocalPort());
            assertThat(catchThrowable(() -> HomeportServer.start(settings))).isNotNull();
        }
        assertThat(directory.resolve("endpoints.json")).doesNotExist();
    }

    @Test
    void withoutTestModeItsCallsSayHowToGetIt() throws Exception {
        HomeportServer server =
                HomeportServer.start(withoutTestMode(Settings.forTests(directory), 0));
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    server.endpoints().apiUrl()
                                                            + "/_homeport/reset"))
                                    .POST(HttpRequest.BodyPublishers.noBody())
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body()).contains("--test-mode");
        } finally {
            server.stop(Duration.ofSeconds(1));
        }
    }

    @Test
    void pathsWithSpacesCanBePasted() throws Exception {
        Path spaced = directory.resolve("my data");
        HomeportServer server = HomeportServer.start(Settings.forTests(spaced));
        server.stop(Duration.ofSeconds(1));
        assertThat(server.endpoints().awsCliLines().getFirst())
                .isEqualTo("export AWS_CONFIG_FILE='" + spaced.resolve("aws/config") + "'");
        assertThat(Files.readString(spaced.resolve("aws/config")))
                .contains("endpoint_url = " + server.endpoints().apiUrl())
                .doesNotContain("ca_bundle");
    }

    private static Settings withoutTestMode(Settings settings, int apiPort) {
        return new Settings(
                settings.dataDir(),
                settings.bindAddress(),
                settings.apiBindAddress(),
                settings.hostNames(),
                apiPort,
                settings.mqttsPort(),
                settings.httpsPort(),
                settings.mqttPort(),
                settings.anonymous(),
                settings.profile(),
                settings.account(),
                settings.region(),
                settings.anyCredentials(),
                false,
                settings.durability(),
                settings.maxConnections(),
                settings.eventLoops(),
                settings.targets());
    }
}
