package io.homeport.mqtt;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// UTF-8 as MQTT wants it (1.5.4): well-formed, so neither surrogates nor overlong forms, and
/// without U+0000. A byte order mark is a character like any other [MQTT-1.5.4-3]. Stateless.
final class Utf8 {
    static final int MAXIMUM_BYTES = 0xFFFF;

    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long LOW_BITS = 0x7F7F_7F7F_7F7F_7F7FL;

    private Utf8() {}

    /// The string of these bytes; null where they are no UTF-8 that MQTT allows.
    static @Nullable String decode(ByteBuf buffer, int from, int length) {
        if (length == 0) {
            return "";
        }
        if (isAsciiWithoutNul(buffer, from, from + length)) {
            return buffer.toString(from, length, StandardCharsets.US_ASCII);
        }
        return isWellFormed(buffer, from, from + length)
                ? buffer.toString(from, length, StandardCharsets.UTF_8)
                : null;
    }

    /// Whether the codec can send the string: at most 65535 bytes, no U+0000, no lone surrogate.
    static boolean isEncodable(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return false;
            }
            if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else {
                i++;
                if (i == text.length() || !Character.isSurrogatePair(c, text.charAt(i))) {
                    return false;
                }
                bytes += 4;
            }
        }
        return bytes <= MAXIMUM_BYTES;
    }

    /// Eight bytes at a time. Where no byte has its high bit, adding 0x7F to each sets it in just
    /// those that aren't 0, without a carry into the next.
    private static boolean isAsciiWithoutNul(ByteBuf buffer, int from, int to) {
        int i = from;
        for (; i + Long.BYTES <= to; i += Long.BYTES) {
            long word = buffer.getLong(i);
            if ((word & HIGH_BITS) != 0 || ((word + LOW_BITS) & HIGH_BITS) != HIGH_BITS) {
                return false;
            }
        }
        for (; i < to; i++) {
            if (buffer.getByte(i) <= 0) {
                return false;
            }
        }
        return true;
    }

    /// Table 3-7 of the Unicode Standard, less U+0000.
    private static boolean isWellFormed(ByteBuf buffer, int from, int to) {
        int i = from;
        while (i < to) {
            int lead = buffer.getUnsignedByte(i);
            int trailing = trailingBytes(lead);
            if (trailing < 0 || i + trailing >= to) {
                return false;
            }
            if (trailing > 0) {
                int second = buffer.getUnsignedByte(i + 1);
                if (second < lowestSecond(lead) || second > highestSecond(lead)) {
                    return false;
                }
            }
            for (int k = 2; k <= trailing; k++) {
                if ((buffer.getByte(i + k) & 0xC0) != 0x80) {
                    return false;
                }
            }
            i += 1 + trailing;
        }
        return true;
    }

    private static int trailingBytes(int lead) {
        if (lead < 0x80) {
            return lead == 0 ? -1 : 0;
        }
        if (lead < 0xC2) {
            return -1;
        }
        if (lead < 0xE0) {
            return 1;
        }
        if (lead < 0xF0) {
            return 2;
        }
        return lead <= 0xF4 ? 3 : -1;
    }

    private static int lowestSecond(int lead) {
        return switch (lead) {
            case 0xE0 -> 0xA0;
            case 0xF0 -> 0x90;
            default -> 0x80;
        };
    }

    private static int highestSecond(int lead) {
        return switch (lead) {
            case 0xED -> 0x9F;
            case 0xF4 -> 0x8F;
            default -> 0xBF;
        };
    }
}
