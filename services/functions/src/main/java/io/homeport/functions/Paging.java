package io.homeport.functions;

import io.homeport.aws.Caller;
import io.homeport.aws.PageTokens;
import io.homeport.core.Json;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.View;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Listing page by page. A marker carries the key of the last row that was shown. Thread-safe.
///
/// @param maximum the size of a page where the request names none or a larger one, as at AWS
record Paging(PageTokens tokens, int maximum) {
    /// @param marker null on the last page
    record Page<V>(List<V> values, @Nullable String marker) {}

    /// A page of a table's rows that start with the prefix and pass the filter.
    <V> Page<V> page(
            View view,
            Table<V> table,
            Key prefix,
            Predicate<Table.Row<V>> filter,
            String operation,
            Caller caller,
            @Nullable String marker,
            @Nullable Integer maxItems) {
        String scope =
                Json.MAPPER.writeValueAsString(
                        List.of(operation, caller.account().value(), caller.region(), prefix));
        int size = maxItems == null ? maximum : Math.min(maxItems, maximum);
        Key at =
                marker == null || marker.isEmpty()
                        ? null
                        : new Key(
                                List.of(
                                        Json.MAPPER.readValue(
                                                tokens.decode(scope, marker), String[].class)));
        List<V> values = new ArrayList<>();
        while (true) {
            List<Table.Row<V>> rows = table.list(view, prefix, at, size + 1);
            for (Table.Row<V> row : rows) {
                boolean passes = filter.test(row);
                if (passes && values.size() == size) {
                    Key last = at == null ? row.key() : at;
                    return new Page<>(
                            values,
                            tokens.encode(scope, Json.MAPPER.writeValueAsString(last.parts())));
                }
                if (passes) {
                    values.add(row.value());
                }
                at = row.key();
            }
            if (rows.size() <= size) {
                return new Page<>(values, null);
            }
        }
    }
}
