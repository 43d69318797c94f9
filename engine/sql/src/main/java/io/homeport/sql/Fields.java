package io.homeport.sql;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The fields of an object in their order. Small ones, which most are, are searched in a row; large
/// ones have an index. Immutable once built.
final class Fields {
    static final Fields EMPTY = new Builder().build();
    private static final int INDEXED = 16;

    private final String[] keys;
    private final Value[] values;
    private final int size;
    private final @Nullable Map<String, Integer> index;

    private Fields(Builder builder) {
        this.keys = builder.keys;
        this.values = builder.values;
        this.size = builder.size;
        this.index = builder.index;
    }

    int size() {
        return size;
    }

    String key(int i) {
        return keys[i];
    }

    Value value(int i) {
        return values[i];
    }

    Value get(String key) {
        if (index != null) {
            Integer at = index.get(key);
            return at == null ? Absent.UNDEFINED : values[at];
        }
        for (int i = 0; i < size; i++) {
            if (keys[i].equals(key)) {
                return values[i];
            }
        }
        return Absent.UNDEFINED;
    }

    /// Owned by one thread, and of no use after {@link #build}.
    static final class Builder {
        private String[] keys = new String[8];
        private Value[] values = new Value[8];
        private int size;
        private @Nullable Map<String, Integer> index;

        Builder() {}

        Builder(Fields fields) {
            putAll(fields);
        }

        Builder putAll(Fields fields) {
            for (int i = 0; i < fields.size; i++) {
                put(fields.keys[i], fields.values[i]);
            }
            return this;
        }

        /// A key that is there already keeps its place and gets the new value. Undefined changes
        /// nothing, since it can't be in JSON.
        Builder put(String key, Value value) {
            if (value.isUndefined()) {
                return this;
            }
            int at = find(key);
            if (at >= 0) {
                values[at] = value;
                return this;
            }
            if (size == keys.length) {
                keys = Arrays.copyOf(keys, 2 * size);
                values = Arrays.copyOf(values, 2 * size);
            }
            keys[size] = key;
            values[size] = value;
            if (index != null) {
                index.put(key, size);
            }
            size++;
            if (size == INDEXED) {
                buildIndex();
            }
            return this;
        }

        /// Puts a value at a path, making the objects on the way to it.
        Builder put(String[] path, int from, Value value) {
            if (from == path.length - 1 || value.isUndefined()) {
                return put(path[from], value);
            }
            int at = find(path[from]);
            Builder inner =
                    at >= 0 && values[at] instanceof Value.Obj(Fields fields)
                            ? new Builder(fields)
                            : new Builder();
            return put(path[from], new Value.Obj(inner.put(path, from + 1, value).build()));
        }

        Fields build() {
            return new Fields(this);
        }

        private int find(String key) {
            if (index != null) {
                Integer at = index.get(key);
                return at == null ? -1 : at;
            }
            for (int i = 0; i < size; i++) {
                if (keys[i].equals(key)) {
                    return i;
                }
            }
            return -1;
        }

        private void buildIndex() {
            Map<String, Integer> made = new HashMap<>(4 * INDEXED);
            for (int i = 0; i < size; i++) {
                made.put(keys[i], i);
            }
            index = made;
        }
    }
}
