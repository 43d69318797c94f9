package io.homeport.broker;

import io.homeport.broker.Receiver.SessionSubscription;
import io.homeport.core.AccountId;
import io.homeport.core.Invariant;
import io.homeport.core.Message;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Whether the broker's memory, its counters and its rows tell the same story. For tests, while
/// nothing is under way.
final class Invariants {
    private final Core core;
    private final Map<Long, Session> sessions = new HashMap<>();

    Invariants(Core core) {
        this.core = core;
    }

    void check() {
        long queued = 0;
        int count = 0;
        for (Realm realm : core.realms.values()) {
            checkSubscriptions(realm);
            for (Session session : realm.sessions.values()) {
                synchronized (session) {
                    Invariant.check(!session.isEnded(), "an ended session is still listed");
                    sessions.put(session.number, session);
                    if (session.hasOutbound()) {
                        session.outbound().checkCounters();
                    }
                    queued += session.queued();
                    count++;
                }
            }
        }
        equal(count, core.sessions.get(), "sessions");
        equal(queued, core.counters.queuedMessages.sum(), "queued messages");
        checkRows();
    }

    private static void checkSubscriptions(Realm realm) {
        Set<SessionSubscription> indexed = new HashSet<>();
        realm.index.forEach(indexed::add);
        Set<SessionSubscription> owned = new HashSet<>();
        for (Session session : realm.sessions.values()) {
            synchronized (session) {
                owned.addAll(session.subscriptions.values());
            }
        }
        Invariant.check(
                indexed.equals(owned),
                "the index has " + indexed.size() + " subscriptions, sessions " + owned.size());
        equal(owned.size(), realm.subscriptions(), "subscriptions");
    }

    private void checkRows() {
        Map<Long, Integer> queued = new HashMap<>();
        Map<Long, Integer> subscriptions = new HashMap<>();
        Map<Long, Set<Integer>> received = new HashMap<>();
        Set<Long> rows = new HashSet<>();
        core.rows.forEachSession((number, _) -> rows.add(number));
        core.rows.forEachQueued((number, _, _, _) -> queued.merge(number, 1, Integer::sum));
        core.rows.forEachSubscription(
                (number, _, _, _) -> subscriptions.merge(number, 1, Integer::sum));
        core.rows.forEachInbound((number, packetId, _) ->
                received.computeIfAbsent(number, _ -> new HashSet<>()).add(packetId));
        for (Map<Long, ?> table : List.of(queued, subscriptions, received)) {
            for (Long number : table.keySet()) {
                Session owner = sessions.get(number);
                Invariant.check(
                        owner != null && owner.stored, "orphaned rows of session " + number);
            }
        }
        for (Session session : sessions.values()) {
            boolean hasRow = rows.remove(session.number);
            equal(session.hasRow() ? 1 : 0, hasRow ? 1 : 0, "session rows");
            if (session.stored) {
                equal(
                        session.queued(),
                        queued.getOrDefault(session.number, 0),
                        "queue rows of " + session.clientId);
                equal(
                        session.subscriptions.size(),
                        subscriptions.getOrDefault(session.number, 0),
                        "subscription rows of " + session.clientId);
                Set<Integer> ids = received.getOrDefault(session.number, Set.of());
                Invariant.check(
                        ids.equals(session.received.keySet()),
                        "received packet ids of " + session.clientId);
            }
        }
        Invariant.check(rows.isEmpty(), "session rows without session: " + rows);
        checkRetained();
    }

    private void checkRetained() {
        Map<AccountId, Integer> retained = new HashMap<>();
        TableScan scan = core.rows.retained();
        while (scan.next(
                (key, value) -> {
                    Message message = SessionStore.decodeRetained(key, value);
                    retained.merge(message.account(), 1, Integer::sum);
                    Message inMemory =
                            core.realm(message.account())
                                    .retained
                                    .get(message.topic(), Long.MIN_VALUE);
                    Invariant.check(
                            inMemory != null
                                    && inMemory.publishedAtMillis() == message.publishedAtMillis(),
                            "the retained message of " + message.topic());
                })) {
            // The next page.
        }
        for (Realm realm : core.realms.values()) {
            equal(realm.retained.count(), retained.getOrDefault(realm.account, 0), "retained rows");
        }
    }

    private static void equal(long expected, long actual, String what) {
        Invariant.check(expected == actual, what + ": " + expected + " but found " + actual);
    }
}
