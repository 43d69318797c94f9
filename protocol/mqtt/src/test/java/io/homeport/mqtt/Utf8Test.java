package io.homeport.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class Utf8Test {
    /// [MQTT-1.5.4-1]: every lead byte with every second byte, and interesting third and fourth
    /// ones.
    @Test
    void wellFormedIsWhatTheStrictDecoderOfTheJdkAccepts() {
        int[] later = {0x01, 0x7F, 0x80, 0xBF, 0xC0};
        int accepted = 0;
        for (int first = 1; first < 256; first++) {
            accepted += agree(first);
            for (int second = 1; second < 256; second++) {
                accepted += agree(first, second);
                for (int third : first < 0xE0 ? new int[0] : later) {
                    accepted += agree(first, second, third);
                    for (int fourth : first < 0xF0 ? new int[0] : later) {
                        accepted += agree(first, second, third, fourth);
                    }
                }
            }
        }
        assertThat(accepted).isGreaterThan(10_000);
    }

    private static int agree(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        String ours = Utf8.decode(Unpooled.wrappedBuffer(bytes), 0, bytes.length);
        String theirs = strict(bytes);
        if (theirs == null ? ours != null : !theirs.equals(ours)) {
            throw new AssertionError(ByteBuffer.wrap(bytes) + ": " + ours + ", not " + theirs);
        }
        return theirs == null ? 0 : 1;
    }

    private static @Nullable String strict(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /// [MQTT-1.5.4-2], at every place of the eight bytes that are looked at together.
    @Test
    void aNulIsFoundAnywhere() {
        for (int length = 1; length < 20; length++) {
            for (int at = 0; at < length; at++) {
                byte[] bytes = "x".repeat(length).getBytes(StandardCharsets.UTF_8);
                ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
                assertThat(Utf8.decode(buffer, 0, length)).hasSize(length);
                bytes[at] = 0;
                assertThat(Utf8.decode(buffer, 0, length)).isNull();
            }
        }
    }

    /// [MQTT-1.5.4-3]
    @Test
    void aByteOrderMarkIsKept() {
        byte[] bytes = "\uFEFFa".getBytes(StandardCharsets.UTF_8);
        assertThat(Utf8.decode(Unpooled.wrappedBuffer(bytes), 0, 4)).isEqualTo("\uFEFFa");
    }
}
