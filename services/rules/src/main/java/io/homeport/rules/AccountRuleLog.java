package io.homeport.rules;

import io.homeport.rules.actions.Origin;
import io.homeport.rules.logging.IotLog;
import io.homeport.rules.logging.Level;
import io.homeport.rules.logging.LogEntry;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Tells the account's log what rules do, and the server's own log of failures. Thread-safe.
final class AccountRuleLog implements RuleLog {
    private final RuleLog own = new QuietRuleLog();
    private final IotLog accounts;

    AccountRuleLog(IotLog accounts) {
        this.accounts = accounts;
    }

    @Override
    public void log(
            RuleKey rule,
            Event event,
            @Nullable Origin origin,
            @Nullable String failure,
            Map<String, String> details) {
        own.log(rule, event, origin, failure, details);
        if (!accounts.isOn()) {
            return;
        }
        Map<String, String> fields = new HashMap<>(details);
        fields.put("ruleName", rule.name());
        if (origin != null) {
            fields.put("topicName", origin.topic());
        }
        if (failure != null) {
            fields.put("reason", reason(event));
            fields.put("details", failure);
        }
        accounts.log(
                new LogEntry(
                        rule.account(),
                        rule.region(),
                        failure == null ? Level.INFO : Level.ERROR,
                        event.text(),
                        failure == null,
                        origin == null ? "" : origin.traceId(),
                        origin == null ? null : origin.clientId(),
                        origin == null ? null : origin.principal(),
                        origin == null ? null : origin.sourceIp(),
                        null,
                        fields));
    }

    private static String reason(Event event) {
        return switch (event) {
            case RULE_NOT_FOUND -> "RuleNotFound";
            case RULE_MESSAGE_THROTTLED -> "RuleExecutionThrottled";
            case RULE_MATCH, RULE_EXECUTION, FUNCTION_EXECUTION -> event.text() + "Failed";
        };
    }
}
