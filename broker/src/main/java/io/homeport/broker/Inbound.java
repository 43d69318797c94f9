package io.homeport.broker;

import io.homeport.core.Message;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.homeport.storage.StorageException;
import io.homeport.storage.WriteBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// What a client publishes: its flow control, topic aliases, and QoS 1 and 2 on the receiver's side
/// (MQTT 5, 4.3). Owned by the connection's event loop.
final class Inbound {
    static final String OVER_RATE = "more publishes per second on the connection than the limit";

    private final Core core;
    private final Connection connection;
    private final BrokerLimits limits;
    private final @Nullable Pace pace;
    private final Map<Integer, String> aliases = new HashMap<>();

    /// Packet ids that count against our Receive Maximum.
    private final PacketIds open = new PacketIds();

    /// Acknowledgements that wait for room, and for which.
    private List<Held> held = new ArrayList<>(0);

    private @Nullable CompletableFuture<Void> heldFor;
    private long throttledUntil;
    private boolean heldBack;
    private int unacknowledged;
    private long unacknowledgedBytes;

    Inbound(Core core, Connection connection) {
        this.core = core;
        this.connection = connection;
        this.limits = core.limits;
        this.pace = connection.pace();
    }

    void onPublish(Publish publish) {
        core.counters.publishesReceived.increment();
        String topic = resolve(publish);
        if (topic == null) {
            connection.onProtocolError(
                    ReasonCode.TOPIC_ALIAS_INVALID,
                    "topic alias " + publish.topicAlias() + " is out of range or unknown");
            return;
        }
        if (publish.qos() != Qos.AT_MOST_ONCE && !opens(publish)) {
            return;
        }
        if (publish.qos() == Qos.EXACTLY_ONCE && repeats(publish)) {
            return;
        }
        switch (PublishRules.judge(publish, topic, connection.version(), limits)) {
            case PublishRules.Decision.Closed(ReasonCode reason, String detail) -> {
                denied("iot:Publish", topic, detail);
                connection.onProtocolError(reason, detail);
            }
            case PublishRules.Decision.Rejected(ReasonCode reason, String detail) ->
                    reject(publish, topic, reason, detail);
            case PublishRules.Decision.Ignored(String detail) -> {
                denied("iot:Publish", topic, detail);
                answer(publish, ReasonCode.SUCCESS, null);
            }
            case PublishRules.Decision.Accepted() -> authorize(publish, topic);
        }
    }

    /// The topic, by its alias where that is used; null where the alias is wrong (3.3.2.3.4).
    private @Nullable String resolve(Publish publish) {
        int alias = publish.topicAlias();
        if (alias == 0) {
            return publish.topic();
        }
        if (alias < 0 || alias > limits.flow().topicAliasMaximum()) {
            return null;
        }
        if (publish.topic().isEmpty()) {
            return aliases.get(alias);
        }
        aliases.put(alias, publish.topic());
        return publish.topic();
    }

    /// Counts the packet id; false where the client has too many open [MQTT-3.3.4-9] or uses one
    /// twice.
    private boolean opens(Publish publish) {
        boolean isNew = open.add(publish.packetId());
        if (connection.version() != MqttVersion.MQTT_5) {
            return true;
        }
        if (open.size() > limits.flow().receiveMaximum()) {
            connection.onProtocolError(
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                    "more than " + limits.flow().receiveMaximum() + " unacknowledged publishes");
            return false;
        }
        if (!isNew && publish.qos() == Qos.AT_LEAST_ONCE) {
            connection
                    .acknowledgements()
                    .begin()
                    .complete(
                            new MqttPacket.PubAck(
                                    publish.packetId(),
                                    ReasonCode.PACKET_IDENTIFIER_IN_USE,
                                    null,
                                    List.of()));
            return false;
        }
        return true;
    }

    /// Whether the message was received before and not released: it is acknowledged again, whatever
    /// is thought of it by now, and not routed again [MQTT-4.3.3-10].
    private boolean repeats(Publish publish) {
        Session session = connection.session();
        CompletableFuture<Void> known;
        synchronized (session) {
            known = session.received.get(publish.packetId());
        }
        if (known == null) {
            return false;
        }
        Acknowledgements.Pending pending = connection.acknowledgements().begin();
        connection.onLoop(
                known, failure -> received(publish, pending, failure, ReasonCode.SUCCESS));
        return true;
    }

