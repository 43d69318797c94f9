package io.homeport.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What can't work is refused when it is created, at its position. A `^` stands before the
/// character that the message names.
class ParseErrorTest {
    private static final String V2 =
            """
            ^ => end of text; expected SELECT
            ^FROM 'a' => 'FROM'; expected SELECT
            ^DELETE FROM 'a' => 'DELETE'; expected SELECT
            SELECT ^FROM 'a' => 'FROM'; expected an expression
            SELECT ^ => end of text; expected an expression
            SELECT a, ^FROM 'a' => 'FROM'; expected an expression
            SELECT a ^b FROM 'a' => 'b'; expected an operator, ',', AS, FROM, WHERE or the end
            SELECT a FROM ^ => end of text; expected a topic filter in quotes
            SELECT a FROM ^'a => a string without its end; expected a closing '
            SELECT a FROM '^' => an empty topic filter; expected a topic filter
            SELECT a FROM '^$share/g/a' => a shared subscription; expected the topic filter alone: a rule gets all
            SELECT a FROM 'a/^#/b' => '#' before the end; expected '#' as the last level
            SELECT a FROM 'a/b^#' => '#' within a level; expected '#' as a whole level
            SELECT a FROM 'a/^+b' => '+' within a level; expected '+' as a whole level
            SELECT a FROM 'a' ^LIMIT 1 => 'LIMIT'; expected WHERE or the end of the statement
            SELECT a FROM 'a' WHERE ^ => end of text; expected an expression
            SELECT a FROM 'a' WHERE a ^LIKE 'b' => 'LIKE'; expected an operator or the end
            SELECT a FROM 'a' WHERE a ^IN [1] => 'IN'; expected an operator or the end
            SELECT a FROM 'a' WHERE a ^IS NULL => 'IS'; expected an operator or the end
            SELECT a FROM 'a' WHERE a ^!= 1 => '!'; expected '<>' for not equal, or NOT
            SELECT a FROM 'a' WHERE a = ^= 1 => '='; expected an expression
            SELECT a FROM 'a' ^GROUP BY a => 'GROUP'; expected WHERE
            SELECT (a ^FROM 'a' => 'FROM'; expected an operator or ')'
            SELECT a^) FROM 'a' => ')'; expected an operator, ','
            SELECT [a, ^] AS x FROM 'a' => ']'; expected an expression
            SELECT [a ^b] AS x FROM 'a' => 'b'; expected an operator, ',' or ']'
            SELECT {^a: 1} AS x FROM 'a' => 'a'; expected a key in quotes
            SELECT {'a' ^1} AS x FROM 'a' => '1'; expected ':'
            SELECT {'a': 1 ^'b'} AS x FROM 'a' => string 'b'; expected an operator, ',' or '}'
            SELECT a.^'b' FROM 'a' => string 'b'; expected a name after '.'
            SELECT a.^0 FROM 'a' => '0'; expected a name after '.'; a key of digits is read with get()
            SELECT a^[0] FROM 'a' => '['; expected an operator; an item of an array is read with get
            SELECT a AS ^'b' FROM 'a' => string 'b'; expected a name after AS
            SELECT a AS b.^1 FROM 'a' => '1'; expected a name after AS
            SELECT ^1 FROM 'a' => an item without a name; expected a name for it, by AS
            SELECT x, ^a + 1 FROM 'a' => an item without a name; expected a name for it, by AS
            SELECT topic(1), ^topic(2) FROM 'a' => two items named 'topic'; expected a name
            SELECT VALUE a^, b FROM 'a' => ','; expected FROM, since SELECT VALUE takes one item
            SELECT VALUE a ^AS b FROM 'a' => 'AS'; expected FROM, since SELECT VALUE gives
            SELECT ^abss(1) AS x => the unknown function 'abss'; expected a function of AWS IoT SQL, \
            perhaps abs
            SELECT ^frobnicate(1) AS x => the unknown function 'frobnicate'; expected a function of
            SELECT get_registry_data('DescribeThing', a, 'r') AS x, \
            ^get_registry_data('DescribeThing', b, 'r') AS y => another call of get_registry_data
            SELECT ^abs() AS x => abs with 0 arguments; expected 1 argument
            SELECT ^abs(1, 2) AS x => abs with 2 arguments; expected 1 argument
            SELECT ^substring('a') AS x => substring with 1 argument; expected 2 to 3 arguments
            SELECT abs(1 ^2) AS x => '2'; expected an operator, ',' or ')'
            SELECT ^topic(1, 2) AS x => topic with 2 arguments; expected 0 to 1 arguments
            SELECT ^get_or_default() AS x => get_or_default with 0 arguments; expected 1 or 2
            SELECT cast(a ^String) AS x => 'String'; expected AS
            SELECT cast(a AS ^Date) AS x => 'Date'; expected a type: String
            SELECT cast(a AS ^1) AS x => '1'; expected a type such as
            SELECT CASE ^WHEN 1 THEN 2 END AS x => 'WHEN'; expected an expression
            SELECT CASE a ^END AS x => 'END'; expected an operator or WHEN
            SELECT CASE a WHEN 1 ^END AS x => 'END'; expected THEN
            SELECT CASE a WHEN 1 THEN 2 ^FROM 'a' => 'FROM'; expected an operator, WHEN, ELSE or END
            SELECT CASE a WHEN 1 THEN 2 ELSE 3 ^FROM 'a' => 'FROM'; expected an operator or END
            SELECT encode(a, ^'hex') AS x => 'hex'; expected 'base64', literally
            SELECT decode(a, ^b) AS x => an expression; expected 'base64' or 'proto', literally
            SELECT ^decode(a, 'proto', 'b') AS x => decode with 3 arguments; expected 6 arguments
            SELECT ^decode(a, 'base64', 'b') AS x => decode with 3 arguments; expected 2 arguments
            SELECT get_registry_data(^'ListThings', 't', 'r') AS x => 'ListThings'; expected \
            'DescribeThing' or 'ListThingGroupsForThing'
            SELECT get_secret('s', ^'Binary', 'r') AS x => 'Binary'; expected 'SecretString' or
            SELECT ^get_dynamodb('t', 'k', a, 's', 'r') AS x => get_dynamodb with 5 arguments; \
            expected 4 arguments, or 6
            SELECT get_dynamodb('t','k',a,'r') AS x, ^get_dynamodb('t','k',b,'r') AS y => another \
            call of get_dynamodb; expected at most 1
            SELECT get_or_default(a, ^get_thing_shadow('t', 'r')) AS x => a default that calls an \
            external function
            SET @r = 'r' SELECT get_thing_shadow('t', ^@r) AS x => '@r' as a role's ARN; expected no
            SET @m = 'enrichArray' SELECT transform(^@m, a, b) AS x => '@m' as the mode of transform
            SET ^a = 1 SELECT a => 'a'; expected a variable such as '@name'
            SET @a ^1 SELECT a => '1'; expected '='
            SET @a = 1 ^FROM 'a' => 'FROM'; expected an operator, ',' or SELECT
            SET @a = 1, ^@a = 2 SELECT @a => a second value for @a; expected another variable
            SET @a = ^@b, @b = 1 SELECT @a => the variable '@b'; expected a variable that SET defines
            SELECT ^@a FROM 'a' => the variable '@a'; expected a variable that SET defines before
            SELECT ^@ FROM 'a' => '@'; expected a variable's name
            SET @a = 1 ^SET @b = 2 SELECT @a => 'SET'; expected ',' before another variable
            SELECT (SELECT a ^WHERE b = 1) AS x => 'WHERE'; expected an operator, ',', AS or FROM
            SELECT ^5a AS x FROM 'a' => '5a'; expected a number, or a name that begins with a letter
            SELECT ^1E1000 AS x FROM 'a' => '1E1000'; expected a number of at most 9.99E999
            SELECT a ^; => ';'; expected a name, a literal, an operator or a parenthesis
            SELECT a ^\u2013 1 AS x => the character U+2013; expected '-' for minus
            SELECT NOT ^ => end of text; expected an expression
            """;

