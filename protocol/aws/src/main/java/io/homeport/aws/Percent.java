package io.homeport.aws;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Percent-encoding (RFC 3986) as AWS uses it. Pure.
final class Percent {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    /// How many query parameters a request may have.
    private static final int MAXIMUM_PARAMETERS = 1000;

    private Percent() {}

    /// Decodes once. Only where `plusIsSpace` a `+` stands for a space.
    ///
    /// @throws ApiFault where an escape is broken or the result isn't UTF-8
    static String decode(String text, boolean plusIsSpace) {
        if (text.indexOf('%') < 0 && !(plusIsSpace && text.indexOf('+') >= 0)) {
            return text;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        byte[] source = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < source.length; i++) {
            byte b = source[i];
            if (b == '%') {
                int high = i + 2 < source.length ? Character.digit(source[i + 1], 16) : -1;
                int low = i + 2 < source.length ? Character.digit(source[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw ApiFault.serialization("broken percent-encoding in '" + text + "'");
                }
                bytes.write(high << 4 | low);
                i += 2;
            } else {
                bytes.write(plusIsSpace && b == '+' ? ' ' : b);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw ApiFault.serialization("'" + text + "' isn't UTF-8 when percent-decoded");
        }
    }

    /// Encodes everything but the unreserved characters, and `/` where it is kept.
    static String encode(String text, boolean keepSlash) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (isUnreserved(c) || (c == '/' && keepSlash)) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEX[c >> 4]).append(HEX[c & 15]);
            }
        }
        return encoded.toString();
    }

    private static boolean isUnreserved(char c) {
        return (c >= 'A' && c <= 'Z')
                || (c >= 'a' && c <= 'z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '_'
                || c == '.'
                || c == '~';
    }

    /// The decoded parameters of a query, in their order.
    static Map<String, List<String>> query(String rawQuery) {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        if (rawQuery.isEmpty()) {
            return parameters;
        }
        String[] pairs = rawQuery.split("&", MAXIMUM_PARAMETERS + 1);
        if (pairs.length > MAXIMUM_PARAMETERS) {
            throw ApiFault.serialization(
                    "the query has more than " + MAXIMUM_PARAMETERS + " parameters");
        }
        for (String pair : pairs) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                parameters
                        .computeIfAbsent(decode(name, true), absent -> new ArrayList<>(1))
                        .add(decode(value, true));
            }
        }
        return parameters;
    }
}
