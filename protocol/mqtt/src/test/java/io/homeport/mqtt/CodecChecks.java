package io.homeport.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// What has to hold for any bytes whatever.
final class CodecChecks {
    private static final String[] STATES = {"-", "3", "5", "c3", "c5"};

    private CodecChecks() {}

    /// Decodes until the bytes end or are refused; anything else thrown is a fault. What was
    /// decoded must encode to bytes that mean the same.
    ///
    /// @return how many packets there were
    static int decodeAny(byte[] data) {
        if (data.length == 0) {
            return 0;
        }
        MqttDecoder decoder = Decoders.of(STATES[(data[0] & 0xFF) % STATES.length]);
        ByteBuf in = Unpooled.wrappedBuffer(data, 1, data.length - 1);
        int packets = 0;
        try {
            MqttPacket packet;
            while ((packet = decoder.decode(in)) != null) {
                packets++;
                checkReencoding(packet, decoder.version());
            }
        } catch (MalformedPacketException e) {
            assertThat(e).hasMessageContaining(": ");
            assertThat(decoder.decode(in)).isNull();
        }
        return packets;
    }

    private static void checkReencoding(MqttPacket packet, @Nullable MqttVersion version) {
        assertThat(version).isNotNull();
        ByteBuf first = Unpooled.buffer();
        if (version == null || !MqttEncoder.encode(packet, version, first)) {
            return;
        }
        MqttPacket again = decodeEitherSide(packet, version, first.duplicate());
        assertThat(again).isNotNull();
        if (again != null) {
            assertThat(Decoders.encode(again, version)).isEqualTo(first);
        }
    }

    /// Some packets, such as DISCONNECT with a reason of servers, are for one side only.
    private static @Nullable MqttPacket decodeEitherSide(
            MqttPacket packet, MqttVersion version, ByteBuf bytes) {
        try {
            return Decoders.expecting(packet, version).decode(bytes.duplicate());
        } catch (MalformedPacketException e) {
            return Decoders.client(version).decode(bytes);
        }
    }
}
