package io.homeport.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.bench.FaultyBroker.Fault;
import io.homeport.core.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/// Whether a broker that does one thing wrong is found out, over real sockets.
class VerdictTest {
    @TempDir Path folder = Path.of("");

    private record Outcome(int exitCode, String output, String errors, JsonNode json) {
        long checked(String field) {
            return json.path("messages").path("check").path(field).asLong(-1);
        }
    }

    /// One pair, so that the fault hits neighbours.
    private Outcome against(Fault fault, String... more) throws Exception {
        Path json = folder.resolve("report.json");
        StringWriter out = new StringWriter();
        StringWriter errors = new StringWriter();
        try (FaultyBroker broker = new FaultyBroker(fault)) {
            List<String> arguments = new ArrayList<>();
            arguments.addAll(
                    List.of(
                            "rate",
                            "--pairs",
                            "1",
                            "--rate",
                            "1000",
                            "--host",
                            "127.0.0.1",
                            "--warmup",
                            "0",
                            "--duration",
                            "0.3",
                            "--drain",
                            "0.7",
                            "--json",
                            json.toString(),
                            "--port",
                            String.valueOf(broker.port())));
            arguments.addAll(List.of(more));
            if (!arguments.contains("--mqtt")) {
                arguments.addAll(List.of("--mqtt", "3"));
            }
            int exit =
                    new CommandLine(new BenchCommand())
                            .setOut(new PrintWriter(out))
                            .setErr(new PrintWriter(errors))
                            .execute(arguments.toArray(String[]::new));
            return new Outcome(
                    exit,
                    out.toString(),
                    errors.toString(),
                    Json.MAPPER.readTree(Files.exists(json) ? Files.readString(json) : "{}"));
        }
    }

    @Test
    void aFlawlessBrokerPasses() throws Exception {
        Outcome outcome = against(Fault.NONE, "--qos", "1");
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        assertThat(outcome.checked("expected")).isGreaterThan(100);
        assertThat(outcome.checked("received")).isEqualTo(outcome.checked("expected"));
        assertThat(outcome.checked("lost")).isZero();
        assertThat(outcome.json().path("messages").path("latency").path("p50").asDouble())
                .isPositive();
    }

    @Test
    void anAcknowledgedMessageThatNeverComesFails() throws Exception {
        Outcome outcome = against(Fault.LOSE, "--qos", "1");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.checked("lost")).isEqualTo(1);
        assertThat(outcome.checked("lostAcknowledged")).isEqualTo(1);
        assertThat(outcome.output()).contains("FAILED");
    }

    @Test
    void aMessageLostAtQosZeroIsCountedAndNoFailure() throws Exception {
        Outcome outcome = against(Fault.LOSE, "--qos", "0");
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        assertThat(outcome.checked("lost")).isEqualTo(1);
        assertThat(outcome.checked("lostAcknowledged")).isZero();
    }

    @Test
    void aMessageBehindItsSuccessorFails() throws Exception {
        Outcome outcome = against(Fault.SWAP, "--qos", "0");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.checked("outOfOrder")).isEqualTo(1);
        assertThat(outcome.checked("lost")).isZero();
    }

    @Test
    void aRepeatedMessageIsCounted() throws Exception {
        // At QoS 1 a broker may deliver again.
        Outcome outcome = against(Fault.REPEAT, "--qos", "1");
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        assertThat(outcome.checked("duplicates")).isEqualTo(1);
    }

    @Test
    void aDamagedMessageFails() throws Exception {
        Outcome outcome = against(Fault.DAMAGE, "--qos", "0");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.checked("foreign")).isEqualTo(1);
    }

    @Test
    void aConnectionThatEndsInBetweenFails() throws Exception {
        Outcome outcome = against(Fault.CLOSE, "--qos", "1");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.json().path("connections").path("lost").asInt()).isEqualTo(1);
        assertThat(outcome.output()).contains("the broker closed the connection");
    }

    @Test
    void aRefusedConnectionSaysWhatToDo() throws Exception {
        Outcome outcome = against(Fault.REFUSE_CONNECT);
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.errors())
                .contains("refused CONNECT: not authorized")
                .contains("--username and --password");
    }

    // MQTT 3.1.1, 3.1.2.2: an unknown level is answered by return code 1, in a CONNACK of 3.1.1.
    @Test
    void aBrokerWithoutMqtt5IsRecognized() throws Exception {
        Outcome outcome = against(Fault.REFUSE_VERSION, "--mqtt", "5");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.errors()).contains("Try --mqtt 3");
    }

    @Test
    void tlsToAPlainPortSaysSo() throws Exception {
        Outcome outcome = against(Fault.NONE, "--tls", "--insecure");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.errors()).contains("leave --tls out");
    }

    @Test
    void aClientCertificateThatIsNotThereIsNamed() throws Exception {
        Outcome outcome =
                against(Fault.NONE, "--tls", "--cert", "none-{n}.pem", "--key", "none.key");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.errors())
                .contains("the client certificate none-1.pem and its key can't be used");
    }
}
