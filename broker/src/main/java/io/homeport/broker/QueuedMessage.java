package io.homeport.broker;

import io.homeport.core.Message;
import io.homeport.mqtt.Qos;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A message on its way to one session. Its fields that change are guarded by the session's
/// monitor.
final class QueuedMessage {
    /// What a message, and each of its user properties, counts besides what it carries.
    static final int OVERHEAD = 64;

    /// Where it stands.
    enum State {
        /// Its place in the queue is taken, its row isn't durable yet.
        RESERVED,
        /// It may be sent.
        READY,
        /// It couldn't be stored; its place is empty.
        FAILED
    }

    /// How far a message in flight has come.
    enum Flight {
        PUBLISH_SENT,
        PUBREC_RECEIVED,
        PUBREL_SENT
    }

    /// Position in the session's queue; 0 for QoS 0. The packet id follows from it.
    final long ordinal;

    /// Null where only PUBREL is left to be sent, and for a stored message once it was sent.
    @Nullable Message message;

    final Qos qos;
    final boolean retain;
    final int[] subscriptionIdentifiers;

    /// `$share/{name}/{filter}` where a shared subscription brought it.
    final @Nullable String group;

    int bytes;
    State state = State.RESERVED;
    Flight flight = Flight.PUBLISH_SENT;
    @Nullable CompletableFuture<Broker.DirectOutcome> confirmation;

    /// Only where unacknowledged messages are followed up.
    @Nullable FollowUp followUp;

    /// What was sent when, whether it is held for a repetition, and when the next one is due.
    static final class FollowUp {
        final String topic;
        final long sentMillis;
        final long giveUpMillis;
        long repeatMillis;
        boolean held;

        FollowUp(String topic, long sentMillis, long giveUpMillis) {
            this.topic = topic;
            this.sentMillis = sentMillis;
            this.giveUpMillis = giveUpMillis;
        }
    }

    QueuedMessage(
            long ordinal,
            @Nullable Message message,
            Qos qos,
            boolean retain,
            int[] subscriptionIdentifiers,
            @Nullable String group) {
        this.ordinal = ordinal;
        this.message = message;
        this.qos = qos;
        this.retain = retain;
        this.subscriptionIdentifiers = subscriptionIdentifiers;
        this.group = group;
        this.bytes = SessionStore.cost(message);
    }

    static QueuedMessage pubRel(long ordinal) {
        return new QueuedMessage(ordinal, null, Qos.EXACTLY_ONCE, false, new int[0], null);
    }

    /// The packet id of a queue position. Because it follows from the position, which is stored
    /// before the message is first sent, a redelivery has the same id even after a crash
    /// [MQTT-4.4.0-1].
    static int packetId(long ordinal) {
        return (int) ((ordinal - 1) % 65_535) + 1;
    }

    /// Whether the message is kept to be sent once more.
    boolean isHeld() {
        return followUp != null && followUp.held;
    }

    int payloadBytes() {
        Message sent = message;
        return sent == null ? 0 : sent.payload().length;
    }

    int packetId() {
        return packetId(ordinal);
    }
}
