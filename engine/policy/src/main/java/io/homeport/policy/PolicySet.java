package io.homeport.policy;

import io.homeport.policy.CompiledStatement.Match;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The policies that hold for one principal, evaluated together. Immutable and thread-safe.
/// Deciding is pure: the same request with the same context has the same decision, so that
/// decisions may be cached for as long as the context's values stay.
public final class PolicySet {
    private final List<NamedPolicy> policies;
    private final Rule[] denies;
    private final Rule[] allows;

    public PolicySet(List<NamedPolicy> policies) {
        this.policies = List.copyOf(policies);
        List<Rule> denying = new ArrayList<>();
        List<Rule> allowing = new ArrayList<>();
        for (NamedPolicy policy : this.policies) {
            List<CompiledStatement> statements = policy.document().compiled();
            for (int i = 0; i < statements.size(); i++) {
                Rule rule = new Rule(policy.name(), i, statements.get(i));
                (rule.statement.denies() ? denying : allowing).add(rule);
            }
        }
        this.denies = denying.toArray(new Rule[0]);
        this.allows = allowing.toArray(new Rule[0]);
    }

    /// The policies, in the order they were given in.
    public List<NamedPolicy> policies() {
        return policies;
    }

    /// Decides one request: an explicit deny wins over every allow, and what nothing allows is
    /// denied. The reason of a denial tells the values it rests on; the reason of an allowance
    /// names the statement alone, so that allowing costs no text ({@link #explain} tells the values
    /// too).
    ///
    /// @param action for example `iot:Publish`, in any case
    /// @param resource the full ARN, or `*` for an action that has no resource
    public Decision decide(String action, String resource, PolicyContext context) {
        for (Rule rule : denies) {
            if (rule.statement.match(action, resource, context) == Match.MATCHES) {
                return denied(rule, action, resource, context);
            }
        }
        for (Rule rule : allows) {
            if (rule.statement.match(action, resource, context) == Match.MATCHES) {
                return rule.allowed();
            }
        }
        return new Decision(
                Decision.Outcome.IMPLICIT_DENY, null, -1, implicitDeny(action, resource, context));
    }

    /// Decides as {@link #decide} does, with the values in the reason also where the request is
    /// allowed. For people, not for the hot path.
    public Decision explain(String action, String resource, PolicyContext context) {
        Decision decision = decide(action, resource, context);
        if (!decision.allowed()) {
            return decision;
        }
        for (Rule rule : allows) {
            if (rule.statement.match(action, resource, context) == Match.MATCHES) {
                String reason =
                        Reasons.effect(
                                rule.name, rule.index, rule.statement, action, resource, context);
                return new Decision(Decision.Outcome.ALLOWED, rule.name, rule.index, reason);
            }
        }
        return decision;
    }

    private static Decision denied(
            Rule rule, String action, String resource, PolicyContext context) {
        String reason =
                Reasons.effect(rule.name, rule.index, rule.statement, action, resource, context);
        return new Decision(Decision.Outcome.EXPLICIT_DENY, rule.name, rule.index, reason);
    }

    /// Finds the statement that came nearest: one whose condition failed before one whose resource
    /// differs, and of these the one whose resource begins most like the request's.
    private String implicitDeny(String action, String resource, PolicyContext context) {
        if (policies.isEmpty()) {
            return "no policy applies, and without one nothing is allowed, not " + action;
        }
        Rule nearest = null;
        int nearness = -1;
        for (Rule rule : allows) {
            int found =
                    switch (rule.statement.match(action, resource, context)) {
                        case ACTION_DIFFERS -> -1;
                        case RESOURCE_DIFFERS ->
                                Reasons.likeness(rule.statement, resource, context);
                        case CONDITION_FAILS, MATCHES -> Integer.MAX_VALUE;
                    };
            if (found > nearness) {
                nearest = rule;
                nearness = found;
            }
        }
        return nearest == null
                ? Reasons.noStatement(policies, action)
                : Reasons.nearMiss(
                        nearest.name, nearest.index, nearest.statement, action, resource, context);
    }

    /// A policy document with the name that decisions call it by.
    public record NamedPolicy(String name, PolicyDocument document) {}

    /// A statement with its place, and the decision that it stands for once it allowed something.
    private static final class Rule {
        private final String name;
        private final int index;
        private final CompiledStatement statement;

        /// Made at the first use. Threads may each make one: they are equal and immutable.
        private @Nullable Decision allowed;

        Rule(String name, int index, CompiledStatement statement) {
            this.name = name;
            this.index = index;
            this.statement = statement;
        }

        Decision allowed() {
            Decision decision = allowed;
            if (decision == null) {
                String reason = Reasons.allowance(name, index, statement);
                decision = new Decision(Decision.Outcome.ALLOWED, name, index, reason);
                allowed = decision;
            }
            return decision;
        }
    }
}
