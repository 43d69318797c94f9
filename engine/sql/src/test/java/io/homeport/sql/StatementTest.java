package io.homeport.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import io.homeport.core.MessageProperties;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Statements as wholes: what comes out for which payload.
class StatementTest {
    private static final byte[] BINARY = {(byte) 0xC3, 0x28, 0, 7};

    private static SqlResult evaluate(String sql, byte[] payload) {
        return SqlStatement.parse(sql, Sql.V2)
                .evaluate(Sql.environment(Sql.message(payload, Sql.TOPIC)));
    }

    private static SqlResult evaluate(String sql, String payload) {
        return evaluate(sql, payload.getBytes(StandardCharsets.UTF_8));
    }

    /// binary-payloads: `*` alone hands the bytes on as they are.
    @Test
    void everythingAloneIsThePayloadItself() {
        String spaced = "{ \"a\" : 1.0 , \"a\" : 2 }";
        assertThat(Sql.output(evaluate("SELECT * FROM 'a'", spaced))).isEqualTo(spaced);
        SqlResult result = evaluate("SELECT * FROM 'a' WHERE timestamp() % 5 = 0", BINARY);
        assertThat(result).isInstanceOf(SqlResult.Output.class);
        assertThat(((SqlResult.Output) result).bytes()).isSameAs(BINARY);
        assertThat(((SqlResult.Output) result).kind()).isEqualTo(SqlResult.Kind.RAW);
    }

    /// binary-payloads: a field of a payload that isn't JSON is Undefined.
    @Test
    void aPayloadThatIsNotJsonHasNoFields() {
        assertThat(evaluate("SELECT * FROM 'a' WHERE type = 'x'", BINARY))
                .isEqualTo(SqlResult.NoMatch.NO_MATCH);
        assertThat(Sql.output(evaluate("SELECT a, topic(1) AS t", BINARY)))
                .isEqualTo("{\"t\":\"things\"}");
        assertThat(Sql.output(evaluate("SELECT encode(*, 'base64') AS data", BINARY)))
                .isEqualTo("{\"data\":\"wygABw==\"}");
    }

    /// binary-payloads: data can be added to a payload that is empty or JSON, and to no other.
    @Test
    void itemsAreAddedToAnObjectOrToNothing() {
        String sql = "SELECT *, topic(1) AS t FROM 'a'";
        assertThat(Sql.output(evaluate(sql, ""))).isEqualTo("{\"t\":\"things\"}");
        assertThat(Sql.output(evaluate(sql, "{\"t\":1,\"u\":2}")))
                .isEqualTo("{\"t\":\"things\",\"u\":2}");
        for (String payload : new String[] {"[1]", "7", "plain"}) {
            assertThat(evaluate(sql, payload)).isInstanceOf(SqlResult.Failed.class);
        }
        assertThat(evaluate("SELECT * AS whole", "plain")).isInstanceOf(SqlResult.Failed.class);
        assertThat(Sql.output(evaluate("SELECT * AS whole", "[1]"))).isEqualTo("{\"whole\":[1]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "SELECT missing | {}",
                "SELECT a.b, a.missing.c | {\"b\":1}",
                "SELECT a.b AS x.y, s AS x.z | {\"x\":{\"y\":1,\"z\":\"t\"}}",
                "SELECT a, 2 AS a.c | {\"a\":{\"b\":1,\"c\":2}}",
                "SELECT s, 2 AS s.c | {\"s\":{\"c\":2}}",
                "SELECT *, 2 AS a.c | {\"a\":{\"b\":1,\"c\":2},\"s\":\"t\",\"l\":[1,{\"x\":5}]}",
                "SELECT *, missing AS s | {\"a\":{\"b\":1},\"s\":\"t\",\"l\":[1,{\"x\":5}]}",
                "SELECT s AS k, a AS k | {\"k\":{\"b\":1}}",
                "SELECT topic(2) | {\"topic\":\"myThings\"}",
                "SELECT VALUE s | ~\"t\"~",
                "SELECT VALUE a | {\"b\":1}",
                "SELECT VALUE * | {\"a\":{\"b\":1},\"s\":\"t\",\"l\":[1,{\"x\":5}]}",
                "SELECT VALUE missing | ~~",
                "SELECT VALUE null | null",
                "SELECT (SELECT * FROM l) AS r | {\"r\":[1,{\"x\":5}]}",
                "SELECT (SELECT *, 1 AS y FROM l) AS r | {\"r\":[{\"y\":1},{\"x\":5,\"y\":1}]}",
                "SELECT (SELECT x FROM l WHERE x > 1) AS r | {\"r\":[{\"x\":5}]}",
                "SELECT (SELECT VALUE x FROM l) AS r | {\"r\":[5]}",
                "SELECT (SELECT b FROM a) AS r | {\"r\":{\"b\":1}}",
                "SELECT (SELECT VALUE b FROM a) AS r | {\"r\":1}",
                "SELECT (SELECT b FROM a WHERE b > 1) AS r | {}",
                "SELECT (SELECT b FROM s) AS r | {}",
                "SELECT (SELECT VALUE s FROM a) AS r | {}",
                "SET @l = l SELECT (SELECT VALUE x FROM @l) AS r | {\"r\":[5]}",
                "SET @x = 4 SELECT (SELECT VALUE x + @x FROM l) AS r | {\"r\":[9]}",
                "SET @b = *, @c = @b.a SELECT @c | {\"c\":{\"b\":1}}",
                "SET @u = missing SELECT @u, isUndefined(@u) AS u | {\"u\":true}",
            })
    void aStatementComesTo(String sql, String output) {
        String payload = "{\"a\":{\"b\":1},\"s\":\"t\",\"l\":[1,{\"x\":5}]}";
        assertThat(Sql.output(evaluate(sql, payload))).isEqualTo(output);
    }

