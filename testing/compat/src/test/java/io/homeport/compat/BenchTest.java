package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.bench.BenchCommand;
import io.homeport.core.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/// `homeport bench` in each of its modes against the server: nothing lost, order kept. How fast is
/// no matter here.
class BenchTest {
    private static TestServer server;
    private static TestServer.Device device;

    @TempDir Path folder;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        device = server.device("bench", TestServer.ALLOW_ALL);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private JsonNode passes(String... arguments) throws Exception {
        Path json = folder.resolve("report.json");
        StringWriter output = new StringWriter();
        List<String> command = new ArrayList<>(List.of(arguments));
        command.addAll(
                List.of(
                        "--warmup",
                        "0.2",
                        "--duration",
                        "0.8",
                        "--json",
                        json.toString(),
                        "--pid",
                        String.valueOf(ProcessHandle.current().pid())));
        PrintWriter out = new PrintWriter(output);
        int exit =
                new CommandLine(new BenchCommand())
                        .setOut(out)
                        .setErr(out)
                        .execute(command.toArray(String[]::new));
        assertThat(exit).as(output.toString()).isZero();
        return Json.MAPPER.readTree(Files.readString(json));
    }

    private JsonNode passesPlain(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.addAll(
                List.of(
                        "--host",
                        "127.0.0.1",
                        "--port",
                        String.valueOf(server.endpoints().mqttPort())));
        return passes(command.toArray(String[]::new));
    }

    private static void isComplete(JsonNode report) {
        JsonNode check = report.path("messages").path("check");
        assertThat(check.path("received").asLong()).isPositive();
        assertThat(check.path("received").asLong()).isEqualTo(check.path("expected").asLong());
        for (String fault :
                new String[] {
                    "lost",
                    "lostAcknowledged",
                    "duplicates",
                    "outOfOrder",
                    "unacknowledged",
                    "refused",
                    "outOfOrderAcknowledgements",
                    "foreign"
                }) {
            assertThat(check.path(fault).asLong(-1)).as(fault).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"3,0", "3,1", "3,2", "5,0", "5,1", "5,2"})
    void pairsLoseNothingAndKeepOrder(String mqtt, String qos) throws Exception {
        isComplete(passesPlain("p2p", "--pairs", "5", "--mqtt", mqtt, "--qos", qos));
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "2"})
    void oneSubscriberGetsAllOfManyPublishers(String qos) throws Exception {
        // Few enough under way that no broker has a reason to drop at QoS 0.
        isComplete(
                passesPlain(
                        "fan-in",
                        "--publishers",
                        "20",
                        "--threads",
                        "2",
                        "--outstanding",
                        "10",
                        "--qos",
                        qos));
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "2"})
    void eachOfManySubscribersGetsAll(String qos) throws Exception {
        JsonNode report =
                passesPlain("fan-out", "--subscribers", "20", "--threads", "2", "--qos", qos);
        isComplete(report);
        assertThat(report.path("messages").path("check").path("expected").asLong() % 20).isZero();
    }

    @Test
    void persistentSessionsGetAllToo() throws Exception {
        isComplete(passesPlain("p2p", "--pairs", "3", "--qos", "1", "--persistent"));
    }

    @Test
    void aFixedRateIsKept() throws Exception {
        JsonNode report = passesPlain("rate", "--rate", "500", "--pairs", "5", "--qos", "1");
        isComplete(report);
        // Warm-up included; the machine may be late, but the pacer never sends more than is due.
        assertThat(report.path("messages").path("check").path("expected").asLong())
                .isBetween(100L, 1000L);
        assertThat(report.path("messages").path("latency").path("p50").asDouble()).isPositive();
    }

    @Test
    void aStormOfConnectionsIsCounted() throws Exception {
        JsonNode report = passesPlain("connect", "--connections", "300");
        assertThat(report.path("connections").path("ready").asInt()).isEqualTo(300);
        assertThat(report.path("connections").path("failed").asInt()).isZero();
    }

    @Test
    void idleConnectionsStayAndMemoryIsMeasured() throws Exception {
        JsonNode report = passesPlain("idle", "--connections", "300", "--keep-alive", "1");
        assertThat(report.path("connections").path("ready").asInt()).isEqualTo(300);
        assertThat(report.path("connections").path("lost").asInt()).isZero();
        assertThat(report.path("broker").path("residentBytes").asLong()).isPositive();
    }

    @Test
    void mutualTlsCarriesLoad() throws Exception {
        isComplete(passesTls("p2p", "--pairs", "3", "--qos", "1"));
    }

    // RFC 8446, 2.2
    @Test
    void aFleetThatComesBackAtOnceResumesEachTlsSession() throws Exception {
        JsonNode connections =
                passesTls("connect", "--connections", "40", "--reconnect", "--resume")
                        .path("connections");
        assertThat(connections.path("ready").asInt()).isEqualTo(40);
        assertThat(connections.path("resumedTlsSessions").asInt()).isEqualTo(40);
        connections =
                passesTls("connect", "--connections", "40", "--reconnect").path("connections");
        assertThat(connections.path("ready").asInt()).isEqualTo(40);
        assertThat(connections.path("resumedTlsSessions").asInt()).isZero();
    }

    private JsonNode passesTls(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.addAll(
                List.of(
                        "--tls",
                        "--host",
                        "localhost",
                        "--port",
                        String.valueOf(server.endpoints().mqttsPort()),
                        "--cafile",
                        server.endpoints().caFile().toString(),
                        "--cert",
                        device.certificate().toString(),
                        "--key",
                        device.key().toString()));
        return passes(command.toArray(String[]::new));
    }
}
