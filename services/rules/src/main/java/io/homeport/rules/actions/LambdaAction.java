package io.homeport.rules.actions;

import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import io.homeport.core.FunctionInvoker;
import io.homeport.core.Json;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.iot.model.Action;
import tools.jackson.databind.node.ObjectNode;

/// Invokes a function asynchronously with the output as its event. Thread-safe.
///
/// Source: AWS IoT developer guide, "Lambda".
public final class LambdaAction implements ActionType {
    /// The principal that functions permit to call them.
    public static final String CALLER = "iot.amazonaws.com";

    private final FunctionInvoker functions;

    public LambdaAction(FunctionInvoker functions) {
        this.functions = functions;
    }

    @Override
    public String name() {
        return "lambda";
    }

    @Override
    public String failureName() {
        return "LambdaAction";
    }

    @Override
    public boolean isIn(Action action) {
        return action.lambda() != null;
    }

    @Override
    public ActionPlan plan(Action action, PlanContext context) {
        CheckedParameter function =
                new CheckedParameter(
                        context.required("functionArn", action.lambda().functionArn()),
                        text -> Arn.isOf("lambda", text),
                        "has to be the ARN of a function");
        return match -> {
            if (match.json().isEmpty()) {
                throw ActionFailure.permanent(
                        "a function's event has to be JSON; put binary payloads into it with"
                                + " encode(*, 'base64')");
            }
            String arn = function.in(match);
            ObjectNode parameters = Json.MAPPER.createObjectNode();
            parameters.put("functionArn", arn);
            return new ActionPlan.Decision(arn, parameters, match.output());
        };
    }

    @Override
    public void perform(List<Delivery> deliveries) throws ActionFailure {
        for (Delivery delivery : deliveries) {
            hand(delivery);
        }
    }

    private void hand(Delivery delivery) throws ActionFailure {
        AccountId account = new AccountId(delivery.account());
        String rule =
                Arn.of("iot", delivery.region(), account, "rule/" + delivery.rule()).toString();
        Optional<FunctionInvoker.Refused> refused =
                functions.invokeLater(
                        new FunctionInvoker.Call(
                                account,
                                delivery.region(),
                                delivery.parameter("functionArn"),
                                delivery.body(),
                                new FunctionInvoker.Source(CALLER, rule)));
        if (refused.isPresent()) {
            String reason = refused.get().message();
            throw switch (refused.get().reason()) {
                case THROTTLED, TIMED_OUT, UNAVAILABLE -> ActionFailure.transientFailure(reason);
                case NOT_FOUND, NOT_PERMITTED, INVALID -> ActionFailure.permanent(reason);
            };
        }
    }
}
