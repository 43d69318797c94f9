package io.homeport.broker;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads what {@link RowWriter} wrote. Used by one thread.
final class RowReader {
    private final byte[] bytes;
    private int at;

    RowReader(byte[] bytes) {
        this(bytes, 0);
    }

    RowReader(byte[] bytes, int offset) {
        this.bytes = bytes;
        this.at = offset;
    }

    int byteOf() {
        return bytes[at++] & 0xFF;
    }

    boolean flag() {
        return byteOf() == 1;
    }

    long number() {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = bytes[at++];
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    byte[] bytes() {
        int length = (int) number();
        byte[] value = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return value;
    }

    String text() {
        int length = (int) number();
        String value = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return value;
    }

    @Nullable String optionalText() {
        return flag() ? text() : null;
    }

    @Nullable Long optionalNumber() {
        return flag() ? number() : null;
    }
}
