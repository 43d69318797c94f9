package io.homeport.broker;

import io.homeport.broker.Receiver.SessionSubscription;
import io.homeport.core.Message;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.RetainHandling;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.homeport.mqtt.Topics;
import io.homeport.storage.StorageException;
import io.homeport.storage.WriteBatch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// SUBSCRIBE and UNSUBSCRIBE of one client, and the retained messages that it is sent (MQTT 5, 3.8
/// to 3.11 and 3.3.1.3). Owned by the connection's event loop.
final class Subscribing {
    /// Retained messages at QoS 0 that may wait for one client, whatever it subscribes to
    /// meanwhile.
    private static final int RETAINED_WAITING = 100_000;

    /// Retained messages that are compared with filters on the event loop, a fraction of a
    /// millisecond's worth; more are searched in the background, a few searches at a time, so that
    /// no other client waits for it.
    private static final int SEARCHED_ON_LOOP = 1_000;

    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    private final Core core;
    private final Connection connection;
    private final BrokerLimits limits;

    /// SUBSCRIBEs whose SUBACK waits for the store.
    private int unanswered;

    Subscribing(Core core, Connection connection) {
        this.core = core;
        this.connection = connection;
        this.limits = core.limits;
    }

    void onSubscribe(MqttPacket.Subscribe subscribe) {
        SubscribeRules.Problem fatal = SubscribeRules.fatal(subscribe, limits);
        if (fatal != null) {
            List<String> filters =
                    subscribe.subscriptions().stream()
                            .limit(8)
                            .map(MqttPacket.Subscription::topicFilter)
                            .toList();
            denied(String.join(", ", filters), fatal.detail());
            connection.onProtocolError(fatal.reason(), fatal.detail());
            return;
        }
        Session session = connection.session();
        List<ReasonCode> reasons = new ArrayList<>();
        List<SessionSubscription> granted = new ArrayList<>();
        Set<String> known;
        synchronized (session) {
            known = new HashSet<>(session.subscriptions.keySet());
        }
        String detail = null;
        for (MqttPacket.Subscription one : subscribe.subscriptions()) {
            SubscribeRules.Problem problem = judge(one, known);
            if (problem == null) {
                known.add(one.topicFilter());
                reasons.add(ReasonCode.granted(one.maximumQos()));
                granted.add(
                        new SessionSubscription(
                                session, one, subscribe.subscriptionIdentifier(), null));
            } else {
                denied(one.topicFilter(), problem.detail());
                detail = problem.detail();
                reasons.add(failure(problem.reason()));
            }
        }
        subscribe(subscribe, session, granted, reasons, detail);
    }

    private SubscribeRules.@Nullable Problem judge(
            MqttPacket.Subscription subscription, Set<String> known) {
        String filter = subscription.topicFilter();
        SubscribeRules.Problem problem = SubscribeRules.judge(filter, limits);
        if (problem != null) {
            return problem;
        }
        if (!known.contains(filter) && known.size() >= limits.subscribing().perSession()) {
            return new SubscribeRules.Problem(
                    ReasonCode.QUOTA_EXCEEDED,
                    "more than " + limits.subscribing().perSession() + " subscriptions");
        }
        if (!known.contains(filter)) {
            String over = overAccount(filter);
            if (over != null) {
                return new SubscribeRules.Problem(ReasonCode.QUOTA_EXCEEDED, over);
            }
        }
        AccountLimiter account = connection.realm().limiter;
        if (account != null && !account.subscribes(core.clock.steadyMillis())) {
            return new SubscribeRules.Problem(
                    ReasonCode.QUOTA_EXCEEDED,
                    "more subscriptions per second in the account than the limit");
        }
        Authorization.Verdict verdict = connection.authorization().subscribe(filter);
        return verdict.allowed()
                ? null
                : new SubscribeRules.Problem(
                        ReasonCode.NOT_AUTHORIZED, String.valueOf(verdict.reason()));
    }

    /// Which limit of the account a new filter would exceed; null for none.
    private @Nullable String overAccount(String filter) {
        BrokerLimits.Subscribing most = limits.subscribing();
        if (connection.realm().subscriptions() >= most.perAccount()) {
            return "more than " + most.perAccount() + " subscriptions in the account";
        }
        if (!Topics.isShared(filter)) {
            return null;
        }
        SubscriptionIndex index = connection.realm().index;
        SharedGroup group = index.group(filter);
        if (group == null) {
            return index.groups() >= most.sharedGroups()
                    ? "more than " + most.sharedGroups() + " shared groups"
                    : null;
        }
        return group.members().length >= most.groupMembers()
                ? "more than " + most.groupMembers() + " subscriptions of the shared group"
                : null;
    }

