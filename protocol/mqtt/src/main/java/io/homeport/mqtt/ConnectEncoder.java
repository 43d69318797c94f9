package io.homeport.mqtt;

import io.homeport.core.Invariant;
import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttPacket.ConnAck;
import io.homeport.mqtt.MqttPacket.ConnAckProperties;
import io.homeport.mqtt.MqttPacket.Connect;
import io.homeport.mqtt.MqttPacket.ConnectProperties;
import io.homeport.mqtt.MqttPacket.Will;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Encodes CONNECT (3.1) and CONNACK (3.2). Stateless.
final class ConnectEncoder {
    private static final int NO_RETURN_CODE = -1;

    private ConnectEncoder() {}

    static boolean connect(ByteBuf out, Connect packet, int maximumPacketSize) {
        boolean version5 = packet.version() == MqttVersion.MQTT_5;
        int propertiesLength = version5 ? connectProperties(null, packet.properties()) : 0;
        long sum = 10L + payload(null, packet, version5);
        if (version5) {
            sum += Wire.variableByteIntegerSize(propertiesLength) + propertiesLength;
        }
        int length = Wire.remainingLength(sum);
        if (Wire.packetSize(length) > maximumPacketSize) {
            return false;
        }
        Wire.writeHeader(out, PacketType.CONNECT.firstByte(), length);
        Wire.utf8(out, "MQTT");
        out.writeByte(packet.version().level());
        out.writeByte(ConnectDecoder.flags(packet));
        out.writeShort(packet.keepAliveSeconds());
        if (version5) {
            Wire.writeVariableByteInteger(out, propertiesLength);
            connectProperties(out, packet.properties());
        }
        payload(out, packet, version5);
        return true;
    }

    /// The payload's size; 3.1.3.
    private static int payload(@Nullable ByteBuf out, Connect packet, boolean version5) {
        int size = Wire.utf8(out, packet.clientId());
        Will will = packet.will();
        if (will != null) {
            if (version5) {
                int length = willProperties(null, will);
                size += Wire.variableByteIntegerSize(length) + length;
                if (out != null) {
                    Wire.writeVariableByteInteger(out, length);
                    willProperties(out, will);
                }
            }
            size += Wire.utf8(out, will.topic()) + Wire.binary(out, will.payload());
        }
        String userName = packet.userName();
        if (userName != null) {
            size += Wire.utf8(out, userName);
        }
        byte[] password = packet.password();
        if (password != null) {
            size += Wire.binary(out, password);
        }
        return size;
    }

    private static int willProperties(@Nullable ByteBuf out, Will will) {
        int size = 0;
        if (will.delaySeconds() != 0) {
            size += Wire.intProperty(out, PropertyId.WILL_DELAY_INTERVAL, will.delaySeconds());
        }
        MessageProperties properties = will.properties();
        Long expiry = properties.messageExpirySeconds();
        return size
                + PublishEncoder.messageProperties(out, properties, expiry == null ? -1 : expiry);
    }

    private static int connectProperties(@Nullable ByteBuf out, ConnectProperties p) {
        int size =
                Wire.intProperty(out, PropertyId.SESSION_EXPIRY_INTERVAL, p.sessionExpirySeconds());
        size += Wire.shortProperty(out, PropertyId.RECEIVE_MAXIMUM, p.receiveMaximum());
        size += Wire.intProperty(out, PropertyId.MAXIMUM_PACKET_SIZE, p.maximumPacketSize());
        size += Wire.shortProperty(out, PropertyId.TOPIC_ALIAS_MAXIMUM, p.topicAliasMaximum());
        if (p.requestResponseInformation()) {
            size += Wire.byteProperty(out, PropertyId.REQUEST_RESPONSE_INFORMATION, 1);
        }
        if (!p.requestProblemInformation()) {
            size += Wire.byteProperty(out, PropertyId.REQUEST_PROBLEM_INFORMATION, 0);
        }
        size += UserProperties.write(out, p.userProperties());
        size += Wire.utf8Property(out, PropertyId.AUTHENTICATION_METHOD, p.authenticationMethod());
        size += Wire.binaryProperty(out, PropertyId.AUTHENTICATION_DATA, p.authenticationData());
        return size;
    }

