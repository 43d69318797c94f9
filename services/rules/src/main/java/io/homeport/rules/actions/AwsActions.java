package io.homeport.rules.actions;

import io.homeport.core.targets.AwsTargets;
import java.util.List;

/// The actions toward AWS's services.
public final class AwsActions {
    private AwsActions() {}

    /// All of them.
    public static List<ActionType> all(AwsTargets targets) {
        return List.of(
                SqsAction.of(targets),
                SnsAction.of(targets),
                S3Action.of(targets),
                DynamoDbAction.of(targets),
                DynamoDbV2Action.of(targets),
                KinesisAction.of(targets),
                FirehoseAction.of(targets),
                CloudWatchActions.metric(targets),
                CloudWatchActions.alarm(targets),
                CloudWatchActions.logs(targets),
                StepFunctionsAction.of(targets),
                TimestreamAction.of(targets),
                LocationAction.of(targets),
                SearchActions.openSearch(targets),
                SearchActions.elasticsearch(targets));
    }
}
