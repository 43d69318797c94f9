package io.homeport.mqtt;

import io.homeport.core.Invariant;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/// The data representations of MQTT (1.5). A method with a nullable `out` returns how many bytes
/// the field takes, and writes them if there is an `out`: one description of a packet's properties
/// serves for their length and for their bytes. Stateless.
final class Wire {
    static final int MAXIMUM_REMAINING_LENGTH = 268_435_455;

    private Wire() {}

    static int variableByteIntegerSize(int value) {
        if (value < 1 << 7) {
            return 1;
        }
        if (value < 1 << 14) {
            return 2;
        }
        return value < 1 << 21 ? 3 : 4;
    }

    static void writeVariableByteInteger(ByteBuf out, int value) {
        int rest = value;
        while (rest > 0x7F) {
            out.writeByte((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    /// Bytes of a whole packet.
    static int packetSize(int remainingLength) {
        return 1 + variableByteIntegerSize(remainingLength) + remainingLength;
    }

    /// The remaining length of parts that together may be more than an int holds.
    static int remainingLength(long sum) {
        if (sum > MAXIMUM_REMAINING_LENGTH) {
            throw new IllegalArgumentException("a packet of " + sum + " bytes; MQTT has none");
        }
        return (int) sum;
    }

    /// The fixed header, with room made for the packet.
    static void writeHeader(ByteBuf out, int firstByte, int remainingLength) {
        out.ensureWritable(packetSize(remainingLength));
        out.writeByte(firstByte);
        writeVariableByteInteger(out, remainingLength);
    }

    static void writePacketIdentifier(ByteBuf out, int packetId) {
        Invariant.check(packetId > 0 && packetId <= 0xFFFF, "a packet identifier of 1 to 65535");
        out.writeShort(packetId);
    }

    /// The bytes of a string without its length prefix.
    static int utf8Bytes(String text) {
        int bytes = ByteBufUtil.utf8Bytes(text);
        if (bytes > Utf8.MAXIMUM_BYTES) {
            throw new IllegalArgumentException("a string of " + bytes + " bytes; 65535 at most");
        }
        return bytes;
    }

    static int utf8(@Nullable ByteBuf out, String text) {
        int bytes = utf8Bytes(text);
        if (out != null) {
            writeUtf8(out, text, bytes);
        }
        return 2 + bytes;
    }

    /// @param bytes the string's {@link #utf8Bytes}
    static void writeUtf8(ByteBuf out, String text, int bytes) {
        out.writeShort(bytes);
        ByteBufUtil.reserveAndWriteUtf8(out, text, bytes);
    }

    static int binary(@Nullable ByteBuf out, byte[] data) {
        if (data.length > 0xFFFF) {
            throw new IllegalArgumentException(
                    "binary data of " + data.length + " bytes; 65535 at most");
        }
        if (out != null) {
            out.writeShort(data.length);
            out.writeBytes(data);
        }
        return 2 + data.length;
    }

    static int utf8Property(@Nullable ByteBuf out, int id, @Nullable String value) {
        if (value == null) {
            return 0;
        }
        if (out != null) {
            out.writeByte(id);
        }
        return 1 + utf8(out, value);
    }

    static int binaryProperty(@Nullable ByteBuf out, int id, byte @Nullable [] value) {
        if (value == null) {
            return 0;
        }
        if (out != null) {
            out.writeByte(id);
        }
        return 1 + binary(out, value);
    }

    static int byteProperty(@Nullable ByteBuf out, int id, int value) {
        if (out != null) {
            out.writeByte(id);
            out.writeByte(value);
        }
        return 2;
    }

    static int flagProperty(@Nullable ByteBuf out, int id, @Nullable Boolean value) {
        return value == null ? 0 : byteProperty(out, id, value ? 1 : 0);
    }

    static int shortProperty(@Nullable ByteBuf out, int id, @Nullable Integer value) {
        return value == null ? 0 : shortProperty(out, id, value.intValue());
    }

    static int shortProperty(@Nullable ByteBuf out, int id, int value) {
        if (out != null) {
            out.writeByte(id);
            out.writeShort(value);
        }
        return 3;
    }

    static int intProperty(@Nullable ByteBuf out, int id, @Nullable Long value) {
        return value == null ? 0 : intProperty(out, id, value.longValue());
    }

    static int intProperty(@Nullable ByteBuf out, int id, long value) {
        if (out != null) {
            out.writeByte(id);
            out.writeInt((int) value);
        }
        return 5;
    }

    static int subscriptionIdentifier(@Nullable ByteBuf out, int value) {
        if (out != null) {
            out.writeByte(PropertyId.SUBSCRIPTION_IDENTIFIER);
            writeVariableByteInteger(out, value);
        }
        return 1 + variableByteIntegerSize(value);
    }
}
