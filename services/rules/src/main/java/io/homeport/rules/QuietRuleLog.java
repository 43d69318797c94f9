package io.homeport.rules;

import io.homeport.core.LogBudget;
import io.homeport.rules.actions.Origin;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes failures to the server's own log at level info and the rest at level trace. Thread-safe.
/// At most 20 failures a second; what is left out is counted in the next line.
final class QuietRuleLog implements RuleLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.homeport.rules.log");

    private final LogBudget budget = new LogBudget(20);

    @Override
    public void log(
            RuleKey rule,
            Event event,
            @Nullable Origin origin,
            @Nullable String failure,
            Map<String, String> details) {
        if (failure == null ? !LOG.isTraceEnabled() : !LOG.isInfoEnabled()) {
            return;
        }
        long leftOut = failure == null ? 0 : budget.take();
        if (leftOut == LogBudget.NONE) {
            return;
        }
        var entry = failure == null ? LOG.atTrace() : LOG.atInfo();
        entry = entry.addKeyValue("rule", rule.name());
        if (origin != null) {
            entry = entry.addKeyValue("topic", origin.topic());
        }
        for (Map.Entry<String, String> detail : details.entrySet()) {
            entry = entry.addKeyValue(detail.getKey(), detail.getValue());
        }
        if (failure != null) {
            entry = entry.addKeyValue("reason", failure);
        }
        if (leftOut > 0) {
            entry = entry.addKeyValue("linesLeftOutBefore", leftOut);
        }
        entry.log("rules." + event.text());
    }
}
