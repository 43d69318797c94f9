package io.homeport.gateway;

import io.homeport.broker.BrokerEvent;
import io.homeport.broker.DisconnectReason;
import io.homeport.core.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The last denials, drops and refusals: who, what and why. Thread-safe, without locks, so that
/// event loops may write.
///
/// Entries are kept in rings chosen by the client's hash, so that a noisy client can only push out
/// what the few clients beside it did. A repetition of a ring's newest entry is counted there.
public final class Explanations implements BrokerEvent.Listener {
    private static final int RINGS = 256;
    private static final int ENTRIES_PER_RING = 64;

    private final Clock clock;
    private final AtomicReferenceArray<@Nullable Ring> rings = new AtomicReferenceArray<>(RINGS);

    public Explanations(Clock clock) {
        this.clock = clock;
    }

    /// What kind of thing was refused.
    public enum Kind {
        /// A policy, a limit or a state denied an action.
        DENIED,
        /// A message wasn't delivered.
        DROPPED,
        /// A CONNECT was refused.
        CONNECT_REFUSED,
        /// The server or the network ended a connection.
        DISCONNECTED,
        /// A connection was refused before its CONNECT, so its client id isn't known.
        CONNECTION_REFUSED
    }

    /// One explanation. Immutable.
    ///
    /// @param atMillis when it happened last
    /// @param account empty where it isn't known
    /// @param clientId empty where it isn't known
    /// @param action for example `iot:Publish`
    /// @param resource topic, filter or address
    /// @param count how often it happened in a row
    public record Explanation(
            long atMillis,
            String account,
            String clientId,
            Kind kind,
            String action,
            String resource,
            String reason,
            int count) {}

    @Override
    public void onEvent(BrokerEvent event) {
        String account = event.account().value();
        String client = event.clientId();
        switch (event) {
            case BrokerEvent.Denied denied ->
                    add(
                            account,
                            client,
                            Kind.DENIED,
                            denied.action(),
                            denied.resource(),
                            denied.reason());
            case BrokerEvent.Dropped dropped ->
                    add(
                            account,
                            client,
                            Kind.DROPPED,
                            "deliver QoS " + dropped.qos(),
                            dropped.topic(),
                            dropped.reason());
            case BrokerEvent.ConnectFailed failed ->
                    add(
                            account,
                            client,
                            Kind.CONNECT_REFUSED,
                            "iot:Connect",
                            "principal " + failed.principalId() + " from " + failed.sourceIp(),
                            failed.reason());
            case BrokerEvent.Disconnected gone -> {
                if (gone.reason() != DisconnectReason.CLIENT_INITIATED_DISCONNECT) {
                    add(
                            account,
                            client,
                            Kind.DISCONNECTED,
                            gone.reason().name(),
                            "principal " + gone.principalId(),
                            gone.detail());
                }
            }
            case BrokerEvent.Connected _ -> {}
            case BrokerEvent.Subscribed _ -> {}
            case BrokerEvent.Unsubscribed _ -> {}
        }
    }

    /// A connection that was refused before the broker saw it, or ended not by the broker.
    ///
    /// @param clientId empty where it isn't known
    void connectionRefused(Kind kind, String action, String clientId, String from, String reason) {
        add("", clientId, kind, action, from, reason);
    }

    /// The newest first.
    ///
    /// @param clientId of whom; null for all
    public List<Explanation> last(@Nullable String clientId, int limit) {
        List<Explanation> found = new ArrayList<>();
        if (clientId == null) {
            for (int i = 0; i < RINGS; i++) {
                collect(rings.get(i), null, found);
            }
        } else {
            collect(rings.get(ringOf(clientId)), clientId, found);
        }
        found.sort(Comparator.comparingLong(Explanation::atMillis).reversed());
        return List.copyOf(found.subList(0, Math.min(limit, found.size())));
    }

    /// Forgets everything.
    public void clear() {
        for (int i = 0; i < RINGS; i++) {
            rings.set(i, null);
        }
    }

    private void add(
            String account,
            String clientId,
            Kind kind,
            String action,
            String resource,
            String reason) {
        int index = ringOf(clientId);
        Ring ring = rings.get(index);
        if (ring == null) {
            Ring fresh = new Ring();
            Ring other = rings.compareAndExchange(index, null, fresh);
            ring = other == null ? fresh : other;
        }
        ring.add(new Entry(account, clientId, kind, action, resource, reason), clock.millis());
    }

    private static int ringOf(String clientId) {
        int hash = clientId.hashCode() * 0x9E3779B9;
        return hash >>> 24;
    }

    private static void collect(
            @Nullable Ring ring, @Nullable String clientId, List<Explanation> found) {
        if (ring == null) {
            return;
        }
        for (int i = ring.entries.length() - 1; i >= 0; i--) {
            Counted counted = ring.entries.get(i);
            if (counted != null && (clientId == null || counted.entry.clientId.equals(clientId))) {
                found.add(counted.explanation());
            }
        }
    }

    private record Entry(
            String account,
            String clientId,
            Kind kind,
            String action,
            String resource,
            String reason) {}

    private static final class Counted {
        private final Entry entry;
        private final AtomicInteger count = new AtomicInteger(1);
        private volatile long atMillis;

        Counted(Entry entry, long atMillis) {
            this.entry = entry;
            this.atMillis = atMillis;
        }

        Explanation explanation() {
            return new Explanation(
                    atMillis,
                    entry.account,
                    entry.clientId,
                    entry.kind,
                    entry.action,
                    entry.resource,
                    entry.reason,
                    count.get());
        }
    }

    private static final class Ring {
        private final AtomicReferenceArray<@Nullable Counted> entries =
                new AtomicReferenceArray<>(ENTRIES_PER_RING);
        private final AtomicLong next = new AtomicLong();

        void add(Entry entry, long atMillis) {
            Counted newest = entries.get(Math.floorMod(next.get() - 1, ENTRIES_PER_RING));
            if (newest != null && newest.entry.equals(entry)) {
                newest.count.incrementAndGet();
                newest.atMillis = atMillis;
                return;
            }
            int at = Math.floorMod(next.getAndIncrement(), ENTRIES_PER_RING);
            entries.set(at, new Counted(entry, atMillis));
        }
    }
}
