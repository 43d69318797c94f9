package io.homeport.rules;

import io.homeport.core.Clock;
import io.homeport.core.Json;
import io.homeport.core.Timers;
import io.homeport.rules.actions.ActionType;
import io.homeport.rules.actions.Delivery;
import io.homeport.storage.Key;
import io.homeport.storage.StorageException;
import io.homeport.storage.Store;
import io.homeport.storage.WriteBatch;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// The durable queue between what rules decide and what targets get. A delivery is stored before
/// its message's publisher gets an acknowledgement, tried until it succeeds, is refused or has been
/// tried for too long, and only then deleted; so it happens at least once. Thread-safe.
///
/// Rows: account, region, rule, place of the action, lane, sequence number -> {@link Delivery} as
/// JSON. A lane is what keeps its order; deliveries with one batch key share a lane.
final class Outbox implements AutoCloseable {
    static final Key ROOT = Key.of("rules.outbox");
    private static final int LANES = 16;
    private static final int SCAN = 500;

    final Store store;
    final Clock clock;
    final Timers timers;
    final Executor workers;
    final RulesLimits limits;
    final Listener listener;
    private final Map<String, ActionType> types;
    private final AtomicLong sequence = new AtomicLong();
    private final Map<LaneKey, DeliveryLane> lanes = new ConcurrentHashMap<>();
    private final Map<RuleKey, Pending> pending = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /// Learns how deliveries end. Called on workers.
    interface Listener {
        void delivered(Delivery delivery);

        void retried(Delivery delivery, int attempt, String reason);

        /// Deliveries, which were tried together, have failed for good.
        ///
        /// @return what is to be delivered instead: the error action's deliveries; may be empty
        List<Delivery> failed(List<Delivery> deliveries, String reason);
    }

    /// Which deliveries follow each other.
    record LaneKey(RuleKey rule, int action, int lane) {
        byte[] prefix() {
            return ROOT.then(
                            rule.account(),
                            rule.region(),
                            rule.name(),
                            Integer.toString(action),
                            Integer.toString(lane))
                    .encoded();
        }
    }

    /// What a rule has in the outbox.
    record Usage(long deliveries, long bytes) {}

    Outbox(
            Store store,
            Clock clock,
            Timers timers,
            Executor workers,
            Map<String, ActionType> types,
            RulesLimits limits,
            Listener listener) {
        this.store = store;
        this.clock = clock;
        this.timers = timers;
        this.workers = workers;
        this.types = Map.copyOf(types);
        this.limits = limits;
        this.listener = listener;
    }

    /// Goes on with what an earlier run of the server has left. Blocks while it counts that.
    void start() {
        byte[] from = ROOT.encoded();
        byte[] end = after(from);
        Set<LaneKey> left = new LinkedHashSet<>();
        while (true) {
            List<Store.Entry> entries = store.scan(from, end, SCAN);
            for (Store.Entry entry : entries) {
                Key key = Key.decode(entry.key(), 0);
                LaneKey lane =
                        new LaneKey(
                                new RuleKey(key.part(1), key.part(2), key.part(3)),
                                Integer.parseInt(key.part(4)),
                                Integer.parseInt(key.part(5)));
                long number = Long.parseUnsignedLong(key.last(), 16);
                sequence.accumulateAndGet(number + 1, Math::max);
                pendingOf(lane.rule()).add(1, entry.value().length);
                left.add(lane);
            }
            if (entries.size() < SCAN) {
                break;
            }
            byte[] last = entries.getLast().key();
            from = Arrays.copyOf(last, last.length + 1);
        }
        left.forEach(lane -> lane(lane).resume());
    }

    /// Whether the rule may put more in.
    boolean hasRoom(RuleKey rule) {
        Pending counted = pending.get(rule);
        return counted == null
                || (counted.deliveries.get() < limits.pendingDeliveries()
                        && counted.bytes.get() < limits.pendingBytes());
    }

    Usage usage(RuleKey rule) {
        Pending counted = pending.get(rule);
        return counted == null
                ? new Usage(0, 0)
                : new Usage(counted.deliveries.get(), counted.bytes.get());
    }

    /// Stores a delivery and has it carried out. The future completes once it is durable.
    ///
    /// @throws StorageException where the store takes no writes
    CompletableFuture<Void> add(Delivery delivery) {
        return add(delivery, new WriteBatch());
    }

    /// As {@link #add(Delivery)}, together with other changes.
    CompletableFuture<Void> add(Delivery delivery, WriteBatch batch) {
        return lane(laneOf(delivery)).add(delivery, batch);
    }

    /// How a delivery's row is written.
    static byte[] encode(Delivery delivery) {
        return Json.MAPPER.writeValueAsBytes(delivery);
    }

    static Delivery decode(byte[] row) {
        try {
            return Json.MAPPER.readValue(row, Delivery.class);
        } catch (JacksonException e) {
            throw new StorageException(
                    "a row of the rules' outbox can't be read: " + e.getOriginalMessage(), e);
        }
    }

    long nextSequence() {
        return sequence.getAndIncrement();
    }

    @Nullable ActionType type(String name) {
        return types.get(name);
    }

    Pending pendingOf(RuleKey rule) {
        return pending.computeIfAbsent(rule, _ -> new Pending());
    }

    boolean isClosed() {
        return closed;
    }

    /// Deletes everything; for the test mode.
    void reset() {
        byte[] from = ROOT.encoded();
        store.commit(new WriteBatch().deleteRange(from, after(from))).join();
        lanes.values().forEach(DeliveryLane::clear);
        pending.clear();
    }

    /// Starts no more deliveries; what is under way may end or not.
    @Override
    public void close() {
        closed = true;
        lanes.values().forEach(DeliveryLane::stop);
    }

    private LaneKey laneOf(Delivery delivery) {
        ActionType type = types.get(delivery.type());
        String order = type == null ? delivery.origin().topic() : type.orderKey(delivery);
        return new LaneKey(
                new RuleKey(delivery.account(), delivery.region(), delivery.rule()),
                delivery.action(),
                Math.floorMod(order.hashCode(), LANES));
    }

    private DeliveryLane lane(LaneKey key) {
        return lanes.computeIfAbsent(key, made -> new DeliveryLane(this, made));
    }

    static byte[] after(byte[] prefix) {
        byte[] end = Arrays.copyOf(prefix, prefix.length + 1);
        end[prefix.length] = (byte) 0xFF;
        return end;
    }

    /// Counts of one rule.
    static final class Pending {
        private final AtomicLong deliveries = new AtomicLong();
        private final AtomicLong bytes = new AtomicLong();

        void add(long count, long size) {
            deliveries.addAndGet(count);
            bytes.addAndGet(size);
        }
    }
}
