package io.homeport.rules;

import io.homeport.core.Clock;
import io.homeport.core.LogBudget;
import io.homeport.rules.actions.ActionType;
import io.homeport.rules.actions.Delivery;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/// Counts how deliveries end and sends failed ones to their rule's error action. Thread-safe.
final class DeliveryOutcomes implements Outbox.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryOutcomes.class);

    private final RuleLog log;
    private final Clock clock;
    private final LogBudget budget = new LogBudget(20);
    private @Nullable RuleEngine engine;
    private @Nullable ErrorActions errors;

    DeliveryOutcomes(RuleLog log, Clock clock) {
        this.log = log;
        this.clock = clock;
    }

    /// Before the outbox is started.
    void connect(RuleEngine connected, ErrorActions errorActions) {
        engine = connected;
        errors = errorActions;
    }

    @Override
    public void delivered(Delivery delivery) {
        RunningRule running = ruleOf(delivery);
        if (running == null) {
            return;
        }
        if (delivery.action() == Delivery.ERROR_ACTION) {
            running.counters.errorActionSuccess.increment();
        } else {
            running.counters.success.increment();
        }
        log.log(
                keyOf(delivery),
                RuleLog.Event.RULE_EXECUTION,
                delivery.origin(),
                null,
                Map.of("ruleAction", nameOf(delivery), "resource", delivery.resource()));
    }

    @Override
    public void retried(Delivery delivery, int attempt, String reason) {
        RunningRule running = ruleOf(delivery);
        if (running != null) {
            running.counters.retries.increment();
            running.counters.failed(
                    delivery.type()
                            + " "
                            + delivery.resource()
                            + ", attempt "
                            + attempt
                            + ": "
                            + reason,
                    clock.millis());
        }
        if (attempt == 1) {
            tell(LOG.atInfo(), delivery, reason, "rules.delivery.retrying");
        }
    }

    private void tell(LoggingEventBuilder line, Delivery delivery, String reason, String event) {
        long leftOut = budget.take();
        if (leftOut == LogBudget.NONE) {
            return;
        }
        line.addKeyValue("rule", delivery.rule())
                .addKeyValue("action", delivery.type())
                .addKeyValue("resource", delivery.resource())
                .addKeyValue("reason", reason)
                .addKeyValue("linesLeftOutBefore", leftOut)
                .log(event);
    }

    @Override
    public List<Delivery> failed(List<Delivery> deliveries, String reason) {
        Delivery first = deliveries.getFirst();
        RunningRule running = ruleOf(first);
        RuleEngine present = engine;
        ErrorActions actions = errors;
        ActionType type = present == null ? null : present.type(first.type());
        if (running == null || actions == null || type == null) {
            tell(
                    LOG.atWarn(),
                    first,
                    reason,
                    "rules.delivery.failed: its rule is gone, so there is no error action");
            return List.of();
        }
        Rule rule = running.definition();
        if (first.action() == Delivery.ERROR_ACTION) {
            deliveries.forEach(delivery ->
                    actions.errorActionFailed(running, rule, type, delivery.origin(), reason));
            return List.of();
        }
        if (type.failsAsBatch(first)) {
            Delivery instead = actions.onFailureOfBatch(running, rule, type, deliveries, reason);
            return instead == null ? List.of() : List.of(instead);
        }
        return deliveries.stream()
                .map(delivery ->
                        actions.onFailure(
                                running,
                                rule,
                                type,
                                delivery.resource(),
                                delivery.origin(),
                                reason))
                .filter(Objects::nonNull)
                .toList();
    }

    private String nameOf(Delivery delivery) {
        RuleEngine present = engine;
        ActionType type = present == null ? null : present.type(delivery.type());
        return type == null ? delivery.type() : type.failureName();
    }

    private @Nullable RunningRule ruleOf(Delivery delivery) {
        RuleEngine present = engine;
        return present == null ? null : present.rule(keyOf(delivery));
    }

    private static RuleKey keyOf(Delivery delivery) {
        return new RuleKey(delivery.account(), delivery.region(), delivery.rule());
    }
}