    private static final String V1 =
            """
            SELECT ^[1] AS x => an array literal in SQL version 2015-10-08; expected SQL version \
            2016-03-23 or later
            SELECT ^{'a': 1} AS x => an object literal in SQL version 2015-10-08
            SELECT (^SELECT a FROM b) AS x => a nested query in SQL version 2015-10-08
            SELECT ^encode(*, 'base64') AS x => the function encode in SQL version 2015-10-08
            SELECT ^length(a) AS x => the function length in SQL version 2015-10-08
            SELECT ^get_or_default(a) AS x => the function get_or_default in SQL version 2015-10-08
            SELECT cast(a AS ^Boolean) AS x => cast to Boolean in SQL version 2015-10-08
            SELECT ^sourceip() AS x => the function sourceip in SQL version 2015-10-08
            """;

    static Stream<Arguments> rows() {
        List<Arguments> rows = new ArrayList<>();
        add(V2, Sql.V2, rows);
        add(V1, Sql.V1, rows);
        return rows.stream();
    }

    private static void add(String lines, SqlVersion version, List<Arguments> rows) {
        for (String line : lines.split("\n")) {
            int arrow = line.indexOf(" => ");
            String expected = line.substring(arrow + 4);
            rows.add(Arguments.of(line.substring(0, arrow), version, expected));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void aMistakeIsNamedAtItsPosition(String marked, SqlVersion version, String message) {
        int at = marked.indexOf('^');
        String sql = marked.replace("^", "");
        SqlParseException error = error(sql, version);
        assertThat(error).hasMessageContaining(message);
        assertThat(error.line()).isEqualTo(1);
        assertThat(error.column()).as(error.getMessage()).isEqualTo(at + 1);
        assertThat(error.getMessage())
                .isEqualTo(
                        "line 1, column %d: %s; expected %s",
                        at + 1, error.found(), error.expected());
    }

    private static SqlParseException error(String sql, SqlVersion version) {
        return catchThrowableOfType(
                SqlParseException.class, () -> SqlStatement.parse(sql, version));
    }

    @Test
    void linesAreCounted() {
        SqlParseException error = error("SELECT a,\n  b\nFROM 'a'\n WHERE x >", Sql.V2);
        assertThat(error.line()).isEqualTo(4);
        assertThat(error.column()).isEqualTo(11);
    }

    /// Fields may be called what is no reserved word where it stands.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT value FROM 'a'",
                "SELECT value, b FROM 'a'",
                "SELECT value AS v FROM 'a'",
                "SELECT value.x FROM 'a'",
                "SELECT value * 2 AS v FROM 'a'",
                "SELECT value - 2 AS v FROM 'a'",
                "SELECT VALUE * FROM 'a'",
                "SELECT VALUE value FROM 'a'",
                "SELECT VALUE (a) FROM 'a'",
                "SELECT VALUE CASE a WHEN 1 THEN 2 END FROM 'a'",
                "SELECT start, end FROM 'a'",
                "SELECT timestamp, topic, clientid FROM 'a'",
                "SELECT a.from.select.case.end FROM 'a'",
                "SELECT CASE a WHEN 1 THEN (end) END AS x FROM 'a'",
                "SELECT a AS value, b AS end, c AS x.select FROM 'a'",
                "select a as b from 'a' where not a = 1 and b <> 2",
                "SELECT *",
                "SELECT * FROM \"a/b\"",
                "SELECT * FROM a/+/c WHERE x = 1",
                "SELECT * FROM '$aws/things/+/shadow/update/accepted'",
                "SELECT * AS message FROM 'a'",
                "SELECT (SELECT * FROM e WHERE a = 1) AS x FROM 'a'",
                "SELECT f\u00fc\u00df AS x FROM 'a'",
            })
    void whatLooksOddButWorksIsTaken(String sql) {
        assertThat(SqlStatement.parse(sql, Sql.V2).text()).isEqualTo(sql);
    }

