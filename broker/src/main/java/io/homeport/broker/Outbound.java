package io.homeport.broker;

import io.homeport.core.Invariant;
import io.homeport.core.Message;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.homeport.storage.StorageException;
import io.homeport.storage.WriteBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What a session still has to send to its client. Guarded by the session's monitor; sends happen
/// on the connection's event loop.
///
/// A QoS 1 or 2 message takes the next position (ordinal) of the queue, its row is committed by the
/// publisher, and once that is durable it is admitted, in the order of the positions. A stored
/// session without connection holds nothing but counters: its rows are read page by page when it is
/// back. With a connection a bounded window of admitted messages is in memory; what doesn't fit is
/// read from the rows later.
///
/// `pending` (reserved) -> `live` or `backlog` (in memory, or rows that it reads later) ->
/// `inflight` -> gone.
final class Outbound {
    private static final int PAGE_ROWS = 64;
    private static final long PAGE_BYTES = 4L << 20;

    /// Messages that are sent in one turn of the connection's loop: more would hold up others.
    private static final int PER_TURN = 256;

    private final Session session;
    private final Core core;
    private final Deque<QueuedMessage> pending = new ArrayDeque<>(0);

    /// What is sent as fast as the connection takes it.
    private final Window live = new Window();

    /// Where stored messages are released slowly: what was in the queue when the client came back.
    private final Window backlog = new Window();

    private final Inflight inflight = new Inflight();
    private final Unacknowledged unacknowledged;
    final Mailbox mailbox;
    private final Deque<QueuedMessage> retainedFeed = new ArrayDeque<>(0);
    private final Set<Long> claimed = new HashSet<>();
    private long handed;
    private long turnEnd;
    private long lastOrdinal;
    private long admitted;
    private long backlogEnd;
    private long oldest = 1;
    private long sentOrdinal;
    private long count;
    private long bytes;
    private int largest;
    private boolean online;
    private int generation;
    private @Nullable WriteBatch deletions;

    Outbound(Session session, Core core) {
        this.session = session;
        this.core = core;
        this.mailbox = new Mailbox(core.limits.flow(), core.memory);
        this.unacknowledged = new Unacknowledged(core.limits);
    }

    /// Counts a row that was found at start.
    void restore(QueuedMessage queued) {
        if (count == 0) {
            oldest = queued.ordinal;
        }
        lastOrdinal = Math.max(lastOrdinal, queued.ordinal);
        admitted = lastOrdinal;
        add(queued);
    }

    /// @param knownSent what the row says was sent
    /// @param certain false where the server crashed while the client was connected
    void restoreSent(long knownSent, boolean certain) {
        // Positions go on behind everything that was ever sent: a new message is no redelivery.
        lastOrdinal = Math.max(lastOrdinal, knownSent);
        admitted = lastOrdinal;
        if (count == 0) {
            oldest = lastOrdinal + 1;
        }
        // After a crash any row may have been sent; DUP says no more than that.
        sentOrdinal = certain ? knownSent : lastOrdinal;
    }

    /// Takes a place for a message; null where the queue is full.
    @Nullable QueuedMessage reserve(
            Message message, Qos qos, boolean retain, int[] identifiers, @Nullable String group) {
        BrokerLimits.Sessions limits = core.limits.sessions();
        int maximum = session.stored ? limits.queueMessages() : limits.transientQueueMessages();
        long maximumBytes = session.stored ? limits.queueBytes() : limits.transientQueueBytes();
        int cost = SessionStore.cost(message);
        if (count >= maximum || (count > 0 && bytes + cost > maximumBytes)) {
            return null;
        }
        if (!session.stored && core.memory.refuses(bytes + cost)) {
            return null;
        }
        QueuedMessage queued =
                new QueuedMessage(++lastOrdinal, message, qos, retain, identifiers, group);
        add(queued);
        if (session.stored) {
            pending.add(queued);
        } else {
            queued.state = QueuedMessage.State.READY;
            live.add(queued);
        }
        return queued;
    }

    /// The row of a reserved message is durable, or couldn't be written. True where something can
    /// be sent now.
    boolean resolve(QueuedMessage queued, boolean durable) {
        queued.state = durable ? QueuedMessage.State.READY : QueuedMessage.State.FAILED;
        boolean any = false;
        for (QueuedMessage head = pending.peek();
                head != null && head.state != QueuedMessage.State.RESERVED;
                head = pending.peek()) {
            pending.remove();
            if (head.state == QueuedMessage.State.FAILED) {
                subtract(head);
            } else {
                admit(head);
                any = online;
            }
        }
        return any;
    }

    private void admit(QueuedMessage queued) {
        admitted = queued.ordinal;
        if (!online || live.loadFrom != 0) {
            return;
        }
        if (live.takes(queued, core.limits.flow())) {
            live.add(queued);
        } else {
            live.loadFrom = queued.ordinal;
        }
    }

