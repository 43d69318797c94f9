package io.homeport.broker;

/// Counters since start (monotonic) and gauges (now). Immutable snapshot.
public record BrokerStatistics(
        long connections,
        long sessions,
        long subscriptions,
        long retainedMessages,
        long queuedMessages,
        long publishesReceived,
        long messagesDelivered,
        long messagesDropped,
        long connectsAccepted,
        long connectsRefused,
        long denials,
        long publishesSlowed,
        long publishesSliced,
        long protocolErrors) {}
