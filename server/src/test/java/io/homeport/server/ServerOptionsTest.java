package io.homeport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import io.homeport.core.Profile;
import io.homeport.storage.Settings.Durability;
import io.homeport.targets.TargetSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Where settings come from, and what is wrong with bad ones.
class ServerOptionsTest {
    @TempDir Path directory;

    /// Takes the place of `up`, and keeps the settings instead of starting a server.
    @Command(name = "up")
    static final class Recorder implements Runnable {
        @Mixin ServerOptions options = new ServerOptions();
        Settings settings = Settings.forTests(Path.of("unset"));

        @Override
        public void run() {
            settings = options.settings();
        }
    }

    private record Run(int exitCode, Settings settings, String errors) {}

    private static Run run(Map<String, String> environment, String... arguments) {
        Recorder recorder = new Recorder();
        StringWriter errors = new StringWriter();
        CommandLine line = Main.commandLine();
        line.getCommandSpec().removeSubcommand("up");
        line.addSubcommand("up", recorder, "start");
        CommandLine configured = Main.configured(line);
        configured.setErr(new PrintWriter(errors, true));
        int exitCode = Main.run(arguments, environment, configured);
        return new Run(exitCode, recorder.settings, errors.toString());
    }

    @Test
    void theDefaultsAreTheDocumentedOnes() {
        Settings settings = run(Map.of(), "up").settings();
        assertThat(settings)
                .isEqualTo(
                        new Settings(
                                Path.of("data").toAbsolutePath(),
                                "0.0.0.0",
                                "127.0.0.1",
                                List.of(),
                                4566,
                                8883,
                                8443,
                                -1,
                                false,
                                Profile.OPEN,
                                AccountId.DEFAULT,
                                "us-east-1",
                                false,
                                false,
                                Durability.FSYNC,
                                100_000,
                                0,
                                TargetSettings.STAND_INS));
    }

    @Test
    void everyFlagIsAlsoAKeyOfTheConfigFileAndAVariable() throws IOException {
        Path file = directory.resolve("homeport.properties");
        Files.writeString(
                file,
                """
                # a comment
                data-dir = /srv/somewhere
                bind-address = 127.0.0.1
                api-bind-address = 127.0.0.2
                host-name = iot.example,10.0.0.1
                api-port = 1
                mqtts-port = 2
                https-port = 3
                mqtt-port = 4
                anonymous = true
                profile = aws
                account-id = 123456789012
                region = eu-central-1
                any-credentials = true
                test-mode = true
                durability = relaxed
                max-connections = 5
                event-loops = 3
                aws-endpoint = sqs=http://127.0.0.1:9324
                aws-credentials = ID:SECRET
                smtp-url = smtp://mail.example
                smtp-from = iot@example
                log-level = debug
                log-format = json
                """);
        Settings expected =
                new Settings(
                        Path.of("/srv/somewhere"),
                        "127.0.0.1",
                        "127.0.0.2",
                        List.of("iot.example", "10.0.0.1"),
                        1,
                        2,
                        3,
                        4,
                        true,
                        Profile.AWS,
                        new AccountId("123456789012"),
                        "eu-central-1",
                        true,
                        true,
                        Durability.RELAXED,
                        5,
                        3,
                        new TargetSettings(
                                TargetSettings.endpoints(List.of("sqs=http://127.0.0.1:9324")),
                                new TargetSettings.Keys("ID", "SECRET", null),
                                new TargetSettings.Mail(
                                        "mail.example", 25, false, null, null, "iot@example")));
        assertThat(run(Map.of(), "up", "--config", file.toString()).settings()).isEqualTo(expected);
        Map<String, String> environment = Map.of("HOMEPORT_CONFIG", file.toString());
        assertThat(run(environment, "up").settings()).isEqualTo(expected);
    }

    @Test
    void theCommandLineComesBeforeTheEnvironmentAndThatBeforeTheFile() throws IOException {
        Path file = directory.resolve("homeport.properties");
        Files.writeString(file, "api-port = 1\nmqtts-port = 1\nhttps-port = 1\n");
        Map<String, String> environment =
                Map.of("HOMEPORT_API_PORT", "2", "HOMEPORT_MQTTS_PORT", "2");
        Settings settings =
                run(environment, "up", "--config", file.toString(), "--api-port", "3").settings();
        assertThat(settings.apiPort()).isEqualTo(3);
        assertThat(settings.mqttsPort()).isEqualTo(2);
        assertThat(settings.httpsPort()).isEqualTo(1);
    }

