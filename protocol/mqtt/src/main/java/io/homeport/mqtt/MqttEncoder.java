package io.homeport.mqtt;

import io.homeport.core.Invariant;
import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MqttPacket.Auth;
import io.homeport.mqtt.MqttPacket.ConnAck;
import io.homeport.mqtt.MqttPacket.Connect;
import io.homeport.mqtt.MqttPacket.Disconnect;
import io.homeport.mqtt.MqttPacket.PingReq;
import io.homeport.mqtt.MqttPacket.PingResp;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.PubComp;
import io.homeport.mqtt.MqttPacket.PubRec;
import io.homeport.mqtt.MqttPacket.PubRel;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttPacket.SubAck;
import io.homeport.mqtt.MqttPacket.Subscribe;
import io.homeport.mqtt.MqttPacket.UnsubAck;
import io.homeport.mqtt.MqttPacket.Unsubscribe;
import io.netty.buffer.ByteBuf;

/// Turns packets into bytes: sizes first, then one pass into the given buffer. Stateless.
///
/// MQTT 3.1.1 gets what it has of a packet: no properties, its return codes in CONNACK, 0x80 for
/// any refusal in SUBACK.
///
/// Callers keep strings and binary data at 65535 bytes at most and packets within the 256 MiB of
/// MQTT; otherwise {@link IllegalArgumentException}. Strings that don't come from the decoder are
/// to be checked by {@link #isEncodable}.
public final class MqttEncoder {
    /// PUBACK and its remaining length of 2, before the packet id.
    private static final int PLAIN_PUBACK = 0x4002_0000;

    private static final int PLAIN_PUBACK_BYTES = 4;

    private MqttEncoder() {}

    /// Encodes for a receiver that accepts any size.
    ///
    /// @return false, with nothing written, where the version has no such packet: AUTH in MQTT
    ///   3.1.1, DISCONNECT in 3.1.1 because a server has none ({@link #encodeClientDisconnect} is
    ///   for clients), CONNACK in 3.1.1 with a reason that no return code tells, in which case the
    ///   connection is closed without one ([MQTT-3.2.2-6] of 3.1.1)
    public static boolean encode(MqttPacket packet, MqttVersion version, ByteBuf out) {
        return encode(packet, version, out, MqttLimits.LARGEST_PACKET, true);
    }

    /// Encodes for a receiver with a Maximum Packet Size [MQTT-3.1.2-24]. What explains the packet,
    /// its user properties first and then its Reason String, is left out as far as needed; those of
    /// PUBLISH never are.
    ///
    /// @return false, with nothing written, where it's too large nevertheless, or the version has
    ///   no such packet
    public static boolean encode(
            MqttPacket packet, MqttVersion version, ByteBuf out, int maximumPacketSize) {
        return encode(packet, version, out, maximumPacketSize, true);
    }

    /// Encodes likewise.
    ///
    /// @param problemInformation the client's Request Problem Information; false keeps Reason
    ///   String and user properties to CONNACK and DISCONNECT [MQTT-3.1.2-29]
    public static boolean encode(
            MqttPacket packet,
            MqttVersion version,
            ByteBuf out,
            int maximumPacketSize,
            boolean problemInformation) {
        if (packet instanceof PubAck ack
                && isPlain(ack)
                && maximumPacketSize >= PLAIN_PUBACK_BYTES) {
            Invariant.check(ack.packetId() > 0 && ack.packetId() <= 0xFFFF, "a packet identifier");
            out.writeInt(PLAIN_PUBACK | ack.packetId());
            return true;
        }
        boolean wanted =
                problemInformation || packet instanceof ConnAck || packet instanceof Disconnect;
        for (Diagnostics diagnostics : Diagnostics.downFrom(wanted)) {
            if (encode(packet, version, out, maximumPacketSize, diagnostics)) {
                return true;
            }
        }
        return false;
    }

    /// Whether PUBACK is the same four bytes in both versions.
    private static boolean isPlain(PubAck ack) {
        return ack.reason() == ReasonCode.SUCCESS
                && ack.reasonString() == null
                && ack.userProperties().isEmpty();
    }

    private static boolean encode(
            MqttPacket packet,
            MqttVersion version,
            ByteBuf out,
            int maximum,
            Diagnostics diagnostics) {
        return switch (packet) {
            case Connect p -> ConnectEncoder.connect(out, p, maximum);
            case ConnAck p ->
                    ConnectEncoder.connAck(
                            out,
                            p,
                            version,
                            maximum,
                            diagnostics.reasonString(p.properties().reasonString()),
                            diagnostics.userProperties(p.properties().userProperties()));
            case Publish p -> publish(p, version, out, maximum);
            case PubAck p -> pubAck(p, version, out, maximum, diagnostics);
            case PubRec p -> pubRec(p, version, out, maximum, diagnostics);
            case PubRel p -> pubRel(p, version, out, maximum, diagnostics);
            case PubComp p -> pubComp(p, version, out, maximum, diagnostics);
            case Subscribe p -> SubscribeEncoder.subscribe(out, p, version, maximum);
            case SubAck p ->
                    AcknowledgementEncoder.subAck(
                            out,
                            version,
                            maximum,
                            p,
                            diagnostics.reasonString(p.reasonString()),
                            diagnostics.userProperties(p.userProperties()));
            case Unsubscribe p -> SubscribeEncoder.unsubscribe(out, p, version, maximum);
            case UnsubAck p ->
                    AcknowledgementEncoder.unsubAck(
                            out,
                            version,
                            maximum,
                            p,
                            diagnostics.reasonString(p.reasonString()),
                            diagnostics.userProperties(p.userProperties()));
            case PingReq _ -> empty(out, PacketType.PINGREQ);
            case PingResp _ -> empty(out, PacketType.PINGRESP);
            case Disconnect p ->
                    version == MqttVersion.MQTT_5
                            && AcknowledgementEncoder.disconnect(
                                    out,
                                    maximum,
                                    p,
                                    diagnostics.reasonString(p.reasonString()),
                                    diagnostics.userProperties(p.userProperties()));
            case Auth p ->
                    version == MqttVersion.MQTT_5
                            && AcknowledgementEncoder.auth(
                                    out,
                                    maximum,
                                    p,
                                    diagnostics.reasonString(p.reasonString()),
                                    diagnostics.userProperties(p.userProperties()));
        };
    }