    private void subscribe(
            MqttPacket.Subscribe subscribe,
            Session session,
            List<SessionSubscription> granted,
            List<ReasonCode> reasons,
            @Nullable String detail) {
        Acknowledgements.Pending pending = connection.acknowledgements().begin();
        Realm.SubscriptionChange change;
        try {
            change = connection.realm().subscribe(session, connection, granted);
        } catch (StorageException e) {
            refused(
                    pending,
                    new MqttPacket.SubAck(subscribe.packetId(), reasons, null, List.of()),
                    e,
                    connection::wake);
            return;
        }
        if (change == null) {
            pending.drop();
            return;
        }
        MqttPacket.SubAck answer =
                new MqttPacket.SubAck(
                        subscribe.packetId(), reasons, connection.reasonString(detail), List.of());
        Wanted wanted = wanted(change);
        if (wanted == Wanted.NONE
                || (core.loading.isOver() && searched(change) <= SEARCHED_ON_LOOP)) {
            answer(pending, session, change, retained(session, change), answer);
            return;
        }
        connection.pause(Pause.SEARCHING, true);
        CompletableFuture<Void> loaded = wanted == Wanted.SOME ? DONE : core.loading.over();
        loaded.whenComplete((_, failure) -> {
            if (failure == null) {
                core.background.execute(() -> search(pending, session, change, answer));
            } else {
                searchFailed(pending, answer, failure);
            }
        });
    }

    private void search(
            Acknowledgements.Pending pending,
            Session session,
            Realm.SubscriptionChange change,
            MqttPacket.SubAck answer) {
        RetainedSending retained;
        try {
            retained = core.searching(() -> retained(session, change));
        } catch (RuntimeException e) {
            // The store, or what is in it, can't be read.
            searchFailed(pending, answer, e);
            return;
        }
        connection.execute(() -> {
            connection.pause(Pause.SEARCHING, false);
            answer(pending, session, change, retained, answer);
        });
    }

    private void searchFailed(
            Acknowledgements.Pending pending, MqttPacket.SubAck answer, Throwable failure) {
        connection.execute(() -> {
            connection.pause(Pause.SEARCHING, false);
            refused(pending, answer, failure, connection::wake);
        });
    }

    /// Which retained messages a SUBSCRIBE asks for.
    private enum Wanted {
        NONE,
        /// Those of single topics.
        SOME,
        /// Any, by a wildcard.
        ANY
    }

