package io.homeport.rules.kafka;

import io.homeport.core.Clock;
import io.homeport.core.Timers;
import io.homeport.rules.actions.ActionFailure;
import io.homeport.rules.actions.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The producers: one for each set of client properties, made with its first record, closed after
/// five minutes without one. Thread-safe; blocks.
public final class KafkaSenders implements AutoCloseable {
    private static final int MOST = 100;
    private static final Duration IDLE = Duration.ofMinutes(5);

    private final Clock clock;
    private final Timers timers;
    private final Executor workers;
    private final SecretTexts secrets;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Owner, Entry> entries = new LinkedHashMap<>();
    private boolean sweeping;
    private boolean closed;

    /// Whose connection it is; secrets as templates.
    private record Owner(String account, String region, Map<String, String> properties) {}

    /// A producer with its users. Under the lock.
    private static final class Entry {
        private final KafkaSender sender;
        private int users;
        private long usedAtMillis;
        private boolean broken;

        Entry(KafkaSender sender) {
            this.sender = sender;
        }
    }

    /// @param workers closes producers, which blocks
    public KafkaSenders(Clock clock, Timers timers, Executor workers, SecretTexts secrets) {
        this.clock = clock;
        this.timers = timers;
        this.workers = workers;
        this.secrets = secrets;
    }

    /// Sends records in their order and waits until the brokers have acknowledged them.
    ///
    /// @param delivery whose client properties all the records have
    void send(Delivery delivery, List<KafkaRecord> records)
            throws ActionFailure, InterruptedException {
        Owner owner = ownerOf(delivery);
        Entry entry = take(owner, delivery.rule());
        boolean broken = false;
        try {
            entry.sender.send(records);
        } catch (BrokenSenderException e) {
            broken = true;
            throw ActionFailure.transientFailure(String.valueOf(e.getMessage()), e);
        } finally {
            give(owner, entry, broken);
        }
    }

    private static Owner ownerOf(Delivery delivery) {
        Map<String, String> properties = new TreeMap<>();
        delivery.parameters()
                .path("client")
                .properties()
                .forEach(property ->
                        properties.put(property.getKey(), property.getValue().asString()));
        return new Owner(delivery.account(), delivery.region(), properties);
    }

    private Entry take(Owner owner, String rule) throws ActionFailure {
        Entry present = use(owner);
        if (present != null) {
            return present;
        }
        // Outside of the lock, because secrets may be slow. Two may do this at once, and the
        // second one's producer is closed again.
        Map<String, String> resolved = new TreeMap<>();
        for (Map.Entry<String, String> property : owner.properties.entrySet()) {
            String text = property.getValue();
            resolved.put(
                    property.getKey(),
                    KafkaProperties.isSecret(property.getKey())
                            ? secrets.resolve(owner.account, owner.region, rule, text)
                            : text);
        }
        KafkaSender made = KafkaSender.open(resolved);
        KafkaSender spare = made;
        lock.lock();
        try {
            Entry other = entries.get(owner);
            if (other != null) {
                other.users++;
                return other;
            }
            if (closed || (entries.size() >= MOST && !evictOne())) {
                throw ActionFailure.transientFailure(
                        "this server has connections to Kafka with "
                                + MOST
                                + " different sets of client properties in use");
            }
            Entry entry = new Entry(made);
            entry.users = 1;
            entries.put(owner, entry);
            spare = null;
            sweepLater();
            return entry;
        } finally {
            lock.unlock();
            if (spare != null) {
                spare.close();
            }
        }
    }

    private @Nullable Entry use(Owner owner) {
        lock.lock();
        try {
            Entry entry = entries.get(owner);
            if (entry != null) {
                entry.users++;
            }
            return entry;
        } finally {
            lock.unlock();
        }
    }

    private void give(Owner owner, Entry entry, boolean broken) {
        boolean last;
        lock.lock();
        try {
            entry.users--;
            entry.usedAtMillis = clock.steadyMillis();
            if (broken && !entry.broken) {
                entry.broken = true;
                entries.remove(owner, entry);
            }
            last = entry.users == 0 && (entry.broken || closed);
        } finally {
            lock.unlock();
        }
        if (last) {
            entry.sender.close();
        }
    }

    /// Makes room by closing the first that nobody uses. Under the lock.
    private boolean evictOne() {
        for (Iterator<Entry> all = entries.values().iterator(); all.hasNext(); ) {
            Entry entry = all.next();
            if (entry.users == 0) {
                all.remove();
                closeLater(entry);
                return true;
            }
        }
        return false;
    }

    /// Under the lock.
    private void sweepLater() {
        if (!sweeping && !closed) {
            sweeping = true;
            timers.schedule(IDLE, this::sweep);
        }
    }

    private void sweep() {
        lock.lock();
        try {
            sweeping = false;
            long now = clock.steadyMillis();
            for (Iterator<Entry> all = entries.values().iterator(); all.hasNext(); ) {
                Entry entry = all.next();
                if (entry.users == 0 && now - entry.usedAtMillis >= IDLE.toMillis()) {
                    all.remove();
                    closeLater(entry);
                }
            }
            if (!entries.isEmpty()) {
                sweepLater();
            }
        } finally {
            lock.unlock();
        }
    }

    private void closeLater(Entry entry) {
        try {
            workers.execute(entry.sender::close);
        } catch (RejectedExecutionException e) {
            // The process is ending.
        }
    }

    @Override
    public void close() {
        List<Entry> idle = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            for (Entry entry : entries.values()) {
                if (entry.users == 0) {
                    idle.add(entry);
                }
            }
            entries.clear();
        } finally {
            lock.unlock();
        }
        idle.forEach(entry -> entry.sender.close());
    }
}