    @Test
    void everythingThatIsWrongWithTheServicesAroundIsTold() {
        Run run =
                run(
                        Map.of(),
                        "up",
                        "--aws-endpoint",
                        "sqs=http://127.0.0.1:9324,nosuch=aws",
                        "--aws-credentials",
                        "SECRET",
                        "--smtp-url",
                        "mail");
        assertThat(run.exitCode()).isNotZero();
        assertThat(run.errors())
                .contains("aws-endpoint knows no service 'nosuch'")
                .contains("aws-credentials has to be ID:SECRET")
                .contains("smtp-url has to look like")
                .doesNotContain("'SECRET'");
    }

    @Test
    void anUnknownKeyIsAnErrorThatNamesTheNearest() throws IOException {
        Path file = directory.resolve("homeport.properties");
        Files.writeString(file, "mqtt-prot = 1883\n");
        Run run = run(Map.of("HOMEPORT_REGOIN", "x"), "up", "--config", file.toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors())
                .contains("'mqtt-prot'; did you mean 'mqtt-port'?")
                .contains("HOMEPORT_REGOIN; did you mean HOMEPORT_REGION?");
    }

    @Test
    void aKeyUnlikeAllOthersGetsNoGuess() {
        Run run = run(Map.of("HOMEPORT_SHARDS", "3"), "up");
        assertThat(run.errors())
                .contains("HOMEPORT_SHARDS; `homeport help up` lists all")
                .doesNotContain("did you mean");
    }

    /// Kubernetes sets these in every pod beside a service of the name homeport.
    @Test
    void variablesThatDescribeAServiceOfTheNameAreNotSettings() {
        Map<String, String> environment =
                Map.of(
                        "HOMEPORT_SERVICE_HOST", "10.0.0.1",
                        "HOMEPORT_SERVICE_PORT_MQTTS", "8883",
                        "HOMEPORT_PORT", "tcp://10.0.0.1:8883",
                        "HOMEPORT_PORT_8883_TCP_ADDR", "10.0.0.1");
        assertThat(run(environment, "up").exitCode()).isZero();
    }

    @Test
    void aMistakeIsAFewLinesAndNotTheWholeHelp() {
        assertThat(run(Map.of(), "up", "--api-prot=1").errors())
                .isEqualToNormalizingNewlines(
                        """
                        homeport: Unknown option: '--api-prot=1'
                          Did you mean --api-bind-address or --api-port?
                          homeport help up  explains every option.
                        """);
        assertThat(run(Map.of(), "upp").errors())
                .endsWith("homeport --help  lists the commands." + System.lineSeparator());
        assertThat(run(Map.of()).errors()).contains("homeport demo").contains("homeport help up");
    }

    @Test
    void aValueThatCannotBeReadComesWithItsOrigin() throws IOException {
        Path file = directory.resolve("homeport.properties");
        Files.writeString(file, "test-mode = perhaps\n");
        Run fromFile = run(Map.of(), "up", "--config", file.toString());
        assertThat(fromFile.exitCode()).isEqualTo(2);
        assertThat(fromFile.errors())
                .contains("'perhaps' has to be true or false")
                .contains("(config file, key test-mode)");
        assertThat(run(Map.of("HOMEPORT_API_PORT", "x"), "up").errors())
                .contains("(environment variable HOMEPORT_API_PORT)");
        assertThat(run(Map.of(), "up", "--api-port=x").errors())
                .contains("'x'")
                .doesNotContain("(environment");
    }

    @Test
    void aConfigFileThatIsNotThereIsSaidInWords() {
        assertThat(run(Map.of(), "up", "--config", "nowhere").errors())
                .isEqualToNormalizingNewlines(
                        "homeport: the config file nowhere can't be read: there is no such file or"
                                + " directory\n");
    }

    @Test
    void switchesTakeOneAndZeroToo() {
        assertThat(run(Map.of("HOMEPORT_TEST_MODE", "1"), "up").settings().testMode()).isTrue();
        assertThat(run(Map.of("HOMEPORT_TEST_MODE", "0"), "up").settings().testMode()).isFalse();
    }

    @Test
    void allProblemsAreToldAtOnce() {
        Run run =
                run(
                        Map.of(),
                        "up",
                        "--api-port",
                        "70000",
                        "--account-id",
                        "12",
                        "--mqtt-port",
                        "1883",
                        "--api-bind-address",
                        "0.0.0.0",
                        "--any-credentials",
                        "--test-mode");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.errors())
                .contains("api-port has to be 0 to 65535, not 70000")
                .contains("account-id has to be 12 digits")
                .contains("add --anonymous")
                .contains("any-credentials is for loopback only")
                .contains("test-mode is for loopback only");
    }
}
