package io.homeport.broker;

import io.homeport.broker.Receiver.SessionSubscription;
import io.homeport.core.Message;
import io.homeport.storage.StorageException;
import io.homeport.storage.WriteBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Puts back from the store what was there before the server stopped, however it stopped. Used
/// once, by one thread, before the first connection. Only retained messages may come later, see
/// {@link RetainedLoading}.
final class Recovery {
    private static final int BATCH = 1000;

    private final Core core;
    private final Map<Long, Session> sessions = new HashMap<>();
    private final Map<Long, SessionRow> rows = new HashMap<>();
    private final List<Orphan> sharedOrphans = new ArrayList<>();
    private WriteBatch orphans = new WriteBatch();
    private int orphanCount;

    private record Orphan(Message message, String group, byte[] key) {}

    Recovery(Core core) {
        this.core = core;
    }

    void run() {
        long now = core.clock.millis();
        core.rows.forEachSession((number, row) -> restore(number, row, now));
        core.rows.forEachSubscription((number, options, identifier, key) -> {
            Session session = sessions.get(number);
            if (session == null) {
                orphan(key);
            } else {
                session.realm.restore(
                        session, new SessionSubscription(session, options, identifier, null));
            }
        });
        core.rows.forEachQueued(this::restoreQueued);
        core.rows.forEachInbound((number, packetId, key) -> {
            Session session = sessions.get(number);
            if (session == null) {
                orphan(key);
            } else {
                session.receives(packetId, CompletableFuture.completedFuture(null));
            }
        });
        flushOrphans();
        sharedOrphans.forEach(this::reroute);
        sessions.values().forEach(this::begin);
        core.loading.begin();
    }

    private void restore(long number, SessionRow row, long now) {
        core.nextSession.accumulateAndGet(number + 1, Math::max);
        Realm realm = core.realm(row.account());
        // Also one that ends now may have rows: it was resumed to end with its connection.
        Session session = new Session(core, realm, row.clientId(), number, true, row.version());
        session.expirySeconds = row.expirySeconds();
        session.versionNumber = row.versionNumber();
        // The connection of a server that crashed ended at the latest now, as did any other one: a
        // clock that was set back doesn't prolong sessions.
        session.disconnectedSinceMillis =
                row.connected() ? now : Math.min(now, row.disconnectedAtMillis());
        session.offlineSinceSteady =
                core.clock.steadyMillis() - (now - session.disconnectedSinceMillis);
        session.disconnectReason = DisconnectReason.SERVER_ERROR;
        Message will = row.will();
        session.willStored = will != null;
        if (will != null) {
            long delay = Math.min(row.willDelaySeconds(), row.expirySeconds());
            session.will =
                    new Session.PendingWill(
                            will,
                            row.willDelaySeconds(),
                            core.clock.steadyMillis()
                                    + (row.connected() ? delay * 1000 : row.willDueMillis() - now),
                            null);
        }
        Session other = realm.sessions.get(row.clientId());
        if (other != null) {
            // The deletion of an earlier session was lost: its successor has the higher number.
            sessions.remove(other.number);
            rows.remove(other.number);
            WriteBatch batch = new WriteBatch();
            SessionStore.deleteSession(batch, other.number, false);
            core.rows.store().commit(batch);
            core.sessions.decrementAndGet();
        }
        realm.sessions.put(row.clientId(), session);
        core.sessions.incrementAndGet();
        sessions.put(number, session);
        rows.put(number, row);
    }

    private void restoreQueued(long number, long ordinal, byte[] value, byte[] key) {
        Session session = sessions.get(number);
        if (session != null) {
            session.outbound()
                    .restore(SessionStore.decodeQueued(session.realm.account, ordinal, value));
            return;
        }
        QueuedMessage queued =
                SessionStore.decodeQueued(io.homeport.core.AccountId.DEFAULT, ordinal, value);
        if (queued.group == null || queued.message == null) {
            orphan(key);
        } else {
            sharedOrphans.add(new Orphan(queued.message, queued.group, key));
        }
    }

    /// A message of a shared subscription whose member's session ended just before the server did.
    private void reroute(Orphan orphan) {
        Realm realm = core.realm(orphan.message.account());
        SharedGroup group = realm.index.group(orphan.group);
        WriteBatch batch = new WriteBatch();
        batch.delete(orphan.key);
        if (group == null) {
            core.commitEventually(batch);
        } else {
            core.router.reroute(orphan.message, group, null, batch);
        }
    }

    private void begin(Session session) {
        SessionRow row = rows.get(session.number);
        if (row == null) {
            return;
        }
        if (row.sentOrdinal() > 0 || session.hasOutbound()) {
            session.outbound().restoreSent(row.sentOrdinal(), !row.connected());
        }
        if (row.connected()) {
            core.commitEventually(
                    new WriteBatch()
                            .put(
                                    SessionStore.sessionKey(session.number),
                                    session.row(false).encode()));
        }
        if (session.hasExpired(core.clock.steadyMillis())) {
            session.realm.end(session, DisconnectReason.SERVER_ERROR, true);
        } else {
            session.startTimers();
        }
    }

    private void orphan(byte[] key) {
        orphans.delete(key);
        if (++orphanCount % BATCH == 0) {
            flushOrphans();
        }
    }

    private void flushOrphans() {
        if (orphans.isEmpty()) {
            return;
        }
        try {
            core.rows.store().commit(orphans);
        } catch (StorageException e) {
            core.commitEventually(orphans);
        }
        orphans = new WriteBatch();
    }
}
