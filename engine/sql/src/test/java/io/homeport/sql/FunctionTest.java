package io.homeport.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every function, row by row: the anchor of its section in the guide's page iot-sql-functions, an
/// expression, and what it comes to. Rows of the guide's own examples and of its tables of argument
/// types; `nil` is a field that isn't there.
class FunctionTest {
    private static final String PAYLOAD =
            "{\"n\":null,\"arr\":[1,2],\"obj\":{\"a\":\"B\"},\"hi\":\"(hi)*\","
                    + "\"year\":\"yyyy\",\"bad\":\"(\"}";

    private static final String MATH =
            """
            iot-func-abs | abs(-5) | 5
            iot-func-abs | abs(-5.5) | 5.5
            iot-func-abs | abs("-5.123") | 5.123
            iot-func-abs | abs("five") | Undefined
            iot-func-abs | abs(true) | Undefined
            iot-func-abs | abs(arr) | Undefined
            iot-func-abs | abs(obj) | Undefined
            iot-func-abs | abs(n) | Undefined
            iot-func-abs | abs(nil) | Undefined
            iot-func-acos | acos(0) | 1.5707963267948966
            iot-func-acos | acos(2) | Undefined
            iot-func-acos | acos("0") | 1.5707963267948966
            iot-func-asin | asin(0) | 0
            iot-func-asin | asin(-2) | Undefined
            iot-func-atan | atan(0) | 0
            iot-func-atan | atan(false) | Undefined
            iot-func-atan2 | atan2(1, 0) | 1.5707963267948966
            iot-func-atan2 | atan2("1", "0") | 1.5707963267948966
            iot-func-atan2 | atan2(1, n) | Undefined
            iot-func-bitand | bitand(13, 5) | 5
            iot-func-bitand | bitand(13.9, "5.9") | 5
            iot-func-bitand | bitand(13, "x") | Undefined
            iot-func-bitand | bitand(-1.5, 255) | 254
            iot-func-bitor | bitor(8, 5) | 13
            iot-func-bitor | bitor(8, true) | Undefined
            iot-func-xbitor | bitxor(13, 5) | 8
            iot-func-xbitor | bitxor("13", 5.5) | 8
            iot-func-bitnot | bitnot(13) | -14
            iot-func-bitnot | bitnot("13.9") | -14
            iot-func-bitnot | bitnot(arr) | Undefined
            iot-func-ceil | ceil(1.2) | 2
            iot-func-ceil | ceil(-1.2) | -1
            iot-func-ceil | ceil(7) | 7
            iot-func-ceil | ceil("1.2") | 2
            iot-func-ceil | ceil(true) | Undefined
            iot-func-cos | cos(0) | 1
            iot-func-cos | cos(obj) | Undefined
            iot-func-cosh | cosh(2.3) | 5.037220649268761
            iot-func-exp | exp(1) | 2.718281828459045
            iot-func-exp | exp("1") | 2.718281828459045
            iot-func-exp | exp(1000) | Undefined
            iot-func-floor | floor(1.2) | 1
            iot-func-floor | floor(-1.2) | -2
            iot-func-floor | floor("-1.2") | -2
            iot-func-floor | floor(n) | Undefined
            iot-func-nln | ln(2.718281828459045) | 1
            iot-func-nln | ln(0) | Undefined
            iot-func-nln | ln(-1) | Undefined
            iot-func-log | log(100) | 2
            iot-func-log | log("100") | 2
            iot-func-mod | mod(8, 3) | 2
            iot-func-mod | mod(-8, 3) | -2
            iot-func-mod | mod(8.5, 3) | 2.5
            iot-func-mod | mod("8", "3") | 2
            iot-func-mod | mod("x", 3) | Undefined
            iot-func-mod | mod(8, 0) | Undefined
            iot-func-nanvl | Nanvl(8, 3) | 8
            iot-func-nanvl | nanvl(nil, 3) | 3
            iot-func-nanvl | nanvl(n, 3) | 3
            iot-func-nanvl | nanvl(sqrt(-1), 3) | 3
            iot-func-nanvl | nanvl("a", 3) | "a"
            iot-func-power | power(2, 5) | 32
            iot-func-power | power("2", "0.5") | 1.4142135623730951
            iot-func-power | power(-1, 0.5) | Undefined
            iot-func-power | power(10, 400) | Undefined
            iot-func-remainder | remainder(8, 3) | 2
            iot-func-round | Round(1.2) | 1
            iot-func-round | Round(1.5) | 2
            iot-func-round | Round(1.7) | 2
            iot-func-round | Round(-1.1) | -1
            iot-func-round | Round(-1.5) | -2
            iot-func-round | round("2.5") | 3
            iot-func-round | round(false) | Undefined
            iot-func-sign | sign(-7) | -1
            iot-func-sign | sign(0) | 0
            iot-func-sign | sign(13.5) | 1
            iot-func-sign | sign("-0.1") | -1
            iot-func-sign | sign(obj) | Undefined
            iot-func-sin | sin(0) | 0
            iot-func-sinh | sinh(2.3) | 4.936961805545957
            iot-func-sqrt | sqrt(9) | 3
            iot-func-sqrt | sqrt(-9) | Undefined
            iot-func-tan | tan(3) | -0.1425465430742778
            iot-func-tanh | tanh(2.3) | 0.9800963962661914
            iot-func-trunc | trunc(2.888, 0) | 2
            iot-func-trunc | trunc(2.888, 2) | 2.88
            iot-func-trunc | trunc(2.00, 5) | 2
            iot-func-trunc | trunc(-2.888, 1) | -2.8
            iot-func-trunc | trunc("2.888", "1.9") | 2.8
            iot-func-trunc | trunc(2.888, -5) | 2
            iot-func-trunc | trunc(2.888, 99) | 2.888
            iot-func-trunc | trunc(2.888, true) | Undefined
            iot-func-trunc | trunc(120, 1) | 120
            """;

