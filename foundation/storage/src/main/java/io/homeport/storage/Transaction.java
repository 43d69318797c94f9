package io.homeport.storage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads and writes that are committed together; reads see the transaction's own writes. Used by
/// one thread, inside {@link Database#write}.
public final class Transaction implements View {
    private final Store store;
    private final NavigableMap<byte[], Optional<byte[]>> written =
            new TreeMap<>(Arrays::compareUnsigned);

    Transaction(Store store) {
        this.store = store;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        Optional<byte[]> own = written.get(key);
        return own == null ? store.get(key) : own.orElse(null);
    }

    @Override
    public List<Store.Entry> scan(byte[] from, byte @Nullable [] to, int limit) {
        if (limit <= 0 || (to != null && Arrays.compareUnsigned(from, to) >= 0)) {
            return List.of();
        }
        NavigableMap<byte[], Optional<byte[]>> own =
                to == null ? written.tailMap(from, true) : written.subMap(from, true, to, false);
        if (own.isEmpty()) {
            return store.scan(from, to, limit);
        }
        // A deletion of ours can hide at most one stored entry, so this many are always enough.
        int wanted = (int) Math.min(Integer.MAX_VALUE, (long) limit + own.size());
        TreeMap<byte[], byte[]> merged = new TreeMap<>(Arrays::compareUnsigned);
        for (Store.Entry entry : store.scan(from, to, wanted)) {
            merged.put(entry.key(), entry.value());
        }
        boolean storedIsCut = merged.size() == wanted;
        byte[] lastStored = merged.isEmpty() ? null : merged.lastKey();
        for (Map.Entry<byte[], Optional<byte[]>> entry : own.entrySet()) {
            if (storedIsCut && Arrays.compareUnsigned(entry.getKey(), lastStored) > 0) {
                break;
            }
            entry.getValue()
                    .ifPresentOrElse(
                            value -> merged.put(entry.getKey(), value),
                            () -> merged.remove(entry.getKey()));
        }
        List<Store.Entry> result = new ArrayList<>();
        for (Map.Entry<byte[], byte[]> entry : merged.entrySet()) {
            if (result.size() == limit) {
                break;
            }
            result.add(new Store.Entry(entry.getKey(), entry.getValue()));
        }
        return result;
    }

    public void put(byte[] key, byte[] value) {
        written.put(key, Optional.of(value));
    }

    public void delete(byte[] key) {
        written.put(key, Optional.empty());
    }

    WriteBatch toBatch() {
        WriteBatch batch = new WriteBatch();
        written.forEach((key, value) -> {
            if (value.isPresent()) {
                batch.put(key, value.get());
            } else {
                batch.delete(key);
            }
        });
        return batch;
    }
}
