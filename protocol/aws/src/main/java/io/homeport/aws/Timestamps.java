package io.homeport.aws;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.traits.TimestampFormatTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/// The formats in which AWS writes points in time. Pure.
final class Timestamps {
    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.US)
                    .withZone(ZoneOffset.UTC);

    private Timestamps() {}

    /// The model's format of a field, else its location's: seconds since the epoch in a body,
    /// HTTP's date in a header, ISO 8601 in a query.
    static Format format(SdkField<?> field) {
        TimestampFormatTrait trait = field.getTrait(TimestampFormatTrait.class);
        if (trait != null) {
            return trait.format();
        }
        if (field.location() == MarshallLocation.HEADER) {
            return Format.RFC_822;
        }
        return field.location() == MarshallLocation.PAYLOAD
                ? Format.UNIX_TIMESTAMP
                : Format.ISO_8601;
    }

    /// @throws DateTimeException where the text isn't of the format
    static Instant parse(String text, Format format) {
        try {
            return switch (format) {
                case ISO_8601 -> DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from);
                case RFC_822 -> DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
                case UNIX_TIMESTAMP -> ofSeconds(new BigDecimal(text));
                case UNIX_TIMESTAMP_MILLIS -> Instant.ofEpochMilli(Long.parseLong(text));
            };
        } catch (NumberFormatException e) {
            throw new DateTimeException("not a number: " + text, e);
        }
    }

    /// Seconds with a fraction.
    static Instant ofSeconds(BigDecimal seconds) {
        try {
            BigDecimal whole = seconds.setScale(0, RoundingMode.FLOOR);
            int nanos = seconds.subtract(whole).movePointRight(9).intValue();
            return Instant.ofEpochSecond(whole.longValueExact(), nanos);
        } catch (ArithmeticException e) {
            throw new DateTimeException("out of range: " + seconds.precision() + " digits", e);
        }
    }

    /// The time as text; numbers in plain notation, with milliseconds where there are some.
    static String print(Instant instant, Format format) {
        return switch (format) {
            case ISO_8601 -> DateTimeFormatter.ISO_INSTANT.format(instant);
            case RFC_822 -> HTTP_DATE.format(instant);
            case UNIX_TIMESTAMP ->
                    BigDecimal.valueOf(instant.toEpochMilli())
                            .movePointLeft(3)
                            .stripTrailingZeros()
                            .toPlainString();
            case UNIX_TIMESTAMP_MILLIS -> Long.toString(instant.toEpochMilli());
        };
    }
}
