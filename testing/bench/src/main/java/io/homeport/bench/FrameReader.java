package io.homeport.bench;

import io.homeport.mqtt.MalformedPacketException;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// Finds the frames in a connection's bytes and reads PUBLISH and acknowledgements in place,
/// without objects. Owned by the connection's event loop.
///
/// Only what the load tool needs is checked: lengths. Frames that a read event cut in two are put
/// together in a buffer of the reader's own.
final class FrameReader {
    private static final int CONNACK = 2;
    private static final int PUBLISH = 3;
    private static final int PUBACK = 4;
    private static final int PUBREC = 5;
    private static final int PUBREL = 6;
    private static final int PUBCOMP = 7;
    private static final int SUBACK = 9;
    private static final int PINGRESP = 13;
    private static final int DISCONNECT = 14;

    private static final int LENGTH_DIGITS_AT_MOST = 4;

    /// No broker answers this tool with more.
    private static final int LARGEST_FRAME = 64 << 20;

    private final MqttVersion version;
    private final Sink sink;
    private final ByteBuf cut = Unpooled.buffer(0);

    /// Takes the frames as they are found. The buffers are only valid during the call.
    interface Sink {
        /// @param packetId 0 at QoS 0
        /// @param duplicate the DUP flag
        void publish(
                ByteBuf buffer,
                int payloadAt,
                int payloadBytes,
                int qos,
                int packetId,
                boolean duplicate);

        /// @param reason the reason code; 0 where none was sent
        void pubAck(int packetId, int reason);

        /// @param reason the reason code; 0 where none was sent
        void pubRec(int packetId, int reason);

        void pubRel(int packetId);

        void pubComp(int packetId);

        /// CONNACK, SUBACK, DISCONNECT: a whole frame to read in full.
        void rare(ByteBuf frame);
    }

    FrameReader(MqttVersion version, Sink sink) {
        this.version = version;
        this.sink = sink;
    }

    /// Reads all that is there. The buffer stays the caller's.
    ///
    /// @throws MalformedPacketException where the bytes are no MQTT
    void read(ByteBuf in) {
        while (cut.isReadable() && in.isReadable()) {
            completeCut(in);
        }
        if (!in.isReadable()) {
            return;
        }
        int end = in.writerIndex();
        int at = in.readerIndex();
        while (at < end) {
            int length = frameLength(in, at, end);
            if (length < 0 || length > end - at) {
                break;
            }
            frame(in, at, length);
            at += length;
        }
        in.readerIndex(at);
        if (at < end) {
            cut.clear().writeBytes(in);
        }
    }

    private void completeCut(ByteBuf in) {
        int length = frameLength(cut, cut.readerIndex(), cut.writerIndex());
        if (length < 0) {
            cut.writeByte(in.readByte());
            return;
        }
        int missing = length - cut.readableBytes();
        cut.writeBytes(in, Math.min(missing, in.readableBytes()));
        if (cut.readableBytes() == length) {
            frame(cut, cut.readerIndex(), length);
            cut.clear();
        }
    }

    /// Bytes of the frame that starts there; -1 until its header is complete.
    private static int frameLength(ByteBuf in, int start, int end) {
        int remaining = 0;
        for (int i = 0; i < LENGTH_DIGITS_AT_MOST; i++) {
            int at = start + 1 + i;
            if (at >= end) {
                return -1;
            }
            int digit = in.getByte(at);
            remaining |= (digit & 0x7F) << (7 * i);
            if (digit >= 0) {
                if (remaining > LARGEST_FRAME) {
                    throw malformed("a frame of %d bytes".formatted(remaining));
                }
                return 2 + i + remaining;
            }
        }
        throw malformed("a remaining length of more than 4 bytes");
    }

    private void frame(ByteBuf in, int start, int length) {
        int header = in.getUnsignedByte(start);
        int body = start + 2;
        while (in.getByte(body - 1) < 0) {
            body++;
        }
        int end = start + length;
        switch (header >> 4) {
            case PUBLISH -> publish(in, header, body, end);
            case PUBACK -> sink.pubAck(packetId(in, body, end), reason(in, body, end));
            case PUBREC -> sink.pubRec(packetId(in, body, end), reason(in, body, end));
            case PUBREL -> sink.pubRel(packetId(in, body, end));
            case PUBCOMP -> sink.pubComp(packetId(in, body, end));
            case CONNACK, SUBACK, DISCONNECT -> sink.rare(in.slice(start, length));
            case PINGRESP -> {}
            default ->
                    throw malformed(
                            "a packet of type %d, which brokers don't send".formatted(header >> 4));
        }
    }

    private void publish(ByteBuf in, int header, int body, int end) {
        if (end - body < 2) {
            throw malformed("PUBLISH without a topic");
        }
        int qos = (header >> 1) & 3;
        int at = body + 2 + in.getUnsignedShort(body);
        int packetId = 0;
        if (qos > 0) {
            packetId = packetId(in, at, end);
            at += 2;
        }
        if (version == MqttVersion.MQTT_5) {
            int properties = 0;
            int digit;
            int shift = 0;
            do {
                if (at >= end || shift > 21) {
                    throw malformed("PUBLISH whose properties don't end");
                }
                digit = in.getByte(at++);
                properties |= (digit & 0x7F) << shift;
                shift += 7;
            } while (digit < 0);
            at += properties;
        }
        if (at > end) {
            throw malformed("PUBLISH that ends within its header");
        }
        sink.publish(in, at, end - at, qos, packetId, (header & 8) != 0);
    }

    private static int packetId(ByteBuf in, int at, int end) {
        if (end - at < 2) {
            throw malformed("a packet without its packet id");
        }
        return in.getUnsignedShort(at);
    }

    private static int reason(ByteBuf in, int body, int end) {
        return end - body > 2 ? in.getUnsignedByte(body + 2) : 0;
    }

    private static MalformedPacketException malformed(String what) {
        return new MalformedPacketException(ReasonCode.MALFORMED_PACKET, what);
    }
}
