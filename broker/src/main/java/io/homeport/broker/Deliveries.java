package io.homeport.broker;

import io.homeport.core.Message;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.homeport.storage.StorageException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What is sent to one client and how it answers: QoS 1 and 2 on the sender's side (MQTT 5, 4.3).
/// Owned by the connection's event loop.
final class Deliveries {
    private final Core core;
    private final Connection connection;
    private final Transport transport;
    private final Outgoing outgoing;

    Deliveries(Core core, Connection connection, Transport transport, Outgoing outgoing) {
        this.core = core;
        this.connection = connection;
        this.transport = transport;
        this.outgoing = outgoing;
    }

    void onPubAck(MqttPacket.PubAck ack) {
        Session mine = connection.session();
        boolean due;
        synchronized (mine) {
            due =
                    mine.connection() == connection
                            && mine.outbound().pubAck(ack.packetId(), ack.reason())
                            && (mine.isCrowded()
                                    || connection.pace() != null
                                    || mine.outbound().isPumpDue());
        }
        if (due) {
            connection.wake();
        }
    }

    void onPubRec(MqttPacket.PubRec rec) {
        Session mine = connection.session();
        CompletableFuture<Void> durable;
        try {
            synchronized (mine) {
                if (mine.connection() != connection) {
                    return;
                }
                durable = mine.outbound().pubRec(rec.packetId(), rec.reason());
            }
        } catch (StorageException e) {
            connection.storeFailed(e);
            return;
        }
        if (durable != null && rec.reason().isError()) {
            connection.wake();
            return;
        }
        // PUBRELs go in the order of the PUBRECs [MQTT-4.6.0-4].
        Acknowledgements.Pending pending = connection.acknowledgements().begin();
        if (durable == null) {
            // 3.1.1 has no way to say that the id isn't known.
            pending.complete(pubRel(rec.packetId(), ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
            return;
        }
        connection.onLoop(durable, failure -> pubRelDue(mine, rec.packetId(), pending, failure));
    }

    private void pubRelDue(
            Session mine,
            int packetId,
            Acknowledgements.Pending pending,
            @Nullable Throwable failure) {
        if (failure != null) {
            pending.drop();
            connection.storeFailed(failure);
            return;
        }
        boolean due;
        synchronized (mine) {
            due = mine.connection() == connection && mine.outbound().pubRelDue(packetId);
        }
        pending.complete(due ? pubRel(packetId, ReasonCode.SUCCESS) : null, null);
    }

    void onPubComp(MqttPacket.PubComp comp) {
        Session mine = connection.session();
        boolean known;
        synchronized (mine) {
            known = mine.connection() == connection && mine.outbound().pubComp(comp.packetId());
        }
        if (known) {
            connection.wake();
        }
    }

    void deliverAtMostOnce(QueuedMessage queued) {
        Message message = queued.message;
        if (message != null) {
            deliverAtMostOnce(message, queued.retain, queued.subscriptionIdentifiers);
        }
    }

    void deliverAtMostOnce(Message message, boolean retain, int[] identifiers) {
        if (!connection.isActive()) {
            return;
        }
        Pace pace = connection.pace();
        if (pace != null) {
            long now = core.clock.steadyMillis();
            if (!pace.publish(now)) {
                core.dropped(connection.session(), message, 0, Inbound.OVER_RATE);
                return;
            }
            pace.transfer(message.payload().length, now);
        }
        if (isReceivable(message)) {
            hand(message, Qos.AT_MOST_ONCE, retain, false, 0, identifiers);
        }
    }

    /// Sends what is retained by now, for a message that was when the client subscribed. A
    /// successor was sent as a live message, but a client that is slow loses those of QoS 0; above
    /// that it is in the queue.
    void deliverRetained(QueuedMessage waiting) {
        Message message = waiting.message;
        if (message == null) {
            return;
        }
        Message current = connection.realm().retained.get(message.topic(), core.clock.millis());
        if (current == message) {
            deliverAtMostOnce(waiting);
        } else if (current != null && (current.qos() == 0 || message.qos() > 0)) {
            deliverAtMostOnce(
                    new QueuedMessage(
                            0, current, waiting.qos, true, waiting.subscriptionIdentifiers, null));
        }
    }

    /// Sends a QoS 1 or 2 message; false where the client doesn't get it.
    boolean deliver(QueuedMessage queued, boolean dup) {
        Message message = queued.message;
        return message != null && send(queued, message, dup);
    }

    private boolean send(QueuedMessage queued, Message message, boolean dup) {
        if (!isReceivable(message)) {
            if (queued.confirmation != null) {
                queued.confirmation.complete(Broker.DirectOutcome.NOT_AUTHORIZED);
            }
            return false;
        }
        boolean marked =
                dup && (queued.qos == Qos.EXACTLY_ONCE || core.limits.features().duplicateFlag());
        return hand(
                message,
                queued.qos,
                queued.retain,
                marked,
                queued.packetId(),
                queued.subscriptionIdentifiers);
    }

    private boolean isReceivable(Message message) {
        Authorization.Verdict verdict = connection.authorization().receive(message.topic());
        if (!verdict.allowed()) {
            core.denied(
                    connection.info().account(),
                    connection.clientId(),
                    "iot:Receive",
                    message.topic(),
                    String.valueOf(verdict.reason()));
        }
        return verdict.allowed();
    }

    private boolean hand(
            Message message,
            Qos qos,
            boolean retain,
            boolean dup,
            int packetId,
            int[] identifiers) {
        String problem =
                outgoing.send(message, qos, retain, dup, packetId, identifiers, core.clock);
        if (problem != null) {
            core.dropped(connection.session(), message, qos.value(), problem);
            return false;
        }
        core.counters.messagesDelivered.increment();
        return true;
    }

    void sendPubRel(int packetId) {
        transport.send(pubRel(packetId, ReasonCode.SUCCESS));
    }

    private static MqttPacket pubRel(int packetId, ReasonCode reason) {
        return new MqttPacket.PubRel(packetId, reason, null, List.of());
    }

    /// Sends a message that needs no subscription.
    void direct(
            Message message,
            boolean confirmation,
            CompletableFuture<Broker.DirectOutcome> outcome) {
        if (!connection.isActive()) {
            outcome.complete(Broker.DirectOutcome.NOT_CONNECTED);
            return;
        }
        Session mine = connection.session();
        if (!connection.authorization().receive(message.topic()).allowed()) {
            core.denied(
                    connection.info().account(),
                    connection.clientId(),
                    "iot:Receive",
                    message.topic(),
                    "a direct message that the client may not receive");
            outcome.complete(Broker.DirectOutcome.NOT_AUTHORIZED);
            return;
        }
        if (!confirmation) {
            deliverAtMostOnce(
                    new QueuedMessage(0, message, Qos.AT_MOST_ONCE, false, new int[0], null));
            outcome.complete(Broker.DirectOutcome.SENT);
            return;
        }
        synchronized (mine) {
            if (mine.connection() != connection) {
                outcome.complete(Broker.DirectOutcome.NOT_CONNECTED);
                return;
            }
            mine.outbound().direct(message, outcome);
        }
        connection.pump();
    }
}