    /// A connection begins: everything unacknowledged is sent again, in the order of the queue.
    void attach() {
        online = true;
        generation++;
        claimed.removeIf(ordinal -> ordinal < oldest);
        Window window = core.limits.rates().storedPerConnection() == 0 ? live : backlog;
        window.loadFrom = session.stored && oldest <= admitted ? oldest : 0;
        backlogEnd = admitted;
    }

    /// The connection is gone. What is stored leaves memory; returns what was only in memory.
    List<QueuedMessage> detach() {
        if (!online) {
            return List.of();
        }
        online = false;
        generation++;
        flushDeletions();
        oldest = admitted + 1;
        for (Window window : List.of(live, backlog)) {
            oldest = window.loadFrom == 0 ? oldest : Math.min(oldest, window.loadFrom);
        }
        List<QueuedMessage> held = new ArrayList<>(inflight.values());
        live.drainTo(held);
        backlog.drainTo(held);
        held.sort((a, b) -> Long.compare(a.ordinal, b.ordinal));
        List<QueuedMessage> unsaved = new ArrayList<>();
        for (QueuedMessage queued : held) {
            if (queued.confirmation != null || !session.stored) {
                subtract(queued);
                unsaved.add(queued);
                if (queued.confirmation != null) {
                    queued.confirmation.complete(Broker.DirectOutcome.NOT_CONNECTED);
                }
            } else {
                oldest = Math.min(oldest, queued.ordinal);
            }
        }
        inflight.clear();
        unacknowledged.clear();
        mailbox.clear();
        retainedFeed.clear();
        return unsaved;
    }

    /// Takes retained messages at QoS 0; they are sent as fast as the connection takes them.
    void feed(Collection<QueuedMessage> retained) {
        retainedFeed.addAll(retained);
    }

    /// How many of those wait.
    int retainedWaiting() {
        return retainedFeed.size();
    }

    /// Takes a message for the client alone, which is kept nowhere.
    void direct(Message message, CompletableFuture<Broker.DirectOutcome> confirmation) {
        QueuedMessage queued =
                new QueuedMessage(
                        ++lastOrdinal, message, Qos.AT_LEAST_ONCE, false, new int[0], null);
        queued.state = QueuedMessage.State.READY;
        queued.confirmation = confirmation;
        add(queued);
        live.add(queued);
    }

    /// Sends what can be sent, on the connection's loop.
    void pump(Connection connection) {
        Pace pace = connection.pace();
        turnEnd = handed + PER_TURN;
        if (pace == null) {
            mailbox(connection, null);
            feed(connection);
            pump(connection, live, null);
        } else {
            connection.wakeAfter(pump(connection, pace));
        }
        if (handed >= turnEnd) {
            connection.pumpNextTurn();
        }
        flushDeletions();
    }

    /// @return milliseconds until something can be due, 0 for nothing
    private long pump(Connection connection, Pace pace) {
        long wait = mailbox(connection, pace);
        feed(connection);
        wait = Pace.sooner(wait, followUp(connection, pace));
        wait = Pace.sooner(wait, pump(connection, backlog, pace));
        wait = Pace.sooner(wait, pump(connection, live, pace));
        return Pace.sooner(wait, unacknowledged.waitMillis(inflight, core.clock.steadyMillis()));
    }

    private long mailbox(Connection connection, @Nullable Pace pace) {
        for (QueuedMessage next = mailbox.peek(); next != null; next = mailbox.peek()) {
            if (!hasTurn(connection)) {
                return 0;
            }
            long wait = pace == null ? 0 : pace.busyMillis(core.clock.steadyMillis());
            if (wait > 0) {
                return wait;
            }
            mailbox.remove();
            handed++;
            connection.deliveries().deliverAtMostOnce(next);
        }
        return 0;
    }

    private boolean hasTurn(Connection connection) {
        return handed < turnEnd && connection.writable();
    }

    private long pump(Connection connection, Window window, @Nullable Pace pace) {
        while (hasTurn(connection)) {
            QueuedMessage next = window.peek();
            if (next == null) {
                load(connection, window);
                break;
            }
            boolean full = inflight.size() >= connection.sendQuota();
            if ((full && next.message != null) || inflight.contains(next.packetId())) {
                break;
            }
            if (pace != null && next.message != null) {
                long wait = pace.send(next, window == backlog, core.clock.steadyMillis());
                if (wait > 0) {
                    return wait;
                }
            }
            window.remove();
            send(connection, next);
        }
        return 0;
    }

