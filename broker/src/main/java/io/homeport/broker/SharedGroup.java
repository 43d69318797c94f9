package io.homeport.broker;

import io.homeport.broker.Receiver.SessionSubscription;
import io.homeport.mqtt.Qos;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The members of one shared subscription (MQTT 5, 4.8.2): share name and topic filter.
/// Thread-safe: members are changed by {@link SubscriptionIndex}, one change at a time, and read
/// without a lock.
final class SharedGroup {
    private static final SessionSubscription[] NONE = {};

    /// `$share/{ShareName}/{filter}`.
    final String key;

    private final AtomicInteger turn = new AtomicInteger();
    private volatile SessionSubscription[] members = NONE;
    private long releasedSince = Long.MIN_VALUE / 2;
    private long released;

    SharedGroup(String key) {
        this.key = key;
    }

    SessionSubscription[] members() {
        return members;
    }

    /// Puts a member in, or its changed options.
    void put(SessionSubscription member) {
        SessionSubscription[] old = members;
        for (int i = 0; i < old.length; i++) {
            if (old[i].session() == member.session()) {
                SessionSubscription[] changed = old.clone();
                changed[i] = member;
                members = changed;
                return;
            }
        }
        SessionSubscription[] more = Arrays.copyOf(old, old.length + 1);
        more[old.length] = member;
        members = more;
    }

    void remove(Session session) {
        members =
                Arrays.stream(members)
                        .filter(member -> member.session() != session)
                        .toArray(SessionSubscription[]::new);
    }

    /// Counts a queued message that goes to a member that is connected; false where members have
    /// got as many within this second as they may.
    ///
    /// @param perMember of each, per second
    synchronized boolean releases(int perMember, long now) {
        int online = 0;
        for (SessionSubscription member : members) {
            online += member.session().isOnline() ? 1 : 0;
        }
        if (now - releasedSince >= 1000) {
            releasedSince = now;
            released = 0;
        }
        if (released >= (long) perMember * online) {
            return false;
        }
        released++;
        return true;
    }

    /// The member whose turn it is: one that is connected and keeps up, else one that is connected,
    /// else (above QoS 0) one whose session keeps the message until it is back; null where there is
    /// none.
    @Nullable SessionSubscription choose(Qos qos, @Nullable Session except) {
        SessionSubscription[] all = members;
        if (all.length == 0) {
            return null;
        }
        int first = Math.floorMod(turn.getAndIncrement(), all.length);
        SessionSubscription best = null;
        int bestRank = 0;
        for (int i = 0; i < all.length; i++) {
            SessionSubscription member = all[(first + i) % all.length];
            int rank = member.session() == except ? 0 : rank(member, qos);
            if (rank == 3) {
                return member;
            }
            if (rank > bestRank) {
                best = member;
                bestRank = rank;
            }
        }
        return best;
    }

    private static int rank(SessionSubscription member, Qos qos) {
        Session session = member.session();
        if (session.isOnline()) {
            return session.keepsUp() ? 3 : 2;
        }
        boolean kept = session.stored && qos.min(member.options().maximumQos()) != Qos.AT_MOST_ONCE;
        // The subscriptions of one that has ended are taken out a few at a time.
        return kept && !session.isEnded() ? 1 : 0;
    }
}
