package io.homeport.policy;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/// The condition operators (IAM User Guide, "IAM JSON policy elements: Condition operators"). Their
/// constant names are the names in a document. Policy variables are for string, ARN and boolean
/// operators alone.
enum Operator {
    StringEquals(false, Operator::equalText),
    StringNotEquals(true, Operator::equalText),
    StringEqualsIgnoreCase(false, Operator::equalTextInAnyCase),
    StringNotEqualsIgnoreCase(true, Operator::equalTextInAnyCase),
    StringLike(false, Operator::likeText),
    StringNotLike(true, Operator::likeText),
    NumericEquals(false, text -> number(text, order -> order == 0)),
    NumericNotEquals(true, text -> number(text, order -> order == 0)),
    NumericLessThan(false, text -> number(text, order -> order < 0)),
    NumericLessThanEquals(false, text -> number(text, order -> order <= 0)),
    NumericGreaterThan(false, text -> number(text, order -> order > 0)),
    NumericGreaterThanEquals(false, text -> number(text, order -> order >= 0)),
    DateEquals(false, text -> date(text, order -> order == 0)),
    DateNotEquals(true, text -> date(text, order -> order == 0)),
    DateLessThan(false, text -> date(text, order -> order < 0)),
    DateLessThanEquals(false, text -> date(text, order -> order <= 0)),
    DateGreaterThan(false, text -> date(text, order -> order > 0)),
    DateGreaterThanEquals(false, text -> date(text, order -> order >= 0)),
    Bool(false, Operator::bool),
    BinaryEquals(false, Operator::binary),
    IpAddress(false, Operator::address),
    NotIpAddress(true, Operator::address),
    ArnEquals(false, Operator::arn),
    ArnLike(false, Operator::arn),
    ArnNotEquals(true, Operator::arn),
    ArnNotLike(true, Operator::arn),
    /// Its value is compared with whether the key is absent, which is "true" or "false".
    Null(false, Operator::absence);

    private final boolean negated;

    /// One of the methods below, none of which has state.
    @SuppressWarnings("ImmutableEnumChecker")
    private final Function<String, ValueTest> compiler;

    Operator(boolean negated, Function<String, ValueTest> compiler) {
        this.negated = negated;
        this.compiler = compiler;
    }

    /// Whether it holds where no value matches.
    boolean negated() {
        return negated;
    }

    /// Compiles one value of a document.
    ///
    /// @throws IllegalArgumentException where the value isn't of the operator's type; the message
    ///   goes on after the operator's name
    ValueTest compile(String text) {
        return compiler.apply(text);
    }

    static List<String> names() {
        return Arrays.stream(values()).map(Enum::name).collect(Collectors.toList());
    }

    private static ValueTest equalText(String text) {
        TextPattern pattern = TextPattern.compile(text, false);
        return pattern::matches;
    }

    private static ValueTest equalTextInAnyCase(String text) {
        TextPattern pattern = TextPattern.compile(text, false);
        return (value, context) -> pattern.expand(context).equalsIgnoreCase(value);
    }

    private static ValueTest likeText(String text) {
        TextPattern pattern = TextPattern.compile(text, true);
        return pattern::matches;
    }

    private static ValueTest arn(String text) {
        return ArnPattern.compile(text, true)::matches;
    }

    private static ValueTest bool(String text) {
        TextPattern pattern = TextPattern.compile(text, false);
        if (pattern.variables().isEmpty()) {
            requireBoolean(text);
        }
        return (value, context) -> pattern.expand(context).equalsIgnoreCase(value);
    }

    private static ValueTest absence(String text) {
        refuseVariables(text);
        requireBoolean(text);
        return (value, _) -> text.equalsIgnoreCase(value);
    }

    private static ValueTest number(String text, IntPredicate wanted) {
        refuseVariables(text);
        BigDecimal bound = Scalars.number(text).orElseThrow(() -> mistyped("a number", text));
        return (value, _) ->
                Scalars.number(value).filter(n -> wanted.test(n.compareTo(bound))).isPresent();
    }

    private static ValueTest date(String text, IntPredicate wanted) {
        refuseVariables(text);
        Instant bound =
                Scalars.date(text)
                        .orElseThrow(
                                () -> mistyped("an ISO 8601 date or seconds of the epoch", text));
        return (value, _) ->
                Scalars.date(value).filter(d -> wanted.test(d.compareTo(bound))).isPresent();
    }

    private static ValueTest binary(String text) {
        refuseVariables(text);
        byte[] wanted = Scalars.base64(text).orElseThrow(() -> mistyped("base64", text));
        String canonical = Base64.getEncoder().encodeToString(wanted);
        return (value, _) ->
                value.equals(canonical)
                        || Scalars.base64(value)
                                .filter(found -> Arrays.equals(found, wanted))
                                .isPresent();
    }

    private static ValueTest address(String text) {
        refuseVariables(text);
        AddressRange range =
                AddressRange.parse(text)
                        .orElseThrow(() -> mistyped("an IP address or a CIDR range", text));
        return (value, _) -> range.contains(value);
    }

    private static void requireBoolean(String text) {
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            throw mistyped("\"true\" or \"false\"", text);
        }
    }

    private static void refuseVariables(String text) {
        if (text.contains("${")) {
            throw new IllegalArgumentException(
                    "takes no policy variables, but has " + Texts.quote(text));
        }
    }

    private static IllegalArgumentException mistyped(String wanted, String text) {
        return new IllegalArgumentException("takes " + wanted + ", not " + Texts.quote(text));
    }
}