    /// Repeats what a client leaves unacknowledged, and gives up what it has left so for long.
    private long followUp(Connection connection, Pace pace) {
        long now = core.clock.steadyMillis();
        for (QueuedMessage late : unacknowledged.overdue(inflight, now)) {
            inflight.remove(late.packetId());
            forget(late);
            core.dropped(session, late, "not acknowledged for too long");
        }
        for (QueuedMessage due : unacknowledged.due(inflight, now)) {
            if (!connection.writable()) {
                break;
            }
            long wait = pace.repeat(due, now);
            if (wait > 0) {
                return wait;
            }
            if (connection.deliveries().deliver(due, true)) {
                unacknowledged.repeated(due, now);
            } else {
                inflight.remove(due.packetId());
                forget(due);
            }
        }
        return 0;
    }

    private void feed(Connection connection) {
        while (!retainedFeed.isEmpty() && hasTurn(connection)) {
            handed++;
            connection.deliveries().deliverRetained(retainedFeed.remove());
        }
    }

    private void send(Connection connection, QueuedMessage next) {
        handed++;
        Message message = next.message;
        if (message == null) {
            next.flight = QueuedMessage.Flight.PUBREL_SENT;
            inflight.put(next);
            connection.deliveries().sendPubRel(next.packetId());
            return;
        }
        if (!connection.deliveries().deliver(next, next.ordinal <= sentOrdinal)) {
            forget(next);
            return;
        }
        if (next.confirmation == null) {
            // A direct message overtakes what waits before it, which has not been sent by that.
            sentOrdinal = Math.max(sentOrdinal, next.ordinal);
        }
        inflight.put(next);
        unacknowledged.sent(next, message, connection.version(), core.clock);
        if ((session.stored || next.group == null) && !next.isHeld()) {
            // A connection never sends a message twice: its payload needn't stay in memory.
            next.message = null;
        }
    }

    private void load(Connection connection, Window window) {
        if (window.loadFrom == 0 || window.loading) {
            return;
        }
        window.loading = true;
        int expected = generation;
        long from = window.loadFrom;
        long to = end(window);
        int limit = Math.clamp(PAGE_BYTES / Math.max(1, largest), 1, PAGE_ROWS);
        core.background.execute(() -> {
            try {
                loaded(window, expected, to, limit, read(from, to, limit));
                connection.wake();
            } catch (StorageException e) {
                connection.disconnect(
                        ReasonCode.UNSPECIFIED_ERROR,
                        "the session's queue can't be read",
                        DisconnectReason.SERVER_ERROR);
            }
        });
    }

    private long end(Window window) {
        return window == backlog ? backlogEnd : admitted;
    }

    private List<QueuedMessage> read(long from, long to, int limit) {
        return core.rows.loadQueue(session.realm.account, session.number, from, to, limit);
    }

    private void loaded(Window window, int expected, long to, int limit, List<QueuedMessage> page) {
        synchronized (session) {
            if (expected != generation) {
                return;
            }
            window.loading = false;
            for (QueuedMessage queued : page) {
                queued.state = QueuedMessage.State.READY;
                if (!claimed.contains(queued.ordinal)) {
                    window.add(queued);
                }
            }
            long next = page.size() < limit ? to + 1 : page.getLast().ordinal + 1;
            window.loadFrom = next <= end(window) ? next : 0;
        }
    }

    /// PUBACK; false where nothing waits for it.
    boolean pubAck(int packetId, ReasonCode reason) {
        QueuedMessage queued = inflight.get(packetId);
        if (queued == null || queued.qos != Qos.AT_LEAST_ONCE) {
            return false;
        }
        inflight.remove(packetId);
        forget(queued);
        if (queued.confirmation != null) {
            queued.confirmation.complete(
                    reason.isError()
                            ? Broker.DirectOutcome.NOT_AUTHORIZED
                            : Broker.DirectOutcome.CONFIRMED);
        }
        return true;
    }

    /// PUBREC. The future completes when PUBREL can be sent; null where nothing waits for it.
    ///
    /// @throws StorageException where that can't be stored
    @Nullable CompletableFuture<Void> pubRec(int packetId, ReasonCode reason) {
        QueuedMessage queued = inflight.get(packetId);
        if (queued == null || queued.qos != Qos.EXACTLY_ONCE) {
            return null;
        }
        CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
        if (reason.isError()) {
            inflight.remove(packetId);
            forget(queued);
            return done;
        }
        if (queued.flight == QueuedMessage.Flight.PUBLISH_SENT) {
            if (session.stored) {
                WriteBatch batch = new WriteBatch();
                batch.put(
                        SessionStore.queueKey(session.number, queued.ordinal),
                        SessionStore.encodePubRel());
                done = core.rows.store().commit(batch);
            }
            queued.flight = QueuedMessage.Flight.PUBREC_RECEIVED;
            bytes -= queued.bytes;
            queued.bytes = 0;
            queued.message = null;
        }
        return done;
    }

