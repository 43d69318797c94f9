package io.homeport.broker;

import io.homeport.core.Clock;
import io.homeport.core.Message;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import java.util.List;

/// Follows QoS 1 messages up that a connected client doesn't acknowledge: when they are repeated,
/// and when they are given up. Guarded by the session's monitor.
final class Unacknowledged {
    private static final int LONGEST_DOUBLING = 6;

    /// When to look again after something that is due couldn't be sent.
    private static final long AGAIN_MILLIS = 1000;

    private final BrokerLimits.Redelivery limits;
    private final long maximumBytes;
    private final boolean on;
    private long heldBytes;

    Unacknowledged(BrokerLimits limits) {
        this.limits = limits.redelivery();
        this.maximumBytes = limits.flow().windowBytes();
        this.on = this.limits.any();
    }

    /// A message was sent for the first time on this connection.
    void sent(QueuedMessage queued, Message message, MqttVersion version, Clock clock) {
        if (!on || queued.qos != Qos.AT_LEAST_ONCE || queued.confirmation != null) {
            return;
        }
        long now = clock.steadyMillis();
        boolean version3 = version == MqttVersion.MQTT_3_1_1;
        int seconds = version3 ? limits.version3Seconds() : limits.version5Seconds();
        QueuedMessage.FollowUp followUp =
                new QueuedMessage.FollowUp(
                        message.topic(),
                        now,
                        seconds == 0 ? Long.MAX_VALUE : now + seconds * 1000L);
        queued.followUp = followUp;
        // [MQTT-4.4.0-1] of MQTT 5: never again on the same connection.
        followUp.held =
                version3
                        && limits.firstSeconds() > 0
                        && (heldBytes == 0 || heldBytes + queued.bytes <= maximumBytes);
        if (followUp.held) {
            heldBytes += queued.bytes;
            followUp.repeatMillis = now + limits.firstSeconds() * 1000L;
        }
    }

    /// It was sent once more: the next time it takes twice as long.
    void repeated(QueuedMessage queued, long now) {
        QueuedMessage.FollowUp followUp = queued.followUp;
        if (followUp == null) {
            return;
        }
        long first = limits.firstSeconds() * 1000L;
        long passed = now - followUp.sentMillis;
        followUp.repeatMillis = now + Math.clamp(passed, first, first << LONGEST_DOUBLING);
    }

    /// It isn't in flight any more.
    void gone(QueuedMessage queued) {
        QueuedMessage.FollowUp followUp = queued.followUp;
        if (followUp != null && followUp.held) {
            heldBytes -= queued.bytes;
            followUp.held = false;
        }
    }

    void clear() {
        heldBytes = 0;
    }

    /// Those that are given up now.
    List<QueuedMessage> overdue(Inflight inflight, long now) {
        return on
                ? inflight.values().stream()
                        .filter(one -> one.followUp != null && one.followUp.giveUpMillis <= now)
                        .toList()
                : List.of();
    }

    /// Those that are to be repeated now, in the order of the queue.
    List<QueuedMessage> due(Inflight inflight, long now) {
        return heldBytes == 0
                ? List.of()
                : inflight.values().stream()
                        .filter(one ->
                                one.followUp != null
                                        && one.followUp.held
                                        && one.followUp.repeatMillis <= now)
                        .sorted((a, b) -> Long.compare(a.ordinal, b.ordinal))
                        .toList();
    }

    /// Milliseconds until one of them is due or given up; 0 where none will be.
    long waitMillis(Inflight inflight, long now) {
        if (!on) {
            return 0;
        }
        long next = Long.MAX_VALUE;
        for (QueuedMessage one : inflight.values()) {
            QueuedMessage.FollowUp followUp = one.followUp;
            if (followUp == null) {
                continue;
            }
            next = Math.min(next, followUp.giveUpMillis);
            if (followUp.held) {
                next = Math.min(next, followUp.repeatMillis);
            }
        }
        if (next == Long.MAX_VALUE) {
            return 0;
        }
        return next > now ? next - now : AGAIN_MILLIS;
    }
}