    private void authorize(Publish publish, String topic) {
        if (pace != null && !inTime(pace, publish, core.clock.steadyMillis())) {
            overRate(publish, topic, OVER_RATE);
            return;
        }
        AccountLimiter account = connection.realm().limiter;
        if (account != null
                && !account.publishes(
                        connection.realm().index.match(topic).receivers(),
                        core.clock.steadyMillis())) {
            overRate(publish, topic, "more publishes per second in the account than the limit");
            return;
        }
        Authorization.Verdict verdict = connection.authorization().publish(topic, publish.retain());
        if (!verdict.allowed()) {
            reject(publish, topic, ReasonCode.NOT_AUTHORIZED, String.valueOf(verdict.reason()));
            return;
        }
        Message message =
                new Message(
                        connection.info().account(),
                        topic,
                        publish.payload(),
                        publish.qos().value(),
                        publish.retain(),
                        PublishRules.onward(
                                publish.properties(),
                                connection.info().propagatedProperties(),
                                limits),
                        connection,
                        core.clock.millis());
        if (message.retain()) {
            if (!connection.realm().retained.admits(message)) {
                String problem = "no room for more retained messages";
                reject(publish, topic, ReasonCode.QUOTA_EXCEEDED, problem);
                return;
            }
            if (!connection.realm().retainsInTime(topic, core.clock.steadyMillis())) {
                overRate(publish, topic, "more retained messages per second than the limit");
                return;
            }
        }
        switch (publish.qos()) {
            case AT_MOST_ONCE -> atMostOnce(message);
            case AT_LEAST_ONCE -> atLeastOnce(publish, message);
            case EXACTLY_ONCE -> exactlyOnce(publish, message);
        }
    }

    /// Counts a publish; false where it is over the limit. Where there is too much payload, the
    /// client isn't read from for as long as that takes. What is sent to it meanwhile doesn't
    /// prolong that: its acknowledgements and pings have to get through.
    private boolean inTime(Pace counting, Publish publish, long now) {
        long pauseMillis = counting.transfer(publish.payload().length, now);
        if (pauseMillis > 0) {
            boolean paused = throttledUntil > now;
            throttledUntil = now + pauseMillis;
            if (!paused) {
                connection.pause(Pause.THROTTLED, true);
                goOnAfter(pauseMillis);
            }
        }
        return counting.publish(now);
    }

    private void goOnAfter(long millis) {
        core.timers.schedule(Duration.ofMillis(millis), () -> connection.execute(this::goOn));
    }

    private void goOn() {
        // Packets that were read already may have made it longer.
        long more = throttledUntil - core.clock.steadyMillis();
        if (more > 0 && connection.isActive()) {
            goOnAfter(more);
        } else {
            connection.pause(Pause.THROTTLED, false);
        }
    }

    private void atMostOnce(Message message) {
        try {
            Router.Routed routed = core.router.route(message, connection, null);
            CompletableFuture<Void> durable = routed.durable();
            if (!durable.isDone()) {
                begin(message);
                connection.onLoop(durable, _ -> end(message));
            }
            if (!routed.roomy().isDone()) {
                holdBack(routed.roomy());
            }
        } catch (StorageException e) {
            core.dropped(connection.session(), message, 0, "the store refused: " + e.getMessage());
        }
    }

    /// Doesn't read from the client until those whom it publishes to have room.
    private void holdBack(CompletableFuture<Void> roomy) {
        if (!heldBack) {
            heldBack = true;
            connection.pause(Pause.CROWDED, true);
            connection.onLoop(
                    roomy,
                    _ -> {
                        heldBack = false;
                        connection.pause(Pause.CROWDED, false);
                    });
        }
    }

    private void atLeastOnce(Publish publish, Message message) {
        Router.Routed routed;
        try {
            routed = core.router.route(message, connection, null);
        } catch (StorageException e) {
            failed(publish, e);
            return;
        }
        boolean roomy = routed.roomy().isDone();
        if (roomy && routed.isDurable()) {
            open.remove(publish.packetId());
            connection.acknowledgements().answer(pubAck(publish, routed));
            return;
        }
        Acknowledgements.Pending pending = connection.acknowledgements().begin();
        begin(message);
        if (!roomy && routed.isDurable()) {
            hold(routed.roomy(), new Held(message, pending, pubAck(publish, routed)));
            return;
        }
        connection.onLoop(
                routed.due(),
                failure -> {
                    end(message);
                    if (failure != null) {
                        pending.drop();
                        failed(publish, failure);
                        return;
                    }
                    open.remove(publish.packetId());
                    pending.complete(pubAck(publish, routed));
                });
    }

