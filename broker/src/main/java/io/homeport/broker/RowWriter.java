package io.homeport.broker;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Writes the fields of a stored row one after the other. Used by one thread.
final class RowWriter {
    private byte[] bytes = new byte[128];
    private int length;

    RowWriter byteOf(int value) {
        room(1);
        bytes[length++] = (byte) value;
        return this;
    }

    RowWriter flag(boolean value) {
        return byteOf(value ? 1 : 0);
    }

    /// Seven bits a byte, low ones first; a negative number takes ten bytes.
    RowWriter number(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
        return this;
    }

    RowWriter bytes(byte[] value) {
        number(value.length);
        return raw(value);
    }

    RowWriter text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    RowWriter optionalText(@Nullable String value) {
        flag(value != null);
        return value == null ? this : text(value);
    }

    RowWriter optionalNumber(@Nullable Long value) {
        flag(value != null);
        return value == null ? this : number(value);
    }

    RowWriter raw(byte[] value) {
        room(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
