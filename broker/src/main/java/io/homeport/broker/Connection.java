package io.homeport.broker;

import io.homeport.core.Message;
import io.homeport.core.MessageProperties;
import io.homeport.core.Publisher;
import io.homeport.core.Timers;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.homeport.storage.StorageException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One client's connection from CONNECT to its end. Owned by its event loop, but for what says that
/// it is thread-safe.
final class Connection implements BrokerConnection, Publisher {
    private enum State {
        /// CONNACK isn't sent yet; packets of the client are held.
        CONNECTING,
        ACTIVE,
        CLOSED
    }

    private final Core core;
    private final Realm realm;
    private final ConnectionInfo info;
    private final Authorization authorization;
    private final Transport transport;
    private final MqttVersion version;
    private final MqttPacket.Connect connect;
    private final String clientId;
    private final int keepAliveSeconds;
    private final UUID sessionIdentifier;
    private final @Nullable Pace pace;
    private @Nullable FanOuts fanOuts;
    private final int sendQuota;
    private @Nullable Traffic traffic;
    private @Nullable HeldPackets held;
    private final AtomicBoolean woken = new AtomicBoolean();
    private int pauses;
    private boolean reported;
    private volatile boolean greeted;
    private Timers.@Nullable Timer lifetime;
    private Timers.@Nullable Timer waking;
    private long wakingAt;
    private volatile State state = State.CONNECTING;
    private volatile @Nullable Session session;
    private volatile long versionNumber;

    Connection(
            Core core,
            ConnectRules.Decision.Accepted accepted,
            ConnectionInfo info,
            Authorization authorization,
            Transport transport) {
        this.core = core;
        this.realm = core.realm(info.account());
        this.info = info;
        this.authorization = authorization;
        this.transport = transport;
        this.connect = accepted.connect();
        this.version = connect.version();
        this.clientId = connect.clientId();
        this.keepAliveSeconds = accepted.keepAliveSeconds();
        this.sessionIdentifier = core.randomUuid();
        this.pace = Pace.of(core.limits, core.clock.steadyMillis());
        int wanted = Objects.requireNonNullElse(connect.properties().receiveMaximum(), 65_535);
        this.sendQuota = Math.min(core.limits.flow().inflight(), wanted);
    }

    /// Takes the session and answers with CONNACK once that is durable.
    void open(ConnectRules.Decision.Accepted accepted) {
        Realm.Attached attached;
        try {
            attached = realm.attach(this, accepted);
        } catch (StorageException e) {
            refuse(ReasonCode.SERVER_UNAVAILABLE, "the store refused: " + e.getMessage());
            return;
        }
        if (attached == null) {
            refuse(ReasonCode.QUOTA_EXCEEDED, "too many sessions");
            return;
        }
        Session mine = attached.session();
        session = mine;
        versionNumber = mine.versionNumber;
        if (!attached.durable().isDone()) {
            pause(Pause.CONNECTING, true);
        }
        onLoop(attached.durable(), failure -> greet(accepted, attached.present(), failure));
    }

    private void greet(
            ConnectRules.Decision.Accepted accepted, boolean present, @Nullable Throwable failure) {
        if (state != State.CONNECTING) {
            return;
        }
        Session mine = session();
        if (failure != null) {
            realm.release(mine, this, DisconnectReason.SERVER_ERROR, false);
            refuse(ReasonCode.SERVER_UNAVAILABLE, "the store failed: " + failure.getMessage());
            return;
        }
        if (mine.connection() != this) {
            // Taken over while the session became durable: the task that closes is on its way.
            return;
        }
        transport.send(
                new MqttPacket.ConnAck(
                        present, ReasonCode.SUCCESS, Greeting.properties(accepted, core.limits)));
        greeted = true;
        state = State.ACTIVE;
        core.counters.connectsAccepted.increment();
        core.counters.connections.increment();
        core.event(
                new BrokerEvent.Connected(
                        info.account(),
                        clientId,
                        info.principalId(),
                        info.thingName(),
                        info.sourceIp(),
                        present));
        core.lifecycle.connected(this, mine);
        if (info.maximumLifetimeSeconds() > 0) {
            lifetime =
                    core.timers.schedule(
                            Duration.ofSeconds(info.maximumLifetimeSeconds()),
                            () ->
                                    disconnect(
                                            ReasonCode.MAXIMUM_CONNECT_TIME,
                                            "the connection's lifetime is over",
                                            info.lifetimeReason()));
        }
        pause(Pause.CONNECTING, false);
        takeHeld();
        mine.pump(this);
        List<Receiver.SessionSubscription> subscriptions;
        synchronized (mine) {
            subscriptions = List.copyOf(mine.subscriptions.values());
        }
        realm.redistribution.arrived(mine, subscriptions);
    }

