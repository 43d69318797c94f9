package io.homeport.rules.actions;

import io.homeport.core.Json;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.TargetCall;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import software.amazon.awssdk.services.iot.model.Action;
import tools.jackson.databind.node.ObjectNode;

/// Sends the output to a queue.
///
/// Source: AWS IoT developer guide, "SQS".
final class SqsAction {
    private SqsAction() {}

    static ActionType of(AwsTargets targets) {
        return new TargetAction<>(
                "sqs", "SqsAction", targets, Action::sqs, SqsAction::plan, SqsAction::call);
    }

    private static ActionPlan plan(
            software.amazon.awssdk.services.iot.model.SqsAction sqs, PlanContext context) {
        context.literal("roleArn", sqs.roleArn());
        CheckedParameter url =
                new CheckedParameter(
                        context.required("queueUrl", sqs.queueUrl()),
                        text -> !text.endsWith(".fifo"),
                        "can't be that of a FIFO queue");
        boolean base64 = Boolean.TRUE.equals(sqs.useBase64());
        return match -> {
            String queue = url.in(match);
            ObjectNode parameters = Json.MAPPER.createObjectNode();
            parameters.put("queueUrl", queue).put("base64", base64);
            return new ActionPlan.Decision(queue, parameters, match.output());
        };
    }

    private static TargetCall call(Delivery delivery) {
        String body =
                delivery.parameters().path("base64").asBoolean()
                        ? Base64.getEncoder().encodeToString(delivery.body())
                        : new String(delivery.body(), StandardCharsets.UTF_8);
        return new TargetCall.SendMessage(delivery.parameter("queueUrl"), body);
    }
}
