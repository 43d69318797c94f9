package io.homeport.broker;

import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import io.homeport.core.MessageProperties;
import io.homeport.core.Timers;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.homeport.mqtt.Topics;
import io.homeport.storage.StorageException;
import io.homeport.storage.Store;
import io.homeport.storage.WriteBatch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The message broker of one node. Thread-safe.
public final class Broker implements MessageBus, AutoCloseable {
    private static final Duration SWEEP = Duration.ofMinutes(10);

    private final Core core;

    /// Reads of the store and the work of timers run on virtual threads.
    public Broker(
            Store store,
            Clock clock,
            Timers timers,
            RandomGenerator random,
            BrokerLimits limits,
            BrokerEvent.Listener events) {
        this(
                store,
                clock,
                timers,
                random,
                limits,
                events,
                task -> Thread.ofVirtual().name("broker").start(task));
    }

    /// @param background runs what may read the store, off the event loops; in a simulation it runs
    ///   tasks on the one thread there is
    public Broker(
            Store store,
            Clock clock,
            Timers timers,
            RandomGenerator random,
            BrokerLimits limits,
            BrokerEvent.Listener events,
            Executor background) {
        this.core = new Core(store, clock, timers, random, limits, events, background);
    }

    /// Loads sessions and subscriptions from the store. Called once, before the first connection.
    /// Where retained messages are many, they are loaded behind it: who subscribes with a wildcard
    /// then gets SUBACK when all are there.
    public void start() {
        new Recovery(core).run();
        sweep();
    }

    /// Completes once all retained messages are here; exceptionally where one of them can't be
    /// understood: subscriptions by wildcard that ask for retained messages are refused then, and
    /// single topics read from the store.
    public CompletableFuture<Void> retainedLoaded() {
        return core.loading.over().copy();
    }

    private void sweep() {
        core.timers.schedule(
                SWEEP,
                () -> {
                    if (!core.shuttingDown) {
                        core.background.execute(this::sweepRetained);
                        sweep();
                    }
                });
    }

    private void sweepRetained() {
        for (Realm realm : core.realms.values()) {
            try {
                realm.retained.sweep(core.rows.store(), core.clock.millis());
            } catch (StorageException e) {
                // What has expired isn't delivered anyway; the next sweep deletes it.
                return;
            }
        }
    }

    /// Judges a CONNECT, on the transport's event loop. The answer (CONNACK) is sent through the
    /// transport, perhaps later (the session has to be durable first); where it is a refusal the
    /// transport is closed behind it. Packets that arrive meanwhile are handed in as usual.
    public BrokerConnection connect(
            MqttPacket.Connect connect,
            ConnectionInfo info,
            Authorization authorization,
            Transport transport) {
        if (core.shuttingDown) {
            return refuse(
                    connect,
                    info,
                    transport,
                    ReasonCode.SERVER_SHUTTING_DOWN,
                    "the server is shutting down");
        }
        return switch (ConnectRules.judge(connect, core.limits, core::uuid)) {
            case ConnectRules.Decision.Refused(ReasonCode reason, String detail) ->
                    refuse(connect, info, transport, reason, detail);
            case ConnectRules.Decision.Accepted accepted ->
                    connect(accepted, info, authorization, transport);
        };
    }

    private BrokerConnection connect(
            ConnectRules.Decision.Accepted accepted,
            ConnectionInfo info,
            Authorization authorization,
            Transport transport) {
        MqttPacket.Connect connect = accepted.connect();
        Authorization.Verdict verdict = authorization.connect(connect);
        if (!verdict.allowed()) {
            String reason = String.valueOf(verdict.reason());
            core.denied(
                    info.account(), connect.clientId(), "iot:Connect", connect.clientId(), reason);
            core.lifecycle.connectFailed(info, connect.clientId(), core.uuid());
            return refuse(connect, info, transport, ReasonCode.NOT_AUTHORIZED, reason);
        }
        String tooFast = tooFast(core.realm(info.account()), connect.clientId());
        if (tooFast != null) {
            return refuse(connect, info, transport, ReasonCode.QUOTA_EXCEEDED, tooFast);
        }
        Connection connection = new Connection(core, accepted, info, authorization, transport);
        connection.open(accepted);
        return connection;
    }

