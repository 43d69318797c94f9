package io.homeport.mqtt;

import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttPacket.Auth;
import io.homeport.mqtt.MqttPacket.Disconnect;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Encodes the packets that carry reason codes, except CONNACK. Each method returns false, with
/// nothing written, where the packet is larger than allowed. Stateless.
final class AcknowledgementEncoder {
    private AcknowledgementEncoder() {}

    /// PUBACK, PUBREC, PUBREL and PUBCOMP (3.4 to 3.7), each in its shortest form.
    static boolean publishAcknowledgement(
            ByteBuf out,
            PacketType type,
            MqttVersion version,
            int maximumPacketSize,
            int packetId,
            ReasonCode reason,
            @Nullable String reasonString,
            List<UserProperty> userProperties) {
        int propertiesLength =
                version == MqttVersion.MQTT_5
                        ? problemProperties(null, reasonString, userProperties)
                        : 0;
        int length = 2;
        if (version == MqttVersion.MQTT_5) {
            length += reasonAndPropertiesLength(reason, propertiesLength);
        }
        if (Wire.packetSize(length) > maximumPacketSize) {
            return false;
        }
        Wire.writeHeader(out, type.firstByte(), length);
        Wire.writePacketIdentifier(out, packetId);
        if (length > 2) {
            out.writeByte(reason.code());
        }
        if (length > 3) {
            Wire.writeVariableByteInteger(out, propertiesLength);
            problemProperties(out, reasonString, userProperties);
        }
        return true;
    }

    /// SUBACK (3.9).
    static boolean subAck(
            ByteBuf out,
            MqttVersion version,
            int maximumPacketSize,
            MqttPacket.SubAck packet,
            @Nullable String reasonString,
            List<UserProperty> userProperties) {
        List<ReasonCode> reasons = packet.reasons();
        if (version == MqttVersion.MQTT_5) {
            return acknowledgement5(
                    out,
                    PacketType.SUBACK,
                    maximumPacketSize,
                    packet.packetId(),
                    reasons,
                    reasonString,
                    userProperties);
        }
        Wire.writeHeader(out, PacketType.SUBACK.firstByte(), 2 + reasons.size());
        Wire.writePacketIdentifier(out, packet.packetId());
        for (int i = 0; i < reasons.size(); i++) {
            ReasonCode reason = reasons.get(i);
            out.writeByte(reason.isError() ? 0x80 : reason.code());
        }
        return true;
    }

    /// UNSUBACK (3.11).
    static boolean unsubAck(
            ByteBuf out,
            MqttVersion version,
            int maximumPacketSize,
            MqttPacket.UnsubAck packet,
            @Nullable String reasonString,
            List<UserProperty> userProperties) {
        if (version == MqttVersion.MQTT_5) {
            return acknowledgement5(
                    out,
                    PacketType.UNSUBACK,
                    maximumPacketSize,
                    packet.packetId(),
                    packet.reasons(),
                    reasonString,
                    userProperties);
        }
        Wire.writeHeader(out, PacketType.UNSUBACK.firstByte(), 2);
        Wire.writePacketIdentifier(out, packet.packetId());
        return true;
    }

    private static boolean acknowledgement5(
            ByteBuf out,
            PacketType type,
            int maximumPacketSize,
            int packetId,
            List<ReasonCode> reasons,
            @Nullable String reasonString,
            List<UserProperty> userProperties) {
        int propertiesLength = problemProperties(null, reasonString, userProperties);
        int length =
                Wire.remainingLength(
                        2L
                                + Wire.variableByteIntegerSize(propertiesLength)
                                + propertiesLength
                                + reasons.size());
        if (Wire.packetSize(length) > maximumPacketSize) {
            return false;
        }
        Wire.writeHeader(out, type.firstByte(), length);
        Wire.writePacketIdentifier(out, packetId);
        Wire.writeVariableByteInteger(out, propertiesLength);
        problemProperties(out, reasonString, userProperties);
        for (int i = 0; i < reasons.size(); i++) {
            out.writeByte(reasons.get(i).code());
        }
        return true;
    }

    /// DISCONNECT of MQTT 5 (3.14), in its shortest form.
    static boolean disconnect(
            ByteBuf out,
            int maximumPacketSize,
            Disconnect packet,
            @Nullable String reasonString,
            List<UserProperty> userProperties) {
        int propertiesLength = disconnectProperties(null, packet, reasonString, userProperties);
        int length = reasonAndPropertiesLength(packet.reason(), propertiesLength);
        if (Wire.packetSize(length) > maximumPacketSize) {
            return false;
        }
        Wire.writeHeader(out, PacketType.DISCONNECT.firstByte(), length);
        if (length > 0) {
            out.writeByte(packet.reason().code());
        }
        if (length > 1) {
            Wire.writeVariableByteInteger(out, propertiesLength);
            disconnectProperties(out, packet, reasonString, userProperties);
        }
        return true;
    }

    /// AUTH (3.15).
    static boolean auth(
            ByteBuf out,
            int maximumPacketSize,
            Auth packet,
            @Nullable String reasonString,
            List<UserProperty> userProperties) {
        int propertiesLength = authProperties(null, packet, reasonString, userProperties);
        boolean shortest = packet.reason() == ReasonCode.SUCCESS && propertiesLength == 0;
        int length =
                shortest
                        ? 0
                        : Wire.remainingLength(
                                1L
                                        + Wire.variableByteIntegerSize(propertiesLength)
                                        + propertiesLength);
        if (Wire.packetSize(length) > maximumPacketSize) {
            return false;
        }
        Wire.writeHeader(out, PacketType.AUTH.firstByte(), length);
        if (!shortest) {
            out.writeByte(packet.reason().code());
            Wire.writeVariableByteInteger(out, propertiesLength);
            authProperties(out, packet, reasonString, userProperties);
        }
        return true;
    }

    /// Nothing for success without properties, the reason alone without properties, else both.
    private static int reasonAndPropertiesLength(ReasonCode reason, int propertiesLength) {
        if (propertiesLength == 0) {
            return reason == ReasonCode.SUCCESS ? 0 : 1;
        }
        return Wire.remainingLength(
                1L + Wire.variableByteIntegerSize(propertiesLength) + propertiesLength);
    }

    private static int problemProperties(
            @Nullable ByteBuf out,
            @Nullable String reasonString,
            List<UserProperty> userProperties) {
        return Wire.utf8Property(out, PropertyId.REASON_STRING, reasonString)
                + UserProperties.write(out, userProperties);
    }

    private static int disconnectProperties(
            @Nullable ByteBuf out,
            Disconnect packet,
            @Nullable String reasonString,
            List<UserProperty> userProperties) {
        return Wire.intProperty(
                        out, PropertyId.SESSION_EXPIRY_INTERVAL, packet.sessionExpirySeconds())
                + Wire.utf8Property(out, PropertyId.SERVER_REFERENCE, packet.serverReference())
                + problemProperties(out, reasonString, userProperties);
    }

    private static int authProperties(
            @Nullable ByteBuf out,
            Auth packet,
            @Nullable String reasonString,
            List<UserProperty> userProperties) {
        return Wire.utf8Property(
                        out, PropertyId.AUTHENTICATION_METHOD, packet.authenticationMethod())
                + Wire.binaryProperty(
                        out, PropertyId.AUTHENTICATION_DATA, packet.authenticationData())
                + problemProperties(out, reasonString, userProperties);
    }
}
