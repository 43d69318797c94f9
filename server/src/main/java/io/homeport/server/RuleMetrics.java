package io.homeport.server;

import io.homeport.rules.RuleMeters;
import io.homeport.rules.RulesService;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToDoubleFunction;

/// What is measured of rules: names are a contract, listed in `docs/metrics.md`. The first 200
/// rules have meters of their own; the others are in the sums and at `/_homeport/rules`.
/// Thread-safe.
final class RuleMetrics implements RuleMeters {
    static final int MOST = 200;

    private final MeterRegistry meters;
    private final ReentrantLock lock = new ReentrantLock();
    private final IdentityHashMap<Counts, List<Meter>> shown = new IdentityHashMap<>();

    RuleMetrics(MeterRegistry meters) {
        this.meters = meters;
    }

    /// The sums over all rules.
    static void registerTotals(MeterRegistry meters, RulesService rules) {
        total(meters, rules, "matched", "TopicMatch", "messages that rules' topic filters matched");
        total(meters, rules, "executed", "RulesExecuted", "messages that passed rules' WHERE");
        total(meters, rules, "success", "Success", "deliveries of rules' actions");
        total(
                meters,
                rules,
                "failure",
                "Failure",
                "evaluations and deliveries of rules that failed for good");
        total(
                meters,
                rules,
                "retries",
                "Retries",
                "attempts at deliveries that were followed by another");
        total(
                meters,
                rules,
                "throttled",
                "RuleMessageThrottled",
                "messages dropped because too many waited for their rule");
    }

    private static void total(
            MeterRegistry meters,
            RulesService rules,
            String name,
            String count,
            String description) {
        FunctionCounter.builder(
                        "homeport.rules." + name, rules, r -> r.totals().getOrDefault(count, 0L))
                .description(description)
                .register(meters);
    }

    @Override
    public void added(Counts rule) {
        lock.lock();
        try {
            if (shown.size() < MOST) {
                shown.put(rule, register(rule));
            }
        } finally {
            lock.unlock();
        }
    }

    private List<Meter> register(Counts rule) {
        Tags tags =
                Tags.of("account", rule.account(), "region", rule.region(), "rule", rule.rule());
        return List.of(
                counter(rule, tags, "matched", Counts::matched, "messages that its filter matched"),
                counter(rule, tags, "executed", Counts::executed, "messages that passed its WHERE"),
                counter(rule, tags, "success", Counts::success, "deliveries of its actions"),
                counter(
                        rule,
                        tags,
                        "failure",
                        Counts::failure,
                        "evaluations and deliveries that failed for good"),
                counter(
                        rule,
                        tags,
                        "throttled",
                        Counts::throttled,
                        "messages dropped because too many waited"),
                Gauge.builder("homeport.rule.pending", rule, Counts::pending)
                        .tags(tags)
                        .description("deliveries that wait in the outbox")
                        .register(meters),
                Gauge.builder(
                                "homeport.rule.last.error.seconds",
                                rule,
                                r -> r.lastErrorAtMillis() / 1000.0)
                        .tags(tags)
                        .description("when it last failed, in seconds since 1970; 0 for never")
                        .register(meters));
    }

    private Meter counter(
            Counts rule,
            Tags tags,
            String name,
            ToDoubleFunction<Counts> value,
            String description) {
        return FunctionCounter.builder("homeport.rule." + name, rule, value)
                .tags(tags)
                .description(description)
                .register(meters);
    }

    @Override
    public void removed(Counts rule) {
        lock.lock();
        try {
            List<Meter> gone = shown.remove(rule);
            if (gone != null) {
                gone.forEach(meters::remove);
            }
        } finally {
            lock.unlock();
        }
    }
}