    private @Nullable String tooFast(Realm realm, String clientId) {
        long now = core.clock.steadyMillis();
        if (!realm.recent.connects(clientId, now, core.limits.rates().connectsPerClientId())) {
            return "the client id connects too often";
        }
        return realm.limiter == null || realm.limiter.connects(now)
                ? null
                : "clients of the account connect too often";
    }

    private BrokerConnection refuse(
            MqttPacket.Connect connect,
            ConnectionInfo info,
            Transport transport,
            ReasonCode reason,
            String detail) {
        Greeting.refuse(core, info, transport, connect, reason, detail);
        return RefusedConnection.INSTANCE;
    }

    /// Judges a message that is published from outside without a connection, over HTTPS: by the
    /// rules and rates that hold for PUBLISH, which {@link #publish} leaves to its callers. Rights
    /// are not looked at.
    ///
    /// @return empty where the message may be published
    public Optional<PublishRefusal> refusal(Message message) {
        MqttPacket.Publish publish =
                new MqttPacket.Publish(
                        false,
                        Qos.of(message.qos()),
                        message.retain(),
                        message.topic(),
                        0,
                        message.payload(),
                        message.properties(),
                        0,
                        new int[0]);
        Optional<PublishRefusal> refusal =
                switch (PublishRules.judge(
                        publish, message.topic(), MqttVersion.MQTT_5, core.limits)) {
                    case PublishRules.Decision.Accepted() -> Optional.empty();
                    case PublishRules.Decision.Ignored(String detail) ->
                            Optional.of(new PublishRefusal(ReasonCode.NOT_AUTHORIZED, detail));
                    case PublishRules.Decision.Rejected(ReasonCode reason, String detail) ->
                            Optional.of(new PublishRefusal(reason, detail));
                    case PublishRules.Decision.Closed(ReasonCode reason, String detail) ->
                            Optional.of(new PublishRefusal(reason, detail));
                };
        return refusal.isPresent() ? refusal : tooFast(message);
    }

    private Optional<PublishRefusal> tooFast(Message message) {
        Realm realm = core.realm(message.account());
        long now = core.clock.steadyMillis();
        String detail = null;
        if (realm.limiter != null
                && !realm.limiter.publishes(realm.index.match(message.topic()).receivers(), now)) {
            detail = "more publishes per second in the account than the limit";
        } else if (message.retain() && !realm.retainsInTime(message.topic(), now)) {
            detail = "more retained messages per second than the limit";
        }
        return Optional.ofNullable(detail)
                .map(text -> new PublishRefusal(ReasonCode.MESSAGE_RATE_TOO_HIGH, text));
    }

    /// Why a message may not be published.
    ///
    /// @param reason as MQTT 5 would tell it; {@link ReasonCode#MESSAGE_RATE_TOO_HIGH} for a rate,
    ///   which passes by itself
    public record PublishRefusal(ReasonCode reason, String detail) {}

