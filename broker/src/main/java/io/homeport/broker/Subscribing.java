package io.homeport.broker;

import io.homeport.broker.Receiver.SessionSubscription;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.ReasonCode;
import io.homeport.mqtt.Topics;
import io.homeport.storage.StorageException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// SUBSCRIBE and UNSUBSCRIBE of one client (MQTT 5, 3.8 to 3.11). Owned by the connection's event
/// loop.
///
/// Packets with many filters are worked on in slices, when the loop has time for it, so that other
/// connections don't wait. What the client has sent behind such a packet waits until its answer is
/// due. Where the connection ends or loses its session in the middle, what was done remains done,
/// as with packets of fewer filters.
final class Subscribing {
    /// Filters that are taken in one turn of the loop, where a packet has more: some tens of
    /// microseconds' worth. Of long ones fewer.
    static final int SLICE = 32;

    /// Characters of a filter that cost about as much as another filter.
    private static final int LONG = 128;

    /// Retained messages that are compared with filters on the event loop, a fraction of a
    /// millisecond's worth; more are searched in the background, a few searches at a time, so that
    /// no other client waits for it.
    private static final int SEARCHED_ON_LOOP = 1_000;

    private final Core core;
    private final Connection connection;
    private final BrokerLimits limits;

    /// SUBSCRIBEs whose SUBACK waits for the store.
    private int unanswered;

    /// Whether a packet is being worked on.
    private boolean busy;

    /// Whether others have had their turn meanwhile.
    private boolean interrupted;

