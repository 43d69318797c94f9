package io.homeport.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The tables of the guide's pages iot-sql-operators, iot-sql-data-types and
/// iot-sql-functions#iot-sql-function-cast, row by row. `nil` is a field that isn't there.
class OperatorTest {
    private static final String PAYLOAD =
            """
            {"n":null,"arr":[1,2],"obj":{"a":1,"b":[true]},"s":"text","i":7,"d":7.5,"t":true,\
            "big":1234567890123456789012345678901234,"whole":10.0,"small":1E-7}\
            """;

    private static final String LOGIC =
            """
            iot-sql-operators-and | true AND true | true
            iot-sql-operators-and | true AND false | false
            iot-sql-operators-and | "TRUE" AND "false" | false
            iot-sql-operators-and | "true" AND true | true
            iot-sql-operators-and | true AND 1 | Undefined
            iot-sql-operators-and | false AND nil | Undefined
            iot-sql-operators-and | "yes" AND true | Undefined
            iot-sql-operators-or | false OR true | true
            iot-sql-operators-or | false OR false | false
            iot-sql-operators-or | "True" OR "FALSE" | true
            iot-sql-operators-or | true OR nil | Undefined
            iot-sql-operators-or | n OR true | Undefined
            iot-sql-operators-not | NOT true | false
            iot-sql-operators-not | NOT "false" | true
            iot-sql-operators-not | NOT NOT true | true
            iot-sql-operators-not | NOT 0 | Undefined
            iot-sql-operators-not | NOT nil | Undefined
            iot-sql-operators-greater | 2 > 1 | true
            iot-sql-operators-greater | 2 > 2.0 | false
            iot-sql-operators-greater | "10" > 9 | true
            iot-sql-operators-greater | "10" > "9" | true
            iot-sql-operators-greater | "b" > "a" | Undefined
            iot-sql-operators-greater | true > false | Undefined
            iot-sql-operators-greater | n > 1 | Undefined
            iot-sql-operators-greater | nil > 1 | Undefined
            iot-sql-operators-greater-equal | 2 >= 2.0 | true
            iot-sql-operators-greater-equal | 1.9 >= "2" | false
            iot-sql-operators-greater-equal | arr >= 2 | Undefined
            iot-sql-operators-less | 1 < 2 | true
            iot-sql-operators-less | "1E1" < 11 | true
            iot-sql-operators-less | obj < 2 | Undefined
            iot-sql-operators-less-equal | 2 <= 2.0 | true
            iot-sql-operators-less-equal | 3 <= 2 | false
            iot-sql-operators-not-eq | 1 <> 2 | true
            iot-sql-operators-not-eq | 1 <> 1.0 | false
            iot-sql-operators-not-eq | "a" <> "b" | true
            iot-sql-operators-not-eq | arr <> [2, 1] | true
            iot-sql-operators-not-eq | arr <> [1, 2] | false
            iot-sql-operators-not-eq | n <> n | false
            iot-sql-operators-not-eq | nil <> 1 | Undefined
            iot-sql-operators-not-eq | 1 <> nil | Undefined
            iot-sql-operators-not-eq | "1" <> 1 | true
            iot-sql-operators-not-eq | n <> 0 | true
            iot-sql-operators-eq | 1 = 1 | true
            iot-sql-operators-eq | 1 = 1.0 | true
            iot-sql-operators-eq | 0.1 + 0.2 = 0.3 | true
            iot-sql-operators-eq | "a" = 'a' | true
            iot-sql-operators-eq | "a" = "A" | false
            iot-sql-operators-eq | arr = [1, 2.0] | true
            iot-sql-operators-eq | arr = [2, 1] | false
            iot-sql-operators-eq | obj = {"b": [true], "a": 1} | true
            iot-sql-operators-eq | obj = {"a": 1} | false
            iot-sql-operators-eq | n = NULL | true
            iot-sql-operators-eq | nil = nil | Undefined
            iot-sql-operators-eq | "10" = 10 | false
            iot-sql-operators-eq | true = "true" | false
            iot-sql-operators-eq | true = true | true
            """;

