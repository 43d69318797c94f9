package io.homeport.rules.actions;

import io.homeport.core.targets.AwsTargets;
import java.util.List;

/// The actions toward AWS's services.
public final class AwsActions {
    private AwsActions() {}

    /// All of them.
    public static List<ActionType> all(AwsTargets targets) {
        return List.of(SqsAction.of(targets));
    }
}
