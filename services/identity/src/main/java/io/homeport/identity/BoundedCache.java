package io.homeport.identity;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/// Keeps the values used last, at most so many. Thread-safe. Values must follow from their keys
/// alone, so that nothing ever needs to be thrown out because it is stale.
final class BoundedCache<K, V> {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<K, V> entries;

    BoundedCache(int capacity) {
        this.entries =
                new LinkedHashMap<>(16, 0.75f, true) {
                    @Override
                    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                        return size() > capacity;
                    }
                };
    }

    /// The value of a key, made by the function where it isn't here. May make a value twice.
    V get(K key, Function<K, V> make) {
        lock.lock();
        try {
            V cached = entries.get(key);
            if (cached != null) {
                return cached;
            }
        } finally {
            lock.unlock();
        }
        V made = make.apply(key);
        lock.lock();
        try {
            entries.put(key, made);
        } finally {
            lock.unlock();
        }
        return made;
    }
}