    @Override
    public CompletableFuture<Void> publish(Message message) {
        if (!Topics.isValidTopicName(message.topic())) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException("'" + message.topic() + "' is no topic name"));
        }
        if (message.retain() && !core.realm(message.account()).retained.admits(message)) {
            return CompletableFuture.failedFuture(
                    new StorageException("no room for more retained messages"));
        }
        try {
            Router.Routed routed = core.router.route(bounded(message), null, new WriteBatch());
            return message.qos() == 0
                    ? CompletableFuture.completedFuture(null)
                    : routed.durable().copy();
        } catch (StorageException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /// The message with its expiry within the limits, as if a client had published it.
    private Message bounded(Message message) {
        MessageProperties onward =
                PublishRules.onward(message.properties(), List.of(), core.limits);
        return onward == message.properties()
                ? message
                : new Message(
                        message.account(),
                        message.topic(),
                        message.payload(),
                        message.qos(),
                        message.retain(),
                        onward,
                        message.publisher(),
                        message.publishedAtMillis());
    }

    @Override
    public Subscription subscribe(AccountId account, String topicFilter, Handler handler) {
        if (!Topics.isValidTopicFilter(topicFilter) || Topics.isShared(topicFilter)) {
            throw new IllegalArgumentException("'" + topicFilter + "' is no topic filter");
        }
        return core.realm(account).index.putHandler(topicFilter, handler);
    }

    /// What is known of a client; empty where it is neither connected nor has a session, and longer
    /// than 30 minutes gone.
    public CompletableFuture<Optional<ClientState>> client(AccountId account, String clientId) {
        Realm realm = core.realm(account);
        Session session = realm.sessions.get(clientId);
        if (session != null) {
            synchronized (session) {
                if (!session.isEnded()) {
                    return CompletableFuture.completedFuture(Optional.of(ClientStates.of(session)));
                }
            }
        }
        return CompletableFuture.completedFuture(
                Optional.ofNullable(realm.recent.state(clientId, core.clock.steadyMillis())));
    }

    /// Ends a client's connection, and its session where `cleanSession` says so. False where there
    /// is neither.
    public CompletableFuture<Boolean> deleteConnection(
            AccountId account, String clientId, boolean cleanSession, boolean preventWill) {
        Realm realm = core.realm(account);
        Session session = realm.sessions.get(clientId);
        if (session == null) {
            return CompletableFuture.completedFuture(false);
        }
        if (cleanSession) {
            return CompletableFuture.completedFuture(
                    realm.end(session, DisconnectReason.API_INITIATED_DISCONNECT, !preventWill));
        }
        Connection connection = session.connection();
        if (connection == null) {
            return CompletableFuture.completedFuture(true);
        }
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        connection.execute(() -> {
            connection.shut(
                    ReasonCode.ADMINISTRATIVE_ACTION,
                    "disconnected by DeleteConnection",
                    DisconnectReason.API_INITIATED_DISCONNECT,
                    !preventWill);
            done.complete(true);
        });
        return done;
    }

    /// Sends a message to one connected client that needs no subscription for it.
    public CompletableFuture<DirectOutcome> sendDirect(
            Message message, String clientId, boolean confirmation, Duration timeout) {
        Session session = core.realm(message.account()).sessions.get(clientId);
        Connection connection = session == null ? null : session.connection();
        if (connection == null) {
            return CompletableFuture.completedFuture(DirectOutcome.NOT_CONNECTED);
        }
        CompletableFuture<DirectOutcome> outcome = new CompletableFuture<>();
        connection.execute(() -> connection.deliveries().direct(message, confirmation, outcome));
        Timers.Timer timer =
                core.timers.schedule(timeout, () -> outcome.complete(DirectOutcome.TIMED_OUT));
        outcome.whenComplete((_, _) -> timer.cancel());
        return outcome;
    }

    /// What became of a direct message.
    public enum DirectOutcome {
        SENT,
        CONFIRMED,
        NOT_CONNECTED,
        NOT_AUTHORIZED,
        TIMED_OUT
    }

    /// The retained message of a topic. May read the store: not for event loops.
    public Optional<RetainedMessage> retained(AccountId account, String topic) {
        return Optional.ofNullable(core.realm(account).retained.find(topic, core.clock.millis()))
                .map(message -> new RetainedMessage(message, message.publishedAtMillis()));
    }

    /// At most `limit` retained messages in topic order, behind the topic `after`. Waits until all
    /// have been loaded: not for event loops.
    public List<RetainedMessage> retainedAfter(
            AccountId account, @Nullable String after, int limit) {
        core.loading.over().join();
        return core.realm(account).retained.after(after, limit, core.clock.millis()).stream()
                .map(message -> new RetainedMessage(message, message.publishedAtMillis()))
                .toList();
    }

    /// Policies or certificates changed: every connection's Connect is judged again and those that
    /// may not stay are disconnected with `FORBIDDEN_ACCESS`. Returns at once.
    public void reauthorize() {
        forEachConnection(connection -> connection.execute(connection::reauthorize));
    }

    /// Disconnects every connection of a principal with `FORBIDDEN_ACCESS`. Returns at once.
    public void disconnectPrincipal(AccountId account, String principalId, String reasonString) {
        forEachConnection(connection -> {
            if (connection.info().account().equals(account)
                    && connection.principalId().equals(principalId)) {
                connection.disconnect(
                        ReasonCode.NOT_AUTHORIZED, reasonString, DisconnectReason.FORBIDDEN_ACCESS);
            }
        });
    }

    private void forEachConnection(java.util.function.Consumer<Connection> action) {
        for (Realm realm : core.realms.values()) {
            for (Session session : realm.sessions.values()) {
                Connection connection = session.connection();
                if (connection != null) {
                    action.accept(connection);
                }
            }
        }
    }

    /// Numbers for metrics.
    public BrokerStatistics statistics() {
        long subscriptions = 0;
        long retained = 0;
        for (Realm realm : core.realms.values()) {
            subscriptions += realm.subscriptions();
            retained += realm.retained.count();
        }
        Counters counters = core.counters;
        return new BrokerStatistics(
                counters.connections.sum(),
                core.sessions.get(),
                subscriptions,
                retained,
                counters.queuedMessages.sum(),
                counters.publishesReceived.sum(),
                counters.messagesDelivered.sum(),
                counters.messagesDropped.sum(),
                counters.connectsAccepted.sum(),
                counters.connectsRefused.sum(),
                counters.denials.sum(),
                counters.publishesSlowed.sum(),
                counters.publishesSliced.sum(),
                counters.protocolErrors.sum());
    }

    /// Forgets everything: connections are closed; sessions, queued and retained messages deleted.
    /// For the test mode.
    public CompletableFuture<Void> reset() {
        core.loading.stop();
        for (Realm realm : core.realms.values()) {
            for (Session session : realm.sessions.values()) {
                realm.end(session, DisconnectReason.SERVER_INITIATED_DISCONNECT, false);
            }
            realm.retained.clear();
            realm.recent.clear();
        }
        WriteBatch batch = new WriteBatch();
        SessionStore.deleteEverything(batch);
        try {
            return core.rows.store().commit(batch).copy();
        } catch (StorageException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /// Disconnects every client (MQTT 5: 0x8B) and completes once their state is durable. New
    /// CONNECTs are refused from now on.
    public CompletableFuture<Void> shutdown() {
        core.shuttingDown = true;
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (Realm realm : core.realms.values()) {
            for (Session session : realm.sessions.values()) {
                Connection connection = session.connection();
                if (connection != null) {
                    all = CompletableFuture.allOf(all, shutDown(connection));
                }
            }
        }
        return all.thenCompose(_ -> core.rows.store().flush());
    }

    private static CompletableFuture<Void> shutDown(Connection connection) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        connection.execute(() -> {
            connection.shut(
                    ReasonCode.SERVER_SHUTTING_DOWN,
                    "the server is shutting down",
                    DisconnectReason.SERVER_INITIATED_DISCONNECT,
                    true);
            done.complete(null);
        });
        return done;
    }

    /// Takes no more CONNECTs and starts no more work; what {@link #shutdown} does comes before.
    @Override
    public void close() {
        core.shuttingDown = true;
    }

    /// Throws {@link AssertionError} where memory, counters and rows disagree. For tests, while
    /// nothing is under way.
    void checkInvariants() {
        new Invariants(core).check();
    }
}
