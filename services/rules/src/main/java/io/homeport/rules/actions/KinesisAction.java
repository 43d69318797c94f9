package io.homeport.rules.actions;

import io.homeport.core.Json;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.TargetCall;
import software.amazon.awssdk.services.iot.model.Action;
import tools.jackson.databind.node.ObjectNode;

/// Puts the output into a Kinesis data stream.
///
/// Source: AWS IoT developer guide, "Kinesis Data Streams".
final class KinesisAction {
    private KinesisAction() {}

    static ActionType of(AwsTargets targets) {
        return new TargetAction<>(
                "kinesis",
                "KinesisAction",
                targets,
                Action::kinesis,
                KinesisAction::plan,
                KinesisAction::call);
    }

    private static ActionPlan plan(
            software.amazon.awssdk.services.iot.model.KinesisAction action, PlanContext context) {
        context.literal("roleArn", action.roleArn());
        TemplateParameter stream = context.required("streamName", action.streamName());
        String given = action.partitionKey();
        CheckedParameter partition =
                new CheckedParameter(
                        context.required(
                                "partitionKey",
                                given == null || given.isEmpty() ? "${newuuid()}" : given),
                        text -> !text.isEmpty() && text.length() <= 256,
                        "has to have 1 to 256 characters");
        return match -> {
            ObjectNode parameters = Json.MAPPER.createObjectNode();
            String name = stream.in(match);
            parameters.put("stream", name).put("partitionKey", partition.in(match));
            return new ActionPlan.Decision(name, parameters, match.output());
        };
    }

    private static TargetCall call(Delivery delivery) {
        return new TargetCall.PutRecord(
                delivery.parameter("stream"), delivery.parameter("partitionKey"), delivery.body());
    }
}
