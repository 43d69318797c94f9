package io.homeport.policy;

import org.jspecify.annotations.Nullable;

/// What a policy set says of a request, and why.
///
/// @param policyName the policy that decided; null for {@link Outcome#IMPLICIT_DENY}
/// @param statement zero-based index of the deciding statement in that policy; -1 where none did
/// @param reason one sentence for people: the statement, its document and the variable values used,
///   or why no statement allowed it
public record Decision(Outcome outcome, @Nullable String policyName, int statement, String reason) {

    public boolean allowed() {
        return outcome == Outcome.ALLOWED;
    }

    /// The values of AWS IoT's `authDecision`.
    public enum Outcome {
        ALLOWED,
        EXPLICIT_DENY,
        IMPLICIT_DENY
    }
}
