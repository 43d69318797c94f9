package io.homeport.sql;

import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// parse_time, which formats by patterns of Joda-Time, and time_to_epoch, which reads by patterns
/// of `java.time`. Stateless.
final class TimeFunctions {
    private TimeFunctions() {}

    static void addTo(Functions table) {
        SqlVersion v2 = SqlVersion.V2016_03_23;
        table.pure("parse_time", 2, 3, v2, (a, e) -> parseTime(joda(Values.text(a[0], e)), a, e));
        table.pure(
                "time_to_epoch", 2, 2, v2, (a, e) -> timeToEpoch(java(Values.text(a[1], e)), a, e));
    }

    /// The formatter of a pattern of Joda-Time; null where it is none.
    static @Nullable DateTimeFormatter joda(@Nullable String pattern) {
        try {
            return pattern == null ? null : JodaPattern.formatter(pattern);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// The formatter of a pattern of `java.time`; null where it is none.
    static @Nullable DateTimeFormatter java(@Nullable String pattern) {
        try {
            return pattern == null || pattern.length() > JodaPattern.LONGEST
                    ? null
                    : DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    static Value parseTime(
            @Nullable DateTimeFormatter formatter, Value[] a, Environment environment) {
        BigInteger millis = Numbers.floor(a[1]);
        String zone = a.length < 3 ? "UTC" : Values.text(a[2], environment);
        if (formatter == null || zone == null || millis == null || millis.bitLength() > 63) {
            return Absent.UNDEFINED;
        }
        try {
            ZoneId id = ZoneId.of(zone, ZoneId.SHORT_IDS);
            Instant instant = Instant.ofEpochMilli(millis.longValue());
            return environment.text(formatter.format(instant.atZone(id)));
        } catch (DateTimeException e) {
            return Absent.UNDEFINED;
        }
    }

    /// Where the text names no zone it is UTC, and where it names no time of day it is midnight.
    static Value timeToEpoch(
            @Nullable DateTimeFormatter formatter, Value[] a, Environment environment) {
        String text = Values.text(a[0], environment);
        if (text == null || formatter == null) {
            return Absent.UNDEFINED;
        }
        try {
            return epochMillis(formatter.parse(text));
        } catch (DateTimeException | ArithmeticException e) {
            return Absent.UNDEFINED;
        }
    }

    private static Value epochMillis(TemporalAccessor parsed) {
        if (parsed.isSupported(ChronoField.INSTANT_SECONDS)) {
            return Numbers.of(Instant.from(parsed).toEpochMilli());
        }
        LocalDate date = parsed.query(TemporalQueries.localDate());
        if (date == null) {
            return Absent.UNDEFINED;
        }
        LocalTime time = parsed.query(TemporalQueries.localTime());
        ZoneId zone = parsed.query(TemporalQueries.zone());
        return Numbers.of(
                date.atTime(time == null ? LocalTime.MIDNIGHT : time)
                        .atZone(zone == null ? ZoneOffset.UTC : zone)
                        .toInstant()
                        .toEpochMilli());
    }
}
