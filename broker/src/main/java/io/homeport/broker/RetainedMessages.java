package io.homeport.broker;

import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.mqtt.Topics;
import io.homeport.storage.Store;
import io.homeport.storage.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The retained messages of one account: in memory to be matched, each with a row in the store.
/// Thread-safe: reads take no lock; a write holds one while its batch is handed to the store, so
/// that memory and store agree on which of two messages came last.
///
/// After a start those of before come bit by bit, see {@link RetainedLoading}. Until all are here,
/// topics that change are written down, so that no old row takes the place of a newer message.
final class RetainedMessages {
    /// So many topics are walked through in vain before one is searched for: that costs about as
    /// much.
    private static final int WALKED = 8;

    private static final int EARLY = 16;
    private static final int EARLY_AT_LEAST = 1024;

    private final ConcurrentSkipListMap<String, Message> byTopic = new ConcurrentSkipListMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong count = new AtomicLong();
    private final AccountId account;
    private final BrokerLimits.Retaining limits;
    private final RetainedLoading loading;
    private final long maximumBytes;

    /// Topics that changed while those of before the start were being read.
    private final Set<String> changed = ConcurrentHashMap.newKeySet();

    private final AtomicLong changedBytes = new AtomicLong();
    private boolean cleared;

    RetainedMessages(AccountId account, BrokerLimits.Retaining limits, RetainedLoading loading) {
        this.account = account;
        this.limits = limits;
        this.loading = loading;
        this.maximumBytes = Math.min(limits.maximumBytes(), Runtime.getRuntime().maxMemory() / 4);
    }

    /// The message as it is retained: for long, and so without the connection that it came from.
    static Message keep(Message message) {
        return message.publisher() == null
                ? message
                : new Message(
                        message.account(),
                        message.topic(),
                        message.payload(),
                        message.qos(),
                        message.retain(),
                        message.properties(),
                        null,
                        message.publishedAtMillis());
    }

    /// Whether there is room for the message.
    boolean admits(Message message) {
        if (!loading.isOver() && !admitsEarly(message)) {
            return false;
        }
        if (message.payload().length == 0) {
            return true;
        }
        Message replaced = byTopic.get(message.topic());
        if (replaced == null && count.get() >= limits.maximumMessages()) {
            return false;
        }
        long more = (long) SessionStore.cost(message) - SessionStore.cost(replaced);
        return more <= 0 || bytes.get() + more <= maximumBytes;
    }

    /// Whether there is room while nobody knows yet how many there are: for a sixteenth of all.
    private boolean admitsEarly(Message message) {
        return changed.contains(message.topic())
                ? changedBytes.get() + message.payload().length <= maximumBytes / EARLY
                : changed.size() < Math.max(EARLY_AT_LEAST, limits.maximumMessages() / EARLY)
                        && changedBytes.get() + SessionStore.cost(message) <= maximumBytes / EARLY;
    }

    /// Commits the batch with the change that a retained publish is added to it: an empty payload
    /// removes the message of the topic [MQTT-3.3.1-6].
    synchronized CompletableFuture<Void> commit(Store store, WriteBatch batch, Message message) {
        byte[] key = SessionStore.retainedKey(message.account(), message.topic());
        if (message.payload().length == 0) {
            batch.delete(key);
        } else {
            batch.put(key, MessageRow.encode(message));
        }
        CompletableFuture<Void> durable = store.commit(batch);
        put(message);
        return durable;
    }

    /// Puts a message where subscribers find it, and returns the one that it replaces.
    @Nullable Message put(Message message) {
        Message next = message.payload().length == 0 ? null : message;
        return loading.isOver() ? set(message.topic(), next) : change(message.topic(), next);
    }

    private synchronized @Nullable Message change(String topic, @Nullable Message next) {
        if (next != null && byTopic.get(topic) != next) {
            changedBytes.addAndGet(SessionStore.cost(next));
        }
        changed.add(topic);
        return set(topic, next);
    }

    /// Puts a message of before the start where subscribers find it, unless its topic has changed
    /// since.
    synchronized void load(Message message) {
        if (!cleared
                && !changed.contains(message.topic())
                && byTopic.putIfAbsent(message.topic(), message) == null) {
            bytes.addAndGet(SessionStore.cost(message));
            count.incrementAndGet();
        }
    }

