package io.homeport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// IAM User Guide, "IAM JSON policy elements: Condition operators" and "Single-valued vs.
/// multivalued context keys".
class ConditionTest {
    /// Columns: operator, the policy's values, the request's values (`-`: the key is missing),
    /// whether the condition holds. Values are separated by `|`.
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {
                "StringEquals, a, a, true",
                "StringEquals, a, A, false",
                "StringEquals, a|b, b, true",
                "StringEquals, a*, ab, false",
                "StringEquals, a*, a*, true",
                "StringEquals, a${*}, a*, true",
                "StringEquals, a, -, false",
                "StringNotEquals, a, b, true",
                "StringNotEquals, a|b, b, false",
                "StringNotEquals, a, -, true",
                "StringNotEquals, a, b|a, false",
                "StringEqualsIgnoreCase, aB, Ab, true",
                "StringEqualsIgnoreCase, aB, Abc, false",
                "StringNotEqualsIgnoreCase, aB, Ab, false",
                "StringNotEqualsIgnoreCase, aB, -, true",
                "StringLike, a*c?, abbc1, true",
                "StringLike, a*c?, abbc, false",
                "StringLike, A*, ab, false",
                "StringLike, a${*}, ab, false",
                "StringNotLike, a*, ab, false",
                "StringNotLike, a*, b, true",
                "StringNotLike, a*, -, true",
                "NumericEquals, 10, 10.0, true",
                "NumericEquals, 10, ten, false",
                "NumericNotEquals, 10, 1e1, false",
                "NumericNotEquals, 10, 11, true",
                "NumericNotEquals, 10, -, true",
                "NumericLessThan, 10, 9.99, true",
                "NumericLessThan, 10, 10, false",
                "NumericLessThanEquals, 10, 10, true",
                "NumericLessThanEquals, 10, 10.1, false",
                "NumericGreaterThan, -5, -4, true",
                "NumericGreaterThan, -5, -5, false",
                "NumericGreaterThanEquals, 10, 10, true",
                "NumericGreaterThanEquals, 10, -, false",
                "DateEquals, 2026-11-20T00:00:00Z, 2026-11-20, true",
                "DateEquals, 1795132800, 2026-11-20T00:00:00Z, true",
                "DateEquals, 2026-11-20T01:00:00+01:00, 2026-11-20T00:00Z, true",
                "DateEquals, 2026, 2026-01-01T00:00:00Z, true",
                "DateEquals, 2026-11, 2026-11-01, true",
                "DateNotEquals, 2026-11-20, 2026-11-21, true",
                "DateNotEquals, 2026-11-20, 2026-11-20, false",
                "DateLessThan, 2026-11-20T10:30:00Z, 2026-11-20T10:29:59.9Z, true",
                "DateLessThan, 2026-11-20, 2026-11-20, false",
                "DateLessThanEquals, 2026-11-20, 2026-11-20, true",
                "DateGreaterThan, 2026-11-20, 1795132801, true",
                "DateGreaterThan, 2026-11-20, yesterday, false",
                "DateGreaterThanEquals, 2026-11-20, 2026-11-20, true",
                "DateGreaterThanEquals, 2026-11-20, -, false",
                "Bool, true, true, true",
                "Bool, true, TRUE, true",
                "Bool, true, false, false",
                "Bool, false, -, false",
                "BinaryEquals, QmluYXJ5VmFsdWVJbkJhc2U2NA==, QmluYXJ5VmFsdWVJbkJhc2U2NA==, true",
                "BinaryEquals, QmluYXJ5VmFsdWVJbkJhc2U2NA==, ASIAIOSFODNN7EXAMPLE, false",
                "BinaryEquals, AA==, not base64, false",
                "IpAddress, 203.0.113.0/24, 203.0.113.1, true",
                "IpAddress, 203.0.113.0/24, 198.51.100.1, false",
                "IpAddress, 203.0.113.0/24|2001:DB8:1234:5678::/64, 2001:db8:1234:5678::1, true",
                "IpAddress, 2001:DB8:1234:5678::/64, 2001:db8:1234:5679::1, false",
                "IpAddress, 10.0.0.0/9, 10.127.255.255, true",
                "IpAddress, 10.0.0.0/9, 10.128.0.0, false",
                "IpAddress, 10.0.0.7, 10.0.0.7, true",
                "IpAddress, 10.0.0.7, 10.0.0.8, false",
                "IpAddress, 10.0.0.0/8, ::ffff:10.1.2.3, true",
                "IpAddress, 0.0.0.0/0, ::1, false",
                "IpAddress, ::/0, 2001:db8::1, true",
                "IpAddress, 0.0.0.0/0, localhost, false",
                "NotIpAddress, 203.0.113.0/24, 198.51.100.1, true",
                "NotIpAddress, 203.0.113.0/24, 203.0.113.9, false",
                "NotIpAddress, 203.0.113.0/24, -, true",
                "ArnEquals, arn:aws:iot:*:1:topic/a*, arn:aws:iot:eu-west-1:1:topic/a/b, true",
                "ArnLike, arn:aws:iot:*:1:topic/?, arn:aws:iot:eu-west-1:1:topic/a, true",
                "ArnLike, arn:aws:iot:*:1:topic/a, arn:aws:iot:x:2:topic/y:1:topic/a, false",
                "ArnLike, arn:aws:iot:*:1:topic/a, not an arn, false",
                "ArnLike, *, arn:aws:iot:eu-west-1:1:topic/a, true",
                "ArnNotEquals, arn:aws:iot:*:1:topic/a, arn:aws:iot:x:1:topic/a, false",
                "ArnNotLike, arn:aws:iot:*:1:topic/a, arn:aws:iot:x:1:topic/b, true",
                "ArnNotLike, arn:aws:iot:*:1:topic/a, -, true",
                "Null, true, -, true",
                "Null, true, x, false",
                "Null, false, x, true",
                "Null, false, -, false",
                "StringEqualsIfExists, a, -, true",
                "StringEqualsIfExists, a, b, false",
                "StringNotEqualsIfExists, a, -, true",
                "NumericLessThanIfExists, 1, -, true",
                "BoolIfExists, true, false, false",
                "IpAddressIfExists, 10.0.0.0/8, -, true",
                "ForAllValues:StringEquals, a|b, a, true",
                "ForAllValues:StringEquals, a|b, a|b, true",
                "ForAllValues:StringEquals, a|b, a|c, false",
                "ForAllValues:StringEquals, a|b, -, true",
                "ForAllValues:StringNotEquals, a|b, c|d, true",
                "ForAllValues:StringNotEquals, a|b, c|a, false",
                "ForAllValues:StringNotLike, a*, -, true",
                "ForAnyValue:StringEquals, a|b, c|b, true",
                "ForAnyValue:StringEquals, a|b, c, false",
                "ForAnyValue:StringEquals, a|b, -, false",
                "ForAnyValue:StringNotEquals, a, a|b, true",
                "ForAnyValue:StringNotEquals, a, a, false",
                "ForAnyValue:StringNotEquals, a, -, false",
                "ForAnyValue:StringLikeIfExists, a*, -, true",
                "ForAnyValue:ArnLike, arn:aws:iot:*:*:thing/a, arn:aws:iot:r:1:thing/a|x, true",
                "ForAllValues:Bool, true, true|false, false",
            })
    void operatorsHoldAsIamDocumentsThem(
            String operator, String inPolicy, String inRequest, boolean holds) {
        PolicyContext context =
                inRequest.equals("-")
                        ? PolicyContext.EMPTY
                        : Values.of("iot:Key", inRequest.split("\\|"));
        assertThat(condition(operator, List.of(inPolicy.split("\\|"))).holds(context))
                .isEqualTo(holds);
    }

    /// "ForAllValues returns true … if the context key value resolves to a null dataset, such as an
    /// empty string", and Null tells such a key from one with a value.
    @Test
    void anEmptyTextIsNoValue() {
        Values empty = Values.of("iot:Key", "");
        assertThat(condition("ForAllValues:StringEquals", List.of("a")).holds(empty)).isTrue();
        assertThat(condition("Null", List.of("true")).holds(empty)).isTrue();
    }

    /// connect-policy.html of AWS IoT has an empty array of values: none can match.
    @Test
    void withoutValuesNothingMatches() {
        Values value = Values.of("iot:Key", "a");
        assertThat(condition("ForAllValues:StringEquals", List.of()).holds(value)).isFalse();
        assertThat(condition("ForAllValues:StringEquals", List.of()).holds(PolicyContext.EMPTY))
                .isTrue();
        assertThat(condition("StringEquals", List.of()).holds(value)).isFalse();
    }

    /// IAM User Guide, "Policy variables with no value": the inverted operators match, the others
    /// don't.
    @Test
    void variablesStandInValuesOfStringArnAndBooleanOperators() {
        Values same = Values.of("iot:Key", "arn:aws:iot:r:1:thing/a").and("iot:Other", "a");
        String arn = "arn:aws:iot:r:1:thing/${iot:Other}";
        for (String operator : List.of("StringEquals", "StringLike", "ArnEquals", "ArnLike")) {
            assertThat(condition(operator, List.of(arn)).holds(same)).as(operator).isTrue();
            assertThat(condition(operator, List.of(arn)).holds(same.and("iot:Other", "b")))
                    .as(operator)
                    .isFalse();
            assertThat(condition(operator, List.of(arn)).holds(same.and("iot:Other")))
                    .as(operator)
                    .isFalse();
        }
        assertThat(condition("StringNotEquals", List.of(arn)).holds(same.and("iot:Other")))
                .isTrue();
        Values attached = Values.of("iot:Key", "true").and("iot:Other", "true");
        assertThat(condition("Bool", List.of("${iot:Other}")).holds(attached)).isTrue();
        assertThat(condition("Bool", List.of("${iot:Other}")).holds(attached.and("iot:Other")))
                .isFalse();
        Values whole = same.and("iot:Other", "arn:aws:iot:r:1:thing/a");
        assertThat(condition("ArnEquals", List.of("${iot:Other}")).holds(whole)).isTrue();
        assertThat(
                        condition("StringEqualsIgnoreCase", List.of("${iot:Other}"))
                                .holds(Values.of("iot:Key", "AB").and("iot:Other", "ab")))
                .isTrue();
    }

    /// IAM User Guide, "Condition with multiple keys or values": values are joined by OR, keys and
    /// operators by AND.
    @Test
    void operatorsAndKeysMustAllHold() {
        PolicySet policies =
                new PolicySet(
                        List.of(
                                new PolicySet.NamedPolicy(
                                        "p",
                                        PolicyDocument.parse(
                                                """
                                                {"Version": "2012-10-17", "Statement": {
                                                  "Effect": "Allow", "Action": "*", "Resource": "*",
                                                  "Condition": {
                                                    "StringEquals": {"a:x": ["1", 2], "a:y": true},
                                                    "NumericLessThan": {"a:z": 10}}}}
                                                """))));
        Values all = Values.of("a:x", "2").and("A:Y", "true").and("a:z", "9");
        assertThat(policies.decide("a:B", "*", all).allowed()).isTrue();
        assertThat(policies.decide("a:B", "*", all.and("a:x", "3")).allowed()).isFalse();
        assertThat(policies.decide("a:B", "*", all.and("a:y")).allowed()).isFalse();
        assertThat(policies.decide("a:B", "*", all.and("a:z", "10")).allowed()).isFalse();
    }

    private static CompiledCondition condition(String operator, List<String> values) {
        return CompiledCondition.compile(
                new PolicyStatement.Condition(operator, "iot:Key", values));
    }
}
