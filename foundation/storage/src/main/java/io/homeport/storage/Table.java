package io.homeport.storage;

import io.homeport.core.Invariant;
import io.homeport.core.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// Records of one type, stored as JSON under a {@link Key}, with secondary indexes. Immutable after
/// its indexes are declared; the table holds no state of its own.
///
/// Stored as: `t`, table name, key -> JSON; `i`, table name, index name, index key, key -> the
/// encoded key.
public final class Table<V> {
    /// Rows that {@link #forEach} reads at once: some hold as much as a message may.
    static final int PAGE = 100;

    private final String name;
    private final Class<V> type;
    private final Map<String, Function<V, List<Key>>> indexes = new TreeMap<>();

    /// @param type a record (or another type) that {@link Json#MAPPER} writes and reads
    public Table(String name, Class<V> type) {
        this.name = name;
        this.type = type;
    }

    /// Declares an index, before the table is first used: the keys under which a value is to be
    /// found.
    public Table<V> index(String indexName, Function<V, List<Key>> keys) {
        Invariant.check(!indexes.containsKey(indexName), "a second index " + indexName);
        indexes.put(indexName, keys);
        return this;
    }

    /// The value of a key, or null.
    public @Nullable V get(View view, Key key) {
        byte[] bytes = view.get(rowKey(key));
        return bytes == null ? null : read(key, bytes);
    }

    /// Writes a value and keeps the indexes right.
    public void put(Transaction transaction, Key key, V value) {
        if (!indexes.isEmpty()) {
            V old = get(transaction, key);
            if (old != null) {
                forEachIndexKey(old, key, transaction::delete);
            }
        }
        transaction.put(rowKey(key), Json.MAPPER.writeValueAsBytes(value));
        byte[] encodedKey = key.encoded();
        forEachIndexKey(value, key, indexKey -> transaction.put(indexKey, encodedKey));
    }

    /// Deletes a value and its index entries; false where there was none.
    public boolean delete(Transaction transaction, Key key) {
        V old = get(transaction, key);
        if (old == null) {
            return false;
        }
        forEachIndexKey(old, key, transaction::delete);
        transaction.delete(rowKey(key));
        return true;
    }

    /// At most `limit` rows whose keys start with the prefix, in key order, behind `after` where
    /// that is given. `after` needn't exist (any more); rows outside of the prefix are never
    /// listed, whatever it is.
    public List<Row<V>> list(View view, Key prefix, @Nullable Key after, int limit) {
        byte[] start = rowKey(prefix);
        byte[] from = after == null ? start : later(start, successor(rowKey(after)));
        List<Row<V>> rows = new ArrayList<>();
        int skip = rowKey(Key.EMPTY).length;
        for (Store.Entry entry : view.scan(from, end(start), limit)) {
            Key key = Key.decode(entry.key(), skip);
            rows.add(new Row<>(key, read(key, entry.value())));
        }
        return rows;
    }

    /// Hands over every row, in key order. They are read page by page, and what others write
    /// meanwhile may be handed over or not. Blocks.
    public void forEach(Database database, Consumer<Row<V>> action) {
        Key last = null;
        List<Row<V>> rows;
        do {
            Key after = last;
            rows = database.read(view -> list(view, Key.EMPTY, after, PAGE));
            rows.forEach(action);
            last = rows.isEmpty() ? null : rows.getLast().key();
        } while (rows.size() == PAGE);
    }

    /// At most `limit` rows with an index key that starts with the prefix, ordered by index key and
    /// then by key, behind the row `after` (by its index position) where that is given. `after` is
    /// taken as in {@link #list}.
    public List<IndexRow<V>> listBy(
            View view, String indexName, Key prefix, @Nullable Key after, int limit) {
        byte[] base = Key.of("i", name, indexName).encoded();
        byte[] start = concat(base, prefix.encoded());
        byte[] from =
                after == null ? start : later(start, successor(concat(base, after.encoded())));
        List<IndexRow<V>> rows = new ArrayList<>();
        for (Store.Entry entry : view.scan(from, end(start), limit)) {
            Key position = Key.decode(entry.key(), base.length);
            Key key = Key.decode(entry.value(), 0);
            V value = get(view, key);
            if (value != null) {
                rows.add(new IndexRow<>(position, key, value));
            }
        }
        return rows;
    }

    /// A row of {@link #list}.
    public record Row<V>(Key key, V value) {}

    /// A row of {@link #listBy}.
    ///
    /// @param position where the row stands in the index; hand it in as `after` to go on
    public record IndexRow<V>(Key position, Key key, V value) {}

    private void forEachIndexKey(V value, Key key, Consumer<byte[]> action) {
        indexes.forEach((indexName, keys) -> {
            byte[] base = Key.of("i", name, indexName).encoded();
            for (Key indexKey : keys.apply(value)) {
                action.accept(concat(base, concat(indexKey.encoded(), key.encoded())));
            }
        });
    }

    private V read(Key key, byte[] json) {
        try {
            return Json.MAPPER.readValue(json, type);
        } catch (JacksonException e) {
            throw new StorageException(
                    "row "
                            + key.parts()
                            + " of table "
                            + name
                            + " can't be read (was it written by a newer version?): "
                            + e.getOriginalMessage(),
                    e);
        }
    }

    private byte[] rowKey(Key key) {
        return concat(Key.of("t", name).encoded(), key.encoded());
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /// The first key behind all that start with these bytes.
    static byte[] end(byte[] prefix) {
        return concat(prefix, new byte[] {(byte) 0xFF});
    }

    private static byte[] later(byte[] first, byte[] second) {
        return Arrays.compareUnsigned(first, second) >= 0 ? first : second;
    }

    private static byte[] successor(byte[] key) {
        return concat(key, new byte[] {0});
    }
}
