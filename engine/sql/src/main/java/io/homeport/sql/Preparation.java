package io.homeport.sql;

import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/// Compiles the patterns that a statement spells out, once, where the function would do it for each
/// message. Stateless.
final class Preparation {
    private Preparation() {}

    /// The function for these arguments, perhaps with its pattern in it.
    static Function of(Function function, Node[] arguments) {
        Function.Body body = body(function.name(), arguments);
        return body == null
                ? function
                : new Function(
                        function.name(),
                        function.minimum(),
                        function.maximum(),
                        function.since(),
                        function.pure(),
                        function.external(),
                        body);
    }

    private static Function.@Nullable Body body(String name, Node[] arguments) {
        return switch (name) {
            case "regexp_matches", "regexp_replace", "regexp_substr" ->
                    regex(name, text(arguments[1]));
            case "parse_time" -> {
                String pattern = text(arguments[0]);
                DateTimeFormatter formatter = pattern == null ? null : TimeFunctions.joda(pattern);
                yield formatter == null ? null : (a, e) -> TimeFunctions.parseTime(formatter, a, e);
            }
            case "time_to_epoch" -> {
                String pattern = text(arguments[1]);
                DateTimeFormatter formatter = pattern == null ? null : TimeFunctions.java(pattern);
                yield formatter == null
                        ? null
                        : (a, e) -> TimeFunctions.timeToEpoch(formatter, a, e);
            }
            default -> null;
        };
    }

    private static Function.@Nullable Body regex(String name, @Nullable String expression) {
        Regex regex;
        try {
            regex = expression == null ? null : Regex.compile(expression);
        } catch (LimitExceeded e) {
            // Each message runs into it, which is then reported.
            return null;
        }
        if (regex == null) {
            return null;
        }
        return switch (name) {
            case "regexp_matches" -> (a, e) -> Regex.matches(regex, a, e);
            case "regexp_replace" -> (a, e) -> Regex.replace(regex, a, e);
            default -> (a, e) -> Regex.substr(regex, a, e);
        };
    }

    /// Null where it isn't known yet, or no text.
    private static @Nullable String text(Node node) {
        return node instanceof Node.Constant(Value value)
                        && value instanceof Value.Text(String text)
                ? text
                : null;
    }
}
