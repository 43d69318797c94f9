package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.core.MessageProperties;
import io.homeport.core.Profile;
import io.homeport.mqtt.Topics;
import io.homeport.storage.MemoryStore;
import io.homeport.testkit.Seeds;
import io.homeport.testkit.SimTimers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RetainedMatchingTest {
    // 4.7, and 3.3.1.3: a new subscription finds what matching each topic by itself finds.
    @Test
    void aSearchFindsWhatMatchesTopicByTopic() {
        Seeds.run(
                300,
                seed -> {
                    Random random = new Random(seed);
                    boolean parent = random.nextBoolean();
                    RetainedMessages retained = retained();
                    TreeSet<String> topics = new TreeSet<>();
                    for (int i = 0; i < 400; i++) {
                        topics.add(path(random, false));
                    }
                    topics.forEach(topic -> retained.put(message(topic)));
                    for (int i = 0; i < 50; i++) {
                        String filter = path(random, true);
                        List<String> expected = new ArrayList<>(topics);
                        expected.removeIf(topic -> !Topics.matches(filter, topic, parent));
                        assertThat(retained.matching(filter, parent, Integer.MAX_VALUE, 0))
                                .as(filter)
                                .extracting(Message::topic)
                                .containsExactlyElementsOf(expected);
                    }
                });
    }

    @Test
    void aSkipNeverGoesBackOrOverAMatch() {
        Seeds.run(
                2_000,
                seed -> {
                    Random random = new Random(seed);
                    String filter = path(random, true);
                    String topic = path(random, false);
                    String other = path(random, false);
                    if (Topics.matches(filter, topic, true)) {
                        return;
                    }
                    String next = TopicSkip.behind(filter, topic);
                    assertThat(next.compareTo(topic)).isNotNegative();
                    if (Topics.matches(filter, other, true) && other.compareTo(topic) > 0) {
                        assertThat(next.compareTo(other))
                                .as(filter + " " + topic + " " + other)
                                .isNotPositive();
                    }
                });
    }

    private static RetainedMessages retained() {
        SimTimers time = new SimTimers();
        BrokerLimits limits = BrokerLimits.of(Profile.OPEN);
        Core core =
                new Core(new MemoryStore(), time, time, new Random(1), limits, _ -> {}, _ -> {});
        return new RetainedMessages(AccountId.DEFAULT, limits.retaining(), core.loading);
    }

    private static Message message(String topic) {
        return new Message(
                AccountId.DEFAULT, topic, new byte[] {1}, 0, true, MessageProperties.NONE, null, 0);
    }

    /// Levels that sort before, at and behind the slash.
    private static String path(Random random, boolean wildcards) {
        StringBuilder path = new StringBuilder();
        int levels = 1 + random.nextInt(4);
        for (int i = 0; i < levels; i++) {
            path.append(i == 0 ? "" : "/");
            int kind = wildcards ? random.nextInt(6) : 5;
            if (kind == 0 && i == levels - 1) {
                path.append('#');
            } else if (kind < 3) {
                path.append('+');
            } else {
                path.append(List.of("a", "a-", "a0", "b", "-", "").get(random.nextInt(6)));
            }
        }
        return path.isEmpty() ? "a" : path.toString();
    }
}
