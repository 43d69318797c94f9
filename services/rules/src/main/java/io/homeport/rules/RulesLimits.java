package io.homeport.rules;

import io.homeport.core.Profile;
import io.homeport.rules.actions.HttpLimits;
import java.time.Duration;

/// How much the rules engine takes, and how long it tries. Immutable. Source of the AWS numbers:
/// AWS IoT Core endpoints and quotas, "rules engine".
///
/// @param rules per account and region
/// @param actions per rule
/// @param payloadBytes of a rule's definition as JSON
/// @param destinations per account and region
/// @param waitingEvaluations messages of one rule that wait for their evaluation
/// @param pendingDeliveries of one rule in the outbox; what is decided beyond fails at once
/// @param pendingBytes of one rule in the outbox
/// @param retryFor how long a delivery is tried before it fails
/// @param hops how many rules may republish to each other in a row
/// @param http of the http action
public record RulesLimits(
        int rules,
        int actions,
        int payloadBytes,
        int destinations,
        int waitingEvaluations,
        int pendingDeliveries,
        long pendingBytes,
        Duration retryFor,
        int hops,
        HttpLimits http) {

    /// The limits of a profile.
    public static RulesLimits of(Profile profile) {
        return switch (profile) {
            case AWS ->
                    new RulesLimits(
                            1_000,
                            10,
                            128 << 10,
                            1_000,
                            10_000,
                            100_000,
                            256L << 20,
                            Duration.ofSeconds(30),
                            32,
                            HttpLimits.of(profile));
            case OPEN ->
                    new RulesLimits(
                            100_000,
                            10,
                            1 << 20,
                            10_000,
                            10_000,
                            1_000_000,
                            1L << 30,
                            Duration.ofHours(24),
                            32,
                            HttpLimits.of(profile));
        };
    }

    /// The same with other bounds of the outbox, for tests.
    RulesLimits withOutbox(int deliveries, long bytes, Duration tryFor) {
        return new RulesLimits(
                rules,
                actions,
                payloadBytes,
                destinations,
                waitingEvaluations,
                deliveries,
                bytes,
                tryFor,
                hops,
                http);
    }
}
