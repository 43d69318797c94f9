package io.homeport.mqtt;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Turns a connection's bytes into packets and refuses whatever MQTT doesn't allow. One per
/// connection, used by that connection's thread.
///
/// A server's decoder takes CONNECT first and once, learns the version from it, and refuses packets
/// that only servers send. A client's decoder checks each packet but not their order.
public final class MqttDecoder {
    private static final int HEADER_BYTES_AT_MOST = 5;

    private final PacketReader reader;
    private final boolean server;
    private boolean failed;

    private MqttDecoder(boolean server, @Nullable MqttVersion version, MqttLimits limits) {
        this.server = server;
        this.reader = new PacketReader(limits, version);
    }

    /// Decodes what a client sends.
    public static MqttDecoder forServer(MqttLimits limits) {
        return new MqttDecoder(true, null, limits);
    }

    /// Decodes what a server sends to a client of this version.
    public static MqttDecoder forClient(MqttVersion version, MqttLimits limits) {
        return new MqttDecoder(false, version, limits);
    }

    /// The version of the connection; null until CONNECT has told it.
    public @Nullable MqttVersion version() {
        return reader.version();
    }

    /// The next packet, whose bytes are consumed; null, with nothing consumed, until all of them
    /// are there. A fault in the first bytes is found without waiting for the rest. After an
    /// exception the decoder swallows all further input.
    ///
    /// @throws MalformedPacketException where the bytes are no packet allowed here; the connection
    ///   is to be closed
    public @Nullable MqttPacket decode(ByteBuf in) {
        if (failed) {
            in.skipBytes(in.readableBytes());
            return null;
        }
        try {
            return decodeNext(in);
        } catch (MalformedPacketException e) {
            failed = true;
            reader.release();
            throw e;
        }
    }

    private @Nullable MqttPacket decodeNext(ByteBuf in) {
        int start = in.readerIndex();
        int available = in.readableBytes();
        if (available == 0) {
            return null;
        }
        int header = in.getUnsignedByte(start);
        PacketType type = PacketType.of(header >> 4);
        reader.begin(in, type.name(), start, start, start);
        checkFirstByte(type, header & 0x0F);
        int length = 0;
        int headerBytes = 1;
        int digit;
        do {
            if (headerBytes == HEADER_BYTES_AT_MOST) {
                throw reader.malformed("the remaining length is longer than 4 bytes");
            }
            if (headerBytes == available) {
                return null;
            }
            digit = in.getByte(start + headerBytes);
            length |= (digit & 0x7F) << (7 * (headerBytes - 1));
            headerBytes++;
        } while (digit < 0);
        int maximum = reader.limits().maximumPacketSize();
        if (length > maximum - headerBytes) {
            throw reader.fault(
                    ReasonCode.PACKET_TOO_LARGE,
                    "is %d bytes, %d are accepted".formatted((long) headerBytes + length, maximum));
        }
        if (available < headerBytes + length) {
            return null;
        }
        int end = start + headerBytes + length;
        reader.begin(in, type.name(), start, start + headerBytes, end);
        MqttPacket packet = decodeBody(type, header & 0x0F);
        if (digit == 0 && headerBytes > 2 && reader.isVersion5()) {
            // [MQTT-1.5.5-1]; 3.1.1 has no such rule.
            throw reader.malformed("the remaining length isn't encoded in the fewest bytes");
        }
        reader.finish();
        in.readerIndex(end);
        return packet;
    }

    /// What the type and the flags alone already tell.
    private void checkFirstByte(PacketType type, int flags) {
        if (type == PacketType.RESERVED) {
            throw reader.malformed("packet type 0 is forbidden");
        }
        if (server) {
            // [MQTT-3.1.0-1], [MQTT-3.1.0-2]
            if (reader.version() == null && type != PacketType.CONNECT) {
                throw reader.protocolError("the first packet must be CONNECT");
            }
            if (reader.version() != null && type == PacketType.CONNECT) {
                throw reader.protocolError("a second CONNECT");
            }
        }
        if (server ? type.fromServerOnly() : type.fromClientOnly()) {
            throw reader.protocolError(server ? "only servers send it" : "only clients send it");
        }
        if (type == PacketType.AUTH && reader.version() == MqttVersion.MQTT_3_1_1) {
            throw reader.malformed("packet type 15 is forbidden in MQTT 3.1.1");
        }
        if (type == PacketType.DISCONNECT
                && !server
                && reader.version() == MqttVersion.MQTT_3_1_1) {
            throw reader.protocolError("a server of MQTT 3.1.1 doesn't send it");
        }
        if (type == PacketType.PUBLISH) {
            PublishDecoder.checkFlags(reader, flags);
        } else if (flags != type.flags()) {
            // [MQTT-2.1.3-1]; [MQTT-2.2.2-2] of 3.1.1
            throw reader.malformed("has the flags 0x%X, not 0x%X".formatted(flags, type.flags()));
        }
    }

    private MqttPacket decodeBody(PacketType type, int flags) {
        return switch (type) {
            case RESERVED -> throw reader.malformed("packet type 0 is forbidden");
            case CONNECT -> ConnectDecoder.connect(reader);
            case CONNACK -> ConnAckDecoder.connAck(reader);
            case PUBLISH -> PublishDecoder.publish(reader, flags, server);
            case PUBACK -> AcknowledgementDecoder.pubAck(reader);
            case PUBREC -> AcknowledgementDecoder.pubRec(reader);
            case PUBREL -> AcknowledgementDecoder.pubRel(reader);
            case PUBCOMP -> AcknowledgementDecoder.pubComp(reader);
            case SUBSCRIBE -> SubscribeDecoder.subscribe(reader);
            case SUBACK -> AcknowledgementDecoder.subAck(reader);
            case UNSUBSCRIBE -> SubscribeDecoder.unsubscribe(reader);
            case UNSUBACK -> AcknowledgementDecoder.unsubAck(reader);
            case PINGREQ -> new MqttPacket.PingReq();
            case PINGRESP -> new MqttPacket.PingResp();
            case DISCONNECT -> DisconnectDecoder.disconnect(reader, server);
            case AUTH -> DisconnectDecoder.auth(reader, server);
        };
    }
}
