package io.homeport.broker;

import io.homeport.broker.Receiver.SessionSubscription;
import io.homeport.core.Message;
import io.homeport.core.Timers;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.storage.WriteBatch;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A client's session. Its monitor guards everything that changes; nobody waits or routes a message
/// while holding it, and nobody holds two. See docs/decisions/0005-session-ownership.md.
final class Session {
    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    final Realm realm;
    final String clientId;

    /// Stands in the keys of its rows, never used again.
    final long number;

    /// Whether it outlives its connections and so has rows.
    final boolean stored;

    /// By filter, in the order they came. Changed by {@link #subscribed} and {@link #unsubscribed}.
    Map<String, SessionSubscription> subscriptions = Map.of();

    /// Packet ids of QoS 2 messages received and not released, with what makes their PUBREC due.
    /// Added to by {@link #receives}.
    Map<Integer, CompletableFuture<Void>> received = Map.of();

    MqttVersion version;
    long expirySeconds;
    boolean cleanStart;
    int keepAliveSeconds;
    long connectedSinceMillis;
    long disconnectedSinceMillis;

    /// The same by the clock that never steps, which the session's end is reckoned by.
    long offlineSinceSteady;

    @Nullable DisconnectReason disconnectReason;
    long versionNumber;
    @Nullable PendingWill will;

    /// Whether a session that ends with its connection has a row because of its will.
    boolean willStored;

    private final Core core;
    private volatile @Nullable Connection connection;
    private volatile boolean ended;
    private volatile boolean keepsUp = true;
    private volatile @Nullable Crowding crowding;
    private @Nullable Outbound outbound;
    private @Nullable RateLimit offlineRate;
    private Timers.@Nullable Timer expiryTimer;
    private Timers.@Nullable Timer willTimer;
    private int generation;

    Session(Core core, Realm realm, String clientId, long number, boolean stored, MqttVersion v) {
        this.core = core;
        this.realm = realm;
        this.clientId = clientId;
        this.number = number;
        this.stored = stored;
        this.version = v;
    }

    /// A will that waits for the end of its connection, and of its delay.
    ///
    /// @param dueMillis by the clock that never steps; 0 while connected
    /// @param authorization of the connection; null after a restart, where the answer at connect
    ///   holds
    record PendingWill(
            Message message,
            long delaySeconds,
            long dueMillis,
            @Nullable Authorization authorization) {
        /// The will that comes with a CONNECT; null where there is none.
        static @Nullable PendingWill of(Core core, Connection from, long delaySeconds) {
            MqttPacket.Will will = from.connectPacket().will();
            if (will == null) {
                return null;
            }
            ConnectionInfo info = from.info();
            Message message =
                    new Message(
                            info.account(),
                            will.topic(),
                            will.payload(),
                            will.qos().value(),
                            will.retain(),
                            PublishRules.onward(
                                    will.properties(), info.propagatedProperties(), core.limits),
                            from,
                            core.clock.millis());
            return new PendingWill(message, delaySeconds, 0, from.authorization());
        }

        PendingWill due(long atMillis) {
            return new PendingWill(message, delaySeconds, atMillis, authorization);
        }
    }

    boolean isOnline() {
        return connection != null;
    }

    boolean isEnded() {
        return ended;
    }

    @Nullable Connection connection() {
        return connection;
    }

    boolean keepsUp() {
        return keepsUp;
    }

    /// What there is to send. Made for the first message: most sessions of a fleet have none.
    Outbound outbound() {
        Outbound made = outbound;
        if (made == null) {
            made = new Outbound(this, core);
            if (connection != null) {
                made.attach();
            }
            outbound = made;
        }
        return made;
    }

    /// Whether there ever was something to send.
    boolean hasOutbound() {
        return outbound != null;
    }

    /// How many messages of QoS 1 and 2 it has.
    long queued() {
        return outbound == null ? 0 : outbound.count();
    }

    /// Adds or replaces a subscription; true where there was none with its filter.
    boolean subscribed(SessionSubscription subscription) {
        if (subscriptions.isEmpty()) {
            subscriptions = new LinkedHashMap<>(4);
        }
        return subscriptions.put(subscription.topicFilter(), subscription) == null;
    }

    /// Removes a subscription; null where there is none with this filter.
    @Nullable SessionSubscription unsubscribed(String topicFilter) {
        return subscriptions.isEmpty() ? null : subscriptions.remove(topicFilter);
    }

