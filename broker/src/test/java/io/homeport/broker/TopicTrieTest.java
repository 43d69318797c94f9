package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.mqtt.Topics;
import io.homeport.testkit.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TopicTrieTest {
    // 4.7: the same answers as matching each filter by itself, whatever came and went.
    @Test
    void aTrieAnswersAsItsFiltersOneByOne() {
        Seeds.run(
                200,
                seed -> {
                    Random random = new Random(seed);
                    boolean parent = random.nextBoolean();
                    TopicTrie<String> trie = new TopicTrie<>(parent);
                    Object[] owners = {new Object(), new Object(), new Object()};
                    Map<String, String> model = new HashMap<>();
                    for (int i = 0; i < 300; i++) {
                        int owner = random.nextInt(3);
                        String filter = filter(random);
                        String value = owner + " " + filter;
                        if (random.nextInt(3) == 0) {
                            assertThat(trie.remove(filter, owners[owner]))
                                    .isEqualTo(model.remove(value));
                        } else {
                            assertThat(trie.put(filter, owners[owner], value))
                                    .isEqualTo(model.put(value, value));
                        }
                    }
                    assertThat(trie.size()).isEqualTo(model.size());
                    for (int i = 0; i < 100; i++) {
                        String topic = topic(random);
                        List<String> got = new ArrayList<>();
                        trie.match(topic, got::add, Integer.MAX_VALUE);
                        Set<String> expected = new HashSet<>();
                        for (String value : model.keySet()) {
                            if (Topics.matches(value.substring(2), topic, parent)) {
                                expected.add(value);
                            }
                        }
                        assertThat(got).as(topic).containsExactlyInAnyOrderElementsOf(expected);
                    }
                    for (String value : List.copyOf(model.keySet())) {
                        trie.remove(value.substring(2), owners[value.charAt(0) - '0']);
                    }
                    List<String> left = new ArrayList<>();
                    trie.forEach(left::add);
                    assertThat(left).isEmpty();
                });
    }

    @Test
    void manyOwnersOfOneFilterAreFound() {
        TopicTrie<Integer> trie = new TopicTrie<>(true);
        List<Object> owners = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Object owner = new Object();
            owners.add(owner);
            trie.put("a/+", owner, i);
        }
        List<Integer> got = new ArrayList<>();
        trie.match("a/b", got::add, Integer.MAX_VALUE);
        assertThat(got).hasSize(1000);
        owners.forEach(owner -> trie.remove("a/+", owner));
        assertThat(trie.size()).isZero();
    }

    // What a match costs depends on the topic and on what it finds, not on how many filters there
    // are.
    @Test
    void aMatchLooksAtAsFewNodesAmongManyFiltersAsAmongFew() {
        TopicTrie<Integer> trie = new TopicTrie<>(true);
        Object owner = new Object();
        int[] visited = new int[2];
        int size = 0;
        for (int round = 0; round < 2; round++) {
            for (int wanted = round == 0 ? 1_000 : 100_000; size < wanted; size++) {
                int site = size % 100;
                trie.put("site/%d/device/%d/command".formatted(site, size), owner, size);
                trie.put("site/%d/+/%d/#".formatted(site, size), owner, size);
            }
            List<Integer> got = new ArrayList<>();
            visited[round] =
                    Integer.MAX_VALUE
                            - trie.match("site/7/device/107/command", got::add, Integer.MAX_VALUE);
            assertThat(got).containsExactlyInAnyOrder(107, 107);
        }
        assertThat(visited[1]).isEqualTo(visited[0]).isLessThan(12);
    }

    private static String filter(Random random) {
        StringBuilder filter = new StringBuilder(random.nextInt(8) == 0 ? "$s/" : "");
        int levels = 1 + random.nextInt(4);
        for (int i = 0; i < levels; i++) {
            filter.append(i == 0 ? "" : "/");
            int kind = random.nextInt(6);
            if (kind == 0 && i == levels - 1) {
                filter.append('#');
            } else if (kind < 3) {
                filter.append('+');
            } else {
                filter.append(level(random));
            }
        }
        return filter.isEmpty() ? "a" : filter.toString();
    }

    private static String topic(Random random) {
        StringBuilder topic = new StringBuilder(random.nextInt(8) == 0 ? "$s/" : "");
        int levels = 1 + random.nextInt(4);
        for (int i = 0; i < levels; i++) {
            topic.append(i == 0 ? "" : "/").append(level(random));
        }
        return topic.isEmpty() ? "a" : topic.toString();
    }

    private static String level(Random random) {
        return List.of("a", "b", "c", "").get(random.nextInt(4));
    }
}