    /// The DISCONNECT without reason by which a client of either version ends its connection.
    public static void encodeClientDisconnect(ByteBuf out) {
        empty(out, PacketType.DISCONNECT);
    }

    /// Encodes PUBLISH from its parts, without allocating.
    ///
    /// @param topic empty where only the alias is sent
    /// @param packetId ignored for QoS 0
    /// @param topicAlias 0 for none
    /// @param expirySeconds the Message Expiry Interval, in place of that of the properties; -1 for
    ///   none
    /// @param subscriptionIdentifiers empty for none
    public static void encodePublish(
            ByteBuf out,
            MqttVersion version,
            String topic,
            byte[] payload,
            Qos qos,
            boolean dup,
            boolean retain,
            int packetId,
            int topicAlias,
            long expirySeconds,
            MessageProperties properties,
            int[] subscriptionIdentifiers) {
        int topicBytes = Wire.utf8Bytes(topic);
        int propertiesLength =
                PublishEncoder.propertiesLength(
                        version, topicAlias, expirySeconds, properties, subscriptionIdentifiers);
        int length =
                PublishEncoder.remainingLength(
                        version, topicBytes, payload.length, qos, propertiesLength);
        PublishEncoder.write(
                out,
                version,
                topic,
                topicBytes,
                payload,
                qos,
                dup,
                retain,
                packetId,
                topicAlias,
                expirySeconds,
                properties,
                subscriptionIdentifiers,
                propertiesLength,
                length);
    }

    /// The bytes that {@link #encodePublish} writes, for comparing with a Maximum Packet Size.
    public static int sizeOfPublish(
            MqttVersion version,
            String topic,
            int payloadLength,
            Qos qos,
            int topicAlias,
            long expirySeconds,
            MessageProperties properties,
            int[] subscriptionIdentifiers) {
        int propertiesLength =
                PublishEncoder.propertiesLength(
                        version, topicAlias, expirySeconds, properties, subscriptionIdentifiers);
        return Wire.packetSize(
                PublishEncoder.remainingLength(
                        version, Wire.utf8Bytes(topic), payloadLength, qos, propertiesLength));
    }

    /// Whether MQTT can carry a string: at most 65535 bytes of UTF-8, no U+0000, no lone surrogate
    /// (1.5.4). For strings that come from elsewhere, such as an HTTP request.
    public static boolean isEncodable(String text) {
        return Utf8.isEncodable(text);
    }

    private static boolean publish(Publish p, MqttVersion version, ByteBuf out, int maximum) {
        Long expiry = p.properties().messageExpirySeconds();
        long expirySeconds = expiry == null ? -1 : expiry;
        int size =
                sizeOfPublish(
                        version,
                        p.topic(),
                        p.payload().length,
                        p.qos(),
                        p.topicAlias(),
                        expirySeconds,
                        p.properties(),
                        p.subscriptionIdentifiers());
        if (size > maximum) {
            return false;
        }
        encodePublish(
                out,
                version,
                p.topic(),
                p.payload(),
                p.qos(),
                p.dup(),
                p.retain(),
                p.packetId(),
                p.topicAlias(),
                expirySeconds,
                p.properties(),
                p.subscriptionIdentifiers());
        return true;
    }

    private static boolean pubAck(
            PubAck p, MqttVersion version, ByteBuf out, int maximum, Diagnostics diagnostics) {
        return AcknowledgementEncoder.publishAcknowledgement(
                out,
                PacketType.PUBACK,
                version,
                maximum,
                p.packetId(),
                p.reason(),
                diagnostics.reasonString(p.reasonString()),
                diagnostics.userProperties(p.userProperties()));
    }

    private static boolean pubRec(
            PubRec p, MqttVersion version, ByteBuf out, int maximum, Diagnostics diagnostics) {
        return AcknowledgementEncoder.publishAcknowledgement(
                out,
                PacketType.PUBREC,
                version,
                maximum,
                p.packetId(),
                p.reason(),
                diagnostics.reasonString(p.reasonString()),
                diagnostics.userProperties(p.userProperties()));
    }

    private static boolean pubRel(
            PubRel p, MqttVersion version, ByteBuf out, int maximum, Diagnostics diagnostics) {
        return AcknowledgementEncoder.publishAcknowledgement(
                out,
                PacketType.PUBREL,
                version,
                maximum,
                p.packetId(),
                p.reason(),
                diagnostics.reasonString(p.reasonString()),
                diagnostics.userProperties(p.userProperties()));
    }

    private static boolean pubComp(
            PubComp p, MqttVersion version, ByteBuf out, int maximum, Diagnostics diagnostics) {
        return AcknowledgementEncoder.publishAcknowledgement(
                out,
                PacketType.PUBCOMP,
                version,
                maximum,
                p.packetId(),
                p.reason(),
                diagnostics.reasonString(p.reasonString()),
                diagnostics.userProperties(p.userProperties()));
    }

    private static boolean empty(ByteBuf out, PacketType type) {
        Wire.writeHeader(out, type.firstByte(), 0);
        return true;
    }
}
