package io.homeport.sql;

import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.SignStyle;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalField;
import java.util.Locale;

/// Patterns of Joda-Time's DateTimeFormat as formatters of `java.time`, letter by letter, since the
/// two differ in what `Y`, `y`, `x`, `e`, `C`, `z` and `Z` mean. Stateless.
final class JodaPattern {
    static final int LONGEST = 400;

    private JodaPattern() {}

    /// @throws IllegalArgumentException where the pattern isn't one
    static DateTimeFormatter formatter(String pattern) {
        if (pattern.isEmpty() || pattern.length() > LONGEST) {
            throw new IllegalArgumentException("a pattern has 1 to " + LONGEST + " characters");
        }
        DateTimeFormatterBuilder builder = new DateTimeFormatterBuilder();
        int at = 0;
        while (at < pattern.length()) {
            char c = pattern.charAt(at);
            if (c == '\'') {
                at = quoted(pattern, at, builder);
            } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
                int end = at;
                while (end < pattern.length() && pattern.charAt(end) == c) {
                    end++;
                }
                append(builder, c, end - at);
                at = end;
            } else {
                builder.appendLiteral(c);
                at++;
            }
        }
        return builder.toFormatter(Locale.ENGLISH);
    }

    /// A text in quotes, or `''` for the quote; without its end it goes on to the end of the
    /// pattern.
    private static int quoted(String pattern, int start, DateTimeFormatterBuilder builder) {
        int at = start + 1;
        if (at < pattern.length() && pattern.charAt(at) == '\'') {
            builder.appendLiteral('\'');
            return at + 1;
        }
        while (at < pattern.length()) {
            char c = pattern.charAt(at++);
            if (c != '\'') {
                builder.appendLiteral(c);
            } else if (at < pattern.length() && pattern.charAt(at) == '\'') {
                builder.appendLiteral('\'');
                at++;
            } else {
                return at;
            }
        }
        return at;
    }

    private static void append(DateTimeFormatterBuilder builder, char letter, int count) {
        switch (letter) {
            case 'G' -> builder.appendText(ChronoField.ERA, TextStyle.SHORT);
            case 'C' -> century(builder, count);
            case 'Y' -> year(builder, ChronoField.YEAR_OF_ERA, count);
            case 'y' -> year(builder, ChronoField.YEAR, count);
            case 'x' -> year(builder, IsoFields.WEEK_BASED_YEAR, count);
            case 'w' -> number(builder, IsoFields.WEEK_OF_WEEK_BASED_YEAR, count);
            case 'e' -> number(builder, ChronoField.DAY_OF_WEEK, count);
            case 'E' -> text(builder, ChronoField.DAY_OF_WEEK, count);
            case 'D' -> number(builder, ChronoField.DAY_OF_YEAR, count);
            case 'M' -> {
                if (count >= 3) {
                    text(builder, ChronoField.MONTH_OF_YEAR, count);
                } else {
                    number(builder, ChronoField.MONTH_OF_YEAR, count);
                }
            }
            case 'd' -> number(builder, ChronoField.DAY_OF_MONTH, count);
            case 'a' -> builder.appendText(ChronoField.AMPM_OF_DAY, TextStyle.SHORT);
            case 'K' -> number(builder, ChronoField.HOUR_OF_AMPM, count);
            case 'h' -> number(builder, ChronoField.CLOCK_HOUR_OF_AMPM, count);
            case 'H' -> number(builder, ChronoField.HOUR_OF_DAY, count);
            case 'k' -> number(builder, ChronoField.CLOCK_HOUR_OF_DAY, count);
            case 'm' -> number(builder, ChronoField.MINUTE_OF_HOUR, count);
            case 's' -> number(builder, ChronoField.SECOND_OF_MINUTE, count);
            case 'S' -> fraction(builder, count);
            case 'z' -> builder.appendZoneText(count >= 4 ? TextStyle.FULL : TextStyle.SHORT);
            case 'Z' -> zone(builder, count);
            default -> throw new IllegalArgumentException("no such letter: " + letter);
        }
    }

    /// Two letters are the last two digits, any other number of them the least number of digits.
    private static void year(DateTimeFormatterBuilder builder, TemporalField field, int count) {
        if (count == 2) {
            builder.appendValueReduced(field, 2, 2, 2000);
        } else {
            builder.appendValue(field, Math.min(count, 19), 19, SignStyle.NORMAL);
        }
    }

    private static void century(DateTimeFormatterBuilder builder, int count) {
        builder.appendValue(CenturyOfEra.FIELD, Math.min(count, 19), 19, SignStyle.NORMAL);
    }

    private static void number(DateTimeFormatterBuilder builder, TemporalField field, int count) {
        builder.appendValue(field, Math.min(count, 19), 19, SignStyle.NORMAL);
    }

    private static void text(DateTimeFormatterBuilder builder, TemporalField field, int count) {
        builder.appendText(field, count >= 4 ? TextStyle.FULL : TextStyle.SHORT);
    }

    private static void fraction(DateTimeFormatterBuilder builder, int count) {
        int digits = Math.min(count, 9);
        builder.appendFraction(ChronoField.NANO_OF_SECOND, digits, digits, false);
        builder.appendLiteral("0".repeat(count - digits));
    }

    private static void zone(DateTimeFormatterBuilder builder, int count) {
        switch (count) {
            case 1 -> builder.appendOffset("+HHMM", "+0000");
            case 2 -> builder.appendOffset("+HH:MM", "+00:00");
            default -> builder.appendZoneId();
        }
    }
}