    /// Answers CONNECT with a refusal and closes.
    private void refuse(ReasonCode reason, String detail) {
        state = State.CLOSED;
        held = null;
        Greeting.refuse(core, info, transport, connect, reason, detail);
    }

    @Override
    public void onPacket(MqttPacket packet) {
        if (state == State.CLOSED) {
            return;
        }
        // Nothing may be sent before CONNACK [MQTT-3.2.0-1].
        if (state == State.CONNECTING || held != null || isSubscribing()) {
            hold(packet);
        } else {
            take(packet);
        }
    }

    private void hold(MqttPacket packet) {
        HeldPackets waiting = held == null ? new HeldPackets() : held;
        held = waiting;
        if (!waiting.add(packet)) {
            String detail =
                    "too many packets before " + (isActive() ? "a SUBACK is sent" : "CONNACK");
            shut(ReasonCode.QUOTA_EXCEEDED, detail, DisconnectReason.CLIENT_ERROR, true);
        }
    }

    /// Takes packets that had to wait, until one makes the others wait again.
    void takeHeld() {
        while (held != null && state == State.ACTIVE && !isSubscribing()) {
            MqttPacket next = held.next();
            if (next == null) {
                held = null;
                return;
            }
            take(next);
        }
    }

    private void take(MqttPacket packet) {
        switch (packet) {
            case MqttPacket.Publish publish -> traffic().inbound().onPublish(publish);
            case MqttPacket.PubAck ack -> deliveries().onPubAck(ack);
            case MqttPacket.PubRec rec when qos2() -> deliveries().onPubRec(rec);
            case MqttPacket.PubRel rel when qos2() -> traffic().inbound().onPubRel(rel);
            case MqttPacket.PubComp comp when qos2() -> deliveries().onPubComp(comp);
            case MqttPacket.PubRec _, MqttPacket.PubRel _, MqttPacket.PubComp _ ->
                    protocolError("a packet of QoS 2, which is not supported");
            case MqttPacket.Subscribe subscribe -> traffic().subscribing.onSubscribe(subscribe);
            case MqttPacket.Unsubscribe unsubscribe ->
                    traffic().subscribing.onUnsubscribe(unsubscribe);
            case MqttPacket.PingReq _ -> transport.send(new MqttPacket.PingResp());
            case MqttPacket.Disconnect disconnect -> onDisconnect(disconnect);
            // [MQTT-3.1.0-2]
            case MqttPacket.Connect _ -> protocolError("a second CONNECT");
            // Without an Authentication Method in CONNECT there is no AUTH [MQTT-4.12.0-7].
            case MqttPacket.Auth _ -> protocolError("AUTH without authentication method");
            case MqttPacket.ConnAck _,
                    MqttPacket.SubAck _,
                    MqttPacket.UnsubAck _,
                    MqttPacket.PingResp _ ->
                    protocolError("a packet that only servers send");
        }
    }

    private boolean qos2() {
        return core.limits.features().qos2();
    }

    private void protocolError(String detail) {
        onProtocolError(ReasonCode.PROTOCOL_ERROR, detail);
    }

    @Override
    public void onProtocolError(ReasonCode reason, String detail) {
        core.counters.protocolErrors.increment();
        shut(
                reason,
                detail,
                reason == ReasonCode.KEEP_ALIVE_TIMEOUT
                        ? DisconnectReason.MQTT_KEEP_ALIVE_TIMEOUT
                        : DisconnectReason.CLIENT_ERROR,
                true);
    }

    void storeFailed(Throwable failure) {
        shut(
                ReasonCode.QUOTA_EXCEEDED,
                "the store failed: " + failure.getMessage(),
                DisconnectReason.SERVER_ERROR,
                true);
    }

