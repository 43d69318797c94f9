package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a new user runs first, as a process of its own.
class DemoTest {
    @TempDir Path directory;

    @Test
    void twentyDevicesConnectPublishAndAnswerAndTheDemoEndsCleanly() throws Exception {
        Program.Result result =
                Program.run(
                        Map.of(),
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "io.homeport.server.Main",
                                "demo",
                                "--seconds=7",
                                "--data-dir=" + directory,
                                "--bind-address=127.0.0.1",
                                "--api-port=0",
                                "--mqtts-port=0",
                                "--https-port=0"));
        assertThat(result.exitCode()).as(result.errors()).isZero();
        assertThat(result.output())
                .contains("iot create-thing --thing-name lamp")
                .containsPattern("connections 20   messages in [1-9][0-9]*/s")
                .contains("denied 0   dropped 0");
        assertThat(directory.resolve("endpoints.json")).exists();
        assertThat(Files.readString(directory.resolve("demo.log"))).doesNotContain("ERROR");
    }

    @Test
    void aSecondServerOnTheSameDataDirectorySaysSo() throws Exception {
        try (ServerProcess first = ServerProcess.start(directory)) {
            assertThat(first.port("apiPort")).isPositive();
            Program.Result second =
                    Program.run(
                            Map.of(),
                            List.of(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "--enable-native-access=ALL-UNNAMED",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    "io.homeport.server.Main",
                                    "up",
                                    "--data-dir=" + directory,
                                    "--api-port=0",
                                    "--mqtts-port=0",
                                    "--https-port=0"));
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.errors()).contains(directory.toString());
        }
    }
}
