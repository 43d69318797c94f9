package io.homeport.aws;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The constraints of one shape of a service model. Immutable.
///
/// @param minimum of the length, the size or the value; null where there is none
/// @param maximum likewise
/// @param values of an enum; empty where it isn't one
/// @param required members that must be there
/// @param members the structure's members that have constraints, with their shapes' names
/// @param element the shape's name of a list's elements or a map's values; null where those have no
///   constraints
/// @param key the shape's name of a map's keys; null where those have no constraints
/// @param sensitive whether values must not be shown
record Shape(
        String type,
        @Nullable BigDecimal minimum,
        @Nullable BigDecimal maximum,
        @Nullable GuardedPattern pattern,
        Set<String> values,
        boolean union,
        List<String> required,
        Map<String, String> members,
        @Nullable String element,
        @Nullable String key,
        boolean sensitive) {
    static Shape read(JsonNode node) {
        Set<String> values = new LinkedHashSet<>();
        node.path("enum").forEach(value -> values.add(value.asString()));
        List<String> required = new ArrayList<>();
        node.path("required").forEach(value -> required.add(value.asString()));
        Map<String, String> members = new LinkedHashMap<>();
        node.path("members")
                .properties()
                .forEach(member -> members.put(member.getKey(), member.getValue().asString()));
        JsonNode pattern = node.get("pattern");
        JsonNode element = node.has("member") ? node.get("member") : node.get("value");
        JsonNode key = node.get("key");
        return new Shape(
                node.get("type").asString(),
                number(node.get("min")),
                number(node.get("max")),
                pattern == null ? null : new GuardedPattern(pattern.asString()),
                values,
                node.path("union").asBoolean(false),
                required,
                members,
                element == null ? null : element.asString(),
                key == null ? null : key.asString(),
                node.path("sensitive").asBoolean(false));
    }

    private static @Nullable BigDecimal number(@Nullable JsonNode node) {
        return node == null ? null : node.decimalValue();
    }
}
