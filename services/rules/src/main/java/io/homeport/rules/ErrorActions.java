package io.homeport.rules;

import io.homeport.core.AccountId;
import io.homeport.core.Json;
import io.homeport.rules.actions.ActionFailure;
import io.homeport.rules.actions.ActionPlan;
import io.homeport.rules.actions.ActionType;
import io.homeport.rules.actions.Delivery;
import io.homeport.rules.actions.Origin;
import io.homeport.rules.actions.RuleMatch;
import io.homeport.sql.Environment;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// What happens when an action has failed for good: it is counted, logged and handed to the rule's
/// error action. Thread-safe.
///
/// Source: AWS IoT developer guide, "Error handling (error action)".
final class ErrorActions {
    private final RuleEngine.Parts parts;

    ErrorActions(RuleEngine.Parts parts) {
        this.parts = parts;
    }

    /// The error action's delivery; null where there is none.
    ///
    /// @param rule as it is now
    /// @param resource what the action was about; may be empty
    @Nullable Delivery onFailure(
            RunningRule running,
            Rule rule,
            ActionType failed,
            String resource,
            Origin origin,
            String reason) {
        running.counters.failure.increment();
        running.counters.failed(failed.failureName() + ": " + reason, parts.clock().millis());
        parts.log().log(
                rule.key(),
                RuleLog.Event.RULE_EXECUTION,
                origin,
                reason,
                Map.of("ruleAction", failed.failureName(), "resource", resource));
        Rule.Planned action = rule.errorAction();
        if (action == null) {
            return null;
        }
        byte[] document =
                Json.MAPPER.writeValueAsBytes(document(rule, failed, resource, origin, reason));
        Environment environment =
                new Environment(
                        RuleEngine.sqlMessage(new AccountId(rule.record().account()), origin),
                        parts.external()
                                .of(
                                        new AccountId(rule.record().account()),
                                        rule.record().region(),
                                        rule.key().arn()),
                        parts.random(),
                        parts.sqlLimits());
        try {
            // For the values of SET, which templates may use.
            var _ = rule.statement().evaluate(environment);
            ActionPlan.Decision decision =
                    action.plan().decide(new RuleMatch(origin, document, true, environment));
            return new Delivery(
                    rule.record().account(),
                    rule.record().region(),
                    rule.record().name(),
                    Delivery.ERROR_ACTION,
                    action.type().name(),
                    decision.resource(),
                    decision.parameters(),
                    decision.payload(),
                    true,
                    origin,
                    parts.clock().millis());
        } catch (ActionFailure e) {
            errorActionFailed(running, rule, action.type(), origin, e.text());
            return null;
        }
    }

    void errorActionFailed(
            RunningRule running, Rule rule, ActionType type, Origin origin, String reason) {
        running.counters.errorActionFailure.increment();
        running.counters.failed(
                "error action " + type.failureName() + ": " + reason, parts.clock().millis());
        parts.log().log(
                rule.key(),
                RuleLog.Event.RULE_EXECUTION,
                origin,
                reason,
                Map.of("ruleAction", type.failureName(), "errorAction", "true"));
    }

    private static ObjectNode document(
            Rule rule, ActionType failed, String resource, Origin origin, String reason) {
        ObjectNode document = Json.MAPPER.createObjectNode();
        document.put("ruleName", rule.record().name());
        document.put("topic", origin.topic());
        document.put("cloudwatchTraceId", origin.traceId());
        document.put("clientId", origin.clientId() == null ? "N/A" : origin.clientId());
        if (origin.sourceIp() != null) {
            document.put("sourceIp", origin.sourceIp());
        }
        document.put("base64OriginalPayload", Base64.getEncoder().encodeToString(origin.payload()));
        document.putArray("failures")
                .addObject()
                .put("failedAction", failed.failureName())
                .put("failedResource", resource)
                .put("errorMessage", reason);
        return document;
    }
}
