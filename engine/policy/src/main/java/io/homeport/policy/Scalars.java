package io.homeport.policy;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Optional;

/// Reads the values of numeric, date and binary conditions; nothing where a text is no such value.
final class Scalars {
    /// Longer texts are no number and no date.
    private static final int LONGEST = 64;

    private Scalars() {}

    static Optional<BigDecimal> number(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            return Optional.of(new BigDecimal(text));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    /// A date in one of the W3C's forms of ISO 8601 (`2026`, `2026-11`, `2026-11-20`,
    /// `2026-11-20T10:30Z`, `2026-11-20T10:30:00.5+01:00`; UTC where it has no zone), or seconds of
    /// the epoch.
    static Optional<Instant> date(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            return Optional.of(instant(text));
        } catch (DateTimeException | ArithmeticException | NumberFormatException _) {
            return Optional.empty();
        }
    }

    static Optional<byte[]> base64(String text) {
        try {
            return Optional.of(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Instant instant(String text) {
        int time = text.indexOf('T');
        if (time < 0) {
            return dayOrEpoch(text);
        }
        boolean zoned =
                text.endsWith("Z") || text.indexOf('+', time) > 0 || text.indexOf('-', time) > 0;
        return zoned
                ? OffsetDateTime.parse(text).toInstant()
                : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
    }

    private static Instant dayOrEpoch(String text) {
        boolean dashed = text.indexOf('-', 1) > 0;
        if (!dashed && text.length() != 4) {
            BigDecimal seconds = new BigDecimal(text);
            if (seconds.precision() - seconds.scale() > 12 || seconds.scale() > LONGEST) {
                throw new DateTimeException("out of range");
            }
            BigDecimal millis = seconds.movePointRight(3);
            return Instant.ofEpochMilli(millis.longValue());
        }
        LocalDate day =
                switch (text.length()) {
                    case 4 -> Year.parse(text).atDay(1);
                    case 7 -> YearMonth.parse(text).atDay(1);
                    default -> LocalDate.parse(text);
                };
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
