package io.homeport.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Statements that want too much end with the limit they hit, and in bounded time.
class LimitTest {
    private static final SqlLimits SMALL = new SqlLimits(1_000, 2_000, 500, 10_000, 100_000);

    private static SqlResult evaluate(String sql, String payload) {
        return SqlStatement.parse(sql, Sql.V2)
                .evaluate(
                        new Environment(
                                Sql.message(payload),
                                ExternalFunctions.NONE,
                                new SplittableRandom(1),
                                SMALL));
    }

    private static String failure(String sql, String payload) {
        SqlResult result = evaluate(sql, payload);
        assertThat(result).as(sql).isInstanceOf(SqlResult.Failed.class);
        EvaluationFailed cause = ((SqlResult.Failed) result).cause();
        assertThat(cause).isInstanceOf(LimitExceeded.class);
        return String.valueOf(cause.getMessage());
    }

    @Test
    void theOutputIsBounded() {
        String payload = "{\"a\":\"" + "x".repeat(600) + "\"}";
        assertThat(failure("SELECT a AS x, a AS y FROM 't'", payload))
                .isEqualTo("a result is larger than 1000 bytes");
        assertThat(failure("SELECT *, a AS y FROM 't'", payload)).contains("1000 bytes");
        assertThat(failure("SELECT VALUE a + a FROM 't'", payload)).contains("1000 bytes");
        assertThat(Sql.output(evaluate("SELECT a AS x FROM 't'", payload))).hasSize(608);
        Template template = Template.parse("${a}${a}", Sql.V2);
        Environment environment =
                new Environment(
                        Sql.message(payload),
                        ExternalFunctions.NONE,
                        new SplittableRandom(1),
                        SMALL);
        assertThat(template.evaluate(environment)).isInstanceOf(TemplateResult.Failed.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "concat(a, a, a, a)",
                "a + a + a + a",
                "replace(a, 'x', 'yyyy')",
                "replace(a, '', a)",
                "regexp_replace(a, 'x', 'yyyy')",
                "encode(concat(a, a, a), 'base64')",
                "upper([a, a, a, a])",
                "cast([a, a, a, a] AS String)",
                "transform('enrichArray', {'k': a}, l)",
            })
    void aResultOfAFunctionIsBounded(String expression) {
        String payload = "{\"a\":\"" + "x".repeat(600) + "\",\"l\":[{},{},{},{}]}";
        assertThat(failure("SELECT " + expression + " AS x FROM 't'", payload))
                .contains("2000 bytes");
        assertThat(
                        Sql.output(
                                evaluate(
                                        "SELECT get_or_default(" + expression + ", 1) AS x",
                                        payload)))
                .isEqualTo("{\"x\":1}");
    }

    /// iot-sql-set: all variables together.
    @Test
    void variablesAreBoundedTogether() {
        String payload = "{\"a\":\"" + "x".repeat(300) + "\"}";
        assertThat(Sql.output(evaluate("SET @a = a SELECT length(@a) AS l", payload)))
                .isEqualTo("{\"l\":300}");
        assertThat(failure("SET @a = a, @b = @a SELECT 1 AS x", payload))
                .isEqualTo("the SET variables are larger than 500 bytes");
    }

    @Test
    void nestedQueriesAreBoundedInWork() {
        String payload = "{\"l\":[" + "1,".repeat(60) + "1]}";
        String cubic =
                "SET @l = l SELECT (SELECT VALUE (SELECT VALUE (SELECT VALUE 1 FROM @l) FROM @l)"
                        + " FROM @l) AS x";
        assertThat(failure(cubic, payload)).contains("units of work");
    }

    /// Patterns that take for ever in a matcher without bounds.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                ".*a.*a.*a.*a.*a.*ac | steps",
                "(a*)(a*)(a*)(a*)(a*)(a*)c | steps",
                "(.*)(.*)(.*)(.*)(.*)(.*)x | steps",
                "((){1000}){1000} | counted repetitions",
                "((a{200}){200}){2} | counted repetitions",
                "(?:){999999999} | counted repetitions",
                "(?ix)a # b | flag x",
            })
    void aRegularExpressionIsBounded(String pattern, String reason) {
        String payload = "{\"a\":\"" + "a".repeat(60) + "b\",\"p\":\"" + pattern + "\"}";
        assertThat(failure("SELECT regexp_matches(a, p) AS x", payload)).contains(reason);
        assertThat(failure("SELECT regexp_substr(a, '" + pattern + "') AS x", payload))
                .contains(reason);
    }

    @Test
    void aRegularExpressionThatRecursesIsBounded() {
        String text = "{\"a\":\"" + "ab".repeat(60_000) + "\"}";
        SqlResult result =
                SqlStatement.parse("SELECT regexp_matches(a, '^(a|b)*c') AS x", Sql.V2)
                        .evaluate(Sql.environment(Sql.message(text)));
        assertThat(result).isInstanceOf(SqlResult.Failed.class);
        String nested = "(".repeat(3_000) + "a" + ")".repeat(3_000);
        assertThat(
                        SqlStatement.parse("SELECT regexp_matches(a, b) AS x", Sql.V2)
                                .evaluate(
                                        Sql.environment(
                                                Sql.message(
                                                        "{\"a\":\"a\",\"b\":\"" + nested + "\"}"))))
                .isInstanceOf(SqlResult.class);
    }

    @Test
    void ordinaryPatternsCostLittle() {
        assertThat(Regex.cost("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-x{12}$"))
                .isLessThan(100);
        assertThat(Regex.cost("(\\d{1,3}\\.){3}\\d{1,3}")).isLessThan(50);
        assertThat(Regex.cost("((a{10}){10}){10}")).isGreaterThanOrEqualTo(1_000);
        assertThat(Regex.cost("\\{1000}")).isLessThan(20);
    }

    /// A naive search takes the product of both lengths.
    @ParameterizedTest
    @ValueSource(strings = {"indexof(a, b)", "replace(a, b, 'x')"})
    void aSearchIsBoundedInWork(String expression) {
        String payload =
                "{\"a\":\"" + "x".repeat(10_000) + "\",\"b\":\"" + "x".repeat(5_000) + "y\"}";
        assertThat(failure("SELECT " + expression + " AS x FROM 't'", payload))
                .contains("units of work");
    }

    /// Deeper than the limit of JSON documents, nobody behind could read it.
    @Test
    void theOutputIsBoundedInDepth() {
        String deepest = "[".repeat(198) + "]".repeat(198);
        String payload = "{\"a\":" + deepest + "}";
        assertThat(Sql.output(evaluate("SELECT [a] AS x FROM 't'", payload)))
                .isEqualTo("{\"x\":[" + deepest + "]}");
        assertThat(failure("SELECT [[a]] AS x FROM 't'", payload)).contains("200 deep");
        assertThat(failure("SELECT VALUE [[[a]]] FROM 't'", payload)).contains("200 deep");
    }

    @Test
    void workIsCountedAnewForEachEvaluation() {
        Environment environment =
                new Environment(
                        Sql.message("{\"l\":[1,2,3]}"),
                        ExternalFunctions.NONE,
                        new SplittableRandom(1),
                        new SqlLimits(1_000, 2_000, 500, 10_000, 100));
        SqlStatement statement = SqlStatement.parse("SELECT (SELECT VALUE * FROM l) AS x", Sql.V2);
        for (int i = 0; i < 10; i++) {
            assertThat(Sql.output(statement.evaluate(environment))).isEqualTo("{\"x\":[1,2,3]}");
        }
    }
}
