package io.homeport.shadow;

import io.homeport.core.Invariant;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.Transaction;
import io.homeport.storage.View;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The tables of the shadows. Keys are account, region, thing name, shadow name. Immutable.
final class ShadowTables {
    /// How many rows are deleted in one transaction.
    private static final int BATCH = 500;

    private static final String BY_TIME = "time";

    final Table<ShadowRow> shadows = new Table<>("shadow.shadows", ShadowRow.class);

    /// What is remembered of shadows that are gone.
    final Table<DeletedRow> deleted =
            new Table<>("shadow.deleted", DeletedRow.class).index(BY_TIME, DeletedRow::timeKeys);

    /// @param document state and metadata as JSON text, in which numbers keep all their digits
    record ShadowRow(long version, String document, long updatedAtMillis) {
        static ShadowRow of(ShadowDocument shadow, long millis) {
            ObjectNode document = shadow.state();
            ObjectNode metadata = shadow.metadata();
            ObjectNode both = document.objectNode();
            both.set("state", document);
            both.set("metadata", metadata);
            return new ShadowRow(
                    shadow.version(),
                    new String(ShadowJson.write(both), StandardCharsets.UTF_8),
                    millis);
        }

        ShadowDocument shadow() {
            JsonNode both = ShadowJson.read(document);
            return new ShadowDocument(section(both, "desired"), section(both, "reported"), version);
        }

        private static @Nullable Section section(JsonNode both, String name) {
            JsonNode state = both.path("state").get(name);
            JsonNode metadata = both.path("metadata").get(name);
            if (state == null) {
                return null;
            }
            Invariant.check(
                    state instanceof ObjectNode && metadata instanceof ObjectNode,
                    "a section of a stored shadow is no object");
            return new Section((ObjectNode) state, (ObjectNode) metadata);
        }
    }

    /// @param version that the shadow had at last
    record DeletedRow(long version, long deletedAtMillis) {
        List<Key> timeKeys() {
            return List.of(Key.of(sortable(deletedAtMillis)));
        }
    }

    /// Deletes at most one batch of what was deleted before that time; false where there was less.
    boolean forget(Database database, long beforeMillis) {
        String before = sortable(beforeMillis);
        return database.write(transaction -> {
            List<Table.IndexRow<DeletedRow>> rows =
                    deleted.listBy(transaction, BY_TIME, Key.EMPTY, null, BATCH).stream()
                            .filter(row -> row.position().part(0).compareTo(before) < 0)
                            .toList();
            rows.forEach(row -> deleted.delete(transaction, row.key()));
            return rows.size() == BATCH;
        });
    }

    /// Names of the thing's shadows behind the one named `after`, the classic one left out.
    List<String> names(View view, ShadowId.ThingId thing, String after, int limit) {
        return shadows.list(view, thing.key(), thing.key().then(after), limit).stream()
                .map(row -> row.key().last())
                .toList();
    }

    /// Deletes everything, in several transactions.
    void wipe(Database database) {
        wipe(database, shadows);
        wipe(database, deleted);
    }

    private static <V> void wipe(Database database, Table<V> table) {
        boolean more = true;
        while (more) {
            more = database.write(transaction -> wipeSome(transaction, table));
        }
    }

    private static <V> boolean wipeSome(Transaction transaction, Table<V> table) {
        List<Table.Row<V>> rows = table.list(transaction, Key.EMPTY, null, BATCH);
        rows.forEach(row -> table.delete(transaction, row.key()));
        return rows.size() == BATCH;
    }

    /// Text that is ordered as the numbers are.
    private static String sortable(long millis) {
        return "%019d".formatted(millis);
    }
}
