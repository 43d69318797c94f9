package io.homeport.policy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A context of given values, looked up in any case.
record Values(Map<String, List<String>> map) implements PolicyContext {
    Values {
        Map<String, List<String>> anyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        anyCase.putAll(map);
        map = anyCase;
    }

    static Values of(String name, String... values) {
        return new Values(Map.of(name, List.of(values)));
    }

    Values and(String name, String... values) {
        Map<String, List<String>> more = new TreeMap<>(map);
        more.put(name, List.of(values));
        return new Values(more);
    }

    @Override
    public List<String> values(String name) {
        return map.getOrDefault(name, List.of());
    }
}