    /// What no MQTT packet could carry would match nothing, ever (MQTT 5, 1.5.4).
    @Test
    void aTopicFilterFitsIntoAnMqttString() {
        String longest = "a".repeat(65_535);
        assertThat(SqlStatement.parse("SELECT * FROM '" + longest + "'", Sql.V2).topicFilter())
                .hasValue(longest);
        assertThat(error("SELECT * FROM '" + longest + "a'", Sql.V2))
                .hasMessageContaining("one of at most 65535 bytes");
        assertThat(error("SELECT * FROM 'a\ud800'", Sql.V2))
                .hasMessageContaining("a topic filter that UTF-8 can encode");
    }

    @Test
    void nestingAndLengthAreBounded() {
        String deep = "(".repeat(101) + "a" + ")".repeat(101);
        assertThat(error("SELECT " + deep + " AS x", Sql.V2)).hasMessageContaining("less nesting");
        String enough = "(".repeat(99) + "a" + ")".repeat(99);
        SqlStatement.parse("SELECT " + enough + " AS x", Sql.V2);
        assertThat(error("SELECT a" + " + a".repeat(501) + " AS x", Sql.V2))
                .hasMessageContaining("at most 500 operators in a row");
        SqlStatement.parse("SELECT a" + " + a".repeat(500) + " AS x", Sql.V2);
        String rows = "(" + "a" + " + a".repeat(400) + ")";
        String nested = rows + " + a".repeat(400);
        assertThat(error("SELECT (" + nested + ")" + " + a".repeat(400) + " AS x", Sql.V2))
                .hasMessageContaining("within 1000 others");
        assertThat(error("SELECT " + "NOT ".repeat(101) + "a AS x", Sql.V2))
                .hasMessageContaining("less nesting");
        assertThat(error("SELECT " + "- ".repeat(101) + "a AS x", Sql.V2))
                .hasMessageContaining("less nesting");
        assertThat(error("SELECT " + "a".repeat(200_000), Sql.V2))
                .hasMessageContaining("at most 131072");
    }

    /// iot-sql-set: ten variables with names of 64 characters.
    @Test
    void variablesAreBounded() {
        StringBuilder set = new StringBuilder("SET @v0 = 0");
        for (int i = 1; i < 10; i++) {
            set.append(", @v").append(i).append(" = ").append(i);
        }
        SqlStatement.parse(set + " SELECT @v9", Sql.V2);
        assertThat(error(set + ", @v10 = 1 SELECT @v9", Sql.V2))
                .hasMessageContaining("at most 10 variables");
        String longest = "@" + "a".repeat(64);
        SqlStatement.parse("SET " + longest + " = 1 SELECT " + longest, Sql.V2);
        assertThatThrownBy(() -> SqlStatement.parse("SET " + longest + "a = 1 SELECT a", Sql.V2))
                .hasMessageContaining("at most 64 characters");
    }
}
