package io.homeport.rules.logging;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Times as AWS IoT's log has them.
final class Timestamps {
    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private Timestamps() {}

    static String text(long millis) {
        return FORM.format(Instant.ofEpochMilli(millis));
    }
}
