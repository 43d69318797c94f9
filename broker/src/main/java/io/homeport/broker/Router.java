package io.homeport.broker;

import io.homeport.broker.Matches.Target;
import io.homeport.broker.Receiver.SessionSubscription;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import io.homeport.mqtt.Qos;
import io.homeport.storage.StorageException;
import io.homeport.storage.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Takes a message to everybody who is to get it. Thread-safe; never called with a session's
/// monitor held.
///
/// One batch makes a publish durable: the queue rows of all stored sessions that get it above QoS
/// 0, the change of the retained message, and what the caller adds. Sessions that end with their
/// connection, and QoS 0, get the message at once; stored sessions once the batch is durable, so
/// that a client never has a QoS 2 message whose row a crash could take back.
///
/// What a client publishes to many is delivered in slices, see {@link FanOut}.
final class Router {
    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    private static final int[] NO_IDENTIFIERS = {};

    private final Core core;

    Router(Core core) {
        this.core = core;
    }

    /// @param durable completes once the message can be acknowledged; fails where it can't
    /// @param any whether anybody is to get it, as far as that is known
    /// @param roomy completes once the publisher may go on, see {@link Crowding}
    /// @param fanOut where it is delivered in slices
    record Routed(
            CompletableFuture<Void> durable,
            boolean any,
            CompletableFuture<Void> roomy,
            @Nullable FanOut fanOut) {
        private static final Routed MATCHED = new Routed(DONE, true, DONE, null);
        private static final Routed UNMATCHED = new Routed(DONE, false, DONE, null);

        /// Whether anybody is to get it; asked for once it is durable.
        boolean matched() {
            return fanOut == null ? any : fanOut.matched();
        }

        boolean isDurable() {
            return durable.isDone() && !durable.isCompletedExceptionally();
        }

        /// When the publisher is to get its acknowledgement.
        CompletableFuture<Void> due() {
            return roomy.isDone() ? durable : CompletableFuture.allOf(durable, roomy);
        }
    }

    /// Routes a message.
    ///
    /// @param from the client's connection, on whose event loop this runs; null for other messages
    /// @param batch what becomes durable with the message; null for nothing else
    /// @throws StorageException where the store refuses; sessions that end with their connection
    ///   may have got the message
    Routed route(Message message, @Nullable Connection from, @Nullable WriteBatch batch) {
        Realm realm = from == null ? core.realm(message.account()) : from.realm();
        // Before the subscribers are looked up: who subscribes meanwhile is found here or finds it.
        Message retained = message.retain() ? RetainedMessages.keep(message) : null;
        Message replaced = retained == null ? null : realm.retained.put(retained);
        long version = realm.index.version();
        Matches matches =
                from == null
                        ? realm.index.match(message.topic())
                        : realm.index.matchSoon(message.topic());
        Delivering delivering = new Delivering(message, from, batch);
        if (from != null
                && (matches == null || FanOut.isLong(matches, message) || from.fanOuts().isBusy())
                && !ReservedTopics.isBasicIngest(message.topic())) {
            CompletableFuture<Void> kept =
                    retained == null ? DONE : keep(realm, retained, replaced);
            FanOut fanOut = new FanOut(core, realm, delivering, matches, version, from);
            from.fanOuts().begin(fanOut);
            return new Routed(
                    CompletableFuture.allOf(kept, fanOut.delivered()),
                    true,
                    fanOut.roomy(),
                    fanOut);
        }
        if (matches == null) {
            matches = realm.index.match(message.topic());
        }
        if (!ReservedTopics.isBasicIngest(message.topic())) {
            List<Target> targets = matches.targets();
            for (int i = 0; i < targets.size(); i++) {
                delivering.to(targets.get(i));
            }
            List<SharedGroup> groups = matches.groups();
            for (int i = 0; i < groups.size(); i++) {
                delivering.to(groups.get(i), null);
            }
        }
        CompletableFuture<Void> stored;
        try {
            stored = delivering.commit(realm, retained);
        } catch (StorageException e) {
            if (retained != null) {
                realm.retained.takeBack(retained, replaced);
            }
            throw e;
        }
        CompletableFuture<Void> handled = handle(message, matches.handlers());
        CompletableFuture<Void> all =
                handled == DONE
                        ? stored
                        : stored == DONE ? handled : CompletableFuture.allOf(stored, handled);
        CompletableFuture<Void> roomy = delivering.roomy();
        if (all == DONE && roomy == DONE) {
            return matches.isEmpty() ? Routed.UNMATCHED : Routed.MATCHED;
        }
        return new Routed(all, !matches.isEmpty(), roomy, null);
    }

    /// Commits the change of what is retained without the message's rows, which come turns later:
    /// those of two publishes have to be in the order of the publishes.
    private CompletableFuture<Void> keep(
            Realm realm, Message retained, @Nullable Message replaced) {
        try {
            return realm.retained.commit(core.rows.store(), new WriteBatch(), retained);
        } catch (StorageException e) {
            realm.retained.takeBack(retained, replaced);
            throw e;
        }
    }

    /// Gives a message of a shared subscription, which a member can't get any more, to another one.
    ///
    /// @param batch deletes the message's old row
    void reroute(Message message, SharedGroup group, @Nullable Session except, WriteBatch batch) {
        Delivering delivering = new Delivering(message, null, batch);
        delivering.moved = true;
        delivering.to(group, except);
        delivering.commit(core.realm(message.account()), null);
    }

