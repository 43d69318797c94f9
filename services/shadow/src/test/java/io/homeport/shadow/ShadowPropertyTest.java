package io.homeport.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.testkit.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Random updates against a model that is too simple to be wrong: a shadow's section is a map from
/// the path of each value to the value and its time.
class ShadowPropertyTest {
    private static final String[] NAMES = {"a", "b", "timestamp", "desired"};

    /// @param value a scalar or an array
    private record Leaf(JsonNode value, long seconds) {}

    private static final class Model {
        private final Map<String, Map<String, Leaf>> sections = new HashMap<>();
        private long version;

        Map<String, Leaf> section(String name) {
            return sections.computeIfAbsent(name, _ -> new TreeMap<>());
        }

        void update(ObjectNode state, long seconds) {
            version++;
            state.properties()
                    .forEach(entry -> {
                        Map<String, Leaf> section = section(entry.getKey());
                        if (entry.getValue() instanceof ObjectNode patch) {
                            apply(section, "", patch, seconds);
                        } else {
                            section.clear();
                        }
                    });
        }

        /// Where objects are concerned, only what has values below it is looked at.
        private static void apply(
                Map<String, Leaf> section, String path, ObjectNode patch, long seconds) {
            patch.properties()
                    .forEach(entry -> {
                        String child = path + "/" + entry.getKey();
                        if (entry.getValue() instanceof ObjectNode object) {
                            section.remove(child);
                            apply(section, child, object, seconds);
                            return;
                        }
                        section.keySet()
                                .removeIf(key -> key.equals(child) || key.startsWith(child + "/"));
                        if (!entry.getValue().isNull()) {
                            section.put(child, new Leaf(entry.getValue(), seconds));
                        }
                    });
        }

        Map<String, JsonNode> delta() {
            Map<String, JsonNode> delta = new TreeMap<>();
            Map<String, Leaf> reported = section("reported");
            section("desired")
                    .forEach((path, leaf) -> {
                        Leaf is = reported.get(path);
                        if (is == null || !is.value().equals(leaf.value())) {
                            delta.put(path, leaf.value());
                        }
                    });
            return delta;
        }
    }

    private static JsonNode value(Random random, int depth) {
        int kind = random.nextInt(depth < 3 ? 10 : 6);
        return switch (kind) {
            case 0 -> ShadowFixture.json("null");
            case 1, 2 -> ShadowFixture.json(String.valueOf(random.nextInt(3)));
            case 3 -> ShadowFixture.json("'text'");
            case 4 -> ShadowFixture.json("[1,{'x':" + random.nextInt(2) + "}]");
            case 5 -> ShadowFixture.json("[]");
            default -> object(random, depth + 1);
        };
    }

    private static ObjectNode object(Random random, int depth) {
        ObjectNode object = (ObjectNode) ShadowFixture.json("{}");
        for (String name : NAMES) {
            if (random.nextInt(3) == 0) {
                object.set(name, value(random, depth));
            }
        }
        return object;
    }

    private static ObjectNode state(Random random) {
        ObjectNode state = (ObjectNode) ShadowFixture.json("{}");
        for (String section : List.of("desired", "reported")) {
            int kind = random.nextInt(20);
            if (kind == 0) {
                state.putNull(section);
            } else if (kind < 12) {
                state.set(section, object(random, 0));
            }
        }
        return state;
    }

    /// The values of a state by their paths.
    private static Map<String, JsonNode> leaves(@Nullable JsonNode node) {
        Map<String, JsonNode> leaves = new TreeMap<>();
        if (node instanceof ObjectNode) {
            collect(node, "", leaves);
        }
        return leaves;
    }

    private static void collect(JsonNode node, String path, Map<String, JsonNode> leaves) {
        if (node instanceof ObjectNode object) {
            object.properties()
                    .forEach(entry ->
                            collect(entry.getValue(), path + "/" + entry.getKey(), leaves));
        } else {
            leaves.put(path, node);
        }
    }

