package io.homeport.rules.actions;

import tools.jackson.databind.node.ObjectNode;

/// An action of a rule, checked and with its templates parsed. Immutable; thread-safe.
public interface ActionPlan {
    /// Works out what one matched message is to do: all templates are evaluated now, so that a
    /// delivery that is tried again goes to the same place.
    ///
    /// @throws ActionFailure where a template has no value or another type than the parameter
    Decision decide(RuleMatch match) throws ActionFailure;

    /// What was decided.
    ///
    /// @param resource the target's name, as error documents call it, for example a bucket
    /// @param parameters what the type needs besides the payload, all values final; stored as JSON
    /// @param payload what is delivered; {@link RuleMatch#output} by most types
    record Decision(String resource, ObjectNode parameters, byte[] payload) {}
}