    private MqttPacket.PubAck pubAck(Publish publish, Router.Routed routed) {
        return new MqttPacket.PubAck(publish.packetId(), success(routed), null, List.of());
    }

    /// An acknowledgement that waits for nothing but room.
    private record Held(
            Message message, Acknowledgements.Pending pending, MqttPacket.PubAck answer) {}

    /// Acknowledges when there is room. What waits for the same room goes on together.
    private void hold(CompletableFuture<Void> roomy, Held one) {
        if (roomy == heldFor) {
            held.add(one);
            return;
        }
        List<Held> batch = new ArrayList<>();
        batch.add(one);
        heldFor = roomy;
        held = batch;
        connection.onLoop(
                roomy,
                _ -> {
                    if (heldFor == roomy) {
                        heldFor = null;
                    }
                    for (Held each : batch) {
                        end(each.message);
                        open.remove(each.answer.packetId());
                        each.pending.complete(each.answer);
                    }
                });
    }

    private void exactlyOnce(Publish publish, Message message) {
        int packetId = publish.packetId();
        Session session = connection.session();
        CompletableFuture<Void> due = new CompletableFuture<>();
        synchronized (session) {
            if (session.connection() != connection) {
                return;
            }
            session.receives(packetId, due);
        }
        Acknowledgements.Pending pending = connection.acknowledgements().begin();
        Router.Routed routed;
        try {
            WriteBatch batch = new WriteBatch();
            if (session.stored) {
                batch.put(SessionStore.inboundKey(session.number, packetId), new byte[0]);
            }
            routed = core.router.route(message, connection, batch);
        } catch (StorageException e) {
            released(session, packetId, due);
            due.completeExceptionally(e);
            received(publish, pending, e, ReasonCode.SUCCESS);
            return;
        }
        begin(message);
        routed.durable()
                .whenComplete((_, failure) -> {
                    if (failure == null) {
                        due.complete(null);
                    } else {
                        released(session, packetId, due);
                        due.completeExceptionally(failure);
                    }
                });
        connection.onLoop(
                routed.roomy().isDone() ? due : CompletableFuture.allOf(due, routed.roomy()),
                failure -> {
                    end(message);
                    received(publish, pending, failure, success(routed));
                });
    }

    /// The publish failed: its packet id is free, in the store too.
    private void released(Session session, int packetId, CompletableFuture<Void> due) {
        synchronized (session) {
            if (session.received.get(packetId) == due) {
                session.releases(packetId);
            }
        }
        if (session.stored) {
            core.eventually(() -> {
                synchronized (session) {
                    // A second try may come when the client has used the id again.
                    if (!session.received.containsKey(packetId)) {
                        core.rows
                                .store()
                                .commit(
                                        new WriteBatch()
                                                .delete(
                                                        SessionStore.inboundKey(
                                                                session.number, packetId)));
                    }
                }
            });
        }
    }

    private void received(
            Publish publish,
            Acknowledgements.Pending pending,
            @Nullable Throwable failure,
            ReasonCode reason) {
        if (failure != null) {
            pending.drop();
            failed(publish, failure);
            return;
        }
        pending.complete(new MqttPacket.PubRec(publish.packetId(), reason, null, List.of()));
    }