    static CompletableFuture<Void> handle(Message message, List<MessageBus.Handler> handlers) {
        CompletableFuture<Void> all = DONE;
        for (int i = 0; i < handlers.size(); i++) {
            CompletableFuture<Void> one;
            try {
                one = handlers.get(i).onMessage(message);
            } catch (RuntimeException e) {
                // A boundary: a service that fails must not take the publisher's connection along.
                one = CompletableFuture.failedFuture(e);
            }
            if (!one.isDone() || one.isCompletedExceptionally()) {
                all = all == DONE ? one : CompletableFuture.allOf(all, one);
            }
        }
        return all;
    }

    /// One message on its way to its receivers.
    final class Delivering {
        final Message message;
        private final Qos published;
        private final @Nullable Connection from;
        private List<Session> sessions = List.of();

        /// What the sessions got, in their order.
        private List<QueuedMessage> reserved = List.of();

        private @Nullable WriteBatch batch;
        private byte @Nullable [] encoded;

        /// One of those that the publisher is too fast for.
        private @Nullable Session crowded;

        /// From one queue to another: it was counted when it came into the first.
        boolean moved;

        Delivering(Message message, @Nullable Connection from, @Nullable WriteBatch batch) {
            this.message = message;
            this.published = Qos.of(message.qos());
            this.from = from;
            this.batch = batch;
        }

        void to(Target matched) {
            Target target = matched;
            if (target.noLocal() && from != null && target.session() == from.session()) {
                target = target.forOwnMessage();
                if (target == null) {
                    return;
                }
            }
            to(
                    target.session(),
                    published.min(target.qos()),
                    message.retain() && target.retainAsPublished(),
                    target.identifiers(),
                    null);
        }

        void to(SharedGroup group, @Nullable Session except) {
            SessionSubscription member = group.choose(published, except);
            if (member == null) {
                return;
            }
            int identifier = member.identifier();
            to(
                    member.session(),
                    published.min(member.options().maximumQos()),
                    message.retain() && member.options().retainAsPublished(),
                    identifier == 0 ? NO_IDENTIFIERS : new int[] {identifier},
                    group.key);
        }

        private void to(
                Session session,
                Qos qos,
                boolean retain,
                int[] identifiers,
                @Nullable String group) {
            if (qos == Qos.AT_MOST_ONCE) {
                session.offer(message, retain, identifiers, from);
                notice(session, session.isCrowded());
                return;
            }
            if (session.isEnded()) {
                // Its subscriptions are still being taken out of the index.
                return;
            }
            if (!moved && session.stored && !session.isOnline() && !session.admits()) {
                core.dropped(
                        session, message, qos.value(), "more queued per second than the limit");
                return;
            }
            QueuedMessage queued = session.reserve(message, qos, retain, identifiers, group);
            notice(session, session.hasCrowdedQueue());
            if (queued == null || !session.stored) {
                return;
            }
            byte[] bytes = encoded;
            if (bytes == null) {
                bytes = MessageRow.encode(message);
                encoded = bytes;
            }
            if (sessions.isEmpty()) {
                sessions = new ArrayList<>();
                reserved = new ArrayList<>();
            }
            sessions.add(session);
            reserved.add(queued);
            batch().put(
                            SessionStore.queueKey(session.number, queued.ordinal),
                            SessionStore.encodeQueued(message.account(), queued, bytes));
        }

        private WriteBatch batch() {
            WriteBatch known = batch;
            if (known == null) {
                known = new WriteBatch();
                batch = known;
            }
            return known;
        }

        /// Who publishes to itself is not held back: what it has to acknowledge comes the same way.
        private void notice(Session session, boolean isCrowded) {
            if (isCrowded && from != null && from.session() != session) {
                crowded = session;
            }
        }

        /// Completes once the publisher may go on, see {@link Crowding}. Asked for once, when all
        /// have got the message.
        CompletableFuture<Void> roomy() {
            CompletableFuture<Void> roomy = crowded == null ? DONE : crowded.roomy();
            if (!roomy.isDone()) {
                core.counters.publishesSlowed.increment();
            }
            return roomy;
        }

        /// Commits the rows of stored sessions.
        CompletableFuture<Void> store() {
            return batch == null || batch.isEmpty() ? DONE : core.rows.store().commit(batch);
        }

        /// @param retained what is to be retained with it
        CompletableFuture<Void> commit(Realm realm, @Nullable Message retained) {
            CompletableFuture<Void> durable;
            try {
                durable =
                        retained == null
                                ? store()
                                : realm.retained.commit(core.rows.store(), batch(), retained);
            } catch (StorageException e) {
                resolve(false);
                throw e;
            }
            if (reserved.isEmpty()) {
                return durable;
            }
            return durable.whenComplete((_, failure) -> resolve(failure == null));
        }

        private void resolve(boolean durable) {
            resolve(0, reserved.size(), durable);
        }

        /// Tells some of the stored sessions that what they have got is durable, or couldn't be
        /// written; whether there are more.
        boolean resolve(int from, int count, boolean durable) {
            int end = Math.min(reserved.size(), from + count);
            for (int i = from; i < end; i++) {
                sessions.get(i).resolve(reserved.get(i), durable);
            }
            return end < reserved.size();
        }
    }
}