    /// Takes a packet id in.
    void receives(int packetId, CompletableFuture<Void> due) {
        if (received.isEmpty()) {
            received = new HashMap<>(4);
        }
        received.put(packetId, due);
    }

    /// Lets a packet id go; false where it wasn't there.
    boolean releases(int packetId) {
        return !received.isEmpty() && received.remove(packetId) != null;
    }

    /// The row as of now.
    SessionRow row(boolean connected) {
        PendingWill pending = will;
        return new SessionRow(
                realm.account,
                clientId,
                version,
                expirySeconds,
                connected,
                disconnectedSinceMillis,
                outbound == null ? 0 : outbound.sentOrdinal(),
                versionNumber,
                pending == null ? null : pending.message(),
                pending == null ? 0 : pending.delaySeconds(),
                pending == null || pending.dueMillis() == 0
                        ? 0
                        : core.clock.wallMillis(pending.dueMillis()));
    }

    /// Whether there is a row: also a session that ends with its connection has one while it has a
    /// will, so that a crash of the server doesn't swallow it.
    boolean hasRow() {
        return stored || willStored;
    }

    /// A connection takes the session. Returns the one that had it.
    synchronized @Nullable Connection attach(Connection next) {
        Connection old = connection;
        cancelTimers();
        if (old != null && outbound != null) {
            outbound.detach();
        }
        connection = next;
        if (outbound != null) {
            outbound.attach();
        }
        return old;
    }

    /// The connection of the session is gone. Returns messages that were held in memory alone.
    synchronized List<QueuedMessage> detach(DisconnectReason reason) {
        if (connection != null) {
            connection = null;
            disconnectReason = reason;
            disconnectedSinceMillis = core.clock.millis();
            offlineSinceSteady = core.clock.steadyMillis();
        }
        CompletableFuture<Void> waiting = crowding == null ? null : crowding.end();
        if (waiting != null) {
            // Only hands tasks to the publishers' loops.
            waiting.complete(null);
        }
        return outbound == null ? List.of() : outbound.detach();
    }

    synchronized void markEnded() {
        ended = true;
        connection = null;
        cancelTimers();
        if (outbound != null) {
            outbound.clear();
        }
    }

    private void cancelTimers() {
        generation++;
        if (expiryTimer != null) {
            expiryTimer.cancel();
            expiryTimer = null;
        }
        if (willTimer != null) {
            willTimer.cancel();
            willTimer = null;
        }
    }

    /// Sets the timers that a session without connection has, from the times in its state.
    synchronized void startTimers() {
        cancelTimers();
        int expected = generation;
        long now = core.clock.steadyMillis();
        if (expirySeconds != BrokerLimits.NEVER) {
            long due = offlineSinceSteady + expirySeconds * 1000;
            expiryTimer = core.after(due - now, () -> realm.expire(this, expected));
        }
        PendingWill pending = will;
        if (pending != null) {
            willTimer = core.after(pending.dueMillis() - now, () -> realm.willDue(this, expected));
        }
    }

    boolean isGeneration(int expected) {
        return generation == expected;
    }

    /// Changes whenever a connection comes; what was decided for an older one is void.
    int generation() {
        return generation;
    }

    /// @param now steady milliseconds
    boolean hasExpired(long now) {
        return connection == null
                && expirySeconds != BrokerLimits.NEVER
                && offlineSinceSteady + expirySeconds * 1000 <= now;
    }

    /// Hands over a QoS 0 message.
    ///
    /// @param loop the connection whose event loop this is called on; null for another thread
    void offer(Message message, boolean retain, int[] identifiers, @Nullable Connection loop) {
        boolean dropped;
        Connection target;
        synchronized (this) {
            target = connection;
            if (target == null) {
                return;
            }
            Pace pace = target.pace();
            if (loop != null
                    && target.isReadyOn(loop)
                    && target.writable()
                    && (outbound == null || outbound.mailbox.isEmpty())
                    && (pace == null || pace.busyMillis(core.clock.steadyMillis()) == 0)) {
                target.deliveries().deliverAtMostOnce(message, retain, identifiers);
                return;
            }
            QueuedMessage queued =
                    new QueuedMessage(0, message, Qos.AT_MOST_ONCE, retain, identifiers, null);
            Outbound waiting = outbound();
            dropped = !waiting.mailbox.post(queued, pace, isStuck());
            if (waiting.isMailboxFilling()) {
                crowd(false);
            }
        }
        if (dropped) {
            core.dropped(this, message, 0, "slow consumer: too many QoS 0 messages wait");
        } else {
            target.wake();
        }
    }

