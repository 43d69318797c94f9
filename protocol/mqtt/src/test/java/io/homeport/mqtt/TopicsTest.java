package io.homeport.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.mqtt.Topics.SharedSubscription;
import io.homeport.testkit.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {
    /// 4.7.1 to 4.7.3; the last column is AWS IoT's deviation ("sensor/#" and "sensor").
    @ParameterizedTest
    @CsvSource({
        "sport/tennis/player1/#, sport/tennis/player1,              true,  false",
        "sport/tennis/player1/#, sport/tennis/player1/,             true,  true",
        "sport/tennis/player1/#, sport/tennis/player1/score/wimbledon, true, true",
        "sport/tennis/player1/#, sport/tennis/player10,             false, false",
        "sport/#,                sport,                             true,  false",
        "#,                      sport/tennis,                      true,  true",
        "#,                      /,                                 true,  true",
        "sport/tennis/+,         sport/tennis/player1,              true,  true",
        "sport/tennis/+,         sport/tennis/player1/ranking,      false, false",
        "sport/+,                sport,                             false, false",
        "sport/+,                sport/,                            true,  true",
        "+/+,                    /finance,                          true,  true",
        "/+,                     /finance,                          true,  true",
        "+,                      /finance,                          false, false",
        "+/tennis/#,             sport/tennis,                      true,  false",
        "#,                      $SYS/broker,                       false, false",
        "+/monitor/Clients,      $SYS/monitor/Clients,              false, false",
        "$SYS/#,                 $SYS/broker,                       true,  true",
        "$SYS/#,                 $SYS,                              true,  false",
        "$SYS/monitor/+,         $SYS/monitor/Clients,              true,  true",
        "a/$b/+,                 a/$b/$c,                           true,  true",
        "ACCOUNTS,               Accounts,                          false, false",
        "a//b,                   a//b,                              true,  true",
        "a/+/b,                  a//b,                              true,  true",
        "a/b/c,                  a/b,                               false, false",
        "a/b,                    a/b/c,                             false, false",
        "a,                      ab,                                false, false",
    })
    void matches(String filter, String topic, boolean byTheSpecification, boolean byAws) {
        assertThat(Topics.matches(filter, topic, true)).isEqualTo(byTheSpecification);
        assertThat(Topics.matches(filter, topic, false)).isEqualTo(byAws);
    }

    @Test
    void matchingAgreesWithItsDefinition() {
        Seeds.run(
                20_000,
                seed -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    String topic = levels(random, "a", "b", "", "$");
                    String filter = levels(random, "a", "b", "", "$", "+", "+", "#");
                    if (topic.isEmpty() || !Topics.isValidTopicFilter(filter)) {
                        return;
                    }
                    boolean hashMatchesParent = random.nextBoolean();
                    assertThat(Topics.matches(filter, topic, hashMatchesParent))
                            .as("%s on %s", filter, topic)
                            .isEqualTo(definition(filter, topic, hashMatchesParent));
                });
    }

    private static String levels(SplittableRandom random, String... choices) {
        StringBuilder text = new StringBuilder(choices[random.nextInt(choices.length)]);
        for (int more = random.nextInt(4); more > 0; more--) {
            text.append('/').append(choices[random.nextInt(choices.length)]);
        }
        return text.toString();
    }

    private static boolean definition(String filter, String topic, boolean hashMatchesParent) {
        String[] f = filter.split("/", -1);
        String[] t = topic.split("/", -1);
        if (topic.startsWith("$") && (f[0].equals("#") || f[0].equals("+"))) {
            return false;
        }
        boolean hash = f[f.length - 1].equals("#");
        int fixed = hash ? f.length - 1 : f.length;
        int fewest = hash && !hashMatchesParent ? fixed + 1 : fixed;
        if (t.length < fewest || (!hash && t.length > fixed)) {
            return false;
        }
        for (int i = 0; i < fixed; i++) {
            if (!f[i].equals("+") && !f[i].equals(t[i])) {
                return false;
            }
        }
        return true;
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "/", "a/#", "#", "+", "+/a/+", "/+", "$share", "$share/g/#", "ä"})
    void validFilters(String filter) {
        assertThat(Topics.isValidTopicFilter(filter)).isTrue();
    }

    /// [MQTT-4.7.1-1], [MQTT-4.7.1-2], [MQTT-4.7.3-1] to [MQTT-4.7.3-3], [MQTT-4.8.2-1],
    /// [MQTT-4.8.2-2]
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a#",
                "#/a",
                "a/#/b",
                "a+",
                "+a",
                "a/+b",
                "##",
                "++",
                "a\0",
                "\uD800",
                "$share/",
                "$share/g",
                "$share//a",
                "$share/g/",
                "$share/+/a",
                "$share/#",
                "$share/g/a#"
            })
    void invalidFilters(String filter) {
        assertThat(Topics.isValidTopicFilter(filter)).isFalse();
    }

    @Test
    void aTopicNameHasNoWildcardsAndAtMost65535Bytes() {
        assertThat(Topics.isValidTopicName("a/b")).isTrue();
        assertThat(Topics.isValidTopicName("ä".repeat(32_767))).isTrue();
        assertThat(Topics.isValidTopicName("ä".repeat(32_768))).isFalse();
        assertThat(Topics.isValidTopicName("")).isFalse();
        assertThat(Topics.isValidTopicName("a/+")).isFalse();
        assertThat(Topics.isValidTopicName("a#")).isFalse();
        assertThat(Topics.isValidTopicName("a\0b")).isFalse();
    }

    @Test
    void aSharedSubscriptionHasAShareNameAndAFilter() {
        assertThat(SharedSubscription.parse("$share/group/a/#"))
                .isEqualTo(new SharedSubscription("group", "a/#"));
        assertThat(SharedSubscription.parse("$share/group//"))
                .isEqualTo(new SharedSubscription("group", "/"));
        assertThat(SharedSubscription.parse("a/b")).isNull();
        assertThat(SharedSubscription.parse("$share/group")).isNull();
    }

    @Test
    void levelsAreOneMoreThanSlashes() {
        assertThat(Topics.levels("a")).isEqualTo(1);
        assertThat(Topics.levels("/a/")).isEqualTo(3);
        assertThat(Topics.filterLevels("$share/g/a/b")).isEqualTo(2);
    }
}
