package io.homeport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PolicyMutationTest {
    private static final String[] DOCUMENTS = {
        """
        {"Version": "2012-10-17", "Id": "x", "Statement": [
          {"Sid": "a", "Effect": "Allow", "Action": ["iot:Publish", "iot:*"],
           "Resource": "arn:aws:iot:*:1:topic/${iot:ClientId}/*?${*}${a:b, 'c'}"},
          {"Effect": "Deny", "NotAction": "iot:Publish", "NotResource": ["*"],
           "Condition": {"ForAnyValue:StringLikeIfExists": {"iot:ClientId": ["a*", "${x}"]},
                         "NumericLessThan": {"a": 1.5e3}, "DateEquals": {"b": "2026-11-20"},
                         "IpAddress": {"c": "10.0.0.0/8"}, "Null": {"d": true},
                         "BinaryEquals": {"e": "AA=="}, "ArnLike": {"f": "arn:a:b:c:d:e*"}}}]}
        """,
        "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}}",
    };
    private static final String[] PIECES = {
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\\",
        "${",
        "}",
        "*",
        "?",
        "1e999999999",
        "null",
        "'",
        "\u0000",
        "\uD83D",
        "true",
        "arn:",
        "/",
        "%",
        "::",
        "ForAllValues:",
        "IfExists",
        "\\u00"
    };

    /// The seeded stand-in for the fuzzer in an ordinary build.
    @Test
    void mutatedDocumentsParseOrAreRefused() {
        int[] counts = {0, 0};
        Seeds.run(
                3_000,
                seed -> {
                    Random random = new Random(seed);
                    StringBuilder text =
                            new StringBuilder(DOCUMENTS[random.nextInt(DOCUMENTS.length)]);
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        mutate(text, random);
                    }
                    counts[PolicyFuzz.check(text.toString()) ? 1 : 0]++;
                });
        if (Long.getLong("homeport.seed") == null) {
            assertThat(counts[0]).as("control: some were refused").isGreaterThan(100);
            assertThat(counts[1]).as("control: some were parsed").isGreaterThan(50);
        }
    }

    private static void mutate(StringBuilder text, Random random) {
        int at = random.nextInt(text.length() + 1);
        int to = Math.min(text.length(), at + random.nextInt(8));
        switch (random.nextInt(4)) {
            case 0 -> text.delete(at, to);
            case 1 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
            case 2 -> text.insert(random.nextInt(text.length() + 1), text.substring(at, to));
            default -> text.replace(at, to, PIECES[random.nextInt(PIECES.length)]);
        }
    }
}
