package io.homeport.rules;

/// A topic rule as it is stored. Immutable.
///
/// @param payload the API's TopicRulePayload as JSON, `ruleDisabled` left out; with members that
///   the SDK's type lacks
/// @param createdAtMillis {@link io.homeport.core.Clock} time; kept when the rule is replaced
/// @param generation how often the rule was replaced
public record RuleRecord(
        String account,
        String region,
        String name,
        String payload,
        boolean disabled,
        long createdAtMillis,
        long generation) {

    /// This definition instead of another of the rule.
    RuleRecord inPlaceOf(RuleRecord old) {
        return new RuleRecord(
                account, region, name, payload, disabled, old.createdAtMillis, old.generation + 1);
    }

    RuleRecord withDisabled(boolean nowDisabled) {
        return new RuleRecord(
                account, region, name, payload, nowDisabled, createdAtMillis, generation);
    }
}
