package io.homeport.storage;

import static io.homeport.storage.Bytes.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.testkit.Seeds;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Both engines do what a plain sorted map does.
final class StorePropertyTest {
    @TempDir private Path temporary = Path.of(".");

    @Test
    void randomBatchesAndScansAgreeInBothEngines() {
        Seeds.run(15, seed -> compare(seed, temporary.resolve("seed" + seed)));
    }

    private static void compare(long seed, Path directory) {
        Random random = new Random(seed);
        TreeMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
        MemoryStore memory = new MemoryStore();
        Store rocks = RocksStore.open(directory, Settings.DEFAULT);
        try {
            for (int step = 0; step < 150; step++) {
                if (random.nextInt(40) == 0) {
                    rocks.close();
                    rocks = RocksStore.open(directory, Settings.DEFAULT);
                }
                WriteBatch batch = batch(random, model);
                boolean accepted = holds(batch, model);
                assertThat(accepts(memory, batch)).as("memory, step %d", step).isEqualTo(accepted);
                assertThat(accepts(rocks, batch)).as("rocks, step %d", step).isEqualTo(accepted);
                if (accepted) {
                    batch.changes().forEach(change -> apply(model, change));
                }
                byte[] from = key(random);
                byte[] to = random.nextInt(5) == 0 ? null : key(random);
                int limit = random.nextInt(8);
                String expected = scan(model, from, to, limit);
                assertThat(describe(memory.scan(from, to, limit))).isEqualTo(expected);
                assertThat(describe(rocks.scan(from, to, limit))).isEqualTo(expected);
                assertThat(rocks.get(from)).isEqualTo(model.get(from));
                assertThat(memory.get(from)).isEqualTo(model.get(from));
            }
        } finally {
            rocks.close();
        }
    }

    private static WriteBatch batch(Random random, NavigableMap<byte[], byte[]> model) {
        WriteBatch batch = new WriteBatch();
        for (int n = random.nextInt(6); n >= 0; n--) {
            switch (random.nextInt(8)) {
                case 0 -> batch.deleteRange(key(random), key(random));
                case 1, 2 -> batch.delete(key(random));
                case 3 -> {
                    byte[] key = key(random);
                    batch.expect(key, random.nextInt(4) == 0 ? null : model.get(key));
                }
                default -> batch.put(key(random), new byte[] {(byte) random.nextInt(100)});
            }
        }
        return batch;
    }

    /// Short keys of few different bytes, so that they meet.
    private static byte[] key(Random random) {
        byte[] key = new byte[random.nextInt(4)];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (random.nextInt(4) * 85);
        }
        return key;
    }

    private static boolean holds(WriteBatch batch, NavigableMap<byte[], byte[]> model) {
        return batch.expectations().stream()
                .allMatch(e -> Arrays.equals(model.get(e.key()), e.value()));
    }

    private static boolean accepts(Store store, WriteBatch batch) {
        try {
            store.commit(batch);
            return true;
        } catch (ConflictException e) {
            return false;
        }
    }

    private static void apply(NavigableMap<byte[], byte[]> model, WriteBatch.Change change) {
        switch (change) {
            case WriteBatch.Change.Put(byte[] key, byte[] value) -> model.put(key, value);
            case WriteBatch.Change.Delete(byte[] key) -> model.remove(key);
            case WriteBatch.Change.DeleteRange(byte[] from, byte[] to) ->
                    model.keySet()
                            .removeIf(key ->
                                    Arrays.compareUnsigned(key, from) >= 0
                                            && Arrays.compareUnsigned(key, to) < 0);
        }
    }

    private static String scan(
            NavigableMap<byte[], byte[]> model, byte[] from, byte @Nullable [] to, int limit) {
        return describe(
                model.entrySet().stream()
                        .filter(e -> Arrays.compareUnsigned(e.getKey(), from) >= 0)
                        .filter(e -> to == null || Arrays.compareUnsigned(e.getKey(), to) < 0)
                        .limit(limit)
                        .map(StorePropertyTest::entry)
                        .toList());
    }

    private static Store.Entry entry(Map.Entry<byte[], byte[]> entry) {
        return new Store.Entry(entry.getKey(), entry.getValue());
    }

    private static String describe(Iterable<Store.Entry> entries) {
        StringBuilder text = new StringBuilder();
        for (Store.Entry entry : entries) {
            text.append(Arrays.toString(entry.key())).append(text(entry.value())).append(' ');
        }
        return text.toString();
    }
}
