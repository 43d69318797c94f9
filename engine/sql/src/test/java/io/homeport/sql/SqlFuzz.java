package io.homeport.sql;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/// Whatever the text, parsing ends in a statement or a {@link SqlParseException}, and evaluation in
/// a result within its limits.
///
/// An ordinary build doesn't run it, because Jazzer instruments every class that it meets: {@link
/// SqlMutationTest} stands in. To fuzz: `JAZZER_FUZZ=1` and `-Dtest=SqlFuzz`.
class SqlFuzz {
    private static final SqlLimits LIMITS = new SqlLimits(10_000, 10_000, 5_000, 20_000, 200_000);
    private static final String[] PAYLOADS = {
        "",
        "plain",
        "{\"a\":{\"b\":[1,{\"c\":\"x\"},null]},\"s\":\"text\",\"n\":-1.5E3,\"e\":[{\"n\":1}]}",
    };

    @FuzzTest(maxDuration = "60s")
    void anyTextIsAStatementOrASyntaxError(byte[] data) {
        check(new String(data, StandardCharsets.UTF_8));
    }

    /// Parses a text and evaluates what came of it.
    ///
    /// @return whether it was a statement
    static boolean check(String sql) {
        boolean parsed = false;
        for (SqlVersion version : SqlVersion.values()) {
            try {
                SqlStatement statement = SqlStatement.parse(sql, version);
                parsed = true;
                for (String payload : PAYLOADS) {
                    evaluate(statement, payload);
                }
            } catch (SqlParseException e) {
                check(e, sql);
            }
        }
        try {
            Template.parse("${" + sql + "}", SqlVersion.BETA).evaluate(environment(PAYLOADS[2]));
        } catch (SqlParseException e) {
            check(e, "${" + sql + "}");
        }
        return parsed;
    }

    private static void check(SqlParseException e, String text) {
        String message = e.getMessage();
        if (message == null || message.length() > 1_000) {
            throw new AssertionError("a syntax error needs a short message", e);
        }
        if (e.line() < 1 || e.column() < 1 || e.column() > text.length() + 1) {
            throw new AssertionError("a position outside of the text: " + message, e);
        }
    }

    private static void evaluate(SqlStatement statement, String payload) {
        SqlResult result = statement.evaluate(environment(payload));
        SqlResult again = statement.evaluate(environment(payload));
        if (!result.getClass().equals(again.getClass())) {
            throw new AssertionError("two results of one message: " + result + ", " + again);
        }
        if (result instanceof SqlResult.Output(byte[] bytes, SqlResult.Kind kind)
                && kind == SqlResult.Kind.JSON) {
            if (bytes.length > LIMITS.outputBytes()) {
                throw new AssertionError("an output of " + bytes.length + " bytes");
            }
            if (JsonReader.read(bytes) == null) {
                throw new AssertionError("not JSON: " + new String(bytes, StandardCharsets.UTF_8));
            }
        }
    }

    private static Environment environment(String payload) {
        return new Environment(
                Sql.message(payload), ExternalFunctions.NONE, new SplittableRandom(7), LIMITS);
    }
}
