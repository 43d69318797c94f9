package io.homeport.rules;

import io.homeport.rules.actions.Origin;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where the engine tells what it does with messages. Thread-safe; returns at once.
///
/// Source of event types: AWS IoT developer guide, "CloudWatch Logs log entries", rule events.
interface RuleLog {
    /// What has happened.
    enum Event {
        RULE_MATCH("RuleMatch"),
        RULE_EXECUTION("RuleExecution"),
        FUNCTION_EXECUTION("FunctionExecution"),
        RULE_MESSAGE_THROTTLED("RuleMessageThrottled"),
        RULE_NOT_FOUND("RuleNotFound");

        private final String text;

        Event(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /// @param origin null where no message was looked at
    /// @param failure what went wrong; null where it went well
    /// @param details more fields of the entry, such as `ruleAction`
    void log(
            RuleKey rule,
            Event event,
            @Nullable Origin origin,
            @Nullable String failure,
            Map<String, String> details);
}
