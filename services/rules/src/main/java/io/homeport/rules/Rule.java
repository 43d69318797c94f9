package io.homeport.rules;

import io.homeport.rules.actions.ActionPlan;
import io.homeport.rules.actions.ActionType;
import io.homeport.sql.SqlStatement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A rule that is ready to be evaluated. Immutable.
///
/// @param actions in the order of the definition
record Rule(
        RuleRecord record,
        SqlStatement statement,
        List<Planned> actions,
        @Nullable Planned errorAction) {

    Rule {
        actions = List.copyOf(actions);
    }

    /// An action with its type.
    record Planned(ActionType type, ActionPlan plan) {}

    RuleKey key() {
        return RuleKey.of(record);
    }

    Rule with(RuleRecord stored) {
        return new Rule(stored, statement, actions, errorAction);
    }
}