    private void onDisconnect(MqttPacket.Disconnect disconnect) {
        Session mine = session();
        Long expiry = disconnect.sessionExpirySeconds();
        synchronized (mine) {
            if (mine.connection() == this && expiry != null) {
                if (mine.expirySeconds == 0 && expiry > 0) {
                    // [MQTT-3.14.2-2] and 3.14.2.2.2
                    expiry = null;
                } else {
                    mine.expirySeconds =
                            Math.min(expiry, core.limits.sessions().expiryMaximumSeconds());
                }
            }
        }
        if (expiry == null && disconnect.sessionExpirySeconds() != null) {
            protocolError("DISCONNECT gives a session an expiry that had none");
            return;
        }
        // [MQTT-3.14.4-3]: only a normal disconnection discards the will.
        close(
                disconnect.reason().isError()
                        ? DisconnectReason.CLIENT_ERROR
                        : DisconnectReason.CLIENT_INITIATED_DISCONNECT,
                "DISCONNECT with " + disconnect.reason(),
                disconnect.reason() != ReasonCode.SUCCESS);
    }

    @Override
    public void onWritable() {
        pump();
    }

    @Override
    public void onClosed(DisconnectReason reason) {
        close(reason, "the connection was closed", true);
    }

    /// Thread-safe.
    @Override
    public void disconnect(ReasonCode code, String reasonString, DisconnectReason reason) {
        boolean sendWill = reason != DisconnectReason.CLIENT_INITIATED_DISCONNECT;
        execute(() -> shut(code, reasonString, reason, sendWill));
    }

    @Override
    public int keepAliveSeconds() {
        return keepAliveSeconds;
    }

    /// Another connection has taken the session. Thread-safe.
    void takenOver() {
        ended(DisconnectReason.DUPLICATE_CLIENTID);
    }

    /// The session has left this connection. Thread-safe.
    void ended(DisconnectReason reason) {
        report(reason, "the session was taken or ended");
        ReasonCode code =
                switch (reason) {
                    case DUPLICATE_CLIENTID -> ReasonCode.SESSION_TAKEN_OVER;
                    case API_INITIATED_DISCONNECT -> ReasonCode.ADMINISTRATIVE_ACTION;
                    default -> ReasonCode.SUCCESS;
                };
        execute(() -> shut(code, null, reason, false));
    }

    /// Ends the connection: MQTT 5 clients are told why [MQTT-4.13.1-1].
    void shut(ReasonCode code, @Nullable String text, DisconnectReason reason, boolean sendWill) {
        if (state == State.CLOSED) {
            return;
        }
        if (greeted && version == MqttVersion.MQTT_5 && code != ReasonCode.SUCCESS) {
            transport.send(MqttPacket.Disconnect.of(code, reasonString(text)));
        }
        close(reason, text == null ? code.name() : text, sendWill);
    }

    private void close(DisconnectReason reason, String detail, boolean sendWill) {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        held = null;
        if (lifetime != null) {
            lifetime.cancel();
        }
        if (waking != null) {
            waking.cancel();
        }
        transport.close();
        if (greeted) {
            core.counters.connections.decrement();
        }
        Session mine = session;
        if (mine != null) {
            report(reason, detail);
            realm.release(mine, this, reason, sendWill);
        }
    }

    private void report(DisconnectReason reason, String detail) {
        synchronized (this) {
            if (!greeted || reported) {
                return;
            }
            reported = true;
        }
        core.event(
                new BrokerEvent.Disconnected(
                        info.account(), clientId, info.principalId(), reason, detail));
        core.lifecycle.disconnected(this, clientId, reason);
    }

    /// Sends what the session has, soon. Thread-safe.
    void wake() {
        if (woken.compareAndSet(false, true)) {
            execute(this::pump);
        }
    }

    /// Sends what the session has after some milliseconds, 0 for not at all; on the event loop.
    void wakeAfter(long millis) {
        long at = core.clock.steadyMillis() + millis;
        if (millis == 0 || state != State.ACTIVE || (waking != null && wakingAt <= at)) {
            return;
        }
        if (waking != null) {
            waking.cancel();
        }
        wakingAt = at;
        waking = core.timers.schedule(Duration.ofMillis(millis), () -> execute(this::awake));
    }

    /// Sends more of what the session has, when others have had their turn.
    void pumpNextTurn() {
        if (woken.compareAndSet(false, true)) {
            nextTurn(this::pump);
        }
    }

    private void awake() {
        waking = null;
        pump();
    }

    void pump() {
        woken.set(false);
        Session mine = session;
        if (state == State.ACTIVE && mine != null && !isAnswering()) {
            mine.pump(this);
        }
    }

    boolean writable() {
        return state == State.ACTIVE && transport.writable();
    }

    @Nullable Pace pace() {
        return pace;
    }

    int sendQuota() {
        return sendQuota;
    }