    void onPubRel(MqttPacket.PubRel rel) {
        int packetId = rel.packetId();
        Session session = connection.session();
        boolean known;
        synchronized (session) {
            if (session.connection() != connection) {
                return;
            }
            known = session.releases(packetId);
        }
        ReasonCode reason = known ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND;
        Acknowledgements.Pending pending = connection.acknowledgements().begin();
        CompletableFuture<Void> durable = CompletableFuture.completedFuture(null);
        if (session.stored) {
            // Also where the id isn't known: an earlier deletion may not be durable yet.
            try {
                durable =
                        core.rows
                                .store()
                                .commit(
                                        new WriteBatch()
                                                .delete(
                                                        SessionStore.inboundKey(
                                                                session.number, packetId)));
            } catch (StorageException e) {
                synchronized (session) {
                    if (known) {
                        session.receives(packetId, CompletableFuture.completedFuture(null));
                    }
                }
                connection.storeFailed(e);
                return;
            }
        }
        connection.onLoop(
                durable,
                failure -> {
                    if (failure != null) {
                        connection.storeFailed(failure);
                        return;
                    }
                    open.remove(packetId);
                    pending.complete(new MqttPacket.PubComp(packetId, reason, null, List.of()));
                });
    }

    private ReasonCode success(Router.Routed routed) {
        return !routed.matched()
                        && limits.features().noMatchingSubscribers()
                        && connection.version() == MqttVersion.MQTT_5
                ? ReasonCode.NO_MATCHING_SUBSCRIBERS
                : ReasonCode.SUCCESS;
    }

    private void failed(Publish publish, Throwable thrown) {
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        Throwable failure = cause == null ? thrown : cause;
        boolean full = failure instanceof StorageException;
        refuse(
                publish,
                full ? ReasonCode.QUOTA_EXCEEDED : ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
                (full ? "the message could not be stored: " : "a service failed: ")
                        + failure.getMessage(),
                DisconnectReason.SERVER_ERROR);
    }

    private void reject(Publish publish, String topic, ReasonCode reason, String detail) {
        denied("iot:Publish", topic, detail);
        refuse(
                publish,
                reason,
                detail,
                reason == ReasonCode.NOT_AUTHORIZED
                        ? DisconnectReason.AUTH_ERROR
                        : DisconnectReason.CLIENT_ERROR);
    }

    /// Says no: as acknowledgement where there is one that can, else by closing, so that nobody
    /// takes a message for delivered that isn't [MQTT-3.3.5-2].
    private void refuse(
            Publish publish, ReasonCode reason, String detail, DisconnectReason disconnect) {
        if (connection.version() == MqttVersion.MQTT_5 && publish.qos() != Qos.AT_MOST_ONCE) {
            answer(publish, reason, detail);
        } else {
            connection.shut(reason, detail, disconnect, true);
        }
    }

    private void answer(Publish publish, ReasonCode reason, @Nullable String detail) {
        if (publish.qos() == Qos.AT_MOST_ONCE) {
            return;
        }
        String text = connection.reasonString(detail);
        int packetId = publish.packetId();
        if (publish.qos() == Qos.AT_LEAST_ONCE || reason.isError()) {
            open.remove(packetId);
        }
        connection
                .acknowledgements()
                .begin()
                .complete(
                        publish.qos() == Qos.AT_LEAST_ONCE
                                ? new MqttPacket.PubAck(packetId, reason, text, List.of())
                                : new MqttPacket.PubRec(packetId, reason, text, List.of()));
    }

    private void overRate(Publish publish, String topic, String detail) {
        core.counters.messagesDropped.increment();
        core.event(
                new BrokerEvent.Dropped(
                        connection.info().account(),
                        connection.clientId(),
                        topic,
                        publish.qos().value(),
                        detail));
        open.remove(publish.packetId());
        if (connection.version() == MqttVersion.MQTT_5) {
            answer(publish, ReasonCode.QUOTA_EXCEEDED, detail);
        }
    }

    private void denied(String action, String resource, String reason) {
        core.denied(connection.info().account(), connection.clientId(), action, resource, reason);
    }

    /// A publish waits for durability: a client with too many of them isn't read from.
    private void begin(Message message) {
        unacknowledged++;
        unacknowledgedBytes += message.payload().length;
        if (unacknowledged >= limits.flow().receiveMaximum()
                || unacknowledgedBytes >= limits.flow().receiveBytes()) {
            connection.pause(Pause.UNACKNOWLEDGED, true);
        }
    }

    private void end(Message message) {
        unacknowledged--;
        unacknowledgedBytes -= message.payload().length;
        if (unacknowledged <= limits.flow().receiveMaximum() / 2
                && unacknowledgedBytes <= limits.flow().receiveBytes() / 2) {
            connection.pause(Pause.UNACKNOWLEDGED, false);
        }
    }
}
