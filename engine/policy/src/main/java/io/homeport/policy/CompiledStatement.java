package io.homeport.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A statement in the form that requests are matched with. Immutable.
final class CompiledStatement {
    /// The first element that a request failed at, or that it failed at none.
    enum Match {
        ACTION_DIFFERS,
        RESOURCE_DIFFERS,
        CONDITION_FAILS,
        MATCHES
    }

    private final PolicyStatement source;
    private final List<ActionPattern> actions;
    private final List<ArnPattern> resources;
    private final List<CompiledCondition> conditions;

    CompiledStatement(
            PolicyStatement source,
            List<ActionPattern> actions,
            List<ArnPattern> resources,
            List<CompiledCondition> conditions) {
        this.source = source;
        this.actions = List.copyOf(actions);
        this.resources = List.copyOf(resources);
        this.conditions = List.copyOf(conditions);
    }

    /// Matches action, resource and conditions in this order, which is the order of what they cost.
    Match match(String action, String resource, PolicyContext context) {
        if (namesAction(action) == source.notAction()) {
            return Match.ACTION_DIFFERS;
        }
        if (namesResource(resource, context) == source.notResource()) {
            return Match.RESOURCE_DIFFERS;
        }
        return failedCondition(context) == null ? Match.MATCHES : Match.CONDITION_FAILS;
    }

    /// The first condition that doesn't hold; null where all do.
    @Nullable CompiledCondition failedCondition(PolicyContext context) {
        for (int i = 0; i < conditions.size(); i++) {
            if (!conditions.get(i).holds(context)) {
                return conditions.get(i);
            }
        }
        return null;
    }

    PolicyStatement source() {
        return source;
    }

    boolean denies() {
        return source.effect() == PolicyStatement.Effect.DENY;
    }

    List<ArnPattern> resources() {
        return resources;
    }

    List<CompiledCondition> conditions() {
        return conditions;
    }

    private boolean namesAction(String action) {
        for (int i = 0; i < actions.size(); i++) {
            if (actions.get(i).matches(action)) {
                return true;
            }
        }
        return false;
    }

    private boolean namesResource(String resource, PolicyContext context) {
        for (int i = 0; i < resources.size(); i++) {
            if (resources.get(i).matches(resource, context)) {
                return true;
            }
        }
        return false;
    }
}