    /// Whether PUBREL of this packet id is to be sent, now that its state is durable.
    boolean pubRelDue(int packetId) {
        QueuedMessage queued = inflight.get(packetId);
        if (queued == null || queued.flight == QueuedMessage.Flight.PUBLISH_SENT) {
            return false;
        }
        queued.flight = QueuedMessage.Flight.PUBREL_SENT;
        return true;
    }

    /// PUBCOMP; false where nothing waits for it.
    boolean pubComp(int packetId) {
        QueuedMessage queued = inflight.get(packetId);
        if (queued == null || queued.flight == QueuedMessage.Flight.PUBLISH_SENT) {
            return false;
        }
        inflight.remove(packetId);
        forget(queued);
        return true;
    }

    private void add(QueuedMessage queued) {
        count++;
        bytes += queued.bytes;
        inMemory(queued.bytes);
        largest = Math.max(count == 1 ? 0 : largest, queued.bytes);
        core.counters.queuedMessages.increment();
    }

    private void subtract(QueuedMessage queued) {
        count--;
        bytes -= queued.bytes;
        inMemory(-queued.bytes);
        core.counters.queuedMessages.decrement();
    }

    /// The queue of a stored session is rows; what it has in memory is bounded for itself.
    private void inMemory(long more) {
        if (!session.stored) {
            core.memory.add(more);
        }
    }

    private void forget(QueuedMessage queued) {
        subtract(queued);
        unacknowledged.gone(queued);
        if (session.stored && queued.confirmation == null) {
            if (deletions == null) {
                deletions = new WriteBatch();
            }
            deletions.delete(SessionStore.queueKey(session.number, queued.ordinal));
        }
    }

    /// Takes a row away from a session without connection, in order to move it to another session;
    /// the caller has seen that nobody else has. The client won't get it even if it is back before
    /// the row is deleted.
    void claim(QueuedMessage queued, boolean counted) {
        claimed.add(queued.ordinal);
        if (counted) {
            subtract(queued);
        }
    }

    boolean isClaimed(QueuedMessage queued) {
        return claimed.contains(queued.ordinal);
    }

    /// Nothing of it will be sent any more.
    void clear() {
        core.counters.queuedMessages.add(-count);
        inMemory(-bytes);
        count = 0;
        bytes = 0;
        pending.clear();
    }

    /// Deleting a row that was acknowledged needn't be durable before anything: at worst the
    /// message is sent again, with its packet id, after a crash.
    private void flushDeletions() {
        WriteBatch batch = deletions;
        if (batch != null) {
            deletions = null;
            core.commitEventually(batch);
        }
    }

    /// Throws where the counters aren't what is in memory, as far as that is known.
    void checkCounters() {
        Invariant.check(count >= 0 && bytes >= 0, "negative queue counters");
        Invariant.check(count != 0 || bytes == 0, "bytes in an empty queue");
        int held = pending.size() + live.size() + backlog.size() + inflight.size();
        boolean all = !session.stored || (online && live.loadFrom == 0 && backlog.loadFrom == 0);
        Invariant.check(
                all ? held == count : held <= count,
                session.clientId + " holds " + held + " messages and counts " + count);
    }

    long count() {
        return count;
    }

    long oldest() {
        return oldest;
    }

    long admitted() {
        return admitted;
    }

    long sentOrdinal() {
        return sentOrdinal;
    }

    /// Messages handed to the connection so far.
    long handed() {
        return handed;
    }

    /// Whether half of what the queue takes waits in it.
    boolean isQueueHalfFull() {
        return queueWaits(2);
    }

    /// Whether a 32nd of what the mailbox takes waits in it: it fills by whole reads of sockets.
    boolean isMailboxFilling() {
        return mailbox.exceeds(32);
    }

    /// Whether half as much as that waits, at most, in both.
    boolean isRoomy() {
        return !queueWaits(4) && !mailbox.exceeds(64);
    }

    private boolean queueWaits(int part) {
        BrokerLimits.Sessions limits = core.limits.sessions();
        int maximum = session.stored ? limits.queueMessages() : limits.transientQueueMessages();
        long maximumBytes = session.stored ? limits.queueBytes() : limits.transientQueueBytes();
        return count > maximum / part || bytes > maximumBytes / part;
    }

    /// Whether there is something to do on the connection's loop after an acknowledgement.
    boolean isPumpDue() {
        boolean none = live.isEmpty() && backlog.isEmpty() && mailbox.isEmpty();
        return !none || !retainedFeed.isEmpty() || deletions != null;
    }

    /// Whether a message given now would soon be sent.
    boolean keepsUp() {
        return live.isEmpty();
    }
}
