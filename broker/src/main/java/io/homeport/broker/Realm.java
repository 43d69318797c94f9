package io.homeport.broker;

import io.homeport.broker.Receiver.SessionSubscription;
import io.homeport.broker.Session.PendingWill;
import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.mqtt.Topics;
import io.homeport.storage.StorageException;
import io.homeport.storage.WriteBatch;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// One account: its sessions, subscriptions and retained messages, and how sessions begin and end.
/// Nothing of two accounts ever meets. Thread-safe.
final class Realm {
    /// What most sessions have, and all where limits are AWS's: they don't count for others' limits
    /// once the session is gone.
    private static final int CLEARED_AT_ONCE = 64;

    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    final AccountId account;
    final SubscriptionIndex index;
    final RetainedMessages retained;
    final RecentClients recent = new RecentClients();
    final ConcurrentHashMap<String, Session> sessions = new ConcurrentHashMap<>();
    final Redistribution redistribution;
    final @Nullable AccountLimiter limiter;

    private final Core core;
    private final LongAdder subscriptionCount = new LongAdder();

    Realm(Core core, AccountId account) {
        this.core = core;
        this.account = account;
        this.index = new SubscriptionIndex(core.limits.features().hashMatchesParent());
        this.retained = new RetainedMessages(account, core.limits.retaining(), core.loading);
        this.redistribution = new Redistribution(core, this);
        this.limiter = AccountLimiter.of(core.limits.accountRates(), core.clock.steadyMillis());
    }

    /// @param present whether there was a session to go on with
    /// @param durable completes when CONNACK may be sent
    record Attached(Session session, boolean present, CompletableFuture<Void> durable) {}

    /// Gives a connection the session of its client, taking it over from another connection or
    /// making a new one; null where there are too many sessions.
    ///
    /// @throws StorageException where the store refuses; then nothing has changed but that a
    ///   session that was to be started clean has ended
    @Nullable Attached attach(Connection connection, ConnectRules.Decision.Accepted accepted) {
        String clientId = accepted.connect().clientId();
        while (true) {
            Session existing = sessions.get(clientId);
            if (existing == null) {
                if (core.sessions.get() >= core.limits.sessions().maximumSessions()) {
                    return null;
                }
                Attached attached = begin(connection, accepted);
                if (attached != null) {
                    return attached;
                }
            } else if (resumable(existing, accepted)) {
                Attached attached = resume(existing, connection, accepted);
                if (attached != null) {
                    return attached;
                }
            } else {
                end(existing, DisconnectReason.DUPLICATE_CLIENTID, true);
            }
        }
    }

    private boolean resumable(Session session, ConnectRules.Decision.Accepted accepted) {
        return session.stored
                && !accepted.connect().cleanStart()
                && !session.hasExpired(now())
                && (session.version == accepted.connect().version()
                        || core.limits.features().resumesAcrossVersions());
    }

    private @Nullable Attached begin(
            Connection connection, ConnectRules.Decision.Accepted accepted) {
        String clientId = accepted.connect().clientId();
        Session session =
                new Session(
                        core,
                        this,
                        clientId,
                        core.nextSession.getAndIncrement(),
                        accepted.expirySeconds() > 0,
                        accepted.connect().version());
        synchronized (session) {
            if (sessions.putIfAbsent(clientId, session) != null) {
                return null;
            }
            core.sessions.incrementAndGet();
            set(session, connection, accepted, recent.nextVersion(clientId, now(), null));
            CompletableFuture<Void> durable = DONE;
            try {
                session.willStored = session.will != null;
                if (session.hasRow()) {
                    durable = core.rows.store().commit(putRow(session, true));
                }
            } catch (StorageException e) {
                session.markEnded();
                forget(session);
                throw e;
            }
            session.attach(connection);
            return new Attached(session, false, session.stored ? durable : DONE);
        }
    }

