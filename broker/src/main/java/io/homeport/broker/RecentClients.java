package io.homeport.broker;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is remembered of clients beyond their sessions: the last connect, the number that lifecycle
/// events count on with, and for a while the state of those that are gone. Bounded: the longest
/// unused are forgotten first. Thread-safe.
final class RecentClients {
    private static final int MAXIMUM = 100_000;
    private static final long STATE_MILLIS = 30 * 60_000L;
    private static final long VERSION_MILLIS = 60 * 60_000L;
    private static final long NEVER = Long.MIN_VALUE / 2;

    private final Map<String, Entry> clients = new LinkedHashMap<>(16, 0.75f, true);

    private static final class Entry {
        long lastConnectMillis = NEVER;
        long goneMillis;
        long forgetsVersionAt = Long.MAX_VALUE;
        long versionNumber = -1;
        @Nullable ClientState state;
    }

    /// Counts a connect; false where the last one is less than the interval ago.
    ///
    /// @param perSecond 0 for no limit, and then nothing is remembered
    synchronized boolean connects(String clientId, long now, int perSecond) {
        if (perSecond == 0) {
            return true;
        }
        Entry entry = entry(clientId);
        if (now - entry.lastConnectMillis < 1000 / perSecond) {
            return false;
        }
        entry.lastConnectMillis = now;
        return true;
    }

    /// The `versionNumber` of the next connection. The session keeps it from now on, until {@link
    /// #gone}.
    synchronized long nextVersion(String clientId, long now, @Nullable Session resumed) {
        Entry entry = clients.get(clientId);
        long last = -1;
        if (entry != null) {
            last = now < entry.forgetsVersionAt ? entry.versionNumber : -1;
            entry.goneMillis = 0;
            entry.forgetsVersionAt = Long.MAX_VALUE;
            entry.versionNumber = -1;
            entry.state = null;
            if (entry.lastConnectMillis == NEVER) {
                clients.remove(clientId);
            }
        }
        return 1 + (resumed == null ? last : Math.max(last, resumed.versionNumber));
    }

    /// @param versionNumber of the client's last connection
    /// @param offlineMillis after which a persistent session ends, 0 for another one
    synchronized void gone(
            ClientState state,
            long versionNumber,
            long offlineSince,
            long offlineMillis,
            long now) {
        Entry entry = entry(state.clientId());
        entry.versionNumber = versionNumber;
        entry.goneMillis = now;
        // The number begins again when the client was offline for about an hour, or for as long as
        // its persistent session lasts (developer guide, "Lifecycle events").
        entry.forgetsVersionAt =
                offlineSince + (offlineMillis == 0 ? VERSION_MILLIS : offlineMillis);
        entry.state = state;
    }

    /// The state of a client without session that went less than 30 minutes ago.
    synchronized @Nullable ClientState state(String clientId, long now) {
        Entry entry = clients.get(clientId);
        return entry == null || now - entry.goneMillis > STATE_MILLIS ? null : entry.state;
    }

    synchronized void clear() {
        clients.clear();
    }

    private Entry entry(String clientId) {
        Entry entry = clients.computeIfAbsent(clientId, _ -> new Entry());
        if (clients.size() > MAXIMUM) {
            clients.remove(clients.keySet().iterator().next());
        }
        return entry;
    }
}