    private static void agree(Model model, JsonNode shadow) {
        assertThat(shadow.get("version").longValue()).isEqualTo(model.version);
        for (String section : List.of("desired", "reported")) {
            Map<String, JsonNode> expected = new TreeMap<>();
            model.section(section).forEach((path, leaf) -> expected.put(path, leaf.value()));
            assertThat(leaves(shadow.get("state").get(section))).isEqualTo(expected);
            model.section(section)
                    .forEach((path, leaf) ->
                            times(
                                    shadow.get("metadata").at("/" + section + path),
                                    leaf.value(),
                                    leaf.seconds()));
        }
        assertThat(leaves(shadow.get("state").get("delta"))).isEqualTo(model.delta());
    }

    private static void times(JsonNode metadata, JsonNode value, long seconds) {
        if (value instanceof ArrayNode array) {
            assertThat(metadata.size()).isEqualTo(array.size());
            for (int i = 0; i < array.size(); i++) {
                times(metadata.get(i), array.get(i), seconds);
            }
        } else if (value instanceof ObjectNode object) {
            object.properties()
                    .forEach(entry ->
                            times(metadata.get(entry.getKey()), entry.getValue(), seconds));
        } else {
            assertThat(metadata).isEqualTo(ShadowFixture.json("{'timestamp':" + seconds + "}"));
        }
    }

    @Test
    void stateMetadataDeltaAndVersionAgreeWithTheModel() {
        Seeds.run(
                60,
                seed -> {
                    Random random = new Random(seed);
                    ShadowFixture shadows = new ShadowFixture();
                    Map<String, Model> models = new LinkedHashMap<>();
                    for (int step = 0; step < 60; step++) {
                        step(random, shadows, models);
                        shadows.time.advance(Duration.ofMillis(random.nextInt(3000)));
                    }
                });
    }

    private static void step(Random random, ShadowFixture shadows, Map<String, Model> models) {
        String topic =
                List.of("lamp/shadow", "lamp/shadow/name/x", "fan/shadow").get(random.nextInt(3));
        Model model = models.computeIfAbsent(topic, _ -> new Model());
        ObjectNode request = (ObjectNode) ShadowFixture.json("{}");
        ObjectNode state = state(random);
        request.set("state", state);
        boolean conflict = random.nextInt(8) == 0;
        if (conflict || random.nextInt(4) == 0) {
            request.put("version", conflict ? model.version + 1 : model.version);
        }
        long seconds = shadows.time.millis() / 1000;
        shadows.publish(topic + "/update", request.toString());
        Map<String, JsonNode> heard = new HashMap<>();
        shadows.heard().forEach(entry -> heard.put(entry.getKey(), entry.getValue()));
        if (conflict) {
            assertThat(heard).containsOnlyKeys(topic + "/update/rejected");
            return;
        }
        Map<String, JsonNode> before = all(model);
        model.update(state, seconds);
        List<String> topics =
                new ArrayList<>(List.of(topic + "/update/accepted", topic + "/update/documents"));
        if (!model.delta().isEmpty()) {
            topics.add(topic + "/update/delta");
            JsonNode delta = heard.get(topic + "/update/delta");
            assertThat(leaves(Objects.requireNonNull(delta).get("state"))).isEqualTo(model.delta());
        }
        assertThat(heard.keySet()).containsExactlyInAnyOrderElementsOf(topics);
        JsonNode documents = Objects.requireNonNull(heard.get(topic + "/update/documents"));
        assertThat(leaves(documents.at("/previous/state"))).isEqualTo(before);
        assertThat(leaves(documents.at("/current/state"))).isEqualTo(all(model));
        shadows.publish(topic + "/get", "");
        agree(model, shadows.heard().getFirst().getValue());
    }

    private static Map<String, JsonNode> all(Model model) {
        Map<String, JsonNode> all = new TreeMap<>();
        model.sections.forEach((name, section) ->
                section.forEach((path, leaf) -> all.put("/" + name + path, leaf.value())));
        return all;
    }
}