    /// Whether its retained messages are being searched, beside the loop.
    private boolean searching;

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
        busy = true;
        slice(new Request(subscribe, connection.session()));
    }

    /// A SUBSCRIBE that is being worked on: as if its filters had come in several packets, but for
    /// the answer [MQTT-3.8.4-5].
    private final class Request {
        final MqttPacket.Subscribe packet;
        final Session session;
        final Acknowledgements.Pending pending = connection.acknowledgements().begin();
        final Durability durability = new Durability();
        final RetainedSending retained;
        final List<SessionSubscription> made = new ArrayList<>();
        final List<ReasonCode> reasons;
        @Nullable String detail;
        int begin;
        int next;

        Request(MqttPacket.Subscribe packet, Session session) {
            this.packet = packet;
            this.session = session;
            this.retained = new RetainedSending(core, session);
            this.reasons = new ArrayList<>(packet.subscriptions().size());
        }

        void refuse(String filter, SubscribeRules.Problem problem) {
            denied(filter, problem.detail());
            detail = problem.detail();
            reasons.add(failure(problem.reason()));
        }
    }

    /// Takes some filters, each of them to its end.
    private void slice(Request request) {
        List<MqttPacket.Subscription> all = request.packet.subscriptions();
        request.begin = request.next;
        request.next = sliceEnd(request.next, all.size(), i -> all.get(i).topicFilter());
        List<MqttPacket.Subscription> some = all.subList(request.begin, request.next);
        Realm.SubscriptionChange change =
                connection.isActive() ? subscribe(request, granted(request, some)) : null;
        if (change == null) {
            request.pending.drop();
            end();
            return;
        }
        request.durability.add(change.durable());
        request.made.addAll(change.subscriptions());
        RetainedSending.Wanted wanted = request.retained.wanted(change);
        if (wanted == RetainedSending.Wanted.NONE
                || (core.loading.isOver()
                        && request.retained.searched(change) <= SEARCHED_ON_LOOP)) {
            request.durability.add(retained(request, change));
            goOn(request);
            return;
        }
        CompletableFuture<Void> loaded =
                wanted == RetainedSending.Wanted.SOME ? Durability.DONE : core.loading.over();
        searching = true;
        letOthersGo();
        connection.wake();
        loaded.whenComplete((_, failure) -> {
            if (failure == null) {
                core.background.execute(() -> search(request, change));
            } else {
                searched(request, CompletableFuture.failedFuture(failure));
            }
        });
    }

    private static int sliceEnd(int begin, int size, IntFunction<String> filter) {
        int end = begin;
        for (int weight = 0; end < size && weight < SLICE; end++) {
            weight += 1 + filter.apply(end).length() / LONG;
        }
        return end;
    }

    private void goOn(Request request) {
        if (request.next < request.packet.subscriptions().size()) {
            letOthersGo();
            connection.inSpareTime(closingOnMistakes(() -> slice(request)));
        } else {
            answer(request);
            end();
        }
    }

    private void search(Request request, Realm.SubscriptionChange change) {
        searched(request, core.searching(() -> retained(request, change)));
    }

    private static CompletableFuture<Void> retained(
            Request request, Realm.SubscriptionChange change) {
        try {
            return request.retained.add(change);
        } catch (RuntimeException e) {
            // The store, or what is in it, can't be read.
            return CompletableFuture.failedFuture(e);
        }
    }

    private void searched(Request request, CompletableFuture<Void> durable) {
        connection.execute(
                closingOnMistakes(() -> {
                    searching = false;
                    request.durability.add(durable);
                    goOn(request);
                }));
    }

    /// What fails halfway would leave the client waiting for ever.
    private Runnable closingOnMistakes(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException | AssertionError e) {
                connection.shut(
                        ReasonCode.UNSPECIFIED_ERROR,
                        "a mistake of the server",
                        DisconnectReason.SERVER_ERROR,
                        true);
                throw e;
            }
        };
    }

    /// Other connections have their turn before this packet is done: the client isn't read from,
    /// and what was read waits.
    private void letOthersGo() {
        interrupted = true;
        connection.pause(Pause.SUBSCRIBING, true);
    }

    /// The packet is done, whatever came of it.
    private void end() {
        busy = false;
        if (interrupted) {
            interrupted = false;
            connection.pause(Pause.SUBSCRIBING, false);
            connection.takeHeld();
            connection.wake();
        }
    }

    /// Whether packets that come now have to wait.
    boolean isBusy() {
        return busy;
    }

    /// Which of the filters may be subscribed to.
    private List<SessionSubscription> granted(
            Request request, List<MqttPacket.Subscription> filters) {
        boolean[] had = new boolean[filters.size()];
        int count;
        synchronized (request.session) {
            for (int i = 0; i < had.length; i++) {
                String filter = filters.get(i).topicFilter();
                had[i] = request.session.subscriptions.containsKey(filter);
            }
            count = request.session.subscriptions.size();
        }
        Set<String> fresh = new HashSet<>();
        List<SessionSubscription> granted = new ArrayList<>(had.length);
        for (int i = 0; i < had.length; i++) {
            MqttPacket.Subscription one = filters.get(i);
            String filter = one.topicFilter();
            boolean isNew = !had[i] && !fresh.contains(filter);
            SubscribeRules.Problem problem = judge(filter, isNew, count + fresh.size());
            if (problem != null) {
                request.refuse(filter, problem);
                continue;
            }
            if (isNew) {
                fresh.add(filter);
            }
            request.reasons.add(ReasonCode.granted(one.maximumQos()));
            granted.add(
                    new SessionSubscription(
                            request.session, one, request.packet.subscriptionIdentifier(), null));
        }
        return granted;
    }

    private SubscribeRules.@Nullable Problem judge(String filter, boolean isNew, int known) {
        SubscribeRules.Problem problem = SubscribeRules.judge(filter, limits);
        if (problem != null) {
            return problem;
        }
        if (isNew && known >= limits.subscribing().perSession()) {
            return new SubscribeRules.Problem(
                    ReasonCode.QUOTA_EXCEEDED,
                    "more than " + limits.subscribing().perSession() + " subscriptions");
        }
        if (isNew) {
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

    /// Puts some subscriptions in; null where the connection has lost its session. What the store
    /// refuses is refused.
    private Realm.@Nullable SubscriptionChange subscribe(
            Request request, List<SessionSubscription> granted) {
        try {
            return connection.realm().subscribe(request.session, connection, granted);
        } catch (StorageException e) {
            request.detail = storeFailed(e);
            for (int i = request.begin; i < request.reasons.size(); i++) {
                if (!request.reasons.get(i).isError()) {
                    request.reasons.set(i, failure(ReasonCode.QUOTA_EXCEEDED));
                }
            }
            return Realm.SubscriptionChange.NONE;
        }
    }

    private void answer(Request request) {
        MqttPacket.SubAck answer =
                new MqttPacket.SubAck(
                        request.packet.packetId(),
                        request.reasons,
                        connection.reasonString(request.detail),
                        List.of());
        unanswered++;
        connection.onLoop(
                request.durability.all(),
                failure -> {
                    if (failure == null) {
                        request.pending.complete(
                                answer,
                                () -> {
                                    answered();
                                    subscribed(request);
                                });
                    } else {
                        refused(request.pending, answer, failure, this::answered);
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
        return unanswered > 0 || (busy && !searching);
    }

    private void subscribed(Request request) {
        if (!connection.isActive()) {
            return;
        }
        Session session = request.session;
        List<QueuedMessage> retained = request.retained.atMostOnce;
        List<String> filters = request.made.stream().map(SessionSubscription::topicFilter).toList();
        synchronized (session) {
            if (session.connection() == connection && !retained.isEmpty()) {
                session.outbound().feed(retained);
            }
        }
        connection.wake();
        if (!filters.isEmpty()) {
            core.event(
                    new BrokerEvent.Subscribed(
                            connection.info().account(), connection.clientId(), filters));
            core.lifecycle.subscriptions(connection, connection.clientId(), true, filters);
            connection.realm().redistribution.arrived(session, request.made);
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
                        connection.reasonString(storeFailed(failure)),
                        List.of()),
                then);
    }

    private static String storeFailed(Throwable failure) {
        return "the store failed: " + failure.getMessage();
    }

    /// The SUBACK code of a failure; 3.1.1 has only one [MQTT-3.9.3-2].
    private ReasonCode failure(ReasonCode reason) {
        return connection.version() == MqttVersion.MQTT_5 ? reason : ReasonCode.UNSPECIFIED_ERROR;
    }

    void onUnsubscribe(MqttPacket.Unsubscribe unsubscribe) {
        List<String> filters = unsubscribe.topicFilters();
        if (filters.isEmpty()) {
            // [MQTT-3.10.3-2]
            connection.onProtocolError(
                    ReasonCode.PROTOCOL_ERROR, "UNSUBSCRIBE has no topic filter");
            return;
        }
        busy = true;
        slice(new Removal(unsubscribe));
    }

    /// An UNSUBSCRIBE that is being worked on.
    private final class Removal {
        final MqttPacket.Unsubscribe packet;
        final Acknowledgements.Pending pending = connection.acknowledgements().begin();
        final Durability durability = new Durability();
        final List<ReasonCode> reasons;
        final List<String> removed = new ArrayList<>();
        int next;

        Removal(MqttPacket.Unsubscribe packet) {
            this.packet = packet;
            this.reasons = new ArrayList<>(packet.topicFilters().size());
        }
    }

    private void slice(Removal removal) {
        List<String> all = removal.packet.topicFilters();
        int end = sliceEnd(removal.next, all.size(), all::get);
        List<String> some = all.subList(removal.next, end);
        removal.next = end;
        Realm.Unsubscribed change;
        try {
            change =
                    connection.isActive()
                            ? connection.realm().unsubscribe(connection.session(), connection, some)
                            : null;
        } catch (StorageException e) {
            removal.pending.drop();
            connection.storeFailed(e);
            end();
            return;
        }
        if (change == null) {
            removal.pending.drop();
            end();
            return;
        }
        removal.durability.add(change.durable());
        for (int i = 0; i < some.size(); i++) {
            boolean existed = change.existed().get(i);
            removal.reasons.add(
                    existed || !limits.features().noSubscriptionExisted()
                            ? ReasonCode.SUCCESS
                            : ReasonCode.NO_SUBSCRIPTION_EXISTED);
            if (existed) {
                removal.removed.add(some.get(i));
            }
        }
        if (removal.next < all.size()) {
            letOthersGo();
            connection.inSpareTime(closingOnMistakes(() -> slice(removal)));
        } else {
            answer(removal);
            end();
        }
    }

    private void answer(Removal removal) {
        connection.onLoop(
                removal.durability.all(),
                failure -> {
                    if (failure != null) {
                        removal.pending.drop();
                        connection.storeFailed(failure);
                        return;
                    }
                    removal.pending.complete(
                            new MqttPacket.UnsubAck(
                                    removal.packet.packetId(), removal.reasons, null, List.of()),
                            () -> unsubscribed(removal.removed));
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
