package io.homeport.functions;

import io.homeport.storage.Key;
import io.homeport.storage.View;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.ThrottleReason;

/// Runs functions: finds the version, keeps to the limits on concurrency, and takes a process from
/// the pool. Thread-safe.
final class Invocations {
    private static final byte[] EMPTY_EVENT = {'{', '}'};

    private final Functions functions;
    private final ProcessPool pool;
    private final Watch watch;
    private final Concurrency concurrency;
    private final LongAdder invocations = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder throttles = new LongAdder();

    /// What is to be run.
    ///
    /// @param name as the caller gave it
    record Order(
            FunctionName name, String requestId, byte[] payload, @Nullable String clientContext) {}

    /// How that went.
    sealed interface Outcome {
        /// The function ran.
        record Ran(VersionRecord version, Invocation.Result result) implements Outcome {}

        /// There was no room.
        record Throttled(ThrottleReason reason) implements Outcome {}

        /// This machine can't run it.
        record Unavailable(String message) implements Outcome {}
    }

    private record Found(VersionRecord version, FunctionRecord function, int reservedTotal) {}

    Invocations(Functions functions, ProcessPool pool, Watch watch) {
        this.functions = functions;
        this.pool = pool;
        this.watch = watch;
        this.concurrency = new Concurrency(functions.limits.concurrentExecutions());
    }

    /// Runs a function to its end. Blocks.
    ///
    /// @throws software.amazon.awssdk.services.lambda.model.ResourceNotFoundException where there
    ///   is no such function
    Outcome run(Order order) {
        Found found = functions.database.read(view -> find(view, order.name));
        Integer reserved = found.function.reservedExecutions();
        ThrottleReason reason = concurrency.acquire(order.name, reserved, found.reservedTotal);
        if (reason != null) {
            throttles.increment();
            return new Outcome.Throttled(reason);
        }
        watch.begin();
        try {
            return run(order, found.version);
        } finally {
            watch.end();
            concurrency.release(order.name, reserved);
        }
    }

    private Outcome run(Order order, VersionRecord version) {
        Optional<ProcessPool.Lease> lease;
        try {
            lease = pool.take(version);
        } catch (Runtimes.MissingException | UncheckedIOException e) {
            errors.increment();
            return new Outcome.Unavailable(String.valueOf(e.getMessage()));
        }
        if (lease.isEmpty()) {
            throttles.increment();
            return new Outcome.Throttled(ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
        }
        try {
            Invocation.Result result =
                    lease.get()
                            .process()
                            .run(
                                    new Invocation(
                                            order.requestId,
                                            order.name.arn(),
                                            order.payload.length == 0 ? EMPTY_EVENT : order.payload,
                                            order.clientContext));
            invocations.increment();
            if (result.errorType() != null) {
                errors.increment();
            }
            return new Outcome.Ran(version, result);
        } finally {
            lease.get().giveBack();
        }
    }

    private Found find(View view, FunctionName name) {
        VersionRecord version = functions.pick(view, name);
        return new Found(
                version,
                functions.function(view, name),
                functions.reservedTotal(view, Key.of(name.account(), name.region())));
    }

    /// Functions that ran to their end, however that was, since the start.
    long invocations() {
        return invocations.sum();
    }

    /// Those of them that failed, and those that could not be started.
    long errors() {
        return errors.sum();
    }

    /// Invocations that found no room.
    long throttles() {
        return throttles.sum();
    }
}