    private static final String TEXT =
            """
            iot-func-chr | chr(65) | "A"
            iot-func-chr | chr("49") | "1"
            iot-func-chr | chr(65.9) | "A"
            iot-func-chr | chr(128) | Undefined
            iot-func-chr | chr(-1) | Undefined
            iot-func-chr | chr(true) | Undefined
            iot-func-concat | concat() | Undefined
            iot-func-concat | concat(1) | 1
            iot-func-concat | concat([1, 2, 3], 4) | [1,2,3,4]
            iot-func-concat | concat([1, 2, 3], "hello") | [1,2,3,"hello"]
            iot-func-concat | concat("con", "cat") | "concat"
            iot-func-concat | concat(1, "hello") | "1hello"
            iot-func-concat | concat("he","is","man") | "heisman"
            iot-func-concat | concat([1, 2, 3], "hello", [4, 5, 6]) | [1,2,3,"hello",4,5,6]
            iot-func-concat | concat("a", true, 1.5, {"k": [n]}) | "atrue1.5{\\"k\\":[null]}"
            iot-func-concat | concat(1, 2) | Undefined
            iot-func-concat | concat("a", n) | Undefined
            iot-func-endswith | endswith("cat","at") | true
            iot-func-endswith | endswith("cat","ta") | false
            iot-func-endswith | endswith(123, 23) | true
            iot-func-endswith | endswith(n, "l") | Undefined
            iot-func-endswith | endswith("cat", nil) | Undefined
            iot-sql-function-indexof | indexof("abcd", "bc") | 1
            iot-sql-function-indexof | indexof("abcd", "x") | -1
            iot-sql-function-indexof | indexof(1234, 3) | 2
            iot-sql-function-indexof | indexof(n, 3) | Undefined
            iot-sql-function-length | length("hi") | 2
            iot-sql-function-length | length(false) | 5
            iot-sql-function-length | length(arr) | 5
            iot-sql-function-length | length(n) | Undefined
            iot-func-lower | lower("HELLO") | "hello"
            iot-func-lower | lower(["HELLO"]) | "[\\"hello\\"]"
            iot-func-lower | lower(nil) | Undefined
            iot-func-lpad | lpad("hello", 2) | "  hello"
            iot-func-lpad | lpad(1, 3) | "   1"
            iot-func-lpad | lpad("a", 2.9) | "  a"
            iot-func-lpad | lpad("a", "2") | "  a"
            iot-func-lpad | lpad("a", -2) | "a"
            iot-func-lpad | lpad("a", "x") | Undefined
            iot-func-lpad | lpad(n, 2) | Undefined
            iot-func-lpad | length(lpad("a", 5000)) | 1001
            iot-func-ltrim | Ltrim(" h i ") | "h i "
            iot-func-ltrim | ltrim(12) | "12"
            iot-func-ltrim | ltrim(n) | Undefined
            iot-sql-function-numbytes | numbytes("hi") | 2
            iot-sql-function-numbytes | numbytes("\u20ac") | 3
            iot-sql-function-numbytes | numbytes(true) | 4
            iot-func-replace | replace("abcd", "bc", "x") | "axd"
            iot-func-replace | replace("abcdabcd", "b", "x") | "axcdaxcd"
            iot-func-replace | replace("a.c", ".", "$1") | "a$1c"
            iot-func-replace | replace(12345, 3, true) | "12true45"
            iot-func-replace | replace("a", n, "b") | Undefined
            iot-func-rpad | rpad("hello", 2) | "hello  "
            iot-func-rpad | rpad(1, 3) | "1   "
            iot-func-rpad | rpad("a", arr) | Undefined
            iot-func-rtrim | rtrim(" h i ") | " h i"
            iot-func-rtrim | rtrim(nil) | Undefined
            iot-func-startswith | startswith("ranger","ran") | true
            iot-func-startswith | startswith(true,"tru") | true
            iot-func-startswith | startswith(n,"n") | Undefined
            iot-func-substring | substring("012345", 0) | "012345"
            iot-func-substring | substring("012345", 2) | "2345"
            iot-func-substring | substring("012345", 2.745) | "2345"
            iot-func-substring | substring(123, 2) | "3"
            iot-func-substring | substring("012345", -1) | "012345"
            iot-func-substring | substring(true, 1.2) | "rue"
            iot-func-substring | substring(false, -2.411E247) | "false"
            iot-func-substring | substring("012345", 1, 3) | "12"
            iot-func-substring | substring("012345", -50, 50) | "012345"
            iot-func-substring | substring("012345", 3, 1) | ""
            iot-func-substring | substring("012345", "x") | Undefined
            iot-func-trim | Trim(" hi ") | "hi"
            iot-func-trim | trim(12) | "12"
            iot-func-upper | upper("hello") | "HELLO"
            iot-func-upper | upper(["hello"]) | "[\\"HELLO\\"]"
            iot-sql-function-hash | md2("hello") | "a9046c73e00331af68917d3804f70655"
            iot-sql-function-hash | md5("hello") | "5d41402abc4b2a76b9719d911017c592"
            iot-sql-function-hash | md5(12) | "c20ad4d76fe97759aa27a0c99bff6710"
            iot-sql-function-hash | md5(n) | Undefined
            iot-sql-function-hash | sha1("hello") | "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"
            iot-sql-function-hash | sha224("abc") | \
            "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"
            iot-sql-function-hash | sha256("abc") | \
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            iot-sql-function-hash | substring(sha384("abc"), 0, 20) | "cb00753f45a35e8bb5a0"
            iot-sql-function-hash | substring(sha512("abc"), 0, 20) | "ddaf35a193617abacc41"
            iot-func-regex-matches | regexp_matches("aaaa", "a{2,}") | true
            iot-func-regex-matches | regexp_matches("aaaa", "b") | false
            iot-func-regex-matches | regexp_matches("aaa", "(aaa|bbb)") | true
            iot-func-regex-matches | regexp_matches("bbb", "(aaa|bbb)") | true
            iot-func-regex-matches | regexp_matches("ccc", "(aaa|bbb)") | false
            iot-func-regex-matches | regexp_matches(123, "\\d+") | true
            iot-func-regex-matches | regexp_matches("a1", "a(?!2)") | true
            iot-func-regex-matches | regexp_matches("a", "(") | Undefined
            iot-func-regex-matches | regexp_matches(n, "a") | Undefined
            iot-func-regex-replace | regexp_replace("abcd", "bc", "x") | "axd"
            iot-func-regex-replace | regexp_replace("abcd", "b(.*)d", "$1") | "ac"
            iot-func-regex-replace | regexp_replace("abcb", "b", "") | "ac"
            iot-func-regex-replace | regexp_replace("abcd", "b", "$1") | Undefined
            iot-func-regex-replace | regexp_replace("abcd", "b", "$") | Undefined
            iot-func-regex-substr | regexp_substr("hihihello", "hi") | "hi"
            iot-func-regex-substr | regexp_substr("hihihello", "(hi)*") | "hihi"
            iot-func-regex-substr | regexp_substr("hihihello", hi) | "hihi"
            iot-func-regex-matches | regexp_matches("a", bad) | Undefined
            iot-func-regex-replace | regexp_replace("hihihello", hi + "h", "x") | "xello"
            iot-func-regex-substr | regexp_substr("hello", "x") | Undefined
            """;