    private static final String ARITHMETIC =
            """
            iot-sql-operators-plus | 5 + "3" | "53"
            iot-sql-operators-plus | "a" + true | "atrue"
            iot-sql-operators-plus | arr + "" | "[1,2]"
            iot-sql-operators-plus | "a" + n | Undefined
            iot-sql-operators-plus | "a" + nil | Undefined
            iot-sql-operators-plus | 5 + 3 | 8
            iot-sql-operators-plus | 5 + 3.5 | 8.5
            iot-sql-operators-plus | 9223372036854775807 + 1 | 9223372036854775808
            iot-sql-operators-plus | true + 1 | Undefined
            iot-sql-operators-plus | n + 1 | Undefined
            iot-sql-operators-sub | 5 - 3 | 2
            iot-sql-operators-sub | -9223372036854775807 - 2 | -9223372036854775809
            iot-sql-operators-sub | "5" - "3.5" | 1.5
            iot-sql-operators-sub | "x" - 3 | Undefined
            iot-sql-operators-sub | 5 - 3 - 1 | 1
            iot-sql-operators-sub | true - 1 | Undefined
            iot-sql-operators-mult | 5 * 3 | 15
            iot-sql-operators-mult | 1.5 * "2" | 3
            iot-sql-operators-mult | 9223372036854775807 * 2 | 18446744073709551614
            iot-sql-operators-mult | arr * 2 | Undefined
            iot-sql-operators-mult | 2 + 3 * 4 | 14
            iot-sql-operators-mult | (2 + 3) * 4 | 20
            iot-sql-operators-div | 90 / 9 | 10
            iot-sql-operators-div | 7 / 2 | 3.5
            iot-sql-operators-div | 1 / 3 | 0.3333333333333333333333333333333333
            iot-sql-operators-div | "9" / 2 | 4.5
            iot-sql-operators-div | 1 / 0 | Undefined
            iot-sql-operators-div | 1 / 0.0 | Undefined
            iot-sql-operators-div | n / 2 | Undefined
            iot-sql-operators-mod | 8 % 3 | 2
            iot-sql-operators-mod | -8 % 3 | -2
            iot-sql-operators-mod | 8.5 % "3" | 2.5
            iot-sql-operators-mod | 8 % 0 | Undefined
            iot-sql-operators-mod | "x" % 3 | Undefined
            iot-sql-operators | -i | -7
            iot-sql-operators | - -i | 7
            iot-sql-operators | -"7" | -7
            iot-sql-operators | -arr | Undefined
            iot-sql-operators | NOT 1 = 2 AND true | true
            iot-sql-operators | true OR false AND false | true
            iot-sql-operators | 1 + 1 = 2 AND 2 * 3 > 5 | true
            iot-sql-data-types | big | 1234567890123456789012345678901234
            iot-sql-data-types | big + 1 | 1234567890123456789012345678901235
            iot-sql-data-types | small | 1E-7
            iot-sql-data-types | 9.99E999 | 9.99E+999
            iot-sql-data-types | 9E999 * 10 | Undefined
            iot-sql-data-types | 1E-999 / 10 | 0
            iot-sql-data-types | whole | 10
            iot-sql-data-types | 1.10 | 1.10
            iot-sql-data-types | nil | Undefined
            iot-sql-data-types | i.x | Undefined
            iot-sql-data-types | obj.b | [true]
            iot-sql-data-types | obj.b.c | Undefined
            iot-sql-data-types | [1, nil, 2] | [1,2]
            iot-sql-data-types | {'a': nil, 'b': 1} | {"b":1}
            iot-sql-case | CASE i WHEN 7 THEN 'a' WHEN 7.0 THEN 'b' END | "a"
            iot-sql-case | CASE i WHEN "7" THEN 'a' END | Undefined
            iot-sql-case | CASE i WHEN 1 THEN 'a' ELSE 'b' END | "b"
            iot-sql-case | CASE nil WHEN 1 THEN 'a' ELSE 'b' END | Undefined
            iot-sql-case | CASE n WHEN null THEN 'a' ELSE 'b' END | "a"
            iot-sql-case | CASE 1 WHEN nil THEN 'a' ELSE 'b' END | "b"
            """;

