package io.homeport.shadow;

import io.homeport.aws.AwsService;
import io.homeport.aws.OperationTable;
import io.homeport.aws.PageTokens;
import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import io.homeport.core.MessageBus;
import io.homeport.core.Timers;
import io.homeport.storage.Database;
import io.homeport.storage.StorageException;
import java.time.Duration;
import java.util.concurrent.Executor;

/// The Device Shadow service of AWS IoT, over MQTT and HTTPS. Thread-safe.
public final class ShadowService implements AwsService, AutoCloseable {
    private static final Duration SWEEP = Duration.ofHours(1);

    private final Ports ports;
    private final ShadowTables tables = new ShadowTables();
    private final ShadowStatistics statistics = new ShadowStatistics();
    private final ShadowOperations operations;
    private final ShadowViews views;
    private final ShadowTopics topics;
    private volatile boolean closed;

    /// What the shadows need of others.
    ///
    /// @param executor runs each task on a thread of its own, which may block
    public record Ports(
            Database database,
            Clock clock,
            Timers timers,
            PageTokens pageTokens,
            MessageBus bus,
            Executor executor) {}

    /// Listens on the reserved topics from now on.
    ///
    /// @param account whose topics
    /// @param region of shadows that are updated by messages that come from no connection
    public ShadowService(Ports ports, AccountId account, String region, ShadowLimits limits) {
        this.ports = ports;
        ShadowEngine engine =
                new ShadowEngine(
                        ports.database,
                        tables,
                        ports.clock,
                        ports.bus,
                        ports.executor,
                        limits,
                        statistics);
        ShadowThrottle throttle = new ShadowThrottle(ports.clock, limits);
        operations =
                new ShadowOperations(
                        ports.database, tables, engine, throttle, ports.pageTokens, ports.clock);
        views =
                new ShadowViews(
                        ports.database, tables, () -> Math.floorDiv(ports.clock.millis(), 1000));
        topics = new ShadowTopics(ports.bus, account, region, engine, throttle);
        sweep();
    }

    @Override
    public void register(OperationTable table) {
        operations.register(table);
    }

    /// What others read of shadows.
    public ShadowViews views() {
        return views;
    }

    /// Numbers for metrics.
    public ShadowStatistics statistics() {
        return statistics;
    }

    /// Deletes everything: all accounts, all regions, in several transactions. For the test mode.
    public void reset() {
        tables.wipe(ports.database);
    }

    /// Takes no more requests from topics.
    @Override
    public void close() {
        closed = true;
        topics.close();
    }

    /// Forgets, now and then, the versions of shadows that were deleted long ago.
    private void sweep() {
        ports.timers.schedule(
                SWEEP,
                () -> {
                    if (!closed) {
                        ports.executor.execute(this::forget);
                        sweep();
                    }
                });
    }

    private void forget() {
        long before = ports.clock.millis() - ShadowEngine.VERSION_MEMORY.toMillis();
        try {
            boolean more = true;
            while (more) {
                more = tables.forget(ports.database, before);
            }
        } catch (StorageException e) {
            // What is too old isn't looked at anyway; the next sweep deletes it.
            return;
        }
    }

    ShadowOperations operations() {
        return operations;
    }

    ShadowTables tables() {
        return tables;
    }
}
