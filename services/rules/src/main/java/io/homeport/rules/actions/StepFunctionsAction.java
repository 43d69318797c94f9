package io.homeport.rules.actions;

import io.homeport.core.Json;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.TargetCall;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.services.iot.model.Action;
import tools.jackson.databind.node.ObjectNode;

/// Starts a state machine with the output as its input.
///
/// Source: AWS IoT developer guide, "Step Functions".
final class StepFunctionsAction {
    private StepFunctionsAction() {}

    static ActionType of(AwsTargets targets) {
        return new TargetAction<>(
                "stepFunctions",
                "StepFunctionsAction",
                targets,
                Action::stepFunctions,
                StepFunctionsAction::plan,
                StepFunctionsAction::call);
    }

    /// The name of an execution is decided with the message: AWS takes one of the same name as the
    /// same, so that an attempt that was repeated starts nothing twice.
    private static ActionPlan plan(
            software.amazon.awssdk.services.iot.model.StepFunctionsAction action,
            PlanContext context) {
        context.literal("roleArn", action.roleArn());
        TemplateParameter machine = context.required("stateMachineName", action.stateMachineName());
        String prefix = action.executionNamePrefix() == null ? "" : action.executionNamePrefix();
        CheckedParameter execution =
                new CheckedParameter(
                        context.required("executionNamePrefix", prefix + "${newuuid()}"),
                        name ->
                                name.length() <= 80
                                        && name.matches("[^\\s<>{}\\[\\]?*\"#%\\\\^|~`$&,;:/]+"),
                        "with a UUID behind it has to be a name of at most 80 characters without"
                                + " spaces, brackets, wildcards and special characters");
        return match -> {
            if (match.json().isEmpty()) {
                throw ActionFailure.permanent("a state machine's input has to be JSON");
            }
            ObjectNode parameters = Json.MAPPER.createObjectNode();
            String name = machine.in(match);
            parameters.put("stateMachine", name).put("execution", execution.in(match));
            return new ActionPlan.Decision(name, parameters, match.output());
        };
    }

    private static TargetCall call(Delivery delivery) {
        return new TargetCall.StartExecution(
                delivery.parameter("stateMachine"),
                delivery.parameter("execution"),
                new String(delivery.body(), StandardCharsets.UTF_8));
    }
}
