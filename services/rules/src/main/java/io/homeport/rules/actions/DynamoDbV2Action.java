package io.homeport.rules.actions;

import io.homeport.core.Json;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.TargetCall;
import java.util.List;
import software.amazon.awssdk.services.iot.model.Action;
import tools.jackson.databind.node.ObjectNode;

/// Writes the output's members into columns of a table of DynamoDB.
///
/// Source: AWS IoT developer guide, "DynamoDBv2".
final class DynamoDbV2Action {
    private DynamoDbV2Action() {}

    static ActionType of(AwsTargets targets) {
        return new TargetAction<>(
                "dynamoDBv2",
                "DynamoDBv2Action",
                targets,
                Action::dynamoDBv2,
                DynamoDbV2Action::plan,
                DynamoDbV2Action::call);
    }

    private static ActionPlan plan(
            software.amazon.awssdk.services.iot.model.DynamoDBv2Action action,
            PlanContext context) {
        context.literal("roleArn", action.roleArn());
        if (action.putItem() == null) {
            throw new InvalidActionException("putItem is missing");
        }
        TemplateParameter table =
                context.required("putItem.tableName", action.putItem().tableName());
        return match -> {
            if (!(match.json().orElse(null) instanceof ObjectNode)) {
                throw ActionFailure.permanent(
                        "the output has to be a JSON object, whose members become columns");
            }
            ObjectNode parameters = Json.MAPPER.createObjectNode();
            String name = table.in(match);
            parameters.put("table", name);
            return new ActionPlan.Decision(name, parameters, match.output());
        };
    }

    private static TargetCall call(Delivery delivery) {
        ObjectNode plain = (ObjectNode) DynamoValues.parse(delivery.body());
        return new TargetCall.PutItem(
                delivery.parameter("table"), DynamoValues.attributes(plain), List.of());
    }
}
