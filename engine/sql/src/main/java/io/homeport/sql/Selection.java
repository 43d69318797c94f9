package io.homeport.sql;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What stands behind SELECT, compiled. Immutable.
final class Selection {
    /// @param node null for `*`
    /// @param path of the result's key; empty for `*` without a name
    record Item(@Nullable Node node, String[] path) {}

    private final boolean value;
    private final List<Item> items;

    /// Whether every item has a key of its own at the top, so that the result can be written as it
    /// is evaluated.
    private final boolean flat;

    Selection(boolean value, List<Item> items) {
        this.value = value;
        this.items = items;
        this.flat =
                !value
                        && items.stream().allMatch(item -> item.path().length == 1)
                        && items.stream().map(item -> item.path()[0]).distinct().count()
                                == items.size();
    }

    /// Whether it is `*` alone.
    boolean isEverything() {
        return items.size() == 1
                && items.getFirst().node() == null
                && items.getFirst().path().length == 0;
    }

    boolean isValue() {
        return value;
    }

    /// The result for the current item.
    Value select(Environment environment) {
        if (value || isEverything()) {
            Node node = items.getFirst().node();
            return node == null ? environment.item() : node.evaluate(environment);
        }
        Fields.Builder fields = new Fields.Builder();
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            if (item.path().length == 0) {
                if (environment.item() instanceof Value.Obj(Fields all)) {
                    fields.putAll(all);
                }
            } else {
                fields.put(item.path(), 0, evaluate(item, environment));
            }
        }
        return new Value.Obj(fields.build());
    }

    /// The result for the whole message, as JSON.
    byte[] output(Environment environment) {
        int limit = environment.limits().outputBytes();
        if (!flat) {
            checkPayload(environment.message());
            return JsonWriter.bytes(select(environment), environment.collapses(), limit);
        }
        JsonWriter writer = new JsonWriter(environment.collapses(), limit);
        writer.open('{');
        boolean first = true;
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            Value result = evaluate(item, environment);
            if (!result.isUndefined()) {
                if (!first) {
                    writer.raw(',');
                }
                first = false;
                writer.string(item.path()[0]);
                writer.raw(':');
                writer.write(result);
            }
        }
        writer.close('}');
        return writer.toBytes();
    }

    private static Value evaluate(Item item, Environment environment) {
        Node node = item.node();
        if (node != null) {
            return node.evaluate(environment);
        }
        Value all = environment.item();
        if (all.isUndefined()) {
            throw new NotJson("'* AS " + item.path()[0] + "' needs a payload of JSON");
        }
        return all;
    }

    /// binary-payloads: data can be added to a payload that is empty or JSON.
    private void checkPayload(SqlMessage message) {
        boolean spreads = !value && items.stream().anyMatch(item -> item.path().length == 0);
        if (spreads && message.payload().length > 0 && !(message.value() instanceof Value.Obj)) {
            throw new NotJson(
                    message.isJson()
                            ? "items can't be added to a payload that isn't a JSON object"
                            : "items can't be added to a payload that isn't JSON");
        }
    }
}
