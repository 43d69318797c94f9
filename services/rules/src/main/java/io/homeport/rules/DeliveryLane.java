package io.homeport.rules;

import io.homeport.core.Timers;
import io.homeport.rules.actions.ActionFailure;
import io.homeport.rules.actions.ActionType;
import io.homeport.rules.actions.Delivery;
import io.homeport.storage.Key;
import io.homeport.storage.StorageException;
import io.homeport.storage.Store;
import io.homeport.storage.WriteBatch;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The deliveries of one action that follow each other. A few are in memory, the others are read
/// from the store when it is their turn. One worker at a time carries them out. Thread-safe.
final class DeliveryLane {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryLane.class);
    private static final int IN_MEMORY = 64;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;

    private final Outbox outbox;
    private final Outbox.LaneKey key;
    private final byte[] prefix;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Row> ready = new ArrayDeque<>();

    /// Whether the store has rows behind {@link #newest} that aren't in memory.
    private boolean moreStored;

    /// The last row that was put in memory.
    private byte @Nullable [] newest;

    /// Whether a worker or a timer has the lane.
    private boolean busy;

    /// Only the worker that has the lane uses these.
    private int attempts;

    private boolean lingered;
    private Timers.@Nullable Timer pause;

    private record Row(byte[] key, int size, Delivery delivery) {}

    DeliveryLane(Outbox outbox, Outbox.LaneKey key) {
        this.outbox = outbox;
        this.key = key;
        this.prefix = key.prefix();
    }

    /// Stores a delivery behind the others of this lane. Under the lock from its number to its
    /// commit, so that rows are there in the order of their numbers.
    CompletableFuture<Void> add(Delivery delivery, WriteBatch batch) {
        byte[] encoded = Outbox.encode(delivery);
        CompletableFuture<Void> durable;
        boolean wake;
        lock.lock();
        try {
            byte[] number = rowKey(outbox.nextSequence());
            durable = outbox.store.commit(batch.put(number, encoded));
            outbox.pendingOf(key.rule()).add(1, encoded.length);
            if (moreStored || ready.size() >= IN_MEMORY) {
                moreStored = true;
            } else {
                ready.add(new Row(number, encoded.length, delivery));
                newest = number;
            }
            wake = !busy && !outbox.isClosed();
            busy |= wake;
        } finally {
            lock.unlock();
        }
        if (wake) {
            work();
        }
        return durable;
    }

    /// There are stored rows.
    void resume() {
        boolean wake;
        lock.lock();
        try {
            moreStored = true;
            wake = !busy;
            busy = true;
        } finally {
            lock.unlock();
        }
        if (wake) {
            work();
        }
    }

    void clear() {
        lock.lock();
        try {
            ready.clear();
            moreStored = false;
        } finally {
            lock.unlock();
        }
    }

    void stop() {
        lock.lock();
        try {
            if (pause != null) {
                pause.cancel();
            }
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        try {
            outbox.workers.execute(this::run);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("rules.outbox.stopping");
        }
    }

    private void run() {
        try {
            while (!outbox.isClosed()) {
                List<Row> batch = nextBatch();
                if (batch.isEmpty() || !carryOut(batch)) {
                    return;
                }
            }
        } catch (StorageException e) {
            LOG.atWarn()
                    .addKeyValue("rule", key.rule().name())
                    .addKeyValue("reason", e.getMessage())
                    .log("rules.outbox.store.unavailable: trying again");
            pauseFor(LONGEST_PAUSE_MILLIS / 6);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// What is next; empty where there is nothing, and then the lane isn't busy any more, or where
    /// it waits for more of a batch.
    private List<Row> nextBatch() {
        lock.lock();
        try {
            fill();
            Row first = ready.peek();
            if (first == null) {
                busy = false;
                return List.of();
            }
            ActionType type = outbox.type(first.delivery.type());
            if (type == null) {
                return List.of(first);
            }
            ActionType.Batch bounds = type.batch(first.delivery);
            List<Row> batch = new ArrayList<>();
            long bytes = 0;
            String order = type.batchKey(first.delivery);
            boolean full = false;
            for (Row row : ready) {
                bytes += row.delivery.body().length;
                full =
                        batch.size() == bounds.maximumCount()
                                || (!batch.isEmpty() && bytes > bounds.maximumBytes())
                                || !type.batchKey(row.delivery).equals(order);
                if (full) {
                    break;
                }
                batch.add(row);
            }
            full |= batch.size() == bounds.maximumCount();
            if (!full && bounds.lingerMillis() > 0 && !lingered) {
                lingered = true;
                pauseFor(bounds.lingerMillis());
                return List.of();
            }
            lingered = false;
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void fill() {
        if (!ready.isEmpty() || !moreStored) {
            return;
        }
        byte[] last = newest;
        byte[] from = last == null ? prefix : Arrays.copyOf(last, last.length + 1);
        List<Store.Entry> entries = outbox.store.scan(from, Outbox.after(prefix), IN_MEMORY);
        for (Store.Entry entry : entries) {
            ready.add(new Row(entry.key(), entry.value().length, Outbox.decode(entry.value())));
            newest = entry.key();
        }
        moreStored = entries.size() == IN_MEMORY;
    }

    /// Whether the lane goes on at once.
    private boolean carryOut(List<Row> batch) throws InterruptedException {
        Row first = batch.getFirst();
        ActionType type = outbox.type(first.delivery.type());
        if (type == null) {
            fail(batch, "this server has no action " + first.delivery.type());
            return true;
        }
        ActionFailure failure = attempt(type, batch);
        List<Row> done =
                failure == null
                        ? batch
                        : batch.subList(0, Math.min(failure.delivered(), batch.size()));
        if (!done.isEmpty()) {
            done.forEach(row -> outbox.listener.delivered(row.delivery));
            remove(done, new WriteBatch());
            attempts = 0;
        }
        List<Row> rest = batch.subList(done.size(), batch.size());
        if (failure == null || rest.isEmpty()) {
            return true;
        }
        first = rest.getFirst();
        long age = outbox.clock.millis() - first.delivery.decidedAtMillis();
        if (!failure.isRetryable() || age >= outbox.limits.retryFor().toMillis()) {
            fail(rest.subList(0, Math.clamp(failure.affected(), 1, rest.size())), failure.text());
            attempts = 0;
            return true;
        }
        attempts++;
        outbox.listener.retried(first.delivery, attempts, failure.text());
        long pauseMillis =
                Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(attempts - 1, 20));
        pauseFor(Math.max(1, Math.min(pauseMillis, outbox.limits.retryFor().toMillis() - age)));
        return false;
    }

    private static @Nullable ActionFailure attempt(ActionType type, List<Row> batch)
            throws InterruptedException {
        try {
            type.perform(batch.stream().map(Row::delivery).toList());
            return null;
        } catch (ActionFailure e) {
            return e;
        } catch (RuntimeException e) {
            // A boundary: a mistake in one kind of action must not stop the lane.
            LOG.atError().setCause(e).addKeyValue("action", type.name()).log("rules.action.broken");
            return ActionFailure.permanent("internal failure: " + e, e);
        }
    }

    private void fail(List<Row> batch, String reason) {
        WriteBatch changes = new WriteBatch();
        List<Delivery> instead =
                outbox.listener.failed(batch.stream().map(Row::delivery).toList(), reason);
        if (instead.isEmpty()) {
            remove(batch, changes);
            return;
        }
        // The last one's row comes with the deletion of those that it is for.
        for (Delivery error : instead.subList(0, instead.size() - 1)) {
            outbox.add(error);
        }
        delete(batch, changes);
        outbox.add(instead.getLast(), changes);
        forget(batch);
    }

    private void remove(List<Row> batch, WriteBatch changes) {
        delete(batch, changes);
        outbox.store.commit(changes);
        forget(batch);
    }

    private static void delete(List<Row> batch, WriteBatch changes) {
        batch.forEach(row -> changes.delete(row.key));
    }

    private void forget(List<Row> batch) {
        lock.lock();
        try {
            for (Row row : batch) {
                if (Objects.equals(ready.peek(), row)) {
                    ready.remove();
                }
                outbox.pendingOf(key.rule()).add(-1, -row.size);
            }
        } finally {
            lock.unlock();
        }
    }

    private void pauseFor(long millis) {
        lock.lock();
        try {
            if (!outbox.isClosed()) {
                pause = outbox.timers.schedule(Duration.ofMillis(millis), this::work);
            }
        } finally {
            lock.unlock();
        }
    }

    private byte[] rowKey(long sequence) {
        return new Key(Key.decode(prefix, 0).parts())
                .then(String.format("%016x", sequence))
                .encoded();
    }
}
