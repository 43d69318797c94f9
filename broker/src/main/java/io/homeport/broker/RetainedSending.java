package io.homeport.broker;

import io.homeport.broker.Receiver.SessionSubscription;
import io.homeport.core.Message;
import io.homeport.mqtt.MqttPacket.RetainHandling;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.Topics;
import io.homeport.storage.StorageException;
import io.homeport.storage.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The retained messages that one SUBSCRIBE brings (MQTT 5, 3.3.1.3): which are asked for, and
/// where they are put. Used by one thread at a time.
final class RetainedSending {
    /// Retained messages at QoS 0 that may wait for one client, whatever it subscribes to
    /// meanwhile.
    private static final int WAITING = 100_000;

    /// Those at QoS 0, to be sent behind the SUBACK. The others are in the session's queue.
    final List<QueuedMessage> atMostOnce = new ArrayList<>();

    private final Core core;
    private final Realm realm;
    private final Session session;
    private final BrokerLimits limits;

    RetainedSending(Core core, Session session) {
        this.core = core;
        this.realm = session.realm;
        this.session = session;
        this.limits = core.limits;
    }

    /// Which retained messages are asked for.
    enum Wanted {
        NONE,
        /// Those of single topics.
        SOME,
        /// Any, by a wildcard.
        ANY
    }

    Wanted wanted(Realm.SubscriptionChange change) {
        Wanted wanted = Wanted.NONE;
        for (int i = 0; i < change.subscriptions().size(); i++) {
            SessionSubscription subscription = change.subscriptions().get(i);
            if (wantsRetained(subscription, change.isNew().get(i))) {
                if (Topics.hasWildcard(subscription.topicFilter())) {
                    return Wanted.ANY;
                }
                wanted = Wanted.SOME;
            }
        }
        return wanted;
    }

    /// How many retained messages are compared with the filters.
    long searched(Realm.SubscriptionChange change) {
        long count = realm.retained.count();
        long searched = 0;
        for (int i = 0; i < change.subscriptions().size(); i++) {
            SessionSubscription subscription = change.subscriptions().get(i);
            if (Topics.hasWildcard(subscription.topicFilter())
                    && wantsRetained(subscription, change.isNew().get(i))) {
                searched += count;
            }
        }
        return searched;
    }

    /// Takes the messages that new subscriptions ask for. May read the store.
    ///
    /// @return completes when those of stored sessions are durable
    CompletableFuture<Void> add(Realm.SubscriptionChange change) {
        WriteBatch batch = new WriteBatch();
        List<QueuedMessage> reserved = new ArrayList<>();
        for (int i = 0; i < change.subscriptions().size(); i++) {
            SessionSubscription subscription = change.subscriptions().get(i);
            if (wantsRetained(subscription, change.isNew().get(i))) {
                collect(subscription, reserved, batch);
            }
        }
        if (reserved.isEmpty()) {
            return Durability.DONE;
        }
        try {
            return core.rows
                    .store()
                    .commit(batch)
                    .whenComplete((_, failure) -> resolve(reserved, failure));
        } catch (StorageException e) {
            resolve(reserved, e);
            return CompletableFuture.failedFuture(e);
        }
    }

    private void resolve(List<QueuedMessage> reserved, @Nullable Throwable failure) {
        for (QueuedMessage queued : reserved) {
            session.resolve(queued, failure == null);
        }
    }

    private boolean wantsRetained(SessionSubscription subscription, boolean isNew) {
        RetainHandling handling = subscription.options().retainHandling();
        // Never to shared subscriptions (MQTT 5, 4.8.2).
        return subscription.group() == null
                && handling != RetainHandling.DO_NOT_SEND
                && (isNew || handling == RetainHandling.SEND_ON_SUBSCRIBE)
                && (limits.features().wildcardRetained()
                        || !Topics.hasWildcard(subscription.topicFilter()));
    }

    private void collect(
            SessionSubscription subscription, List<QueuedMessage> reserved, WriteBatch batch) {
        int waiting = atMostOnce.size();
        synchronized (session) {
            waiting += session.hasOutbound() ? session.outbound().retainedWaiting() : 0;
        }
        int maximum = Math.clamp(WAITING - waiting, 0, limits.subscribing().retainedPerFilter());
        List<Message> found =
                realm.retained.matching(
                        subscription.topicFilter(),
                        limits.features().hashMatchesParent(),
                        maximum + 1,
                        core.clock.millis());
        int[] identifiers =
                subscription.identifier() == 0 ? new int[0] : new int[] {subscription.identifier()};
        for (int i = 0; i < found.size(); i++) {
            Message message = found.get(i);
            Qos qos = Qos.of(message.qos()).min(subscription.options().maximumQos());
            if (i == maximum) {
                core.dropped(
                        session,
                        message,
                        qos.value(),
                        "more retained messages match than are sent for one subscription or may"
                                + " wait");
                return;
            }
            if (qos == Qos.AT_MOST_ONCE) {
                atMostOnce.add(new QueuedMessage(0, message, qos, true, identifiers, null));
                continue;
            }
            QueuedMessage queued = session.reserveRetained(message, qos, identifiers);
            if (queued != null && session.stored) {
                reserved.add(queued);
                batch.put(
                        SessionStore.queueKey(session.number, queued.ordinal),
                        SessionStore.encodeQueued(
                                message.account(), queued, MessageRow.encode(message)));
            }
        }
    }
}
