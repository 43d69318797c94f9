package io.homeport.broker;

import io.homeport.core.AccountId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Something worth knowing that happened to a client. Log, metrics and the admin API derive from
/// this one stream. Immutable.
public sealed interface BrokerEvent {
    AccountId account();

    String clientId();

    /// A CONNECT was accepted.
    record Connected(
            AccountId account,
            String clientId,
            String principalId,
            @Nullable String thingName,
            String sourceIp,
            boolean sessionPresent)
            implements BrokerEvent {}

    /// A connection ended.
    record Disconnected(
            AccountId account,
            String clientId,
            String principalId,
            DisconnectReason reason,
            String detail)
            implements BrokerEvent {}

    /// A CONNECT was refused.
    record ConnectFailed(
            AccountId account, String clientId, String principalId, String sourceIp, String reason)
            implements BrokerEvent {}

    /// Topic filters were granted.
    record Subscribed(AccountId account, String clientId, List<String> topicFilters)
            implements BrokerEvent {}

    /// Topic filters were given up.
    record Unsubscribed(AccountId account, String clientId, List<String> topicFilters)
            implements BrokerEvent {}

    /// A policy, a limit or a state said no.
    ///
    /// @param action for example `iot:Publish`
    /// @param resource topic or filter
    /// @param reason which statement, limit or state decided
    record Denied(AccountId account, String clientId, String action, String resource, String reason)
            implements BrokerEvent {}

    /// A message was not delivered to a client.
    ///
    /// @param reason for example queue full, slow consumer, expired, too large
    record Dropped(AccountId account, String clientId, String topic, int qos, String reason)
            implements BrokerEvent {}

    /// Takes events on whatever thread they happen; returns at once, never throws.
    interface Listener {
        void onEvent(BrokerEvent event);
    }
}