    static boolean connAck(
            ByteBuf out,
            ConnAck packet,
            MqttVersion version,
            int maximumPacketSize,
            @Nullable String reasonString,
            List<UserProperty> userProperties) {
        // [MQTT-3.2.2-6]
        Invariant.check(
                !packet.sessionPresent() || packet.reason() == ReasonCode.SUCCESS,
                "no session is present for a refused connection");
        if (version == MqttVersion.MQTT_3_1_1) {
            return connAck3(out, packet);
        }
        ConnAckProperties p = packet.properties();
        int propertiesLength = connAckProperties(null, p, reasonString, userProperties);
        int length =
                Wire.remainingLength(
                        2L + Wire.variableByteIntegerSize(propertiesLength) + propertiesLength);
        if (Wire.packetSize(length) > maximumPacketSize) {
            return false;
        }
        Wire.writeHeader(out, PacketType.CONNACK.firstByte(), length);
        out.writeByte(packet.sessionPresent() ? 1 : 0);
        out.writeByte(packet.reason().code());
        Wire.writeVariableByteInteger(out, propertiesLength);
        connAckProperties(out, p, reasonString, userProperties);
        return true;
    }

    private static boolean connAck3(ByteBuf out, ConnAck packet) {
        int code = returnCode(packet.reason());
        if (code == NO_RETURN_CODE) {
            return false; // [MQTT-3.2.2-6] of 3.1.1: the connection is closed without one
        }
        Wire.writeHeader(out, PacketType.CONNACK.firstByte(), 2);
        out.writeByte(packet.sessionPresent() ? 1 : 0);
        out.writeByte(code);
        return true;
    }

    /// Table 3.1 of MQTT 3.1.1.
    private static int returnCode(ReasonCode reason) {
        return switch (reason) {
            case SUCCESS -> 0;
            case UNSUPPORTED_PROTOCOL_VERSION -> 1;
            case CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case UNSPECIFIED_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR,
                    SERVER_UNAVAILABLE,
                    SERVER_BUSY,
                    SERVER_SHUTTING_DOWN,
                    QUOTA_EXCEEDED,
                    CONNECTION_RATE_EXCEEDED,
                    USE_ANOTHER_SERVER,
                    SERVER_MOVED ->
                    3;
            case BAD_USER_NAME_OR_PASSWORD, BAD_AUTHENTICATION_METHOD -> 4;
            case NOT_AUTHORIZED, BANNED -> 5;
            default -> NO_RETURN_CODE;
        };
    }

    private static int connAckProperties(
            @Nullable ByteBuf out,
            ConnAckProperties p,
            @Nullable String reasonString,
            List<UserProperty> userProperties) {
        int size =
                Wire.intProperty(out, PropertyId.SESSION_EXPIRY_INTERVAL, p.sessionExpirySeconds());
        size += Wire.shortProperty(out, PropertyId.RECEIVE_MAXIMUM, p.receiveMaximum());
        Qos maximumQos = p.maximumQos();
        if (maximumQos != null && maximumQos != Qos.EXACTLY_ONCE) { // 3.2.2.3.4: 2 is by absence
            size += Wire.byteProperty(out, PropertyId.MAXIMUM_QOS, maximumQos.value());
        }
        size += Wire.flagProperty(out, PropertyId.RETAIN_AVAILABLE, p.retainAvailable());
        size += Wire.intProperty(out, PropertyId.MAXIMUM_PACKET_SIZE, p.maximumPacketSize());
        size +=
                Wire.utf8Property(
                        out, PropertyId.ASSIGNED_CLIENT_IDENTIFIER, p.assignedClientIdentifier());
        size += Wire.shortProperty(out, PropertyId.TOPIC_ALIAS_MAXIMUM, p.topicAliasMaximum());
        size += Wire.utf8Property(out, PropertyId.REASON_STRING, reasonString);
        size += UserProperties.write(out, userProperties);
        size +=
                Wire.flagProperty(
                        out,
                        PropertyId.WILDCARD_SUBSCRIPTION_AVAILABLE,
                        p.wildcardSubscriptionAvailable());
        size +=
                Wire.flagProperty(
                        out,
                        PropertyId.SUBSCRIPTION_IDENTIFIER_AVAILABLE,
                        p.subscriptionIdentifiersAvailable());
        size +=
                Wire.flagProperty(
                        out,
                        PropertyId.SHARED_SUBSCRIPTION_AVAILABLE,
                        p.sharedSubscriptionAvailable());
        size += Wire.shortProperty(out, PropertyId.SERVER_KEEP_ALIVE, p.serverKeepAliveSeconds());
        size += Wire.utf8Property(out, PropertyId.RESPONSE_INFORMATION, p.responseInformation());
        size += Wire.utf8Property(out, PropertyId.SERVER_REFERENCE, p.serverReference());
        size += Wire.utf8Property(out, PropertyId.AUTHENTICATION_METHOD, p.authenticationMethod());
        size += Wire.binaryProperty(out, PropertyId.AUTHENTICATION_DATA, p.authenticationData());
        return size;
    }
}
