package io.homeport.identity;

import io.homeport.aws.PageTokens;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Cuts lists into pages whose markers stay right while rows come and go. Immutable; thread-safe.
final class Paging {
    private static final int DEFAULT_SIZE = 25;

    private final PageTokens tokens;
    private final int maximumSize;

    Paging(PageTokens tokens, int maximumSize) {
        this.tokens = tokens;
        this.maximumSize = maximumSize;
    }

    /// A page of the rows that pass the filter.
    ///
    /// @param scope what the marker is good for
    <V> Page<V> page(
            String scope,
            @Nullable String marker,
            @Nullable Integer pageSize,
            Predicate<V> filter,
            Source<V> source) {
        int size = size(pageSize);
        Key after = marker == null ? null : keyOf(tokens.decode(scope, marker));
        List<V> items = new ArrayList<>();
        Key last = null;
        while (true) {
            List<Table.IndexRow<V>> rows = source.rows(after, size + 1);
            for (Table.IndexRow<V> row : rows) {
                after = row.position();
                if (!filter.test(row.value())) {
                    continue;
                }
                if (items.size() == size && last != null) {
                    return new Page<>(items, tokens.encode(scope, textOf(last)));
                }
                items.add(row.value());
                last = row.position();
            }
            if (rows.size() <= size) {
                return new Page<>(items, null);
            }
        }
    }

    /// A page of a list in memory that is sorted by its keys.
    <V> Page<V> page(
            String scope,
            @Nullable String marker,
            @Nullable Integer pageSize,
            List<V> sorted,
            Function<V, String> key) {
        int size = size(pageSize);
        String after = marker == null ? "" : tokens.decode(scope, marker);
        List<V> rest =
                sorted.stream().filter(item -> key.apply(item).compareTo(after) > 0).toList();
        if (rest.size() <= size) {
            return new Page<>(rest, null);
        }
        List<V> items = rest.subList(0, size);
        return new Page<>(items, tokens.encode(scope, key.apply(items.getLast())));
    }

    /// @param nextMarker null on the last page
    record Page<V>(List<V> items, @Nullable String nextMarker) {
        Page {
            items = List.copyOf(items);
        }
    }

    /// Reads rows behind a position of an index.
    interface Source<V> {
        List<Table.IndexRow<V>> rows(@Nullable Key after, int limit);
    }

    private int size(@Nullable Integer asked) {
        if (asked == null) {
            return DEFAULT_SIZE;
        }
        if (asked < 1 || asked > maximumSize) {
            throw Faults.invalid("pageSize must be from 1 to " + maximumSize + ", it is " + asked);
        }
        return asked;
    }

    /// A character per byte: longest positions have to fit into the 1024 characters of a marker.
    private static String textOf(Key position) {
        return new String(position.encoded(), StandardCharsets.ISO_8859_1);
    }

    private static Key keyOf(String text) {
        return Key.decode(text.getBytes(StandardCharsets.ISO_8859_1), 0);
    }
}
