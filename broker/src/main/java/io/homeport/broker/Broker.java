package io.homeport.broker;

import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import io.homeport.core.Timers;
import io.homeport.mqtt.MqttPacket;
import io.homeport.storage.Store;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The message broker of one node. Thread-safe.
public final class Broker implements MessageBus, AutoCloseable {

    public Broker(
            Store store,
            Clock clock,
            Timers timers,
            RandomGenerator random,
            BrokerLimits limits,
            BrokerEvent.Listener events) {}

    /// Loads sessions, subscriptions and retained messages from the store. Called once, before the
    /// first connection.
    public void start() {}

    /// Judges a CONNECT, on the transport's event loop. The answer (CONNACK) is sent through the
    /// transport, perhaps later (a session on another loop has to be taken over first); where it is a
    /// refusal the transport is closed behind it. Packets that arrive meanwhile are handed in as usual.
    public BrokerConnection connect(
            MqttPacket.Connect connect,
            ConnectionInfo info,
            Authorization authorization,
            Transport transport) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> publish(Message message) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Subscription subscribe(AccountId account, String topicFilter, Handler handler) {
        throw new UnsupportedOperationException();
    }

    /// What is known of a client; empty where it is neither connected nor has a session, and longer
    /// than 30 minutes gone.
    public CompletableFuture<Optional<ClientState>> client(AccountId account, String clientId) {
        throw new UnsupportedOperationException();
    }

    /// Ends a client's connection, and its session where `cleanSession` says so. False where there is
    /// neither.
    public CompletableFuture<Boolean> deleteConnection(
            AccountId account, String clientId, boolean cleanSession, boolean preventWill) {
        throw new UnsupportedOperationException();
    }

    /// Sends a message to one connected client that needs no subscription for it.
    public CompletableFuture<DirectOutcome> sendDirect(
            Message message, String clientId, boolean confirmation, Duration timeout) {
        throw new UnsupportedOperationException();
    }

    /// What became of a direct message.
    public enum DirectOutcome {
        SENT,
        CONFIRMED,
        NOT_CONNECTED,
        NOT_AUTHORIZED,
        TIMED_OUT
    }

    /// The retained message of a topic.
    public Optional<RetainedMessage> retained(AccountId account, String topic) {
        throw new UnsupportedOperationException();
    }

    /// At most `limit` retained messages in topic order, behind the topic `after`.
    public List<RetainedMessage> retainedAfter(
            AccountId account, @Nullable String after, int limit) {
        throw new UnsupportedOperationException();
    }

    /// Policies or certificates changed: every connection's Connect is judged again and those that may
    /// not stay are disconnected with `FORBIDDEN_ACCESS`. Returns at once.
    public void reauthorize() {
        throw new UnsupportedOperationException();
    }

    /// Disconnects every connection of a principal with `FORBIDDEN_ACCESS`. Returns at once.
    public void disconnectPrincipal(AccountId account, String principalId, String reasonString) {
        throw new UnsupportedOperationException();
    }

    /// Numbers for metrics.
    public BrokerStatistics statistics() {
        throw new UnsupportedOperationException();
    }

    /// Forgets everything: connections are closed; sessions, queued and retained messages deleted.
    /// For the test mode.
    public CompletableFuture<Void> reset() {
        throw new UnsupportedOperationException();
    }

    /// Disconnects every client (MQTT 5: 0x8B) and completes once their state is durable. New CONNECTs
    /// are refused from now on.
    public CompletableFuture<Void> shutdown() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
