package io.homeport.shadow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/// Works off the tasks of one thing in their order and those of different things in parallel.
/// Thread-safe; offering never blocks. Bounded: per thing, in all, and in bytes.
///
/// A lane with work occupies one virtual thread, which takes all that waits in it at a time, so
/// that what comes in during an fsync shares the next one.
final class ThingLanes<T> {
    /// How many tasks are worked off together.
    private static final int BATCH = 64;

    private final Executor executor;
    private final ShadowLimits limits;
    private final ToIntFunction<T> bytes;
    private final Consumer<List<T>> work;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock. A lane is there while a thread works for it.
    private final Map<ShadowId.ThingId, Queue<T>> lanes = new HashMap<>();
    private int waiting;
    private long waitingBytes;

    /// Whether a task was taken.
    enum Offer {
        TAKEN,
        THING_BUSY,
        ALL_BUSY
    }

    /// @param executor runs each task it is given, without blocking the caller
    /// @param bytes how much memory a task holds
    /// @param work called with the tasks of one thing; doesn't throw
    ThingLanes(
            Executor executor,
            ShadowLimits limits,
            ToIntFunction<T> bytes,
            Consumer<List<T>> work) {
        this.executor = executor;
        this.limits = limits;
        this.bytes = bytes;
        this.work = work;
    }

    Offer offer(ShadowId.ThingId thing, T task) {
        int size = bytes.applyAsInt(task);
        boolean idle;
        lock.lock();
        try {
            if (waiting >= limits.waiting() || waitingBytes + size > limits.waitingBytes()) {
                return Offer.ALL_BUSY;
            }
            Queue<T> lane = lanes.get(thing);
            idle = lane == null;
            if (lane == null) {
                lane = new ArrayDeque<>();
                lanes.put(thing, lane);
            }
            if (lane.size() >= limits.waitingPerThing()) {
                return Offer.THING_BUSY;
            }
            lane.add(task);
            waiting++;
            waitingBytes += size;
        } finally {
            lock.unlock();
        }
        if (idle) {
            executor.execute(() -> run(thing));
        }
        return Offer.TAKEN;
    }

    private void run(ShadowId.ThingId thing) {
        for (List<T> batch = take(thing); !batch.isEmpty(); batch = take(thing)) {
            work.accept(batch);
        }
    }

    private List<T> take(ShadowId.ThingId thing) {
        List<T> batch = new ArrayList<>();
        lock.lock();
        try {
            Queue<T> lane = lanes.getOrDefault(thing, new ArrayDeque<>());
            for (T task = lane.poll(); task != null; task = lane.poll()) {
                batch.add(task);
                waiting--;
                waitingBytes -= bytes.applyAsInt(task);
                if (batch.size() == BATCH) {
                    break;
                }
            }
            if (batch.isEmpty()) {
                lanes.remove(thing);
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }
}
