package io.homeport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.testkit.Seeds;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class GlobPropertyTest {
    private static final String[] PATTERN_PIECES = {
        "a", "b", "/", "*", "?", "+", "#", "A", "${*}", "${?}", "${$}", "$", "${x}", "\uD83D\uDE00"
    };
    private static final String[] TEXT_PIECES = {
        "a", "b", "/", "*", "?", "+", "#", "A", "$", "ab", "${x}", "\uD83D\uDE00"
    };

    /// Compiled patterns of every shape agree with a matcher that tries everything.
    @Test
    void compiledPatternsAgreeWithTheNaiveMatcher() {
        int[] matched = {0, 0};
        Seeds.run(
                300,
                seed -> {
                    Random random = new Random(seed);
                    for (int i = 0; i < 200; i++) {
                        String pattern = pieces(random, PATTERN_PIECES, 7);
                        String text =
                                random.nextInt(3) == 0
                                        ? instance(random, pattern)
                                        : pieces(random, TEXT_PIECES, 9);
                        PolicyContext context =
                                random.nextBoolean() ? Values.of("x", "ab") : PolicyContext.EMPTY;
                        boolean expected = naive(symbols(pattern, context), 0, text, 0);
                        matched[expected ? 1 : 0]++;
                        assertThat(TextPattern.compile(pattern, true).matches(text, context))
                                .as("%s against %s", pattern, text)
                                .isEqualTo(expected);
                        String framed = "<" + text + ">";
                        assertThat(
                                        TextPattern.compile(pattern, true)
                                                .matches(framed, 1, framed.length() - 1, context))
                                .as("%s within %s", pattern, framed)
                                .isEqualTo(expected);
                    }
                });
        assertThat(matched[0]).as("control: mismatches were seen").isGreaterThan(100);
        assertThat(matched[1]).as("control: matches were seen").isGreaterThan(100);
    }

    /// Actions have no case (IAM User Guide, "IAM JSON policy elements: Action").
    @Test
    void actionsMatchInAnyCase() {
        assertThat(ActionPattern.compile("iot:Pub*").matches("IOT:publish")).isTrue();
        assertThat(ActionPattern.compile("iot:Publish").matches("iot:pUBLISH")).isTrue();
        assertThat(ActionPattern.compile("iot:P?blish").matches("iot:Publish")).isTrue();
        assertThat(ActionPattern.compile("iot:Publish").matches("iot:Publish2")).isFalse();
        assertThat(ActionPattern.compile("*").matches("sqs:SendMessage")).isTrue();
        assertThat(ActionPattern.compile("iot:*").matches("iotevents:BatchPutMessage")).isFalse();
    }

    /// A policy writer must not be able to stop the gateway with a pattern.
    @Test
    void patternsMadeToBacktrackAreFast() {
        TextPattern pattern = TextPattern.compile("a*".repeat(500) + "b", true);
        TextPattern questions = TextPattern.compile("*?a".repeat(300) + "*b", true);
        String text = "a".repeat(5_000);
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> {
                    assertThat(pattern.matches(text, PolicyContext.EMPTY)).isFalse();
                    assertThat(pattern.matches(text + "b", PolicyContext.EMPTY)).isTrue();
                    assertThat(questions.matches(text, PolicyContext.EMPTY)).isFalse();
                    assertThat(questions.matches(text + "b", PolicyContext.EMPTY)).isTrue();
                });
    }

    private static String pieces(Random random, String[] pieces, int most) {
        StringBuilder text = new StringBuilder();
        int count = random.nextInt(most + 1);
        for (int i = 0; i < count; i++) {
            text.append(pieces[random.nextInt(pieces.length)]);
        }
        return text.toString();
    }

    /// A text that is likely to match.
    private static String instance(Random random, String pattern) {
        StringBuilder text = new StringBuilder();
        for (int symbol : symbols(pattern, Values.of("x", "ab"))) {
            switch (symbol) {
                case Glob.ANY -> text.append(pieces(random, TEXT_PIECES, 3));
                case Glob.ONE -> text.append(TEXT_PIECES[random.nextInt(9)]);
                default -> text.append((char) symbol);
            }
        }
        return text.toString();
    }

    private static int[] symbols(String pattern, PolicyContext context) {
        String value = context.values("x").isEmpty() ? "\u0001x}" : context.values("x").getFirst();
        String marked =
                pattern.replace("${x}", value)
                        .replace("${*}", "\u0002")
                        .replace("${?}", "\u0003")
                        .replace("${$}", "$");
        return marked.replace("\u0001", "${")
                .chars()
                .map(c ->
                        switch (c) {
                            case '*' -> Glob.ANY;
                            case '?' -> Glob.ONE;
                            case 2 -> '*';
                            case 3 -> '?';
                            default -> c;
                        })
                .toArray();
    }

    private static boolean naive(int[] symbols, int step, String text, int at) {
        if (step == symbols.length) {
            return at == text.length();
        }
        if (symbols[step] == Glob.ANY) {
            for (int next = at; next <= text.length(); next++) {
                boolean withinPair =
                        next > 0
                                && next < text.length()
                                && Character.isSurrogatePair(
                                        text.charAt(next - 1), text.charAt(next));
                if (!withinPair && naive(symbols, step + 1, text, next)) {
                    return true;
                }
            }
            return false;
        }
        if (at == text.length()) {
            return false;
        }
        if (symbols[step] == Glob.ONE) {
            return naive(symbols, step + 1, text, text.offsetByCodePoints(at, 1));
        }
        return symbols[step] == text.charAt(at) && naive(symbols, step + 1, text, at + 1);
    }
}
