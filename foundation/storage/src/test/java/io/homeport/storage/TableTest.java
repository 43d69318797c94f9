package io.homeport.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TableTest {
    private final MemoryStore store = new MemoryStore();
    private final Database database = new Database(store);
    private final Table<Lamp> lamps =
            new Table<>("lamps", Lamp.class)
                    .index("colour", lamp -> lamp.colours().stream().map(Key::of).toList());

    record Lamp(String name, List<String> colours) {}

    @Test
    void aRowIsWrittenReadReplacedAndDeleted() {
        put("hall", "red");
        assertThat(get("hall")).isEqualTo(new Lamp("hall", List.of("red")));
        put("hall", "blue");
        assertThat(get("hall")).isEqualTo(new Lamp("hall", List.of("blue")));
        assertThat(database.<Boolean>write(t -> lamps.delete(t, Key.of("hall")))).isTrue();
        assertThat(database.<Boolean>write(t -> lamps.delete(t, Key.of("hall")))).isFalse();
        assertThat(get("hall")).isNull();
    }

    @Test
    void theIndexFollowsEveryChangeOfARow() {
        put("hall", "red", "blue");
        put("door", "red");
        assertThat(names("red", null, 9)).containsExactly("door", "hall");
        assertThat(names("blue", null, 9)).containsExactly("hall");
        put("hall", "blue", "green");
        assertThat(names("red", null, 9)).containsExactly("door");
        assertThat(names("green", null, 9)).containsExactly("hall");
        database.update(t -> lamps.delete(t, Key.of("hall")));
        assertThat(names("blue", null, 9)).isEmpty();
        assertThat(names("green", null, 9)).isEmpty();
        database.update(t -> lamps.delete(t, Key.of("door")));
        assertThat(store.scan(new byte[0], null, 9)).isEmpty();
    }

    @Test
    void changesWithinOneTransactionKeepTheIndexRight() {
        database.update(t -> {
            lamps.put(t, Key.of("a"), new Lamp("a", List.of("red")));
            lamps.put(t, Key.of("a"), new Lamp("a", List.of("blue")));
            lamps.put(t, Key.of("b"), new Lamp("b", List.of("blue")));
            lamps.delete(t, Key.of("b"));
            assertThat(lamps.listBy(t, "colour", Key.of("red"), null, 9)).isEmpty();
            assertThat(lamps.listBy(t, "colour", Key.of("blue"), null, 9)).hasSize(1);
        });
        assertThat(names("red", null, 9)).isEmpty();
        assertThat(names("blue", null, 9)).containsExactly("a");
    }

    @Test
    void pagesFollowOneAnotherAlsoWhenTheirLastRowIsGone() {
        for (int i = 0; i < 10; i++) {
            put("lamp" + i, "red");
        }
        List<Table.Row<Lamp>> page = list(Key.EMPTY, null, 4);
        assertThat(page).extracting(row -> row.key().last()).endsWith("lamp3").hasSize(4);
        database.update(t -> lamps.delete(t, Key.of("lamp3")));
        page = list(Key.EMPTY, page.getLast().key(), 4);
        assertThat(page)
                .extracting(row -> row.value().name())
                .startsWith("lamp4")
                .endsWith("lamp7");
        assertThat(list(Key.EMPTY, page.getLast().key(), 4)).hasSize(2);
        assertThat(list(Key.EMPTY, Key.of("lamp9"), 4)).isEmpty();

        List<String> seen = new ArrayList<>();
        Key after = null;
        for (List<Table.IndexRow<Lamp>> rows = listBy("red", after, 2);
                !rows.isEmpty();
                rows = listBy("red", after, 2)) {
            rows.forEach(row -> seen.add(row.value().name()));
            after = rows.getLast().position();
        }
        assertThat(seen).hasSize(9).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void everyRowIsHandedOverOnceAlsoWhereThePagesEnd() {
        for (int count : List.of(0, 1, Table.PAGE - 1, Table.PAGE, Table.PAGE + 1)) {
            Table<Lamp> some = new Table<>("some" + count, Lamp.class);
            List<String> names = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String name = "lamp%04d".formatted(i);
                names.add(name);
                database.update(t -> some.put(t, Key.of(name), new Lamp(name, List.of())));
            }
            List<String> seen = new ArrayList<>();
            some.forEach(database, row -> seen.add(row.value().name()));
            assertThat(seen).isEqualTo(names);
        }
    }

    @Test
    void aPrefixIsOfWholeParts() {
        for (Key key : List.of(Key.of("a"), Key.of("a", "1"), Key.of("a\0"), Key.of("ab", "1"))) {
            database.update(t -> lamps.put(t, key, new Lamp("x", List.of())));
        }
        assertThat(list(Key.of("a"), null, 9))
                .extracting(Table.Row::key)
                .containsExactly(Key.of("a"), Key.of("a", "1"));
    }

    @Test
    void whateverAPageStartsAfterItStaysInItsPrefix() {
        for (Key key : List.of(Key.of("a", "1"), Key.of("b", "1"), Key.of("c", "1"))) {
            database.update(t -> lamps.put(t, key, new Lamp(key.part(0), List.of(key.part(0)))));
        }
        assertThat(list(Key.of("b"), Key.of("a"), 9)).hasSize(1);
        assertThat(list(Key.of("b"), Key.of("c"), 9)).isEmpty();
        assertThat(listBy("b", Key.of("a"), 9)).hasSize(1);
        assertThat(listBy("b", Key.of("c"), 9)).isEmpty();
        database.update(t -> assertThat(lamps.list(t, Key.of("b"), Key.of("c"), 9)).isEmpty());
    }

    @Test
    void tablesDoNotMeet() {
        Table<Lamp> other = new Table<>("lamps2", Lamp.class);
        put("hall", "red");
        database.update(t -> other.put(t, Key.of("hall"), new Lamp("other", List.of())));
        assertThat(list(Key.EMPTY, null, 9)).hasSize(1);
        assertThat(get("hall")).isEqualTo(new Lamp("hall", List.of("red")));
    }

    @Test
    void aRowThatCannotBeReadIsNamed() {
        record Wide(String name, List<String> colours, int watts) {}
        Table<Wide> newer = new Table<>("lamps", Wide.class);
        database.update(t -> newer.put(t, Key.of("hall"), new Wide("hall", List.of(), 3)));
        assertThatThrownBy(() -> get("hall"))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("hall")
                .hasMessageContaining("lamps")
                .hasMessageContaining("watts");
    }

    private void put(String name, String... colours) {
        database.update(t -> lamps.put(t, Key.of(name), new Lamp(name, List.of(colours))));
    }

    private @Nullable Lamp get(String name) {
        return database.read(view -> Optional.ofNullable(lamps.get(view, Key.of(name))))
                .orElse(null);
    }

    private List<Table.Row<Lamp>> list(Key prefix, @Nullable Key after, int limit) {
        return database.read(view -> lamps.list(view, prefix, after, limit));
    }

    private List<Table.IndexRow<Lamp>> listBy(String colour, @Nullable Key after, int limit) {
        return database.read(view -> lamps.listBy(view, "colour", Key.of(colour), after, limit));
    }

    private List<String> names(String colour, @Nullable Key after, int limit) {
        return listBy(colour, after, limit).stream().map(row -> row.value().name()).toList();
    }
}
