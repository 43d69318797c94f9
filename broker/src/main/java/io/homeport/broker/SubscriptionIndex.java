package io.homeport.broker;

import io.homeport.broker.Receiver.SessionSubscription;
import io.homeport.core.MessageBus;
import io.homeport.mqtt.Topics;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The subscriptions of one account, with the latest matches by topic. Thread-safe.
final class SubscriptionIndex {
    private static final int CACHED_TOPICS = 16_384;
    private static final int CACHED_TARGETS = 32 * 1024;

    /// Some tens of microseconds' worth.
    private static final int NODES_ON_LOOP = 2_000;

    private static final int CACHED_TOPIC_LENGTH = 512;
    private static final int CACHED_TARGETS_IN_ALL = 256 * 1024;
    private static final String LIFECYCLE = "$aws/events/";

    private final TopicTrie<Receiver> trie;
    private final ConcurrentHashMap<String, SharedGroup> groups = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Cached> cache = new ConcurrentHashMap<>();
    private final AtomicInteger cachedTargets = new AtomicInteger();
    private final FilterVersions versions = new FilterVersions();

    SubscriptionIndex(boolean hashMatchesParent) {
        this.trie = new TopicTrie<>(hashMatchesParent);
    }

    /// Changes with the subscriptions.
    long version() {
        return trie.version();
    }

    /// Who gets the messages of a topic.
    Matches match(String topic) {
        return Objects.requireNonNull(match(topic, Integer.MAX_VALUE));
    }

    /// The same where it takes little time; else null.
    @Nullable Matches matchSoon(String topic) {
        return match(topic, NODES_ON_LOOP);
    }

    private @Nullable Matches match(String topic, int nodes) {
        Cached cached = cache.get(topic);
        if (cached != null && versions.sum(cached.places) == cached.version) {
            return cached.matches;
        }
        int[] places = cached == null ? FilterVersions.placesOfTopic(topic) : cached.places;
        // Read before the match: what changes meanwhile makes the entry stale at once.
        long version = versions.sum(places);
        Matches matches = Matches.of(trie, topic, nodes);
        if (matches == null || topic.startsWith(LIFECYCLE)) {
            // Each client has topics of its own there, and each is used once in a while.
            return matches;
        }
        int targets = matches.targets().size();
        if (targets <= CACHED_TARGETS && topic.length() <= CACHED_TOPIC_LENGTH) {
            if (cache.size() >= CACHED_TOPICS || cachedTargets.get() > CACHED_TARGETS_IN_ALL) {
                cache.clear();
                cachedTargets.set(0);
            }
            // What is overwritten counts on: the cache is only cleared the sooner.
            cachedTargets.addAndGet(targets);
            cache.put(topic, new Cached(version, places, matches));
        }
        return matches;
    }

    /// Adds or changes a client's subscription that isn't shared.
    void put(SessionSubscription subscription) {
        trie.put(subscription.topicFilter(), subscription.session(), subscription);
        versions.changed(subscription.topicFilter());
    }

    /// Adds a client to a shared subscription, or changes it.
    SessionSubscription putShared(SessionSubscription subscription) {
        SessionSubscription[] made = new SessionSubscription[1];
        groups.compute(
                subscription.topicFilter(),
                (key, existing) -> {
                    SharedGroup group = existing == null ? new SharedGroup(key) : existing;
                    made[0] =
                            new SessionSubscription(
                                    subscription.session(),
                                    subscription.options(),
                                    subscription.identifier(),
                                    group);
                    group.put(made[0]);
                    if (existing == null) {
                        trie.put(inner(key), group, new Receiver.Shared(group));
                        versions.changed(inner(key));
                    }
                    return group;
                });
        return made[0];
    }

    void remove(SessionSubscription subscription) {
        if (subscription.group() == null) {
            trie.remove(subscription.topicFilter(), subscription.session());
            versions.changed(subscription.topicFilter());
            return;
        }
        groups.computeIfPresent(
                subscription.topicFilter(),
                (key, group) -> {
                    group.remove(subscription.session());
                    if (group.members().length > 0) {
                        return group;
                    }
                    trie.remove(inner(key), group);
                    versions.changed(inner(key));
                    return null;
                });
    }

    MessageBus.Subscription putHandler(String topicFilter, MessageBus.Handler handler) {
        Object owner = new Object();
        trie.put(topicFilter, owner, new Receiver.Bus(handler));
        versions.changed(topicFilter);
        return () -> {
            trie.remove(topicFilter, owner);
            versions.changed(topicFilter);
        };
    }

    @Nullable SharedGroup group(String key) {
        return groups.get(key);
    }

    int groups() {
        return groups.size();
    }

    /// Hands over every client's subscription.
    void forEach(Consumer<SessionSubscription> consumer) {
        trie.forEach(receiver -> {
            switch (receiver) {
                case SessionSubscription subscription -> consumer.accept(subscription);
                case Receiver.Shared(SharedGroup group) -> {
                    for (SessionSubscription member : group.members()) {
                        consumer.accept(member);
                    }
                }
                case Receiver.Bus _ -> {}
            }
        });
    }

    private static String inner(String sharedFilter) {
        Topics.SharedSubscription shared = Topics.SharedSubscription.parse(sharedFilter);
        return shared == null ? sharedFilter : shared.topicFilter();
    }

    private record Cached(long version, int[] places, Matches matches) {}
}
