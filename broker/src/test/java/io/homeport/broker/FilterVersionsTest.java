package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.mqtt.Topics;
import io.homeport.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FilterVersionsTest {
    private static final String[] LEVELS = {"a", "b", "", "ab", "+", "c"};

    // A stale match would keep messages from a subscriber, or send them to one that has gone.
    @Test
    void aChangeOfAFilterShowsOnEveryTopicThatItMatches() {
        Seeds.run(
                200,
                seed -> {
                    Random random = new Random(seed);
                    int matched = 0;
                    for (int i = 0; i < 300; i++) {
                        FilterVersions versions = new FilterVersions();
                        String topic = text(random, false);
                        String filter = random.nextInt(3) == 0 ? topic : text(random, true);
                        int[] places = FilterVersions.placesOfTopic(topic);
                        long before = versions.sum(places);
                        versions.changed(filter);
                        if (Topics.matches(filter, topic, true)) {
                            matched++;
                            assertThat(versions.sum(places))
                                    .as("%s by %s", topic, filter)
                                    .isGreaterThan(before);
                        }
                    }
                    assertThat(matched).isPositive();
                });
    }

    @Test
    void changesOfOtherFiltersMostlyLeaveATopicAlone() {
        FilterVersions versions = new FilterVersions();
        int[] places = FilterVersions.placesOfTopic("plant/7/state");
        long before = versions.sum(places);
        for (int i = 0; i < 100; i++) {
            versions.changed("plant/" + (1000 + i) + "/#");
            versions.changed("plant/" + (1000 + i) + "/state");
            versions.changed("plant/7/state/" + i);
        }
        assertThat(versions.sum(places) - before).isLessThan(10);
    }

    private static String text(Random random, boolean wildcards) {
        StringBuilder text = new StringBuilder();
        int levels = 1 + random.nextInt(7);
        for (int i = 0; i < levels; i++) {
            String level = LEVELS[random.nextInt(LEVELS.length)];
            text.append(i == 0 ? "" : "/").append(level.equals("+") && !wildcards ? "d" : level);
        }
        if (wildcards && random.nextInt(3) == 0) {
            text.append("/#");
        }
        return text.isEmpty() ? "a" : text.toString();
    }
}