    private Wanted wanted(Realm.SubscriptionChange change) {
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
    private long searched(Realm.SubscriptionChange change) {
        long count = connection.realm().retained.count();
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

    private void answer(
            Acknowledgements.Pending pending,
            Session session,
            Realm.SubscriptionChange change,
            RetainedSending retained,
            MqttPacket.SubAck answer) {
        CompletableFuture<Void> durable =
                retained.durable == DONE ? change.durable() : retained.durable;
        unanswered++;
        connection.onLoop(
                durable,
                failure -> {
                    if (failure == null) {
                        pending.complete(
                                answer,
                                () -> {
                                    answered();
                                    subscribed(session, change, retained);
                                });
                    } else {
                        refused(pending, answer, failure, this::answered);
                    }
                });
    }

    private void answered() {
        unanswered--;
        connection.wake();
    }

    /// Whether a SUBACK is on its way. Messages may come before it (MQTT 5, 3.8.4), but clients
    /// that wait for it find it easier after it.
    boolean isAnswering() {
        return unanswered > 0;
    }

    private void subscribed(
            Session session, Realm.SubscriptionChange change, RetainedSending retained) {
        if (!connection.isActive()) {
            return;
        }
        List<String> filters =
                change.subscriptions().stream().map(SessionSubscription::topicFilter).toList();
        synchronized (session) {
            if (session.connection() == connection && !retained.atMostOnce.isEmpty()) {
                session.outbound().feed(retained.atMostOnce);
            }
        }
        connection.wake();
        if (!filters.isEmpty()) {
            core.event(
                    new BrokerEvent.Subscribed(
                            connection.info().account(), connection.clientId(), filters));
            core.lifecycle.subscriptions(connection, connection.clientId(), true, filters);
            connection.realm().redistribution.arrived(session, change.subscriptions());
        }
    }

    private void refused(
            Acknowledgements.Pending pending,
            MqttPacket.SubAck answer,
            Throwable failure,
            Runnable then) {
        ReasonCode reason = failure(ReasonCode.QUOTA_EXCEEDED);
        pending.complete(
                new MqttPacket.SubAck(
                        answer.packetId(),
                        answer.reasons().stream().map(_ -> reason).toList(),
                        connection.reasonString("the store failed: " + failure.getMessage()),
                        List.of()),
                then);
    }

    /// The SUBACK code of a failure; 3.1.1 has only one [MQTT-3.9.3-2].
    private ReasonCode failure(ReasonCode reason) {
        return connection.version() == MqttVersion.MQTT_5 ? reason : ReasonCode.UNSPECIFIED_ERROR;
    }

    /// Retained messages on their way to a new subscription.
    private static final class RetainedSending {
        final List<QueuedMessage> atMostOnce = new ArrayList<>();
        final List<QueuedMessage> reserved = new ArrayList<>();
        CompletableFuture<Void> durable = DONE;
    }

    private RetainedSending retained(Session session, Realm.SubscriptionChange change) {
        RetainedSending sending = new RetainedSending();
        WriteBatch batch = new WriteBatch();
        for (int i = 0; i < change.subscriptions().size(); i++) {
            SessionSubscription subscription = change.subscriptions().get(i);
            if (wantsRetained(subscription, change.isNew().get(i))) {
                collect(session, subscription, sending, batch);
            }
        }
        if (sending.reserved.isEmpty()) {
            return sending;
        }
        try {
            sending.durable =
                    core.rows
                            .store()
                            .commit(batch)
                            .whenComplete((_, failure) -> resolve(session, sending, failure));
        } catch (StorageException e) {
            resolve(session, sending, e);
            sending.durable = CompletableFuture.failedFuture(e);
        }
        return sending;
    }

    private void resolve(Session session, RetainedSending sending, @Nullable Throwable failure) {
        for (QueuedMessage queued : sending.reserved) {
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
            Session session,
            SessionSubscription subscription,
            RetainedSending sending,
            WriteBatch batch) {
        int waiting = sending.atMostOnce.size();
        synchronized (session) {
            waiting += session.hasOutbound() ? session.outbound().retainedWaiting() : 0;
        }
        int maximum =
                Math.clamp(RETAINED_WAITING - waiting, 0, limits.subscribing().retainedPerFilter());
        List<Message> found =
                connection
                        .realm()
                        .retained
                        .matching(
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
                sending.atMostOnce.add(new QueuedMessage(0, message, qos, true, identifiers, null));
                continue;
            }
            QueuedMessage queued = session.reserveRetained(message, qos, identifiers);
            if (queued != null && session.stored) {
                sending.reserved.add(queued);
                batch.put(
                        SessionStore.queueKey(session.number, queued.ordinal),
                        SessionStore.encodeQueued(
                                message.account(), queued, MessageRow.encode(message)));
            }
        }
    }

    void onUnsubscribe(MqttPacket.Unsubscribe unsubscribe) {
        List<String> filters = unsubscribe.topicFilters();
        if (filters.isEmpty()) {
            // [MQTT-3.10.3-2]
            connection.onProtocolError(
                    ReasonCode.PROTOCOL_ERROR, "UNSUBSCRIBE has no topic filter");
            return;
        }
        Acknowledgements.Pending pending = connection.acknowledgements().begin();
        Realm.Unsubscribed change;
        try {
            change = connection.realm().unsubscribe(connection.session(), connection, filters);
        } catch (StorageException e) {
            pending.drop();
            connection.storeFailed(e);
            return;
        }
        if (change == null) {
            pending.drop();
            return;
        }
        List<ReasonCode> reasons = new ArrayList<>();
        List<String> removed = new ArrayList<>();
        for (int i = 0; i < filters.size(); i++) {
            boolean existed = change.existed().get(i);
            reasons.add(
                    existed || !limits.features().noSubscriptionExisted()
                            ? ReasonCode.SUCCESS
                            : ReasonCode.NO_SUBSCRIPTION_EXISTED);
            if (existed) {
                removed.add(filters.get(i));
            }
        }
        connection.onLoop(
                change.durable(),
                failure -> {
                    if (failure != null) {
                        pending.drop();
                        connection.storeFailed(failure);
                        return;
                    }
                    pending.complete(
                            new MqttPacket.UnsubAck(
                                    unsubscribe.packetId(), reasons, null, List.of()),
                            () -> unsubscribed(removed));
                });
    }

    private void unsubscribed(List<String> filters) {
        if (filters.isEmpty() || !connection.isActive()) {
            return;
        }
        core.event(
                new BrokerEvent.Unsubscribed(
                        connection.info().account(), connection.clientId(), filters));
        core.lifecycle.subscriptions(connection, connection.clientId(), false, filters);
    }

    private void denied(String filter, String reason) {
        core.denied(
                connection.info().account(),
                connection.clientId(),
                "iot:Subscribe",
                filter,
                reason);
    }
}
