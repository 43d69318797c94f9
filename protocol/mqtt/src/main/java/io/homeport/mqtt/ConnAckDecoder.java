package io.homeport.mqtt;

import static io.homeport.mqtt.PropertyId.*;
import static io.homeport.mqtt.ReasonCode.*;

import io.homeport.mqtt.MqttPacket.ConnAck;
import io.homeport.mqtt.MqttPacket.ConnAckProperties;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Decodes CONNACK (3.2) for clients. Used for one packet.
final class ConnAckDecoder {
    private static final long ALLOWED =
            PropertyId.setOf(
                    SESSION_EXPIRY_INTERVAL,
                    RECEIVE_MAXIMUM,
                    MAXIMUM_QOS,
                    RETAIN_AVAILABLE,
                    MAXIMUM_PACKET_SIZE,
                    ASSIGNED_CLIENT_IDENTIFIER,
                    TOPIC_ALIAS_MAXIMUM,
                    REASON_STRING,
                    USER_PROPERTY,
                    WILDCARD_SUBSCRIPTION_AVAILABLE,
                    SUBSCRIPTION_IDENTIFIER_AVAILABLE,
                    SHARED_SUBSCRIPTION_AVAILABLE,
                    SERVER_KEEP_ALIVE,
                    RESPONSE_INFORMATION,
                    SERVER_REFERENCE,
                    AUTHENTICATION_METHOD,
                    AUTHENTICATION_DATA);

    /// 3.2.2.2.
    private static final Set<ReasonCode> REASONS =
            EnumSet.of(
                    SUCCESS,
                    UNSPECIFIED_ERROR,
                    MALFORMED_PACKET,
                    PROTOCOL_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR,
                    UNSUPPORTED_PROTOCOL_VERSION,
                    CLIENT_IDENTIFIER_NOT_VALID,
                    BAD_USER_NAME_OR_PASSWORD,
                    NOT_AUTHORIZED,
                    SERVER_UNAVAILABLE,
                    SERVER_BUSY,
                    BANNED,
                    BAD_AUTHENTICATION_METHOD,
                    TOPIC_NAME_INVALID,
                    PACKET_TOO_LARGE,
                    QUOTA_EXCEEDED,
                    PAYLOAD_FORMAT_INVALID,
                    RETAIN_NOT_SUPPORTED,
                    QOS_NOT_SUPPORTED,
                    USE_ANOTHER_SERVER,
                    SERVER_MOVED,
                    CONNECTION_RATE_EXCEEDED);

    private @Nullable Long sessionExpiry;
    private @Nullable Integer receiveMaximum;
    private @Nullable Qos maximumQos;
    private @Nullable Boolean retainAvailable;
    private @Nullable Long maximumPacketSize;
    private @Nullable String assignedClientIdentifier;
    private @Nullable Integer topicAliasMaximum;
    private @Nullable String reasonString;
    private @Nullable Boolean wildcardAvailable;
    private @Nullable Boolean identifiersAvailable;
    private @Nullable Boolean sharedAvailable;
    private @Nullable Integer serverKeepAlive;
    private @Nullable String responseInformation;
    private @Nullable String serverReference;
    private @Nullable String method;
    private byte @Nullable [] data;

    private ConnAckDecoder() {}

    static ConnAck connAck(PacketReader reader) {
        int flags = reader.unsignedByte("acknowledge flags");
        if (flags > 1) {
            throw reader.malformed("reserved acknowledge flags are set"); // [MQTT-3.2.2-1]
        }
        ReasonCode reason =
                reader.isVersion5()
                        ? reader.reason(REASONS)
                        : ofReturnCode(reader, reader.unsignedByte("return code"));
        if (flags == 1 && reason != SUCCESS) {
            throw reader.protocolError("Session Present with an error"); // [MQTT-3.2.2-6]
        }
        ConnAckProperties properties =
                reader.isVersion5()
                        ? new ConnAckDecoder().properties(reader)
                        : ConnAckProperties.NONE;
        return new ConnAck(flags == 1, reason, properties);
    }

    private static ReasonCode ofReturnCode(PacketReader reader, int code) {
        return switch (code) {
            case 0 -> SUCCESS;
            case 1 -> UNSUPPORTED_PROTOCOL_VERSION;
            case 2 -> CLIENT_IDENTIFIER_NOT_VALID;
            case 3 -> SERVER_UNAVAILABLE;
            case 4 -> BAD_USER_NAME_OR_PASSWORD;
            case 5 -> NOT_AUTHORIZED;
            default -> throw reader.protocolError(code + " isn't one of its return codes");
        };
    }

    private ConnAckProperties properties(PacketReader reader) {
        reader.beginProperties();
        int id;
        while ((id = reader.nextProperty(ALLOWED)) >= 0) {
            property(reader, id);
        }
        return new ConnAckProperties(
                sessionExpiry,
                receiveMaximum,
                maximumQos,
                retainAvailable,
                maximumPacketSize,
                assignedClientIdentifier,
                topicAliasMaximum,
                reasonString,
                reader.userProperties(),
                wildcardAvailable,
                identifiersAvailable,
                sharedAvailable,
                serverKeepAlive,
                responseInformation,
                serverReference,
                method,
                data);
    }

    private void property(PacketReader reader, int id) {
        switch (id) {
            case SESSION_EXPIRY_INTERVAL -> sessionExpiry = reader.intProperty(id);
            case RECEIVE_MAXIMUM -> receiveMaximum = reader.positiveShortProperty(id);
            case MAXIMUM_QOS ->
                    maximumQos = reader.flagProperty(id) ? Qos.AT_LEAST_ONCE : Qos.AT_MOST_ONCE;
            case RETAIN_AVAILABLE -> retainAvailable = reader.flagProperty(id);
            case MAXIMUM_PACKET_SIZE -> maximumPacketSize = reader.positiveIntProperty(id);
            case ASSIGNED_CLIENT_IDENTIFIER -> assignedClientIdentifier = reader.stringProperty(id);
            case TOPIC_ALIAS_MAXIMUM -> topicAliasMaximum = reader.shortProperty(id);
            case REASON_STRING -> reasonString = reader.stringProperty(id);
            case WILDCARD_SUBSCRIPTION_AVAILABLE -> wildcardAvailable = reader.flagProperty(id);
            case SUBSCRIPTION_IDENTIFIER_AVAILABLE ->
                    identifiersAvailable = reader.flagProperty(id);
            case SHARED_SUBSCRIPTION_AVAILABLE -> sharedAvailable = reader.flagProperty(id);
            case SERVER_KEEP_ALIVE -> serverKeepAlive = reader.shortProperty(id);
            case RESPONSE_INFORMATION -> responseInformation = reader.stringProperty(id);
            case SERVER_REFERENCE -> serverReference = reader.stringProperty(id);
            case AUTHENTICATION_METHOD -> method = reader.stringProperty(id);
            case AUTHENTICATION_DATA -> data = reader.binaryProperty(id);
            default -> reader.userProperty();
        }
    }
}
