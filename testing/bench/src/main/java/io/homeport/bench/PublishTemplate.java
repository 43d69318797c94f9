package io.homeport.bench;

import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MqttEncoder;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/// The PUBLISH frame of one publisher. Its messages differ only in packet id and stamp, which are
/// written over copies of it. Immutable.
final class PublishTemplate {
    /// Packet ids are 1 to this and then 1 again.
    static final int PACKET_IDS = 65_535;

    private static final int PACKET_ID_BYTES = 2;

    private final byte[] frame;
    private final int stampAt;
    private final int packetIdAt;
    private final int run;
    private final int publisher;

    /// @param payloadBytes at least {@link MessageStamp#BYTES}
    PublishTemplate(
            MqttVersion version, Qos qos, String topic, int payloadBytes, int run, int publisher) {
        byte[] payload = new byte[payloadBytes];
        for (int i = 0; i < payloadBytes; i++) {
            payload[i] = (byte) ('a' + i % 26);
        }
        ByteBuf out = Unpooled.buffer(payloadBytes + topic.length() * 3 + 16);
        MqttEncoder.encodePublish(
                out,
                version,
                topic,
                payload,
                qos,
                false,
                false,
                1,
                0,
                -1,
                MessageProperties.NONE,
                new int[0]);
        this.frame = new byte[out.readableBytes()];
        out.readBytes(frame);
        this.run = run;
        this.publisher = publisher;
        this.stampAt = frame.length - payloadBytes;
        int propertyBytes = version == MqttVersion.MQTT_5 ? 1 : 0;
        this.packetIdAt = qos == Qos.AT_MOST_ONCE ? -1 : stampAt - propertyBytes - PACKET_ID_BYTES;
    }

    /// Bytes of one frame.
    int length() {
        return frame.length;
    }

    /// Consecutive messages in one buffer, all stamped with the same time.
    ByteBuf frames(ByteBufAllocator allocator, int count, long firstSequence, long sentAtNanos) {
        ByteBuf out = allocator.directBuffer(count * frame.length);
        append(out, count, firstSequence, sentAtNanos);
        return out;
    }

    /// Adds likewise to a buffer with room.
    void append(ByteBuf out, int count, long firstSequence, long sentAtNanos) {
        for (int i = 0; i < count; i++) {
            int start = out.writerIndex();
            out.writeBytes(frame);
            if (packetIdAt >= 0) {
                out.setShort(start + packetIdAt, packetId(firstSequence + i));
            }
            MessageStamp.write(
                    out, start + stampAt, run, publisher, firstSequence + i, sentAtNanos);
        }
    }

    /// The packet id of a publisher's message.
    static int packetId(long sequence) {
        return (int) (sequence % PACKET_IDS) + 1;
    }
}
