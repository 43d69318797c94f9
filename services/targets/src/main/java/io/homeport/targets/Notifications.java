package io.homeport.targets;

import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import io.homeport.core.Timers;
import io.homeport.core.targets.TargetCall;
import io.homeport.core.targets.TargetFailedException;
import io.homeport.core.targets.TargetScope;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// Who has subscribed to topics of SNS's stand-in, and what waits for them. A notification is
/// stored for each subscriber before it counts as published, and tried until it is taken, refused
/// or an hour old. Thread-safe; blocks.
public final class Notifications implements StandInTargets.Notifier, AutoCloseable {
    static final Table<Subscription> SUBSCRIPTIONS =
            new Table<>("targets.subscriptions", Subscription.class);
    static final Table<Notification> WAITING =
            new Table<>("targets.notifications", Notification.class);
    private static final int PAGE = 500;
    private static final int MOST_PER_TOPIC = 1_000;

    final Parts parts;
    private final AtomicLong sequence = new AtomicLong();
    private final Map<Key, NotificationLane> lanes = new ConcurrentHashMap<>();
    private volatile boolean closed;

    record Parts(
            Database database,
            Clock clock,
            Timers timers,
            RandomGenerator random,
            Executor workers,
            NotificationChannels channels,
            StandInLimits limits) {}

    /// A subscription and what has become of its notifications since the server was started.
    ///
    /// @param lastError empty where there was none
    public record Report(
            Subscription subscription, int waiting, long delivered, long lost, String lastError) {}

    Notifications(Parts parts) {
        this.parts = parts;
    }

    /// Goes on with what an earlier run of the server has left.
    void start() {
        WAITING.forEach(
                parts.database,
                row -> {
                    Key key = row.key();
                    sequence.accumulateAndGet(
                            Long.parseUnsignedLong(key.last(), 16) + 1, Math::max);
                    lane(new Key(key.parts().subList(0, 4))).add(1);
                });
        lanes.values().forEach(NotificationLane::wake);
    }

    /// Adds a subscriber.
    ///
    /// @throws TargetFailedException saying why it can't be one
    public Subscription subscribe(
            TargetScope scope,
            String topic,
            Subscription.Protocol protocol,
            String endpoint,
            boolean raw) {
        Subscription subscription =
                new Subscription(
                        new UUID(parts.random.nextLong(), parts.random.nextLong()).toString(),
                        scope.account().value(),
                        scope.region(),
                        topic,
                        protocol,
                        endpoint,
                        raw);
        String problem = parts.channels.problemOf(subscription);
        if (problem != null) {
            throw TargetFailedException.refused(problem);
        }
        parts.database.update(transaction -> {
            Key topicKey = topicKey(scope, topic);
            if (SUBSCRIPTIONS.list(transaction, topicKey, null, MOST_PER_TOPIC).size()
                    == MOST_PER_TOPIC) {
                throw TargetFailedException.refused(
                        "a topic has at most " + MOST_PER_TOPIC + " subscriptions");
            }
            SUBSCRIPTIONS.put(transaction, topicKey.then(subscription.id()), subscription);
        });
        return subscription;
    }

    /// Removes a subscriber and what waits for it; false where there is none.
    public boolean unsubscribe(TargetScope scope, String topic, String id) {
        return forget(topicKey(scope, topic).then(id));
    }

    /// Removes a subscription where it is there, and in any case what waits for it.
    boolean forget(Key key) {
        boolean was =
                parts.database.write(transaction -> {
                    WAITING.list(transaction, key, null, 2 * parts.limits.notifications())
                            .forEach(row -> WAITING.delete(transaction, row.key()));
                    return SUBSCRIPTIONS.delete(transaction, key);
                });
        NotificationLane lane = lanes.remove(key);
        if (lane != null) {
            lane.stop();
        }
        return was;
    }

    /// The subscribers of a topic.
    public List<Report> subscriptions(TargetScope scope, String topic) {
        List<Report> reports = new ArrayList<>();
        for (Table.Row<Subscription> row : rows(scope, topic)) {
            reports.add(lane(row.key()).report(row.value()));
        }
        return reports;
    }

    private List<Table.Row<Subscription>> rows(TargetScope scope, String topic) {
        return parts.database.read(
                view -> SUBSCRIPTIONS.list(view, topicKey(scope, topic), null, MOST_PER_TOPIC));
    }

    Optional<Subscription> subscription(Key key) {
        return parts.database.read(view -> Optional.ofNullable(SUBSCRIPTIONS.get(view, key)));
    }

    @Override
    public void send(TargetScope scope, TargetCall.Notify call) {
        String topic = call.topicArn().substring(call.topicArn().lastIndexOf(':') + 1);
        List<Table.Row<Subscription>> subscribers = rows(scope, topic);
        if (subscribers.isEmpty()) {
            return;
        }
        Notification notification =
                new Notification(
                        new UUID(parts.random.nextLong(), parts.random.nextLong()).toString(),
                        call.message(),
                        call.perProtocol(),
                        parts.clock.millis());
        List<NotificationLane> takers = new ArrayList<>();
        for (Table.Row<Subscription> row : subscribers) {
            NotificationLane lane = lane(row.key());
            if (lane.hasRoom()) {
                takers.add(lane);
            }
        }
        parts.database.update(transaction -> {
            for (NotificationLane lane : takers) {
                String number = String.format("%016x", sequence.getAndIncrement());
                WAITING.put(transaction, lane.key().then(number), notification);
            }
        });
        takers.forEach(lane -> {
            lane.add(1);
            lane.wake();
        });
    }

    private NotificationLane lane(Key subscription) {
        return lanes.computeIfAbsent(subscription, key -> new NotificationLane(this, key));
    }

    private static Key topicKey(TargetScope scope, String topic) {
        return Key.of(scope.account().value(), scope.region(), topic);
    }

    boolean isClosed() {
        return closed;
    }

    /// Forgets all subscriptions; for the test mode.
    void reset() {
        while (true) {
            List<Table.Row<Subscription>> rows =
                    parts.database.read(view -> SUBSCRIPTIONS.list(view, Key.EMPTY, null, PAGE));
            if (rows.isEmpty()) {
                return;
            }
            for (Table.Row<Subscription> row : rows) {
                Subscription one = row.value();
                unsubscribe(
                        new TargetScope(new AccountId(one.account()), one.region()),
                        one.topic(),
                        one.id());
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        lanes.values().forEach(NotificationLane::stop);
        parts.channels.close();
    }
}
