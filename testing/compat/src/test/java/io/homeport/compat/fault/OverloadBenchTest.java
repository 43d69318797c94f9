package io.homeport.compat.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// Measures what each attack does to others; `./dev overload` runs it. The figures are printed, not
/// judged: they depend on the machine.
@EnabledIfSystemProperty(named = "homeport.overload", matches = ".+")
class OverloadBenchTest {
    @TempDir private Path directory;

    /// The property says `all`, or names scenarios with commas between.
    @Test
    @Timeout(3600)
    void bystandersLoseNothing() throws Exception {
        String wanted = System.getProperty("homeport.overload", "all");
        List<Scenario> scenarios = new ArrayList<>();
        if (wanted.equals("all")) {
            scenarios.addAll(List.of(Scenario.values()));
        } else {
            for (String name : wanted.split(",")) {
                scenarios.add(Scenario.valueOf(name));
            }
        }
        measure(
                directory,
                Integer.getInteger("homeport.overload.rounds", 5),
                Integer.getInteger("homeport.overload.millis", 2_000),
                scenarios);
    }

    private static void measure(Path directory, int rounds, int millis, List<Scenario> scenarios)
            throws Exception {
        OverloadBench bench = new OverloadBench(directory, rounds, millis);
        System.out.println(OverloadBench.heading());
        for (Scenario scenario : scenarios) {
            OverloadBench.Effect effect = bench.measure(scenario);
            System.out.println(effect.line());
            assertThat(effect.lost()).as("messages lost in %s", scenario).isZero();
        }
    }
}
