package io.homeport.identity;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Reads `name=value&name=value`. Pure.
final class QueryString {
    private QueryString() {}

    /// The value of the first parameter of a name in any case, decoded; null where there is none.
    static @Nullable String value(String raw, String name) {
        int from = 0;
        while (from <= raw.length()) {
            int end = raw.indexOf('&', from);
            int to = end < 0 ? raw.length() : end;
            int equals = raw.indexOf('=', from);
            int nameEnd = equals < 0 || equals > to ? to : equals;
            if (decoded(raw.substring(from, nameEnd)).equalsIgnoreCase(name)) {
                return nameEnd == to ? "" : decoded(raw.substring(nameEnd + 1, to));
            }
            from = to + 1;
        }
        return null;
    }

    /// Percent-decoded; what is no escape stays as it is. A plus stays one: signatures are base64,
    /// which clients often leave unescaped.
    static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        byte[] source = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < source.length; i++) {
            int high = source[i] == '%' && i + 2 < source.length ? digit(source[i + 1]) : -1;
            int low = high < 0 ? -1 : digit(source[i + 2]);
            if (low < 0) {
                bytes.write(source[i]);
            } else {
                bytes.write(high << 4 | low);
                i += 2;
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static int digit(byte character) {
        return Character.digit(character, 16);
    }
}