    private @Nullable Attached resume(
            Session session, Connection connection, ConnectRules.Decision.Accepted accepted) {
        Connection old;
        PendingWill oldWill = null;
        CompletableFuture<Void> durable;
        synchronized (session) {
            if (session.isEnded()) {
                Thread.onSpinWait();
                return null;
            }
            PendingWill pending = session.will;
            SessionRow before = session.row(session.isOnline());
            long version = recent.nextVersion(session.clientId, now(), session);
            if (session.isOnline() && pending != null && pending.delaySeconds() == 0) {
                oldWill = pending;
            }
            set(session, connection, accepted, version);
            try {
                durable = core.rows.store().commit(putRow(session, true));
            } catch (StorageException e) {
                session.version = before.version();
                session.expirySeconds = before.expirySeconds();
                session.versionNumber = before.versionNumber();
                session.will = pending;
                throw e;
            }
            old = session.attach(connection);
        }
        if (old != null) {
            old.takenOver();
        }
        if (oldWill != null) {
            fire(session.clientId, oldWill, new WriteBatch(), () -> {});
        }
        return new Attached(session, true, durable);
    }

    private void set(
            Session session,
            Connection connection,
            ConnectRules.Decision.Accepted accepted,
            long versionNumber) {
        session.version = accepted.connect().version();
        session.expirySeconds = accepted.expirySeconds();
        session.cleanStart = accepted.connect().cleanStart();
        session.keepAliveSeconds = accepted.keepAliveSeconds();
        session.connectedSinceMillis = core.clock.millis();
        session.versionNumber = versionNumber;
        session.will = PendingWill.of(core, connection, accepted.willDelaySeconds());
    }

    private static WriteBatch putRow(Session session, boolean connected) {
        return new WriteBatch()
                .put(SessionStore.sessionKey(session.number), session.row(connected).encode());
    }

    /// A connection is over: its session waits for the client, or ends.
    ///
    /// @param sendWill false after a DISCONNECT that discards it [MQTT-3.14.4-3]
    void release(
            Session session, Connection connection, DisconnectReason reason, boolean sendWill) {
        boolean ends;
        int generation;
        PendingWill due = null;
        WriteBatch batch = new WriteBatch();
        synchronized (session) {
            if (session.connection() != connection) {
                return;
            }
            if (!sendWill) {
                session.will = null;
            }
            ends = session.expirySeconds == 0;
            generation = session.generation();
            if (!ends) {
                session.detach(reason);
                PendingWill will = session.will;
                if (will != null) {
                    // [MQTT-3.1.2-8]: at the end of the delay or of the session, what comes first.
                    long delay = Math.min(will.delaySeconds(), session.expirySeconds);
                    session.will = will.due(now() + delay * 1000);
                    if (delay == 0) {
                        due = session.will;
                        session.will = null;
                    }
                }
                if (due == null) {
                    core.eventually(() -> saveRow(session));
                } else {
                    batch = putRow(session, false);
                }
                session.startTimers();
                generation = session.generation();
            }
        }
        if (ends) {
            end(session, reason, true, generation);
            return;
        }
        if (due != null) {
            fire(session, generation, due, batch);
        }
        redistribution.away(session);
    }

    /// Fires the will of a session that goes on. The row without the will is durable together with
    /// the message, so it isn't written under the monitor: where a connection came meanwhile, or
    /// the session ended, the row is put right.
    private void fire(Session session, int generation, PendingWill will, WriteBatch batch) {
        fire(session.clientId, will, batch, () -> core.eventually(() -> saveRow(session)));
        synchronized (session) {
            if (!session.isGeneration(generation)) {
                core.eventually(() -> saveRow(session));
            }
        }
    }

    /// Writes the session's row as of now, or deletes it.
    private static WriteBatch row(Session session) {
        return session.isEnded()
                ? new WriteBatch().delete(SessionStore.sessionKey(session.number))
                : putRow(session, session.isOnline());
    }

    private void saveRow(Session session) {
        synchronized (session) {
            core.rows.store().commit(row(session));
        }
    }

    /// Whether one more message may be retained now, by the rates of its topic and of the account.
    /// Counts it.
    boolean retainsInTime(String topic, long now) {
        int perSecond = core.limits.rates().retainedPerTopic();
        Message last = perSecond == 0 ? null : retained.get(topic, now);
        boolean soon = last != null && now - last.publishedAtMillis() < 1000 / perSecond;
        return !soon && (limiter == null || limiter.retains(now));
    }