    private static final String OTHER =
            """
            iot-sql-function-get | get(["a", "b", "c"], 1) | "b"
            iot-sql-function-get | get({"a":"b"}, "a") | "b"
            iot-sql-function-get | get("abc", 0) | "a"
            iot-sql-function-get | get("abc", 3) | Undefined
            iot-sql-function-get | get(arr, -1) | Undefined
            iot-sql-function-get | get(arr, 2) | Undefined
            iot-sql-function-get | get(arr, "1.9") | 2
            iot-sql-function-get | get(arr, 0.5) | 2
            iot-sql-function-get | get(arr, true) | Undefined
            iot-sql-function-get | get(obj, 1) | Undefined
            iot-sql-function-get | get(12, 0) | Undefined
            iot-sql-function-get | get(*, "arr") | [1,2]
            iot-func-transform | transform("other", obj, [obj]) | Undefined
            iot-func-transform | transform("enrichArray", obj, arr) | Undefined
            iot-func-transform | transform("enrichArray", arr, [obj]) | Undefined
            iot-sql-function-isNull | isNull(5) | false
            iot-sql-function-isNull | isNull(Null) | true
            iot-sql-function-isNull | isNull(n) | true
            iot-sql-function-isNull | isNull(nil) | false
            iot-sql-function-isUndefined | isUndefined(5) | false
            iot-sql-function-isUndefined | isUndefined(floor([1,2,3])) | true
            iot-sql-function-isUndefined | isUndefined(n) | false
            iot-sql-function-get-or-default | get_or_default(nil, 1) | 1
            iot-sql-function-get-or-default | get_or_default(n, 1) | 1
            iot-sql-function-get-or-default | get_or_default(2, 1) | 2
            iot-sql-function-get-or-default | get_or_default(n) | Undefined
            iot-sql-function-get-or-default | get_or_default(nil, n) | null
            iot-sql-function-get-or-default | \
            get_or_default(get_thing_shadow("t", "role"), "none") | "none"
            iot-sql-encode-payload | encode("hello", "base64") | "aGVsbG8="
            iot-sql-encode-payload | encode(12, 'base64') | "MTI="
            iot-sql-encode-payload | encode(arr, 'base64') | "WzEsMl0="
            iot-sql-encode-payload | encode(n, 'base64') | Undefined
            iot-sql-decode-base64 | decode("aGVsbG8=", 'base64') | "hello"
            iot-sql-decode-base64 | decode("WzEsMl0=", 'base64') | [1,2]
            iot-sql-decode-base64 | decode("%%", 'base64') | null
            iot-sql-decode-base64 | decode("/w==", 'base64') | null
            iot-sql-decode-base64 | decode(nil, 'base64') | Undefined
            iot-sql-decode-base64 | decode(*, 'base64') | null
            iot-sql-function-accountid | accountid() | "123456789012"
            iot-sql-function-clientid | clientid() | "client-1"
            iot-sql-function-principal | length(principal()) | 64
            iot-function-sourceip | sourceip() | "192.158.1.38"
            iot-sql-function-sql-version | sql_version() | "2016-03-23"
            iot-function-timestamp | timestamp() | 1481825251155
            iot-function-topic | topic() | "things/myThings/thingOne"
            iot-function-topic | topic(1) | "things"
            iot-function-topic | topic(3) | "thingOne"
            iot-function-topic | topic("2") | "myThings"
            iot-function-topic | topic(4) | Undefined
            iot-function-topic | topic(0) | Undefined
            iot-function-topic | topic(obj) | Undefined
            iot-sql-function-traceid | traceid() | "12345678-1234-1234-1234-123456789012"
            iot-sql-function-newuuid | regexp_matches(newuuid(), \
            "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$") | true
            iot-sql-function-rand | rand() >= 0 AND rand() < 1 | true
            iot-sql-function-get-mqtt-property | get_mqtt_property("format_indicator") | "UTF8_DATA"
            iot-sql-function-get-mqtt-property | get_mqtt_property("content_type") | "text/plain"
            iot-sql-function-get-mqtt-property | get_mqtt_property("response_topic") | "answers/1"
            iot-sql-function-get-mqtt-property | get_mqtt_property("correlation_data") | "AQID"
            iot-sql-function-get-mqtt-property | get_mqtt_property("some_invalid_name") | Undefined
            iot-sql-function-get-user-properties | get_user_properties('some key') | \
            ["some value","value with duplicate key"]
            iot-sql-function-get-user-properties | get_user_properties('other key') | \
            ["a different value"]
            iot-sql-function-get-user-properties | get_user_properties() | \
            [{"some key":"some value"},{"other key":"a different value"},\
            {"some key":"value with duplicate key"}]
            iot-sql-function-get-user-properties | get_user_properties('none') | Undefined
            iot-sql-function-parse-time | parse_time("yyyy.MM.dd G 'at' HH:mm:ss z", 100000000, \
            'America/Belize') | "1970.01.01 AD at 21:46:40 CST"
            iot-sql-function-parse-time | parse_time("yyyy.MM.dd G 'at' HH:mm:ss z", \
            timestamp()) | "2016.12.15 AD at 18:07:31 UTC"
            iot-sql-function-parse-time | parse_time('yyyy', timestamp(), 'UTC') | "2016"
            iot-sql-function-parse-time | parse_time(year, 0) | "1970"
            iot-sql-function-parse-time | parse_time(bad, 0) | "("
            iot-sql-function-time-to-epoch | time_to_epoch("1970-002", year + "-DDD") | 86400000
            iot-sql-function-time-to-epoch | time_to_epoch("1970", bad) | Undefined
            iot-sql-function-parse-time | parse_time('yyyy', "x") | Undefined
            iot-sql-function-parse-time | parse_time('yyyy', 0, 'Mars/Base') | Undefined
            iot-sql-function-parse-time | parse_time('b', 0) | Undefined
            iot-sql-function-time-to-epoch | time_to_epoch("2020-04-03 09:45:18 UTC+01:00", \
            "yyyy-MM-dd HH:mm:ss VV") | 1585903518000
            iot-sql-function-time-to-epoch | time_to_epoch("18 December 2015", "dd MMMM yyyy") | \
            1450396800000
            iot-sql-function-time-to-epoch | time_to_epoch(\
            "2007-12-03 10:15:30.592 America/Los_Angeles", "yyyy-MM-dd HH:mm:ss.SSS z") | \
            1196705730592
            iot-sql-function-time-to-epoch | time_to_epoch("never", "dd MMMM yyyy") | Undefined
            iot-sql-function-time-to-epoch | time_to_epoch("12:00", "HH:mm") | Undefined
            iot-sql-function-time-to-epoch | time_to_epoch("a", "{{{") | Undefined
            """;

