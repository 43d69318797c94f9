package io.homeport.rules.actions;

import io.homeport.core.Publisher;

/// The publisher of a republished message: a rule, which is no client. Immutable.
///
/// @param hops how many rules have republished the message
public record RuleHop(int hops) implements Publisher {
    @Override
    public String clientId() {
        return "";
    }

    @Override
    public String principalId() {
        return "";
    }

    @Override
    public String region() {
        return "";
    }

    @Override
    public String sourceIp() {
        return "";
    }

    /// Nobody listens.
    @Override
    public void reply(String topic, byte[] payload) {}
}
