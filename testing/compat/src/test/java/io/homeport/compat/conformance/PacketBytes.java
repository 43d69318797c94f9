package io.homeport.compat.conformance;

import io.homeport.mqtt.MqttVersion;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;

/// Packets that no encoder would write. Words of hex digits; `"text"` is a string behind its two
/// bytes of length, `'text'` its characters alone; `[ … ]` puts the length of what it holds before
/// it as a Variable Byte Integer; `{ … }` does so in MQTT 5 and is nothing in 3.1.1. A text holds
/// no blanks.
final class PacketBytes {
    private final Deque<ByteArrayOutputStream> open = new ArrayDeque<>();

    private PacketBytes() {}

    static byte[] of(MqttVersion version, String notation) {
        PacketBytes bytes = new PacketBytes();
        bytes.open.push(new ByteArrayOutputStream());
        for (String word : notation.strip().split("\\s+")) {
            bytes.add(word, version);
        }
        return bytes.open.pop().toByteArray();
    }

    private void add(String word, MqttVersion version) {
        switch (word.charAt(0)) {
            case '[', '{' -> open.push(new ByteArrayOutputStream());
            case ']' -> close();
            case '}' -> {
                if (version == MqttVersion.MQTT_5) {
                    close();
                } else {
                    open.pop();
                }
            }
            case '"' -> {
                byte[] text = quoted(word);
                write((byte) (text.length >> 8), (byte) text.length);
                write(text);
            }
            case '\'' -> write(quoted(word));
            default -> write(HexFormat.of().parseHex(word));
        }
    }

    private void close() {
        byte[] inner = open.pop().toByteArray();
        int length = inner.length;
        do {
            int digit = length & 0x7F;
            length >>= 7;
            write((byte) (length > 0 ? digit | 0x80 : digit));
        } while (length > 0);
        write(inner);
    }

    private void write(byte... bytes) {
        open.getFirst().writeBytes(bytes);
    }

    private static byte[] quoted(String word) {
        return word.substring(1, word.length() - 1).getBytes(StandardCharsets.UTF_8);
    }
}
