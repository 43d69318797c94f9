package io.homeport.rules.actions;

import io.homeport.core.Arn;
import io.homeport.core.Json;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.TargetCall;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import software.amazon.awssdk.services.iot.model.Action;
import tools.jackson.databind.node.ObjectNode;

/// Publishes the output to a topic of SNS.
///
/// Source: AWS IoT developer guide, "SNS".
final class SnsAction {
    private SnsAction() {}

    static ActionType of(AwsTargets targets) {
        return new TargetAction<>(
                "sns", "SnsAction", targets, Action::sns, SnsAction::plan, SnsAction::call);
    }

    private static ActionPlan plan(
            software.amazon.awssdk.services.iot.model.SnsAction sns, PlanContext context) {
        context.literal("roleArn", sns.roleArn());
        CheckedParameter topic =
                new CheckedParameter(
                        context.required("targetArn", sns.targetArn()),
                        text -> Arn.isOf("sns", text) && !text.endsWith(".fifo"),
                        "has to be the ARN of a standard topic");
        String format = sns.messageFormatAsString() == null ? "RAW" : sns.messageFormatAsString();
        if (!Set.of("RAW", "JSON").contains(format)) {
            throw new InvalidActionException(
                    "messageFormat has to be RAW or JSON, not '" + format + "'");
        }
        boolean json = format.equals("JSON");
        return match -> {
            if (json && !match.json().map(node -> node.path("default").isString()).orElse(false)) {
                throw ActionFailure.permanent(
                        "with messageFormat JSON the output has to be an object with a text named"
                                + " default");
            }
            String arn = topic.in(match);
            ObjectNode parameters = Json.MAPPER.createObjectNode();
            parameters.put("targetArn", arn).put("json", json);
            return new ActionPlan.Decision(arn, parameters, match.output());
        };
    }

    private static TargetCall call(Delivery delivery) {
        return new TargetCall.Notify(
                delivery.parameter("targetArn"),
                new String(delivery.body(), StandardCharsets.UTF_8),
                delivery.parameters().path("json").asBoolean());
    }
}
