package io.homeport.broker;

import io.homeport.broker.Receiver.SessionSubscription;
import io.homeport.core.MessageBus;
import io.homeport.mqtt.Qos;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Who gets the messages of one topic. Immutable.
record Matches(List<Target> targets, List<SharedGroup> groups, List<MessageBus.Handler> handlers) {
    static final Matches NONE = new Matches(List.of(), List.of(), List.of());

    /// How many deliveries a message brings.
    int receivers() {
        return targets.size() + groups.size();
    }

    boolean isEmpty() {
        return targets.isEmpty() && groups.isEmpty() && handlers.isEmpty();
    }

    /// Null where more nodes of the trie would have to be visited.
    static @Nullable Matches of(TopicTrie<Receiver> trie, String topic, int nodes) {
        Map<Session, List<SessionSubscription>> sessions = new LinkedHashMap<>();
        List<SharedGroup> groups = new ArrayList<>();
        List<MessageBus.Handler> handlers = new ArrayList<>();
        Consumer<Receiver> consumer =
                receiver -> {
                    switch (receiver) {
                        case SessionSubscription subscription ->
                                sessions.computeIfAbsent(
                                                subscription.session(), _ -> new ArrayList<>(1))
                                        .add(subscription);
                        case Receiver.Shared(SharedGroup group) -> groups.add(group);
                        case Receiver.Bus(MessageBus.Handler handler) -> handlers.add(handler);
                    }
                };
        if (trie.match(topic, consumer, nodes) < 0) {
            return null;
        }
        if (sessions.isEmpty() && groups.isEmpty() && handlers.isEmpty()) {
            return NONE;
        }
        List<Target> targets = new ArrayList<>(sessions.size());
        sessions.forEach((session, all) -> targets.add(Target.of(session, all)));
        return new Matches(targets, groups, handlers);
    }

    /// A session with those of its subscriptions that match. Overlapping ones bring one copy, at
    /// the highest QoS and with every Subscription Identifier (MQTT 5, 3.3.4 allows that).
    record Target(
            Session session,
            List<SessionSubscription> subscriptions,
            Qos qos,
            boolean retainAsPublished,
            boolean noLocal,
            int[] identifiers) {

        static Target of(Session session, List<SessionSubscription> subscriptions) {
            Qos qos = Qos.AT_MOST_ONCE;
            boolean retainAsPublished = false;
            boolean noLocal = false;
            int[] identifiers = new int[subscriptions.size()];
            int count = 0;
            for (SessionSubscription subscription : subscriptions) {
                if (subscription.options().maximumQos().compareTo(qos) > 0) {
                    qos = subscription.options().maximumQos();
                }
                retainAsPublished |= subscription.options().retainAsPublished();
                noLocal |= subscription.options().noLocal();
                if (subscription.identifier() != 0) {
                    identifiers[count++] = subscription.identifier();
                }
            }
            int[] exact = java.util.Arrays.copyOf(identifiers, count);
            return new Target(session, subscriptions, qos, retainAsPublished, noLocal, exact);
        }

        /// Whether the session still has one of the subscriptions.
        boolean isSubscribed() {
            synchronized (session) {
                for (SessionSubscription subscription : subscriptions) {
                    if (session.subscriptions.containsKey(subscription.topicFilter())) {
                        return true;
                    }
                }
            }
            return false;
        }

        /// The target for a message of the session's own client: subscriptions with No Local don't
        /// get it [MQTT-3.8.3-3]; null where none is left.
        @Nullable Target forOwnMessage() {
            if (!noLocal) {
                return this;
            }
            List<SessionSubscription> left =
                    subscriptions.stream().filter(s -> !s.options().noLocal()).toList();
            return left.isEmpty() ? null : of(session, left);
        }
    }
}
