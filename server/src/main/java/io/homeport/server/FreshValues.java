package io.homeport.server;

import io.homeport.core.Clock;
import io.homeport.core.targets.TargetScope;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// Answers that are kept for 15 minutes, as AWS IoT keeps secrets and descriptors
/// (iot-sql-functions); the oldest go when there are too many. Thread-safe.
final class FreshValues<T> {
    private static final long FRESH_MILLIS = Duration.ofMinutes(15).toMillis();
    private static final int MOST = 500;

    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, Value<T>> values = new LinkedHashMap<>();

    record Key(TargetScope scope, String name, String part) {}

    private record Value<T>(T value, long readAtMillis) {}

    FreshValues(Clock clock) {
        this.clock = clock;
    }

    /// The value that is kept, else what the reader gives. Two may read the same at once.
    T get(Key key, Supplier<T> reader) {
        long now = clock.steadyMillis();
        lock.lock();
        try {
            Value<T> present = values.get(key);
            if (present != null && now - present.readAtMillis < FRESH_MILLIS) {
                return present.value;
            }
        } finally {
            lock.unlock();
        }
        T read = reader.get();
        lock.lock();
        try {
            values.remove(key);
            values.put(key, new Value<>(read, now));
            if (values.size() > MOST) {
                values.remove(values.keySet().iterator().next());
            }
        } finally {
            lock.unlock();
        }
        return read;
    }
}
