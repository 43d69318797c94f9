package io.homeport.shadow;

import io.homeport.core.Invariant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The desired or the reported half of a shadow: a state and, of the same shape, when each of its
/// values was set. Immutable by agreement: nobody changes the nodes, new sections share them.
///
/// @param metadata mirrors the state: `{"timestamp": seconds}` for each value, an array of those
///   for an array
record Section(ObjectNode state, ObjectNode metadata) {
    static final Section EMPTY = new Section(object(), object());

    /// The section with a request's part of it: objects are merged member by member, null removes a
    /// member, all other values, arrays too, replace what is there. Null where nothing remains.
    ///
    /// Objects of nothing but nulls leave nothing behind where there was nothing.
    static @Nullable Section merge(@Nullable Section old, ObjectNode patch, long seconds) {
        Section merged = merged(old == null ? EMPTY : old, patch, seconds);
        return merged.state.isEmpty() ? null : merged;
    }

    private static Section merged(Section old, ObjectNode patch, long seconds) {
        ObjectNode state = copy(old.state);
        ObjectNode metadata = copy(old.metadata);
        for (Map.Entry<String, JsonNode> entry : patch.properties()) {
            String name = entry.getKey();
            JsonNode value = entry.getValue();
            JsonNode before = state.get(name);
            if (value.isNull()) {
                state.remove(name);
                metadata.remove(name);
            } else if (value instanceof ObjectNode object) {
                Section child = merged(old.child(name), object, seconds);
                if (before != null || !child.state.isEmpty() || object.isEmpty()) {
                    state.set(name, child.state);
                    metadata.set(name, child.metadata);
                }
            } else {
                state.set(name, value);
                metadata.set(name, stamp(value, seconds));
            }
        }
        return new Section(state, metadata);
    }

    /// The member of that name, where it is an object; else an empty section.
    private Section child(String name) {
        return state.get(name) instanceof ObjectNode object
                ? new Section(object, objectIn(metadata, name))
                : EMPTY;
    }

    /// What of the desired section the reported one doesn't have, with the metadata of the desired
    /// one; null where there is no difference. Objects are compared member by member, so that empty
    /// ones ask for nothing; everything else is compared as a whole (developer guide, "Delta
    /// state").
    static @Nullable Section delta(@Nullable Section desired, @Nullable Section reported) {
        if (desired == null) {
            return null;
        }
        Section difference = difference(desired, reported == null ? EMPTY.state : reported.state);
        return difference.state.isEmpty() ? null : difference;
    }

    private static Section difference(Section desired, ObjectNode reported) {
        ObjectNode state = object();
        ObjectNode metadata = object();
        for (Map.Entry<String, JsonNode> entry : desired.state.properties()) {
            String name = entry.getKey();
            JsonNode wanted = entry.getValue();
            JsonNode is = reported.get(name);
            if (wanted instanceof ObjectNode) {
                Section child =
                        difference(
                                desired.child(name),
                                is instanceof ObjectNode object ? object : EMPTY.state);
                if (!child.state.isEmpty()) {
                    state.set(name, child.state);
                    metadata.set(name, child.metadata);
                }
            } else if (is == null || !equal(wanted, is)) {
                state.set(name, wanted);
                metadata.set(name, desired.metadata.get(name));
            }
        }
        return new Section(state, metadata);
    }

    /// Whether two values are the same in JSON: numbers by value, members in any order.
    static boolean equal(JsonNode first, JsonNode second) {
        if (first.isNumber() && second.isNumber()) {
            return first.decimalValue().compareTo(second.decimalValue()) == 0;
        }
        if (first instanceof ArrayNode && second instanceof ArrayNode) {
            boolean same = first.size() == second.size();
            for (int i = 0; same && i < first.size(); i++) {
                same = equal(first.get(i), second.get(i));
            }
            return same;
        }
        if (first instanceof ObjectNode object && second instanceof ObjectNode other) {
            return object.size() == other.size()
                    && object.properties().stream()
                            .allMatch(entry -> {
                                JsonNode match = other.get(entry.getKey());
                                return match != null && equal(entry.getValue(), match);
                            });
        }
        return first.equals(second);
    }

    /// The metadata of values that are set now; a null, which removes one, has a time as well.
    static JsonNode stamp(JsonNode value, long seconds) {
        if (value instanceof ObjectNode object) {
            ObjectNode stamps = object();
            object.properties()
                    .forEach(entry -> stamps.set(entry.getKey(), stamp(entry.getValue(), seconds)));
            return stamps;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode stamps = JsonNodeFactory.instance.arrayNode(array.size());
            array.forEach(element -> stamps.add(stamp(element, seconds)));
            return stamps;
        }
        return object().put("timestamp", seconds);
    }

    private static ObjectNode objectIn(ObjectNode parent, String name) {
        JsonNode child = parent.get(name);
        Invariant.check(child instanceof ObjectNode, "metadata has another shape than state");
        return (ObjectNode) child;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// A copy of the object that shares its members.
    private static ObjectNode copy(ObjectNode node) {
        ObjectNode copy = object();
        node.properties().forEach(entry -> copy.set(entry.getKey(), entry.getValue()));
        return copy;
    }
}
