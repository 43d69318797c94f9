package io.homeport.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;

/// Packets written by hand. Words of hex digits; `"text"` is a string with its two bytes of length,
/// `'text'` only its characters; `[ … ]` puts the length of what it holds before it as a Variable
/// Byte Integer. A text holds no blanks.
final class Bytes {
    private Bytes() {}

    static ByteBuf of(String notation) {
        Deque<ByteBuf> open = new ArrayDeque<>();
        open.push(Unpooled.buffer());
        for (String word : notation.strip().split("\\s+")) {
            ByteBuf current = open.getFirst();
            switch (word.charAt(0)) {
                case '[' -> open.push(Unpooled.buffer());
                case ']' -> {
                    ByteBuf inner = open.pop();
                    Wire.writeVariableByteInteger(open.getFirst(), inner.readableBytes());
                    open.getFirst().writeBytes(inner);
                }
                case '"' -> {
                    byte[] text = inner(word);
                    current.writeShort(text.length).writeBytes(text);
                }
                case '\'' -> current.writeBytes(inner(word));
                default -> current.writeBytes(HexFormat.of().parseHex(word));
            }
        }
        return open.pop();
    }

    private static byte[] inner(String quoted) {
        return quoted.substring(1, quoted.length() - 1).getBytes(StandardCharsets.UTF_8);
    }
}
