package io.homeport.sql;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;

/// Timestamp and Duration in protobuf's JSON mapping: 0, 3, 6 or 9 digits of a second. Stateless.
final class ProtobufTimes {
    private ProtobufTimes() {}

    static Value timestamp(long seconds, int nanos) {
        try {
            // ISO_INSTANT prints as many groups of three digits as it takes.
            return new Value.Text(
                    DateTimeFormatter.ISO_INSTANT.format(Instant.ofEpochSecond(seconds, nanos)));
        } catch (DateTimeException | ArithmeticException e) {
            throw new ProtobufSchema.Invalid("a Timestamp is out of range");
        }
    }

    static Value duration(long seconds, int nanos) {
        StringBuilder text = new StringBuilder();
        if (seconds < 0 || nanos < 0) {
            text.append('-');
        }
        text.append(Long.toUnsignedString(Math.abs(seconds)));
        int fraction = Math.abs(nanos);
        if (fraction != 0) {
            int digits = fraction % 1_000_000 == 0 ? 3 : fraction % 1_000 == 0 ? 6 : 9;
            String all = String.format("%09d", fraction);
            text.append('.').append(all, 0, digits);
        }
        return new Value.Text(text.append('s').toString());
    }
}
