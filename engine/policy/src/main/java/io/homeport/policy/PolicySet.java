package io.homeport.policy;

import java.util.List;

/// The policies that hold for one principal, evaluated together. Immutable.
public final class PolicySet {
    private final List<NamedPolicy> policies;

    public PolicySet(List<NamedPolicy> policies) {
        this.policies = List.copyOf(policies);
    }

    public List<NamedPolicy> policies() {
        return policies;
    }

    /// Decides one request: an explicit deny wins over every allow, and what nothing allows is denied.
    ///
    /// @param action for example `iot:Publish`
    /// @param resource the full ARN
    public Decision decide(String action, String resource, PolicyContext context) {
        return new Decision(
                Decision.Outcome.IMPLICIT_DENY, null, -1, "no statement allows " + action);
    }

    /// A policy document with the name that decisions call it by.
    public record NamedPolicy(String name, PolicyDocument document) {}
}