    /// Ends a session: everything of it is deleted. False where it had ended already.
    ///
    /// @param reason for a connection that still has it
    boolean end(Session session, DisconnectReason reason, boolean sendWill) {
        return end(session, reason, sendWill, null);
    }

    /// @param generation ends the session only where no other connection has taken it since
    private boolean end(
            Session session,
            DisconnectReason reason,
            boolean sendWill,
            @Nullable Integer generation) {
        Connection old;
        PendingWill will;
        boolean hadRow;
        List<QueuedMessage> unsaved;
        boolean keepQueue;
        Map<String, SessionSubscription> subscriptions;
        synchronized (session) {
            if (session.isEnded() || (generation != null && !session.isGeneration(generation))) {
                return false;
            }
            old = session.connection();
            unsaved = session.detach(reason);
            will = sendWill ? session.will : null;
            hadRow = session.hasRow();
            session.will = null;
            keepQueue = session.stored && Redistribution.concerns(session);
            recent.gone(
                    ClientStates.of(session),
                    session.versionNumber,
                    session.offlineSinceSteady,
                    session.stored ? session.expirySeconds * 1000 : 0,
                    now());
            subscriptions = session.subscriptions;
            subscriptionCount.add(-subscriptions.size());
            session.markEnded();
            session.subscriptions = Map.of();
        }
        remove(subscriptions.values().iterator(), CLEARED_AT_ONCE, old);
        forget(session);
        if (old != null) {
            old.ended(reason);
        }
        Runnable delete = () -> core.commitEventually(deletion(session, hadRow, keepQueue));
        if (will != null) {
            fire(session.clientId, will, deletion(session, hadRow, keepQueue), delete);
        } else if (hadRow) {
            delete.run();
        }
        redistribution.lost(session, unsaved);
        if (keepQueue) {
            redistribution.away(session);
        }
        return true;
    }

    /// Takes the subscriptions of a session that has ended out of the index, some per turn of the
    /// event loop that its connection had. Whoever still finds one there sees that it has ended.
    private void remove(
            Iterator<SessionSubscription> subscriptions, int most, @Nullable Connection on) {
        for (int i = 0; i < most && subscriptions.hasNext(); i++) {
            index.remove(subscriptions.next());
        }
        if (!subscriptions.hasNext()) {
            return;
        }
        if (on == null) {
            core.background.execute(() -> subscriptions.forEachRemaining(index::remove));
        } else {
            on.execute(() -> on.nextTurn(() -> remove(subscriptions, Subscribing.SLICE, on)));
        }
    }

    private static WriteBatch deletion(Session session, boolean hadRow, boolean keepQueue) {
        WriteBatch batch = new WriteBatch();
        if (hadRow) {
            SessionStore.deleteSession(batch, session.number, keepQueue);
        }
        return batch;
    }

    private void forget(Session session) {
        if (sessions.remove(session.clientId, session)) {
            core.sessions.decrementAndGet();
        }
    }

    /// The expiry timer of a session.
    void expire(Session session, int generation) {
        synchronized (session) {
            if (!session.isGeneration(generation) || session.isEnded()) {
                return;
            }
            if (!session.hasExpired(now())) {
                session.startTimers();
                return;
            }
        }
        end(session, DisconnectReason.SERVER_INITIATED_DISCONNECT, true, generation);
    }

    /// The will timer of a session.
    void willDue(Session session, int generation) {
        PendingWill will;
        WriteBatch batch;
        synchronized (session) {
            will = session.will;
            if (!session.isGeneration(generation) || session.isOnline() || will == null) {
                return;
            }
            session.will = null;
            batch = putRow(session, false);
        }
        fire(session, generation, will, batch);
    }