    /// iot-rule-sql-version: an array at the top came with 2016-03-23.
    @Test
    void versionOneRefusesAnArrayAtTheTop() {
        SqlStatement statement = SqlStatement.parse("SELECT VALUE a FROM 't'", Sql.V1);
        assertThat(statement.evaluate(Sql.environment(Sql.message("{\"a\":[1]}"))))
                .isInstanceOf(SqlResult.Failed.class);
        assertThat(Sql.output(statement.evaluate(Sql.environment(Sql.message("{\"a\":1.0}")))))
                .isEqualTo("1.0");
    }

    @Test
    void aMessageThatIsNotMqttHasNoClient() {
        SqlMessage message =
                new SqlMessage(
                        new byte[0],
                        "t",
                        AccountId.DEFAULT,
                        0,
                        SqlMessage.Sender.UNKNOWN,
                        MessageProperties.NONE);
        String sql =
                "SELECT clientid() AS c, traceid() AS t, principal() AS p, sourceip() AS s,"
                        + " get_mqtt_property('format_indicator') AS f,"
                        + " get_mqtt_property('content_type') AS k, get_user_properties() AS u";
        assertThat(Sql.output(SqlStatement.parse(sql, Sql.V2).evaluate(Sql.environment(message))))
                .isEqualTo("{\"c\":\"n/a\",\"f\":\"UNSPECIFIED_BYTES\",\"u\":[]}");
    }

    /// RFC 8259, section 7: every character survives the way through a value.
    @Test
    void textsAreWrittenAsJson() {
        String payload = "{\"s\":\"\\u0000\\n\\t\\\"\\\\/\u00e9\u20ac\ud83d\ude00\\ud800x\"}";
        assertThat(Sql.output(evaluate("SELECT s FROM 'a'", payload)))
                .isEqualTo("{\"s\":\"\\u0000\\n\\t\\\"\\\\/\u00e9\u20ac\ud83d\ude00\\ud800x\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1E1000 | {}",
                "-1E1000 | {}",
                "1E-1000 | {\"v\":0}",
                "1E99999999999 | {}",
                "12345678901234567890123456789012345678 |"
                        + " {\"v\":1.234567890123456789012345678901235E+37}",
                "1.00000000000000000000000000000000001 | {\"v\":1}",
                "1.50 | {\"v\":1.50}",
                "-0 | {\"v\":0}",
                "-0.0 | {\"v\":0}",
                "1e2 | {\"v\":100}",
                "9223372036854775807 | {\"v\":9223372036854775807}",
                "-9223372036854775808 | {\"v\":-9223372036854775808}",
            })
    void numbersOfAPayloadAreKeptWithin34Digits(String number, String output) {
        assertThat(Sql.output(evaluate("SELECT v FROM 'a'", "{\"v\":" + number + "}")))
                .isEqualTo(output);
    }

    @Test
    void whatIsAlmostJsonIsNotJson() {
        String[] payloads = {
            "{} {}",
            "{\"a\":1",
            "{'a':1}",
            "{\"a\":01}",
            "{\"a\":NaN}",
            "[1,]",
            "nul",
            "\u0000{}",
            "{\"a\":1}x",
            "[".repeat(201) + "]".repeat(201),
        };
        for (String payload : payloads) {
            assertThat(Sql.message(payload).isJson()).as(payload).isFalse();
        }
        assertThat(Sql.message("7").isJson()).isTrue();
        assertThat(Sql.message("[".repeat(200) + "]".repeat(200)).isJson()).isTrue();
        assertThat(Sql.message("{}".getBytes(StandardCharsets.UTF_16BE), "t").isJson()).isFalse();
    }

    @Test
    void anObjectOfManyFieldsIsFoundByItsIndex() {
        StringBuilder payload = new StringBuilder("{");
        for (int i = 0; i < 100; i++) {
            payload.append("\"k").append(i).append("\":").append(i).append(',');
        }
        payload.append("\"k7\":\"last\"}");
        assertThat(Sql.output(evaluate("SELECT k7, k99, k100 FROM 'a'", payload.toString())))
                .isEqualTo("{\"k7\":\"last\",\"k99\":99}");
    }
}
