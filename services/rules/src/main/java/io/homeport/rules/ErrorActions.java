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
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
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
        count(running, rule, failed, resource, origin, reason);
        Rule.Planned action = rule.errorAction();
        return action == null
                ? null
                : delivery(
                        running,
                        rule,
                        action,
                        origin,
                        document(rule, failed, resource, origin, reason));
    }

    /// As {@link #onFailure} for a batch that the user has asked for: one document tells of all its
    /// messages. The templates of the error action see the first of them.
    ///
    /// Source: AWS IoT developer guide, "Batching HTTP action messages", error action payload.
    @Nullable Delivery onFailureOfBatch(
            RunningRule running,
            Rule rule,
            ActionType failed,
            List<Delivery> deliveries,
            String reason) {
        Delivery first = deliveries.getFirst();
        deliveries.forEach(delivery ->
                count(running, rule, failed, delivery.resource(), delivery.origin(), reason));
        Rule.Planned action = rule.errorAction();
        return action == null
                ? null
                : delivery(
                        running,
                        rule,
                        action,
                        first.origin(),
                        batchDocument(rule, failed, deliveries, reason));
    }

    private void count(
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
    }

    private @Nullable Delivery delivery(
            RunningRule running, Rule rule, Rule.Planned action, Origin origin, ObjectNode told) {
        byte[] document = Json.MAPPER.writeValueAsBytes(told);
        AccountId account = new AccountId(rule.record().account());
        Environment environment = parts.environmentOf(rule, RuleEngine.sqlMessage(account, origin));
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
        describe(origin, document);
        failure(document, failed, resource, reason);
        return document;
    }

    private static ObjectNode batchDocument(
            Rule rule, ActionType failed, List<Delivery> deliveries, String reason) {
        ObjectNode document = Json.MAPPER.createObjectNode();
        document.put("ruleName", rule.record().name());
        ArrayNode payloads = document.putArray("payloadsWithMetadata");
        ObjectNode failure = failure(document, failed, deliveries.getFirst().resource(), reason);
        ArrayNode affected = failure.putArray("affectedIds");
        for (Delivery delivery : deliveries) {
            String id = delivery.origin().traceId();
            ObjectNode payload = payloads.addObject().put("id", id);
            describe(delivery.origin(), payload);
            affected.add(id);
        }
        return document;
    }

    private static void describe(Origin origin, ObjectNode node) {
        node.put("topic", origin.topic());
        node.put("cloudwatchTraceId", origin.traceId());
        node.put("clientId", origin.clientId() == null ? "N/A" : origin.clientId());
        if (origin.sourceIp() != null) {
            node.put("sourceIp", origin.sourceIp());
        }
        node.put("base64OriginalPayload", Base64.getEncoder().encodeToString(origin.payload()));
    }

    private static ObjectNode failure(
            ObjectNode document, ActionType failed, String resource, String reason) {
        return document.putArray("failures")
                .addObject()
                .put("failedAction", failed.failureName())
                .put("failedResource", resource)
                .put("errorMessage", reason);
    }
}
