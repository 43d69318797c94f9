package io.homeport.rules;

import io.homeport.core.Message;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The messages of one rule that wait for their evaluation: those of a topic one after the other,
/// others side by side. Bounded. Thread-safe.
final class EvaluationLanes {
    private static final Logger LOG = LoggerFactory.getLogger(EvaluationLanes.class);
    private static final int LANES = 8;

    private final Lane[] lanes = new Lane[LANES];
    private final Executor workers;
    private final EvaluationMemory memory;
    private final int maximumWaiting;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Evaluator evaluator;

    /// Evaluates one message. Blocks; runs on a worker.
    interface Evaluator {
        /// Returns a future that completes once what was decided is durable.
        CompletableFuture<Void> evaluate(Message message, String topic);
    }

    private record Job(Message message, String topic, CompletableFuture<Void> done) {}

    EvaluationLanes(
            Executor workers, EvaluationMemory memory, int maximumWaiting, Evaluator evaluator) {
        this.workers = workers;
        this.memory = memory;
        this.maximumWaiting = maximumWaiting;
        this.evaluator = evaluator;
        for (int i = 0; i < LANES; i++) {
            lanes[i] = new Lane();
        }
    }

    /// Takes a message; null where too many wait.
    ///
    /// @param topic as the rule sees it
    @Nullable CompletableFuture<Void> offer(Message message, String topic) {
        int bytes = message.payload().length + topic.length();
        if (waiting.incrementAndGet() > maximumWaiting || !memory.take(bytes)) {
            waiting.decrementAndGet();
            return null;
        }
        Job job = new Job(message, topic, new CompletableFuture<>());
        lanes[Math.floorMod(topic.hashCode(), LANES)].add(job);
        return job.done;
    }

    private void evaluate(Job job) {
        try {
            evaluator
                    .evaluate(job.message, job.topic)
                    .whenComplete((done, failure) -> {
                        if (failure == null) {
                            job.done.complete(null);
                        } else {
                            job.done.completeExceptionally(failure);
                        }
                    });
        } catch (RuntimeException | Error e) {
            // A boundary: a mistake in one evaluation must not stop the lane.
            LOG.atError().setCause(e).log("rules.evaluation.broken");
            job.done.completeExceptionally(e);
        } finally {
            memory.give(job.message.payload().length + job.topic.length());
            waiting.decrementAndGet();
        }
    }

    private final class Lane {
        private final ReentrantLock lock = new ReentrantLock();
        private final Deque<Job> jobs = new ArrayDeque<>(0);
        private boolean busy;

        void add(Job job) {
            boolean wake;
            lock.lock();
            try {
                jobs.add(job);
                wake = !busy;
                busy = true;
            } finally {
                lock.unlock();
            }
            if (wake) {
                try {
                    workers.execute(this::run);
                } catch (RejectedExecutionException e) {
                    job.done.completeExceptionally(e);
                }
            }
        }

        private void run() {
            while (true) {
                Job job;
                lock.lock();
                try {
                    job = jobs.poll();
                    busy = job != null;
                } finally {
                    lock.unlock();
                }
                if (job == null) {
                    return;
                }
                evaluate(job);
            }
        }
    }
}