    /// Whether a session without connection may queue one more message now; counts it.
    boolean admits() {
        int perSecond = core.limits.rates().publishesPerConnection();
        AccountLimiter account = realm.limiter;
        if (perSecond == 0 && account == null) {
            return true;
        }
        long now = core.clock.steadyMillis();
        synchronized (this) {
            RateLimit mine = offlineRate;
            if (mine == null) {
                mine = new RateLimit(perSecond, now);
                offlineRate = mine;
            }
            if (!mine.take(now)) {
                return false;
            }
        }
        return account == null || account.queues(now);
    }

    /// Takes a place in the queue for a QoS 1 or 2 message; null where the session doesn't keep it.
    @Nullable QueuedMessage reserve(
            Message message, Qos qos, boolean retain, int[] identifiers, @Nullable String group) {
        return reserve(message, qos, retain, identifiers, group, null);
    }

    /// Takes a place for a retained message; null where the session doesn't keep it, or where
    /// another one has come in its place. That one's publisher retains it before it asks for its
    /// place, which it gets behind this one where it isn't seen here: they come in their order.
    @Nullable QueuedMessage reserveRetained(Message message, Qos qos, int[] identifiers) {
        return reserve(message, qos, true, identifiers, null, realm.retained);
    }

    private @Nullable QueuedMessage reserve(
            Message message,
            Qos qos,
            boolean retain,
            int[] identifiers,
            @Nullable String group,
            @Nullable RetainedMessages whileIn) {
        QueuedMessage queued;
        synchronized (this) {
            if (ended
                    || (!stored && connection == null)
                    || (whileIn != null && !whileIn.isCurrent(message))) {
                return null;
            }
            Outbound waiting = outbound();
            queued = waiting.reserve(message, qos, retain, identifiers, group);
            keepsUp = waiting.keepsUp();
            if (connection != null && waiting.isQueueHalfFull()) {
                crowd(true);
            }
        }
        if (queued == null) {
            core.dropped(this, message, qos.value(), "queue full");
        } else if (!stored) {
            wake();
        }
        return queued;
    }

    /// The row of a reserved message is durable, or couldn't be written.
    void resolve(QueuedMessage queued, boolean durable) {
        boolean ready;
        synchronized (this) {
            if (ended) {
                if (durable) {
                    // The publisher's row came behind the deletion of the session's rows.
                    core.commitEventually(
                            new WriteBatch().delete(SessionStore.queueKey(number, queued.ordinal)));
                }
                return;
            }
            ready = outbound().resolve(queued, durable);
        }
        if (ready) {
            wake();
        }
    }

    private void wake() {
        Connection target = connection;
        if (target != null) {
            target.wake();
        }
    }

    /// Sends what can be sent; on the connection's loop.
    void pump(Connection from) {
        CompletableFuture<Void> roomy = null;
        synchronized (this) {
            Outbound waiting = outbound;
            if (connection == from && waiting != null) {
                long before = waiting.handed();
                waiting.pump(from);
                keepsUp = waiting.keepsUp();
                Crowding crowd = crowding;
                if (crowd != null && crowd.isCrowded()) {
                    crowd.progressed(waiting.handed() != before);
                    if (waiting.isRoomy() && from.writable()) {
                        roomy = crowd.end();
                    }
                }
            }
        }
        if (roomy != null) {
            roomy.complete(null);
        }
    }

    /// Whether publishers at QoS 1 and 2 are to be held back.
    boolean hasCrowdedQueue() {
        Crowding crowd = crowding;
        return crowd != null && crowd.hasCrowdedQueue();
    }

    /// Whether publishers at QoS 0 are to be held back.
    boolean isCrowded() {
        Crowding crowd = crowding;
        return crowd != null && crowd.isCrowded();
    }

    /// Completes when publishers may go on.
    CompletableFuture<Void> roomy() {
        synchronized (this) {
            return crowding == null ? DONE : crowding.roomy();
        }
    }

    /// Too much waits.
    private void crowd(boolean queue) {
        Crowding crowd = crowding;
        if (crowd == null) {
            crowd = new Crowding(core);
            crowding = crowd;
        }
        crowd.begin(queue);
    }

    private boolean isStuck() {
        return crowding != null && crowding.isStuck();
    }
}
