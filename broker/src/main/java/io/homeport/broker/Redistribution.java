package io.homeport.broker;

import io.homeport.broker.Receiver.SessionSubscription;
import io.homeport.core.Message;
import io.homeport.mqtt.Qos;
import io.homeport.storage.StorageException;
import io.homeport.storage.WriteBatch;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Gives messages of shared subscriptions to another member where the one that was chosen is away
/// or gone (MQTT 5, 4.8.2). A QoS 2 message that was sent stays with its client. Thread-safe; never
/// called with a session's monitor held.
final class Redistribution {
    private static final int PAGE = 16;
    private static final long PAUSE_MILLIS = 1000;

    private enum Outcome {
        NEXT,
        /// Members get no more for now.
        PAUSE,
        /// The session has a connection again.
        STOP
    }

    private final Core core;
    private final Realm realm;
    private final int perMember;

    /// Numbers of the sessions whose messages go on to be moved when the pause is over.
    private final Set<Long> paused = ConcurrentHashMap.newKeySet();

    Redistribution(Core core, Realm realm) {
        this.core = core;
        this.realm = realm;
        this.perMember = core.limits.rates().sharedPerMember();
    }

    /// Whether a session may hold messages of shared subscriptions.
    static boolean concerns(Session session) {
        if (session.queued() == 0) {
            return false;
        }
        for (SessionSubscription subscription : session.subscriptions.values()) {
            if (subscription.group() != null) {
                return true;
            }
        }
        return false;
    }

    /// Messages that were in memory only lost their session.
    void lost(Session session, List<QueuedMessage> unsaved) {
        for (QueuedMessage queued : unsaved) {
            Message message = queued.message;
            boolean sentTwice =
                    queued.qos == Qos.EXACTLY_ONCE
                            && queued.ordinal <= session.outbound().sentOrdinal();
            if (queued.group != null && message != null && !sentTwice) {
                reroute(session, queued, message, new WriteBatch());
            }
        }
    }

    /// A stored session lost its connection, or ended with its queue kept for this.
    void away(Session session) {
        boolean concerned;
        synchronized (session) {
            concerned = session.isEnded() || concerns(session);
        }
        if (concerned) {
            core.background.execute(() -> move(session));
        }
    }

    /// A member is here: it can take what waits for members that are away.
    void arrived(Session session, Iterable<SessionSubscription> subscriptions) {
        for (SessionSubscription subscription : subscriptions) {
            SharedGroup group = subscription.group();
            if (group == null) {
                continue;
            }
            for (SessionSubscription member : group.members()) {
                Session other = member.session();
                if (other != session && other.stored && !other.isOnline()) {
                    away(other);
                }
            }
        }
    }

    private void move(Session session) {
        long from;
        long to;
        long sent;
        synchronized (session) {
            from = session.outbound().oldest();
            to = session.outbound().admitted();
            sent = session.outbound().sentOrdinal();
        }
        try {
            while (from <= to) {
                List<QueuedMessage> page =
                        core.rows.loadQueue(realm.account, session.number, from, to, PAGE);
                for (QueuedMessage queued : page) {
                    boolean sentTwice = queued.qos == Qos.EXACTLY_ONCE && queued.ordinal <= sent;
                    Outcome outcome =
                            queued.group == null || sentTwice
                                    ? Outcome.NEXT
                                    : move(session, queued);
                    if (outcome == Outcome.PAUSE) {
                        pause(session);
                    }
                    if (outcome != Outcome.NEXT) {
                        return;
                    }
                }
                if (page.size() < PAGE) {
                    break;
                }
                from = page.getLast().ordinal + 1;
            }
        } catch (StorageException e) {
            // The rows stay where they are: the client gets them when it is back, and what has no
            // session any more is found again at the next start.
            return;
        }
        if (session.isEnded()) {
            WriteBatch batch = new WriteBatch();
            SessionStore.deleteQueue(batch, session.number);
            core.commitEventually(batch);
        }
    }

    private void pause(Session session) {
        if (paused.add(session.number)) {
            core.after(
                    PAUSE_MILLIS,
                    () -> {
                        paused.remove(session.number);
                        if (!session.isOnline()) {
                            move(session);
                        }
                    });
        }
    }

    private Outcome move(Session session, QueuedMessage queued) {
        Message message = queued.message;
        SharedGroup group = queued.group == null ? null : realm.index.group(queued.group);
        if (message == null || group == null) {
            return Outcome.NEXT;
        }
        boolean other = hasOther(group, session);
        if (!session.isEnded() && !other) {
            return Outcome.NEXT;
        }
        synchronized (session) {
            if (session.isOnline()) {
                return Outcome.STOP;
            }
            if (session.outbound().isClaimed(queued)) {
                return Outcome.NEXT;
            }
            if (other && perMember > 0 && !group.releases(perMember, core.clock.steadyMillis())) {
                return Outcome.PAUSE;
            }
            session.outbound().claim(queued, !session.isEnded());
        }
        WriteBatch batch = new WriteBatch();
        batch.delete(SessionStore.queueKey(session.number, queued.ordinal));
        reroute(session, queued, message, batch);
        return Outcome.NEXT;
    }

    private static boolean hasOther(SharedGroup group, Session session) {
        for (SessionSubscription member : group.members()) {
            if (member.session() != session && member.session().isOnline()) {
                return true;
            }
        }
        return false;
    }

    private void reroute(Session session, QueuedMessage queued, Message message, WriteBatch batch) {
        SharedGroup group = queued.group == null ? null : realm.index.group(queued.group);
        try {
            if (group != null) {
                core.router.reroute(message, group, session, batch);
                return;
            }
            core.dropped(session, message, queued.qos.value(), "shared subscription has ended");
        } catch (StorageException e) {
            core.dropped(
                    session, message, queued.qos.value(), "the store refused: " + e.getMessage());
        }
        if (!batch.isEmpty()) {
            core.commitEventually(batch);
        }
    }
}
