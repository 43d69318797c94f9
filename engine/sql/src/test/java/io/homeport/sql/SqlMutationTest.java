package io.homeport.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.testkit.Seeds;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SqlMutationTest {
    private static final String[] STATEMENTS = {
        "SET @v = (n - 32) * 5 / 9, @w = a.b SELECT @v AS x, @w FROM 'a/+/b/#' WHERE n < 1",
        "SELECT *, 15 AS speed, get(a.b, 1).c AS y.z FROM 'a' WHERE NOT s = 'x' AND n <> 2",
        "SELECT VALUE (SELECT n, * FROM e WHERE n >= 1) FROM 't'",
        "SELECT CASE s WHEN 'a' THEN 1 WHEN \"text\" THEN {'k': [1, s]} ELSE null END AS c",
        "SELECT regexp_replace(s, '(t)(e|x)+', '$1-'), cast(n AS Int) AS i, topic(2) FROM 'a'",
        "SELECT parse_time(\"yyyy.MM.dd G 'at' HH:mm:ss z\", n, 'UTC') AS t,"
                + " time_to_epoch(s, 'dd MMMM yyyy') AS u, decode(encode(*, 'base64'), 'base64') AS"
                + " d",
        "SELECT get_or_default(aws_lambda('f', *), {'d': 1}) AS l, transform('enrichArray',"
                + " e, a.b) AS t, concat(a.b, s, n) AS c, lpad(s, n) AS p FROM 'a'",
    };
    private static final String[] PIECES = {
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ".",
        "'",
        "\"",
        "@",
        "@v",
        "*",
        "/",
        "%",
        "-",
        "<>",
        ">=",
        "1E999",
        "99999999999999999999",
        "-0.0",
        "NULL",
        "true",
        " AND ",
        " OR ",
        "NOT ",
        "SELECT ",
        " FROM ",
        " WHERE ",
        " AS ",
        "CASE ",
        " END",
        "VALUE ",
        "SET ",
        "concat(",
        "replace(s,'',s)",
        "substring(s,n)",
        "regexp_matches(s,s)",
        "(a+)+$",
        "{9999}",
        "\u0000",
        "\uD83D",
        "\u00e9",
        "power(10,n)",
        "e",
        "a.b",
        "get(",
        "decode(",
        "trunc(n,2)",
        "bitnot(n)",
    };

    /// The seeded stand-in for the fuzzer in an ordinary build.
    @Test
    void mutatedStatementsWorkOrAreRefused() {
        int[] counts = {0, 0};
        Seeds.run(
                4_000,
                seed -> {
                    Random random = new Random(seed);
                    StringBuilder text =
                            new StringBuilder(STATEMENTS[random.nextInt(STATEMENTS.length)]);
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        mutate(text, random);
                    }
                    counts[SqlFuzz.check(text.toString()) ? 1 : 0]++;
                });
        if (Long.getLong("homeport.seed") == null) {
            assertThat(counts[0]).as("control: some were refused").isGreaterThan(500);
            assertThat(counts[1]).as("control: some were parsed").isGreaterThan(200);
        }
    }

    /// Every function with every kind of argument: a value, a limit or Undefined, never a bug.
    @Test
    void everyFunctionTakesEveryArgument() {
        List<String> names = Functions.names().stream().sorted().toList();
        String[] values = {
            "1",
            "-1.5E3",
            "1E999",
            "1E-999",
            "'text'",
            "''",
            "'1E998'",
            "true",
            "null",
            "nil",
            "a.b",
            "a",
            "s",
            "n",
            "[1, 'x']",
            "{'k': 1}",
            "'yyyy'",
            "99999999999999999999",
            "'('",
        };
        Seeds.run(
                4_000,
                seed -> {
                    Random random = new Random(seed);
                    String name = names.get(random.nextInt(names.size()));
                    Function function = Functions.find(name).orElseThrow();
                    int most = Math.min(function.maximum(), function.minimum() + 3);
                    int count = function.minimum() + random.nextInt(most - function.minimum() + 1);
                    StringBuilder call = new StringBuilder("SELECT " + name + "(");
                    for (int i = 0; i < count; i++) {
                        call.append(i > 0 ? ", " : "");
                        call.append(values[random.nextInt(values.length)]);
                    }
                    SqlFuzz.check(call + ") AS x FROM 'a'");
                });
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
