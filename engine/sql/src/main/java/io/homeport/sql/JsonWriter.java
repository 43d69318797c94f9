package io.homeport.sql;

import io.homeport.core.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Values to minified JSON in UTF-8. Owned by one thread.
final class JsonWriter {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private final boolean collapse;
    private final int limit;
    private byte[] buffer;
    private int size;
    private int depth;

    /// @param collapse whether whole decimals are written as integers
    /// @param limit of bytes; more end in {@link LimitExceeded}
    JsonWriter(boolean collapse, int limit) {
        this.collapse = collapse;
        this.limit = limit;
        this.buffer = new byte[Math.min(256, limit)];
    }

    static byte[] bytes(Value value, boolean collapse, int limit) {
        JsonWriter writer = new JsonWriter(collapse, limit);
        writer.write(value);
        return writer.toBytes();
    }

    static String text(Value value, boolean collapse, int limit) {
        JsonWriter writer = new JsonWriter(collapse, limit);
        writer.write(value);
        return new String(writer.buffer, 0, writer.size, StandardCharsets.UTF_8);
    }

    byte[] toBytes() {
        return Arrays.copyOf(buffer, size);
    }

    int size() {
        return size;
    }

    /// Undefined is left out of objects and arrays, and alone it is nothing at all.
    void write(Value value) {
        switch (value) {
            case Value.Int(long number) -> number(number);
            case Value.Decimal(BigDecimal number) -> ascii(Numbers.text(number, collapse));
            case Value.Bool bool -> raw(bool == Value.Bool.TRUE ? TRUE : FALSE);
            case Value.Text(String text) -> string(text);
            case Value.Array(List<Value> items) -> array(items);
            case Value.Obj(Fields fields) -> object(fields);
            case Absent absent -> {
                if (absent == Absent.NULL) {
                    raw(NULL);
                }
            }
        }
    }

    void raw(char c) {
        reserve(1);
        buffer[size++] = (byte) c;
    }

    /// Begins an array or object.
    void open(char bracket) {
        if (++depth > Json.MAXIMUM_DEPTH) {
            throw new LimitExceeded("a result nests more than " + Json.MAXIMUM_DEPTH + " deep");
        }
        raw(bracket);
    }

    /// Ends an array or object.
    void close(char bracket) {
        depth--;
        raw(bracket);
    }

    void raw(byte[] bytes) {
        reserve(bytes.length);
        System.arraycopy(bytes, 0, buffer, size, bytes.length);
        size += bytes.length;
    }

    void string(String text) {
        reserve(text.length() + 2);
        buffer[size++] = '"';
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 0x7F && c != '"' && c != '\\') {
                if (size == buffer.length) {
                    reserve(length - i + 1);
                }
                buffer[size++] = (byte) c;
            } else {
                reserve(length - i + 6);
                if (Character.isHighSurrogate(c)
                        && i + 1 < length
                        && Character.isLowSurrogate(text.charAt(i + 1))) {
                    fourBytes(Character.toCodePoint(c, text.charAt(++i)));
                } else {
                    special(c);
                }
            }
        }
        raw('"');
    }

    private void array(List<Value> items) {
        open('[');
        boolean first = true;
        for (int i = 0; i < items.size(); i++) {
            Value item = items.get(i);
            if (!item.isUndefined()) {
                if (!first) {
                    raw(',');
                }
                first = false;
                write(item);
            }
        }
        close(']');
    }

    private void object(Fields fields) {
        open('{');
        for (int i = 0; i < fields.size(); i++) {
            if (i > 0) {
                raw(',');
            }
            string(fields.key(i));
            raw(':');
            write(fields.value(i));
        }
        close('}');
    }

    private void number(long number) {
        if (number < 0) {
            ascii(Long.toString(number));
            return;
        }
        int digits = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        reserve(digits);
        size += digits;
        long rest = number;
        for (int at = size - 1; at >= size - digits; at--) {
            buffer[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private void ascii(String text) {
        reserve(text.length());
        for (int i = 0; i < text.length(); i++) {
            buffer[size++] = (byte) text.charAt(i);
        }
    }

    /// What isn't a printable character of ASCII; there is room for six bytes.
    private void special(char c) {
        switch (c) {
            case '"', '\\' -> twoBytes('\\', c);
            case '\n' -> twoBytes('\\', 'n');
            case '\r' -> twoBytes('\\', 'r');
            case '\t' -> twoBytes('\\', 't');
            case '\b' -> twoBytes('\\', 'b');
            case '\f' -> twoBytes('\\', 'f');
            default -> {
                if (c < ' ' || c == 0x7F || Character.isSurrogate(c)) {
                    twoBytes('\\', 'u');
                    for (int shift = 12; shift >= 0; shift -= 4) {
                        buffer[size++] = HEX[(c >> shift) & 0xF];
                    }
                } else if (c < 0x800) {
                    twoBytes((char) (0xC0 | (c >> 6)), (char) (0x80 | (c & 0x3F)));
                } else {
                    buffer[size++] = (byte) (0xE0 | (c >> 12));
                    twoBytes((char) (0x80 | ((c >> 6) & 0x3F)), (char) (0x80 | (c & 0x3F)));
                }
            }
        }
    }

    private void twoBytes(char first, char second) {
        buffer[size++] = (byte) first;
        buffer[size++] = (byte) second;
    }

    private void fourBytes(int c) {
        buffer[size++] = (byte) (0xF0 | (c >> 18));
        buffer[size++] = (byte) (0x80 | ((c >> 12) & 0x3F));
        buffer[size++] = (byte) (0x80 | ((c >> 6) & 0x3F));
        buffer[size++] = (byte) (0x80 | (c & 0x3F));
    }

    private void reserve(int more) {
        if (more > buffer.length - size) {
            if (more > limit - size) {
                throw new LimitExceeded("a result is larger than " + limit + " bytes");
            }
            int wanted = Math.max(size + more, (int) Math.min(2L * size, limit));
            buffer = Arrays.copyOf(buffer, wanted);
        }
    }
}
