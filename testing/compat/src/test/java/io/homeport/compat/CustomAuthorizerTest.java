package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Custom authorizers behind functions in Python, asked by clients over MQTT, WebSocket and HTTPS
/// (docs.aws.amazon.com/iot/latest/developerguide/custom-authentication.html).
class CustomAuthorizerTest {
    private static TestServer server;
    private static Authorizers authorizers;

    @BeforeAll
    static void start() throws Exception {
        require("python3", "--version");
        server = TestServer.start();
        authorizers = new Authorizers(server);
        String function =
                authorizers.function("judge", "python3.12", "judge.py", Authorizers.PYTHON);
        authorizers.authorizer("unsigned", function);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            authorizers.close();
            server.close();
        }
    }

    static void require(String... command) throws Exception {
        boolean there;
        try {
            there = Program.run(Map.of(), List.of(command)).exitCode() == 0;
        } catch (IOException e) {
            there = false;
        }
        Assumptions.assumeTrue(there, command[0] + " isn't installed on this machine");
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
    void aFunctionDecidesByPasswordWhoMayConnectAndWhatForAfterwards(String version, int refusal)
            throws Exception {
        Program.Result allowed = mosquitto(version, "open", "one", "own/one");
        assertThat(allowed.exitCode()).as(allowed.errors()).isZero();
        Program.Result unknown = mosquitto(version, "guess", "one", "own/one");
        assertThat(unknown.exitCode()).isEqualTo(refusal);
        assertThat(server.get("/_homeport/denials").body())
                .contains("authorizer unsigned: its function says isAuthenticated false")
                .doesNotContain("guess");
    }
}