    static Stream<Arguments> rows() {
        List<Arguments> rows = new ArrayList<>();
        for (String line : (MATH + TEXT + OTHER).split("\n")) {
            String[] parts = line.split(" \\| ", -1);
            assertThat(parts).as(line).hasSize(3);
            rows.add(Arguments.of(parts[0], parts[1], parts[2]));
        }
        return rows.stream();
    }

    @ParameterizedTest(name = "{0}: {1} is {2}")
    @MethodSource("rows")
    void aFunctionComesToWhatItsPageSays(String anchor, String expression, String expected) {
        assertThat(Sql.value(Sql.V2, PAYLOAD, expression)).as(anchor).isEqualTo(expected);
    }

    /// No function without a row; the external ones have their own test.
    @Test
    void everyFunctionHasARow() {
        Set<String> called = new HashSet<>();
        rows().forEach(row -> {
            String expression = (String) row.get()[1];
            called.add(expression.replaceAll("\\(.*", "").toLowerCase(Locale.ROOT));
            called.addAll(List.of(expression.toLowerCase(Locale.ROOT).split("[^a-z0-9_]+")));
        });
        assertThat(Functions.names())
                .filteredOn(name -> !Functions.find(name).orElseThrow().external())
                .allSatisfy(name -> assertThat(called).contains(name));
    }

    /// iot-sql-function-cast: version 2015-10-08 keeps the point of whole decimals.
    @Test
    void versionOneKeepsWholeDecimals() {
        String payload = "{\"d\":10.0}";
        assertThat(Sql.value(Sql.V1, payload, "power(2, 5)")).isEqualTo("32.0");
        assertThat(Sql.value(Sql.V1, payload, "sqrt(9)")).isEqualTo("3.0");
        assertThat(Sql.value(Sql.V1, payload, "log(100)")).isEqualTo("2.0");
        assertThat(Sql.value(Sql.V1, payload, "asin(0)")).isEqualTo("0.0");
        assertThat(Sql.value(Sql.V1, payload, "d")).isEqualTo("10.0");
        assertThat(Sql.value(Sql.V2, payload, "d")).isEqualTo("10");
        assertThat(Sql.value(Sql.V1, payload, "cast(d AS String)")).isEqualTo("\"10.0\"");
        assertThat(Sql.value(Sql.V2, payload, "cast(d AS String)")).isEqualTo("\"10\"");
        assertThat(Sql.value(Sql.V1, payload, "sql_version()")).isEqualTo("\"2015-10-08\"");
    }
}
