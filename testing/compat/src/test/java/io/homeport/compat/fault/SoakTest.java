package io.homeport.compat.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.compat.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server under everyday load and much coming and going keeps its memory, its threads and its
/// files. `./dev soak 60` runs it for an hour; without that it only shows for some seconds that the
/// load works.
class SoakTest {
    private static final int MINUTES = Integer.getInteger("homeport.soak-minutes", 0);
    private static final Duration SHORT = Duration.ofSeconds(5);

    @TempDir Path directory;

    @Test
    @Timeout(20_000)
    void underLoadAndChurnNothingGrowsAndNothingIsLost() throws Exception {
        List<String> flags =
                List.of(
                        "-XX:TieredStopAtLevel=4",
                        "-XX:+UseCompactObjectHeaders",
                        "-Xms32m",
                        "-Xmx256m",
                        "-XX:TrimNativeHeapInterval=5500",
                        "-XX:NativeMemoryTracking=summary");
        SoakSamples samples = new SoakSamples();
        List<String> problems = new ArrayList<>();
        try (ServerProcess server =
                        ServerProcess.start(
                                flags,
                                directory,
                                "--mqtt-port",
                                "0",
                                "--anonymous",
                                "--any-credentials");
                SoakLoad load = new SoakLoad(server, directory)) {
            load.start();
            if (MINUTES == 0) {
                load.runsFor(SHORT);
            }
            for (int minute = 1; minute <= MINUTES && load.problems().isEmpty(); minute++) {
                load.runsFor(Duration.ofMinutes(1));
                samples.take(server, load.delivered());
            }
            problems.addAll(load.problems());
            load.stop();
            problems.addAll(load.problems());
            assertThat(server.metric("homeport_internal_errors_total")).isZero();
            assertThat(server.log()).doesNotContain(" ERROR ");
        }
        assertThat(problems).isEmpty();
        if (MINUTES > 0) {
            assertThat(samples.judge()).as("what grows").isEmpty();
        }
    }
}
