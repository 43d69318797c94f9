package io.homeport.functions;

import io.homeport.core.Timers;
import io.homeport.storage.Key;
import io.homeport.storage.StorageException;
import io.homeport.storage.Transaction;
import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.ThrottleReason;

/// Asynchronous invocations: stored before they are accepted, run as soon as there is room, tried
/// again where they fail (AWS Lambda developer guide, "How Lambda handles errors and retries with
/// asynchronous invocation"). What fails in the end is logged, counted, and handed to the
/// function's destination where it has one. After a crash an event may run once more. Thread-safe.
final class EventQueue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventQueue.class);
    private static final long FIRST_RETRY_MILLIS = 60_000;
    private static final long SECOND_RETRY_MILLIS = 120_000;
    private static final long FIRST_BACKOFF_MILLIS = 1_000;
    private static final long MAXIMUM_BACKOFF_MILLIS = 300_000;

    private final Functions functions;
    private final Invocations invocations;
    private final Timers timers;
    private final FunctionLimits limits;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final TreeSet<Waiting> waiting = new TreeSet<>();
    private final LongAdder dropped = new LongAdder();
    private Timers.@Nullable Timer timer;
    private int events;
    private long eventBytes;
    private int working;
    private boolean closed;

    /// A stored event's place in the queue.
    private record Waiting(long dueMillis, String requestId, int bytes)
            implements Comparable<Waiting> {
        @Override
        public int compareTo(Waiting other) {
            int byDue = Long.compare(dueMillis, other.dueMillis);
            return byDue != 0 ? byDue : requestId.compareTo(other.requestId);
        }
    }

    EventQueue(Functions functions, Invocations invocations, Timers timers) {
        this.functions = functions;
        this.invocations = invocations;
        this.timers = timers;
        this.limits = functions.limits;
    }

    /// Takes up the events that were stored before the start.
    void start() {
        functions.events.forEach(
                functions.database,
                row -> {
                    lock.lock();
                    try {
                        enqueue(row.value());
                    } finally {
                        lock.unlock();
                    }
                });
        pump();
    }

    /// Stores an event; it is durable once this returns.
    ///
    /// @throws software.amazon.awssdk.services.lambda.model.ResourceNotFoundException where there
    ///   is no such function
    /// @throws software.amazon.awssdk.services.lambda.model.TooManyRequestsException where too many
    ///   events wait
    void add(Invocations.Order order) {
        long now = functions.clock.millis();
        FunctionName name = order.name();
        EventRecord event =
                new EventRecord(
                        name.account(),
                        name.region(),
                        name.name(),
                        name.qualifier(),
                        order.requestId(),
                        order.payload(),
                        order.clientContext(),
                        now,
                        0,
                        0,
                        now);
        reserve(order.payload().length);
        try {
            functions.database.update(transaction -> {
                functions.target(transaction, name);
                functions.events.put(transaction, Key.of(event.requestId()), event);
            });
        } catch (RuntimeException e) {
            free(order.payload().length);
            throw e;
        }
        enqueueReserved(event);
    }

    private void reserve(int bytes) {
        lock.lock();
        try {
            if (events >= limits.waitingEvents()
                    || eventBytes + bytes > limits.waitingEventsBytes()) {
                throw Faults.throttled(ThrottleReason.CALLER_RATE_LIMIT_EXCEEDED);
            }
            events++;
            eventBytes += bytes;
        } finally {
            lock.unlock();
        }
    }

    private void free(int bytes) {
        lock.lock();
        try {
            events = Math.max(0, events - 1);
            eventBytes = Math.max(0, eventBytes - bytes);
        } finally {
            lock.unlock();
        }
    }

    private void enqueueReserved(EventRecord event) {
        lock.lock();
        try {
            waiting.add(new Waiting(event.dueMillis(), event.requestId(), event.payload().length));
        } finally {
            lock.unlock();
        }
        pump();
    }

    /// Called with the lock held. What was stored once is taken whatever the limits say now.
    private void enqueue(EventRecord event) {
        events++;
        eventBytes += event.payload().length;
        waiting.add(new Waiting(event.dueMillis(), event.requestId(), event.payload().length));
    }

    /// Starts what is due and for which there is room.
    private void pump() {
        lock.lock();
        try {
            // A clock that is moved between a look at it and the timer would move the timer too.
            do {
                startDue();
            } while (timer != null && waiting.first().dueMillis <= functions.clock.millis());
        } finally {
            lock.unlock();
        }
    }

    /// Called with the lock held. Sets the timer for what isn't due yet.
    private void startDue() {
        long now = functions.clock.millis();
        while (!closed
                && !waiting.isEmpty()
                && waiting.first().dueMillis <= now
                && working < limits.concurrentExecutions()) {
            Waiting next = waiting.removeFirst();
            working++;
            Thread.ofVirtual().name("function-event").start(() -> work(next));
        }
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (!closed && !waiting.isEmpty() && waiting.first().dueMillis > now) {
            timer = timers.schedule(Duration.ofMillis(waiting.first().dueMillis - now), this::pump);
        }
    }

    private void work(Waiting place) {
        EventRecord again = null;
        try {
            EventRecord event =
                    functions.database.read(
                            view -> functions.events.get(view, Key.of(place.requestId)));
            if (event != null) {
                again = run(event);
            }
        } catch (StorageException e) {
            LOG.atWarn()
                    .addKeyValue("reason", e.getMessage())
                    .log("functions.event.storage: the event is tried again");
            lock.lock();
            try {
                events++;
                eventBytes += place.bytes;
                waiting.add(
                        new Waiting(
                                functions.clock.millis() + FIRST_BACKOFF_MILLIS,
                                place.requestId,
                                place.bytes));
            } finally {
                lock.unlock();
            }
        } catch (RuntimeException e) {
            LOG.error("functions.event.failed: a mistake in Homeport; the event is lost", e);
            dropped.increment();
        } finally {
            lock.lock();
            try {
                working--;
                ended.signalAll();
                if (again != null) {
                    waiting.add(new Waiting(again.dueMillis(), again.requestId(), place.bytes));
                }
            } finally {
                lock.unlock();
            }
            if (again == null) {
                free(place.bytes);
            }
            pump();
        }
    }

    /// Runs an event once.
    ///
    /// @return the event as it is to be tried again; null where it is done
    private @Nullable EventRecord run(EventRecord event) {
        FunctionName name = event.functionName();
        EventSettingsRecord settings = settings(name);
        long now = functions.clock.millis();
        if (now - event.acceptedMillis() > settings.maximumAgeMillis()) {
            return finish(event, settings, "EventAgeExceeded", null);
        }
        Invocations.Outcome outcome;
        try {
            outcome =
                    invocations.run(
                            new Invocations.Order(
                                    name,
                                    event.requestId(),
                                    event.payload(),
                                    event.clientContext()));
        } catch (ResourceNotFoundException e) {
            return finish(event, EventSettingsRecord.DEFAULT, "FunctionNotFound", null);
        }
        if (isClosed()) {
            // The processes were ended under it; the stored event runs again after the start.
            return null;
        }
        if (outcome instanceof Invocations.Outcome.Throttled) {
            long backoff =
                    Math.min(
                            MAXIMUM_BACKOFF_MILLIS,
                            FIRST_BACKOFF_MILLIS << Math.min(20, event.throttles()));
            return store(event.after(0, 1, functions.clock.millis() + backoff));
        }
        if (outcome instanceof Invocations.Outcome.Ran ran && ran.result().errorType() == null) {
            return finish(event, settings, "Success", ran);
        }
        if (event.attempts() >= settings.retries()) {
            return finish(
                    event,
                    settings,
                    "RetriesExhausted",
                    outcome instanceof Invocations.Outcome.Ran ran ? ran : null);
        }
        long delay = event.attempts() == 0 ? FIRST_RETRY_MILLIS : SECOND_RETRY_MILLIS;
        return store(event.after(1, 0, functions.clock.millis() + delay));
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private EventSettingsRecord settings(FunctionName name) {
        String qualifier = name.qualifier() == null ? "" : name.qualifier();
        EventSettingsRecord settings =
                functions.database.read(
                        view -> functions.eventSettings.get(view, Functions.key(name, qualifier)));
        return settings == null ? EventSettingsRecord.DEFAULT : settings;
    }

    /// @return null where the event was deleted meanwhile
    private @Nullable EventRecord store(EventRecord changed) {
        Key key = Key.of(changed.requestId());
        return functions.database.write(transaction -> {
            boolean there = functions.events.get(transaction, key) != null;
            if (there) {
                functions.events.put(transaction, key, changed);
            }
            return there;
        })
                ? changed
                : null;
    }

    /// Ends an event; its destination, if there is one, gets it in the same transaction.
    private @Nullable EventRecord finish(
            EventRecord event,
            EventSettingsRecord settings,
            String condition,
            Invocations.Outcome.@Nullable Ran ran) {
        boolean success = condition.equals("Success");
        if (!success) {
            dropped.increment();
            LOG.atWarn()
                    .addKeyValue("function", event.functionName().arn())
                    .addKeyValue("requestId", event.requestId())
                    .addKeyValue("condition", condition)
                    .log("functions.event.dropped: its log says how the function failed");
        }
        String destination = success ? settings.onSuccess() : settings.onFailure();
        EventRecord next =
                destination == null
                        ? null
                        : Destinations.event(functions, event, condition, ran, destination);
        functions.database.update(transaction -> {
            functions.events.delete(transaction, Key.of(event.requestId()));
            if (next != null) {
                put(transaction, next);
            }
        });
        if (next != null) {
            lock.lock();
            try {
                enqueue(next);
            } finally {
                lock.unlock();
            }
        }
        return null;
    }

    private void put(Transaction transaction, EventRecord event) {
        functions.events.put(transaction, Key.of(event.requestId()), event);
    }

    /// Forgets everything that waits, without touching the store.
    void clear() {
        lock.lock();
        try {
            waiting.clear();
            events = working;
            eventBytes = 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (timer != null) {
                timer.cancel();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits until nothing runs that began before the close. What runs may start a process, so its
    /// end comes before that of the processes.
    void awaitEnded(Duration patience) {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (working > 0 && left > 0) {
                left = ended.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /// Events that wait or run.
    int waiting() {
        lock.lock();
        try {
            return events;
        } finally {
            lock.unlock();
        }
    }

    /// Events that failed in the end, since the start.
    long dropped() {
        return dropped.sum();
    }
}
