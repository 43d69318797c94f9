package io.homeport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.rules.RuleMeters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// How many rules have meters of their own.
class RuleMetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RuleMetrics metrics = new RuleMetrics(registry);

    private record Rule(
            String account,
            String region,
            String rule,
            long matched,
            long executed,
            long success,
            long failure,
            long retries,
            long throttled,
            long pending,
            long lastErrorAtMillis)
            implements RuleMeters.Counts {
        Rule(int number) {
            this("000000000000", "us-east-1", "r" + number, number, 0, 0, 0, 0, 0, 0, 0);
        }
    }

    private boolean isShown(Rule rule) {
        return registry.find("homeport.rule.matched").tag("rule", rule.rule()).meter() != null;
    }

    @Test
    void theFirstTwoHundredAreShownAndOneThatGoesMakesRoom() {
        List<Rule> rules =
                IntStream.rangeClosed(0, RuleMetrics.MOST + 1).mapToObj(Rule::new).toList();
        rules.subList(0, RuleMetrics.MOST + 1).forEach(metrics::added);
        assertThat(rules.stream().filter(this::isShown).toList())
                .isEqualTo(rules.subList(0, RuleMetrics.MOST));
        assertThat(
                        registry.get("homeport.rule.matched")
                                .tag("rule", "r7")
                                .functionCounter()
                                .count())
                .isEqualTo(7);

        metrics.removed(rules.get(RuleMetrics.MOST));
        metrics.removed(rules.get(7));
        assertThat(isShown(rules.get(7))).isFalse();
        metrics.added(rules.getLast());
        assertThat(isShown(rules.getLast())).isTrue();
        assertThat(registry.find("homeport.rule.pending").gauges()).hasSize(RuleMetrics.MOST);
    }
}
