package io.homeport.broker;

/// Makes snapshots of sessions. Called with the session's monitor held.
final class ClientStates {
    private ClientStates() {}

    static ClientState of(Session session) {
        Connection connection = session.connection();
        boolean connected = connection != null;
        return new ClientState(
                session.clientId,
                connected,
                session.version,
                session.cleanStart,
                connected ? Long.valueOf(session.connectedSinceMillis) : null,
                connected ? null : Long.valueOf(session.disconnectedSinceMillis),
                connected ? null : session.disconnectReason,
                session.keepAliveSeconds,
                session.expirySeconds,
                session.queued(),
                connection == null ? null : connection.info(),
                session.subscriptions.values().stream()
                        .map(subscription ->
                                new ClientState.SubscriptionState(
                                        subscription.topicFilter(),
                                        subscription.options().maximumQos()))
                        .toList());
    }
}
