package io.homeport.policy;

import java.util.List;
import java.util.Optional;

/// One statement of a policy document as it is written. Immutable.
///
/// @param sid the statement's id, where it has one
/// @param notAction whether the document says `NotAction`, so that the statement is about every
///   action but these
/// @param notResource whether the document says `NotResource`, so that the statement is about every
///   resource but these
/// @param conditions all must hold; empty where the statement has none
public record PolicyStatement(
        Optional<String> sid,
        Effect effect,
        boolean notAction,
        List<String> actions,
        boolean notResource,
        List<String> resources,
        List<Condition> conditions) {

    public PolicyStatement {
        actions = List.copyOf(actions);
        resources = List.copyOf(resources);
        conditions = List.copyOf(conditions);
    }

    /// What a statement does with the requests it is about.
    public enum Effect {
        ALLOW,
        DENY
    }

    /// One condition: an operator, for example `ForAnyValue:StringLikeIfExists`, the key whose
    /// values it tests, and the values of which one must match.
    public record Condition(String operator, String key, List<String> values) {
        public Condition {
            values = List.copyOf(values);
        }
    }
}
