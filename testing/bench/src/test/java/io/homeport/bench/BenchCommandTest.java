package io.homeport.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchCommandTest {
    private static BenchSettings settings(String... arguments) {
        BenchCommand command = new BenchCommand();
        new CommandLine(command).parseArgs(arguments);
        return command.settings();
    }

    @Test
    void aModeAloneIsEnough() {
        BenchSettings settings = settings("p2p");
        assertThat(settings.address()).isEqualTo("localhost:1883");
        assertThat(settings.version()).isEqualTo(MqttVersion.MQTT_5);
        assertThat(settings.qos()).isEqualTo(Qos.AT_MOST_ONCE);
        assertThat(settings.publishers()).isEqualTo(50);
        assertThat(settings.subscribers()).isEqualTo(50);
        assertThat(settings.payloadBytes()).isEqualTo(128);
        assertThat(settings.duration()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.outstanding()).isEqualTo(1000);
        assertThat(settings.ratePerSecond()).isZero();
        assertThat(settings.threads()).isPositive();
    }

    @Test
    void eachModeHasItsOwnNumbers() {
        assertThat(settings("fan-in").publishers()).isEqualTo(100);
        assertThat(settings("fan-in").subscribers()).isEqualTo(1);
        assertThat(settings("fan-in").outstanding()).isEqualTo(100);
        assertThat(settings("fan-in", "--qos", "1").outstanding()).isEqualTo(10);
        assertThat(settings("fan-out").publishers()).isEqualTo(1);
        assertThat(settings("fan-out").subscribers()).isEqualTo(100);
        assertThat(settings("fan-out").copies()).isEqualTo(100);
        assertThat(settings("rate").ratePerSecond()).isEqualTo(5000);
        assertThat(settings("rate").copies()).isEqualTo(1);
        assertThat(settings("idle", "--connections", "7").connections()).isEqualTo(7);
        assertThat(settings("connect", "--tls").port()).isEqualTo(8883);
    }

    @Test
    void persistentSessionsNeedAVersionThatCanEndThem() {
        assertThat(settings("p2p", "--persistent").persistent()).isTrue();
        assertThatThrownBy(() -> settings("p2p", "--persistent", "--mqtt", "3"))
                .hasMessageContaining("--persistent needs --mqtt 5");
    }

    @Test
    void aReportThatCanNotBeWrittenIsNoticedBeforeTheRun() {
        assertThatThrownBy(() -> settings("p2p", "--json", "/no/such/folder/report.json"))
                .hasMessageContaining("--json can't be written");
    }

    @Test
    void everyProblemIsToldAtOnce() {
        assertThatThrownBy(() ->
                        settings(
                                "p2p",
                                "--qos",
                                "3",
                                "--mqtt",
                                "4",
                                "--payload",
                                "5",
                                "--cert",
                                "a.pem",
                                "--client-id",
                                "me"))
                .isInstanceOf(CommandLine.ParameterException.class)
                .hasMessageContaining("--qos is 0 to 2, not 3")
                .hasMessageContaining("--mqtt is 3 (for 3.1.1) or 5, not 4")
                .hasMessageContaining("--payload is 24 to")
                .hasMessageContaining("need --tls")
                .hasMessageContaining("--cert and --key go together")
                .hasMessageContaining("--client-id needs {n}");
        assertThatThrownBy(() -> settings("p3p"))
                .hasMessageContaining("'p3p' is no mode; there are p2p, fan-in");
    }

    @Test
    void aPortWhereNothingListensIsNamedWithWhatToDo() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        StringWriter errors = new StringWriter();
        int exit =
                new CommandLine(new BenchCommand())
                        .setErr(new PrintWriter(errors))
                        .setOut(new PrintWriter(new StringWriter()))
                        .execute("p2p", "--host", "127.0.0.1", "--port", String.valueOf(port));
        assertThat(exit).isEqualTo(1);
        assertThat(errors.toString())
                .contains("nothing listens at 127.0.0.1:" + port)
                .contains("homeport up --mqtt-port 1883 --anonymous");
    }

    @Test
    void moreConnectionsThanFilesMayBeOpenAreRefusedBeforeTheyAreTried() {
        StringWriter errors = new StringWriter();
        int exit =
                new CommandLine(new BenchCommand())
                        .setErr(new PrintWriter(errors))
                        .setOut(new PrintWriter(new StringWriter()))
                        .execute("idle", "--connections", "1000000", "--port", "1");
        assertThat(exit).isEqualTo(1);
        // A machine without such a limit finds that nothing listens there.
        assertThat(errors.toString()).containsAnyOf("ulimit -n 1000200", "nothing listens");
    }
}