    private static final String CASTS =
            """
            iot-sql-function-cast | cast(true as Int) | 1
            iot-sql-function-cast | cast(false as Integer) | 0
            iot-sql-function-cast | cast(1.9 as Int) | 1
            iot-sql-function-cast | cast(-1.9 as Int) | -2
            iot-sql-function-cast | cast("1.9" as Int) | 1
            iot-sql-function-cast | cast("x" as Int) | Undefined
            iot-sql-function-cast | cast(arr as Int) | Undefined
            iot-sql-function-cast | cast(n as Int) | Undefined
            iot-sql-function-cast | cast(true as Decimal) | 1
            iot-sql-function-cast | cast("5E-12" as Decimal) | 5E-12
            iot-sql-function-cast | cast("-1.2" as Decimal) | -1.2
            iot-sql-function-cast | cast("+1" as Decimal) | Undefined
            iot-sql-function-cast | cast("1." as Decimal) | Undefined
            iot-sql-function-cast | cast(" 1" as Decimal) | Undefined
            iot-sql-function-cast | cast("1e+5" as Decimal) | Undefined
            iot-sql-function-cast | cast(10 as Decimal) | 10
            iot-sql-function-cast | cast(whole as Decimal) | 10
            iot-sql-function-cast | cast(obj as Decimal) | Undefined
            iot-sql-function-cast | cast(1.1 as Double) | 1.1
            iot-sql-function-cast | cast(1 / 3 as Double) | 0.3333333333333333
            iot-sql-function-cast | cast(0 as Boolean) | false
            iot-sql-function-cast | cast(0.5 as Bool) | true
            iot-sql-function-cast | cast("TRUE" as Boolean) | true
            iot-sql-function-cast | cast("yes" as Boolean) | Undefined
            iot-sql-function-cast | cast(t as Boolean) | true
            iot-sql-function-cast | cast(n as Boolean) | Undefined
            iot-sql-function-cast | cast(arr as Boolean) | Undefined
            iot-sql-function-cast | cast(7 as String) | "7"
            iot-sql-function-cast | cast(big as Text) | "1234567890123456789012345678901234"
            iot-sql-function-cast | cast(small as Varchar) | "1E-7"
            iot-sql-function-cast | cast(false as Ntext) | "false"
            iot-sql-function-cast | cast([1, "a", null] as Nvarchar) | "[1,\\"a\\",null]"
            iot-sql-function-cast | cast({"a": 1.5} as String) | "{\\"a\\":1.5}"
            iot-sql-function-cast | cast(n as String) | Undefined
            iot-sql-function-cast | cast(nil as String) | Undefined
            """;

    static Stream<Arguments> rows() {
        return Arrays.stream((LOGIC + ARITHMETIC + CASTS).split("\n"))
                .map(line -> {
                    String[] parts = line.split(" \\| ", -1);
                    assertThat(parts).as(line).hasSize(3);
                    return Arguments.of(parts[0], parts[1], parts[2]);
                });
    }

    /// The same over fields as over literals, which are folded at creation.
    @ParameterizedTest(name = "{0}: {1} is {2}")
    @MethodSource("rows")
    void anOperatorComesToWhatItsTableSays(String anchor, String expression, String expected) {
        assertThat(Sql.value(Sql.V2, PAYLOAD, expression)).as(anchor).isEqualTo(expected);
    }

    /// iot-sql-where: Boolean true and nothing else lets a message through.
    @Test
    void onlyTrueLetsAMessageThrough() {
        String[] refused = {"false", "nil", "'true'", "1", "n", "nil = 1", "nil <> 1", "obj"};
        for (String where : refused) {
            assertThat(matches(where)).as(where).isFalse();
        }
        assertThat(matches("t")).isTrue();
        assertThat(matches("i = 7 AND d > i")).isTrue();
        assertThat(matches("'TRUE' AND t")).isTrue();
    }

    private static boolean matches(String where) {
        SqlResult result =
                SqlStatement.parse("SELECT i FROM 'a' WHERE " + where, Sql.V2)
                        .evaluate(Sql.environment(Sql.message(PAYLOAD)));
        return result instanceof SqlResult.Output;
    }
}