    /// Publishes a will message, with the change of the rows that it stood in.
    ///
    /// @param unsent changes these rows where nothing is published
    private void fire(String clientId, PendingWill will, WriteBatch batch, Runnable unsent) {
        Message template = will.message();
        Authorization authorization = will.authorization();
        if (authorization != null) {
            Authorization.Verdict verdict =
                    authorization.publish(template.topic(), template.retain());
            if (!verdict.allowed()) {
                core.denied(
                        account,
                        clientId,
                        "iot:Publish",
                        template.topic(),
                        "will: " + verdict.reason());
                unsent.run();
                return;
            }
        }
        Message message =
                new Message(
                                account,
                                template.topic(),
                                template.payload(),
                                template.qos(),
                                template.retain() && retained.admits(template),
                                template.properties(),
                                template.publisher(),
                                core.clock.millis())
                        .asWill();
        try {
            core.router.route(message, null, batch);
        } catch (StorageException e) {
            core.counters.messagesDropped.increment();
            core.event(
                    new BrokerEvent.Dropped(
                            account,
                            clientId,
                            message.topic(),
                            message.qos(),
                            "will: the store refused: " + e.getMessage()));
            unsent.run();
        }
    }

    /// What SUBSCRIBE changed.
    ///
    /// @param isNew per subscription, whether there was none with its filter
    record SubscriptionChange(
            List<SessionSubscription> subscriptions,
            List<Boolean> isNew,
            CompletableFuture<Void> durable) {
        static final SubscriptionChange NONE = new SubscriptionChange(List.of(), List.of(), DONE);
    }

    /// Adds or replaces subscriptions of a session; null where the connection has lost it.
    ///
    /// @throws StorageException where the store refuses; then nothing has changed
    @Nullable SubscriptionChange subscribe(
            Session session, Connection connection, List<SessionSubscription> wanted) {
        List<SessionSubscription> made = new ArrayList<>(wanted.size());
        List<Boolean> isNew = new ArrayList<>(wanted.size());
        synchronized (session) {
            if (session.connection() != connection) {
                return null;
            }
            CompletableFuture<Void> durable = DONE;
            if (session.stored && !wanted.isEmpty()) {
                WriteBatch batch = new WriteBatch();
                for (SessionSubscription one : wanted) {
                    batch.put(
                            SessionStore.subscriptionKey(session.number, one.topicFilter()),
                            SessionStore.encodeSubscription(one.options(), one.identifier()));
                }
                durable = core.rows.store().commit(batch);
            }
            for (SessionSubscription one : wanted) {
                SessionSubscription put = add(one);
                made.add(put);
                boolean first = session.subscribed(put);
                isNew.add(first);
                if (first) {
                    subscriptionCount.increment();
                }
            }
            return new SubscriptionChange(made, isNew, durable);
        }
    }

    private SessionSubscription add(SessionSubscription subscription) {
        if (Topics.isShared(subscription.topicFilter())) {
            return index.putShared(subscription);
        }
        index.put(subscription);
        return subscription;
    }

    /// Puts a stored subscription back.
    void restore(Session session, SessionSubscription subscription) {
        SessionSubscription put = add(subscription);
        session.subscribed(put);
        subscriptionCount.increment();
    }

    /// What UNSUBSCRIBE changed: per filter, whether it was there.
    record Unsubscribed(List<Boolean> existed, CompletableFuture<Void> durable) {}

    /// Removes subscriptions of a session; null where the connection has lost it.
    ///
    /// @throws StorageException where the store refuses; then nothing has changed
    @Nullable Unsubscribed unsubscribe(
            Session session, Connection connection, List<String> filters) {
        List<Boolean> existed = new ArrayList<>(filters.size());
        synchronized (session) {
            if (session.connection() != connection) {
                return null;
            }
            CompletableFuture<Void> durable = DONE;
            if (session.stored) {
                WriteBatch batch = new WriteBatch();
                for (String filter : filters) {
                    batch.delete(SessionStore.subscriptionKey(session.number, filter));
                }
                durable = core.rows.store().commit(batch);
            }
            for (String filter : filters) {
                SessionSubscription old = session.unsubscribed(filter);
                existed.add(old != null);
                if (old != null) {
                    index.remove(old);
                    subscriptionCount.decrement();
                }
            }
            return new Unsubscribed(existed, durable);
        }
    }

    /// For durations, not for dates.
    private long now() {
        return core.clock.steadyMillis();
    }

    /// How many subscriptions the clients have.
    long subscriptions() {
        return subscriptionCount.sum();
    }
}
