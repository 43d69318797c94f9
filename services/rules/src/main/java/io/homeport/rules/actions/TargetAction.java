package io.homeport.rules.actions;

import io.homeport.core.AccountId;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.TargetCall;
import io.homeport.core.targets.TargetFailedException;
import io.homeport.core.targets.TargetScope;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.Action;

/// An action that makes one call of one of AWS's services. Thread-safe.
///
/// @param <A> the action's structure in the API
final class TargetAction<A> implements ActionType {
    private final String name;
    private final String failureName;
    private final AwsTargets targets;
    private final Function<Action, @Nullable A> member;
    private final Planner<A> planner;
    private final Caller caller;

    /// Checks an action and prepares it.
    interface Planner<A> {
        ActionPlan plan(A action, PlanContext context);
    }

    /// What a delivery means.
    interface Caller {
        TargetCall call(Delivery delivery);
    }

    /// @param name the member of the API's structure
    /// @param failureName in error documents
    /// @param member reads the member; null where another is set
    TargetAction(
            String name,
            String failureName,
            AwsTargets targets,
            Function<Action, @Nullable A> member,
            Planner<A> planner,
            Caller caller) {
        this.name = name;
        this.failureName = failureName;
        this.targets = targets;
        this.member = member;
        this.planner = planner;
        this.caller = caller;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String failureName() {
        return failureName;
    }

    @Override
    public boolean isIn(Action action) {
        return member.apply(action) != null;
    }

    @Override
    public ActionPlan plan(Action action, PlanContext context) {
        A own = member.apply(action);
        if (own == null) {
            throw new InvalidActionException("it is not there");
        }
        return planner.plan(own, context);
    }

    @Override
    public void perform(List<Delivery> deliveries) throws ActionFailure {
        for (Delivery delivery : deliveries) {
            TargetScope scope =
                    new TargetScope(new AccountId(delivery.account()), delivery.region());
            try {
                targets.send(scope, caller.call(delivery));
            } catch (TargetFailedException e) {
                throw e.isRetryable()
                        ? ActionFailure.transientFailure(e.text(), e)
                        : ActionFailure.permanent(e.text(), e);
            }
        }
    }
}