    /// Takes back a message that couldn't be stored, unless another one came meanwhile.
    synchronized void takeBack(Message message, @Nullable Message replaced) {
        Message current = byTopic.get(message.topic());
        if (current == (message.payload().length == 0 ? null : message)) {
            set(message.topic(), replaced);
            if (replaced == null && changed.remove(message.topic())) {
                loading.readAgain(account, message.topic());
            }
        }
    }

    private @Nullable Message set(String topic, @Nullable Message next) {
        Message old = next == null ? byTopic.remove(topic) : byTopic.put(topic, next);
        if (old != null) {
            bytes.addAndGet(-SessionStore.cost(old));
            count.decrementAndGet();
        }
        if (next != null) {
            bytes.addAndGet(SessionStore.cost(next));
            count.incrementAndGet();
        }
        return old;
    }

    @Nullable Message get(String topic, long now) {
        Message message = byTopic.get(topic);
        return message == null || message.expiresAtMillis() <= now ? null : message;
    }

    /// As {@link #get}, wherever it is: not for event loops while {@link RetainedLoading} isn't
    /// over.
    @Nullable Message find(String topic, long now) {
        if (!loading.isOver() && !byTopic.containsKey(topic) && !changed.contains(topic)) {
            Message message = loading.read(account, topic);
            if (message != null) {
                load(message);
            }
        }
        return get(topic, now);
    }

    /// Whether a message is still the one of its topic.
    boolean isCurrent(Message message) {
        return byTopic.get(message.topic()) == message;
    }

    /// Those behind a topic, in topic order; all of them are here.
    List<Message> after(@Nullable String topic, int limit, long now) {
        List<Message> found = new ArrayList<>();
        for (Message message : (topic == null ? byTopic : byTopic.tailMap(topic, false)).values()) {
            if (found.size() == limit) {
                break;
            }
            if (message.expiresAtMillis() > now) {
                found.add(message);
            }
        }
        return found;
    }

    /// Those that a filter matches, at most `limit`, in topic order.
    List<Message> matching(String filter, boolean hashMatchesParent, int limit, long now) {
        if (!Topics.hasWildcard(filter)) {
            Message message = find(filter, now);
            return message == null ? List.of() : List.of(message);
        }
        // Topics that can match share what stands before the first wildcard, without its slash.
        int wildcard = firstWildcard(filter);
        String prefix = filter.substring(0, Math.max(0, wildcard - 1));
        List<Message> found = new ArrayList<>();
        String from = prefix;
        while (from != null) {
            from = search(filter, hashMatchesParent, prefix, from, limit, now, found);
        }
        return found;
    }

    /// Searches from a topic on until it is better to go on elsewhere; returns where, or null at
    /// the end.
    private @Nullable String search(
            String filter,
            boolean hashMatchesParent,
            String prefix,
            String from,
            int limit,
            long now,
            List<Message> found) {
        int inVain = 0;
        for (Message message : byTopic.tailMap(from, true).values()) {
            String topic = message.topic();
            if (found.size() == limit || !topic.startsWith(prefix)) {
                return null;
            }
            if (!Topics.matches(filter, topic, hashMatchesParent)) {
                if (++inVain == WALKED) {
                    inVain = 0;
                    String next = TopicSkip.behind(filter, topic);
                    if (next.compareTo(topic) > 0) {
                        return next;
                    }
                }
            } else if (message.expiresAtMillis() > now) {
                found.add(message);
                inVain = 0;
            }
        }
        return null;
    }

    private static int firstWildcard(String filter) {
        int plus = filter.indexOf('+');
        int hash = filter.indexOf('#');
        return plus < 0 ? hash : hash < 0 ? plus : Math.min(plus, hash);
    }

    /// Removes what has expired, once all are here.
    synchronized void sweep(Store store, long now) {
        if (!loading.isOver()) {
            return;
        }
        changed.clear();
        WriteBatch batch = new WriteBatch();
        List<Message> expired = new ArrayList<>();
        for (Message message : byTopic.values()) {
            if (message.expiresAtMillis() <= now) {
                batch.delete(SessionStore.retainedKey(account, message.topic()));
                expired.add(message);
            }
        }
        if (expired.isEmpty()) {
            return;
        }
        store.commit(batch);
        for (Message message : expired) {
            if (byTopic.remove(message.topic(), message)) {
                bytes.addAndGet(-SessionStore.cost(message));
                count.decrementAndGet();
            }
        }
    }

    synchronized void clear() {
        cleared = true;
        byTopic.clear();
        bytes.set(0);
        count.set(0);
    }

    long count() {
        return count.get();
    }
}
