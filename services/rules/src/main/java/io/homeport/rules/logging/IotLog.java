package io.homeport.rules.logging;

import io.homeport.core.Clock;
import io.homeport.core.Json;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.StorageException;
import io.homeport.storage.Table;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// The log of AWS IoT, `AWSIotLogsV2.log`: one JSON object in a line. Off until an account asks for
/// it. Thread-safe.
public final class IotLog implements AutoCloseable {
    /// account, region.
    static final Table<LoggingOptions> OPTIONS = new Table<>("rules.logging", LoggingOptions.class);

    private static final Logger LOG = LoggerFactory.getLogger(IotLog.class);
    private static final int WAITING = 10_000;

    private final Ports ports;
    private final LogFile file;
    private final Map<Key, LoggingOptions> options = new ConcurrentHashMap<>();
    private final ReentrantLock changing = new ReentrantLock();
    private final BlockingQueue<Stamped> waiting = new ArrayBlockingQueue<>(WAITING);
    private final AtomicBoolean writing = new AtomicBoolean();
    private final LongAdder lost = new LongAdder();

    /// @param workers runs tasks that block
    /// @param folder made with the first entry
    /// @param region the server's, for entries that have none
    public record Ports(
            Database database,
            Clock clock,
            Executor workers,
            Path folder,
            ThingGroups groups,
            String region) {}

    /// Which groups a thing is in. Thread-safe; may block.
    public interface ThingGroups {
        /// Names of all groups that the thing is in, those above them too.
        Set<String> of(String account, String region, String thingName);
    }

    private record Stamped(LogEntry entry, long atMillis) {}

    public IotLog(Ports ports) {
        this.ports = ports;
        this.file = new LogFile(ports.folder(), LogFile.LARGEST);
    }

    /// Reads what accounts want. Blocks.
    public void start() {
        OPTIONS.forEach(ports.database, row -> options.put(row.key(), row.value()));
    }

    /// Whether any account wants anything, so that an entry is worth making.
    public boolean isOn() {
        return !options.isEmpty();
    }

    /// Takes an entry; returns at once.
    public void log(LogEntry given) {
        LogEntry entry = given.region().isEmpty() ? given.in(ports.region) : given;
        LoggingOptions wanted = options.get(Key.of(entry.account(), entry.region()));
        if (wanted == null || wanted.surelyUnwanted(entry)) {
            return;
        }
        if (!waiting.offer(new Stamped(entry, ports.clock.millis()))) {
            lost.increment();
        }
        wake();
    }

    private void wake() {
        if (writing.compareAndSet(false, true)) {
            try {
                ports.workers.execute(this::write);
            } catch (RejectedExecutionException e) {
                LOG.atDebug().log("iot-log.stopping");
            }
        }
    }

    private void write() {
        try {
            drain();
            file.flush();
        } finally {
            writing.set(false);
        }
        if (!waiting.isEmpty()) {
            wake();
        }
    }

    private void drain() {
        for (Stamped next = waiting.poll(); next != null; next = waiting.poll()) {
            LogEntry entry = next.entry;
            LoggingOptions wanted = options.get(Key.of(entry.account(), entry.region()));
            try {
                if (wanted != null && wanted.wants(entry, groupsFor(entry))) {
                    file.append(Json.MAPPER.writeValueAsBytes(render(next, wanted)));
                }
            } catch (StorageException e) {
                // Nobody knows in which groups its thing is.
                lost.increment();
            }
        }
    }

    private LoggingOptions.Groups groupsFor(LogEntry entry) {
        return (group, thing) ->
                ports.groups.of(entry.account(), entry.region(), thing).contains(group);
    }

    private static ObjectNode render(Stamped stamped, LoggingOptions wanted) {
        LogEntry entry = stamped.entry;
        ObjectNode line = Json.MAPPER.createObjectNode();
        line.put("timestamp", Timestamps.text(stamped.atMillis));
        line.put("logLevel", entry.level().name());
        line.put("traceId", entry.traceId());
        line.put("accountId", entry.account());
        line.put("status", entry.success() ? "Success" : "Failure");
        line.put("eventType", entry.eventType());
        put(line, "clientId", entry.clientId());
        put(line, "principalId", entry.principalId());
        put(line, "sourceIp", entry.sourceIp());
        entry.details().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(detail -> line.put(detail.getKey(), detail.getValue()));
        LoggingOptions.EventLevel event = wanted.events().get(entry.eventType());
        put(line, "logDestination", event == null ? null : event.destination());
        return line;
    }

    private static void put(ObjectNode line, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            line.put(name, value);
        }
    }

    /// What an account wants; null where it has never said.
    @Nullable LoggingOptions options(Key key) {
        return options.get(key);
    }

    void change(Key key, UnaryOperator<@Nullable LoggingOptions> how) {
        changing.lock();
        try {
            LoggingOptions changed = how.apply(options.get(key));
            if (changed != null) {
                ports.database.update(transaction -> OPTIONS.put(transaction, key, changed));
                options.put(key, changed);
            }
        } finally {
            changing.unlock();
        }
    }

    /// The newest lines, oldest first, without those that still wait to be written. Blocks.
    public List<String> newest(int lines) {
        return file.newest(lines);
    }

    /// Entries that were not written since the start, because too many came at once or the disk
    /// took none.
    public long lost() {
        return lost.sum() + file.lost();
    }

    /// Forgets what accounts want, and all entries; for the test mode.
    public void reset() {
        changing.lock();
        try {
            for (Key key : List.copyOf(options.keySet())) {
                ports.database.update(transaction -> OPTIONS.delete(transaction, key));
                options.remove(key);
            }
            waiting.clear();
            file.delete();
        } finally {
            changing.unlock();
        }
    }

    /// Writes what waits and takes no more.
    @Override
    public void close() {
        drain();
        file.close();
    }
}