    /// Whether a message can be handed over now, by code that runs on the other connection's loop.
    boolean isReadyOn(Connection loop) {
        return state == State.ACTIVE
                && !isAnswering()
                && transport.executor() == loop.transport.executor();
    }

    /// Sends a packet where the client still listens.
    void send(MqttPacket packet) {
        if (state == State.ACTIVE) {
            transport.send(packet);
        }
    }

    @Override
    public void reply(String topic, byte[] payload) {
        Message message =
                new Message(
                        info.account(),
                        topic,
                        payload,
                        0,
                        false,
                        MessageProperties.NONE,
                        null,
                        core.clock.millis());
        execute(() ->
                deliveries()
                        .deliverAtMostOnce(
                                new QueuedMessage(
                                        0, message, Qos.AT_MOST_ONCE, false, new int[0], null)));
    }

    /// Judges the right to be connected again.
    @Override
    public void reauthorize() {
        if (state == State.CLOSED) {
            return;
        }
        Authorization.Verdict verdict = authorization.connect(connect);
        if (!verdict.allowed()) {
            String reason = String.valueOf(verdict.reason());
            core.denied(info.account(), clientId, "iot:Connect", clientId, reason);
            shut(ReasonCode.NOT_AUTHORIZED, reason, DisconnectReason.FORBIDDEN_ACCESS, true);
        }
    }

    /// The text, where the client wants to have it and it fits.
    @Nullable String reasonString(@Nullable String text) {
        if (text == null
                || version != MqttVersion.MQTT_5
                || !connect.properties().requestProblemInformation()
                || text.length() * 3L + 32 > Traffic.maximumPacket(connect)) {
            return null;
        }
        return text;
    }

    /// Runs a task on the connection's event loop. Thread-safe.
    void execute(Runnable task) {
        try {
            transport.executor().execute(task);
        } catch (RejectedExecutionException e) {
            // The loop has ended, and with it the connection: there is nobody to send to.
            woken.set(false);
        }
    }

    /// Goes on, on the event loop, when the future is done.
    void onLoop(CompletableFuture<Void> future, Consumer<@Nullable Throwable> then) {
        if (future.isDone()) {
            then.accept(future.isCompletedExceptionally() ? future.exceptionNow() : null);
            return;
        }
        future.whenComplete((_, failure) -> execute(() -> then.accept(failure)));
    }

    void nextTurn(Runnable slice) {
        transport.nextTurn(slice);
    }

    void inSpareTime(Runnable slice) {
        transport.inSpareTime(slice);
    }

    FanOuts fanOuts() {
        fanOuts = fanOuts == null ? new FanOuts(this) : fanOuts;
        return fanOuts;
    }

    void pause(Pause reason, boolean on) {
        int before = pauses;
        int bit = 1 << reason.ordinal();
        pauses = on ? pauses | bit : pauses & ~bit;
        if (state != State.CLOSED && (before == 0) != (pauses == 0)) {
            transport.reading(pauses == 0);
        }
    }

    private Traffic traffic() {
        Traffic made = traffic;
        if (made == null) {
            made = new Traffic(core, this, transport, connect);
            traffic = made;
        }
        return made;
    }

    /// Whether nothing may be sent before a SUBACK that waits for the store.
    private boolean isAnswering() {
        return traffic != null && traffic.subscribing.isAnswering();
    }

    private boolean isSubscribing() {
        return traffic != null && traffic.subscribing.isBusy();
    }

    Deliveries deliveries() {
        return traffic().deliveries;
    }

    Acknowledgements acknowledgements() {
        return traffic().acknowledgements;
    }

    Session session() {
        Session mine = session;
        if (mine == null) {
            throw new IllegalStateException("the connection has no session yet");
        }
        return mine;
    }

    Realm realm() {
        return realm;
    }

    ConnectionInfo info() {
        return info;
    }

    Authorization authorization() {
        return authorization;
    }

    MqttVersion version() {
        return version;
    }

    MqttPacket.Connect connectPacket() {
        return connect;
    }

    String sessionIdentifier() {
        return sessionIdentifier.toString();
    }

    long versionNumber() {
        return versionNumber;
    }

    boolean isActive() {
        return state == State.ACTIVE;
    }

    @Override
    public String clientId() {
        return clientId;
    }

    @Override
    public String principalId() {
        return info.principalId();
    }

    @Override
    public String region() {
        return info.region();
    }

    @Override
    public String sourceIp() {
        return info.sourceIp();
    }
}
