package io.homeport.broker;

import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import io.homeport.core.Message;
import io.homeport.core.Timers;
import io.homeport.storage.StorageException;
import io.homeport.storage.Store;
import io.homeport.storage.WriteBatch;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// What all parts of the broker share: its surroundings and its accounts. Thread-safe.
final class Core {
    private static final Duration RETRY = Duration.ofSeconds(2);

    final SessionStore rows;
    final RetainedLoading loading;
    final Clock clock;
    final Timers timers;
    final BrokerLimits limits;
    final Executor background;
    final Counters counters = new Counters();
    final QueueMemory memory = new QueueMemory(Runtime.getRuntime().maxMemory() / 4);

    /// Searches at a time, of retained messages and of subscriptions: half of the processors.
    private final Semaphore searches =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));

    final Router router = new Router(this);
    final LifecycleEvents lifecycle = new LifecycleEvents(this);
    final ConcurrentHashMap<AccountId, Realm> realms = new ConcurrentHashMap<>();
    final AtomicLong nextSession = new AtomicLong(1);
    final AtomicInteger sessions = new AtomicInteger();
    volatile boolean shuttingDown;

    private final RandomGenerator random;
    private final BrokerEvent.Listener events;

    Core(
            Store store,
            Clock clock,
            Timers timers,
            RandomGenerator random,
            BrokerLimits limits,
            BrokerEvent.Listener events,
            Executor background) {
        this.rows = new SessionStore(store);
        this.clock = clock;
        this.timers = timers;
        this.random = random;
        this.limits = limits;
        this.events = events;
        this.background = background;
        this.loading = new RetainedLoading(this);
    }

    /// Searches when its turn comes. Blocks until then: not for event loops.
    <T> T searching(Supplier<T> search) {
        searches.acquireUninterruptibly();
        try {
            return search.get();
        } finally {
            searches.release();
        }
    }

    Realm realm(AccountId account) {
        return realms.computeIfAbsent(account, a -> new Realm(this, a));
    }

    void event(BrokerEvent event) {
        events.onEvent(event);
    }

    void denied(AccountId account, String clientId, String action, String resource, String reason) {
        counters.denials.increment();
        event(new BrokerEvent.Denied(account, clientId, action, resource, reason));
    }

    void dropped(Session session, Message message, int qos, String reason) {
        counters.messagesDropped.increment();
        event(
                new BrokerEvent.Dropped(
                        session.realm.account, session.clientId, message.topic(), qos, reason));
    }

    /// A message that may not be in memory any more.
    void dropped(Session session, QueuedMessage queued, String reason) {
        counters.messagesDropped.increment();
        String topic = queued.followUp == null ? null : queued.followUp.topic;
        event(
                new BrokerEvent.Dropped(
                        session.realm.account,
                        session.clientId,
                        topic == null ? "" : topic,
                        queued.qos.value(),
                        reason));
    }

    /// The text of a random UUID.
    String uuid() {
        return randomUuid().toString();
    }

    UUID randomUuid() {
        synchronized (random) {
            long high = (random.nextLong() & ~0xF000L) | 0x4000L;
            long low = (random.nextLong() >>> 2) | 0x8000_0000_0000_0000L;
            return new UUID(high, low);
        }
    }

    /// Runs a task after some milliseconds on a thread that may commit; never after the shutdown,
    /// when the store may be gone and the next start does what is due.
    Timers.Timer after(long millis, Runnable task) {
        return timers.schedule(
                Duration.ofMillis(Math.max(0, millis)),
                () -> {
                    if (!shuttingDown) {
                        background.execute(task);
                    }
                });
    }

    /// Commits what nobody waits for and what stays right however late it comes.
    void commitEventually(WriteBatch batch) {
        eventually(() -> rows.store().commit(batch));
    }

    /// Runs a write, or a read, that nobody waits for. Where the store refuses, it is run again
    /// until the store takes it: what is in memory has changed already.
    void eventually(Runnable access) {
        try {
            access.run();
        } catch (StorageException e) {
            if (!shuttingDown) {
                timers.schedule(RETRY, () -> background.execute(() -> eventually(access)));
            }
        }
    }
}
