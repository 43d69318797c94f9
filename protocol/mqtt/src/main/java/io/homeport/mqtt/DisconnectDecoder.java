package io.homeport.mqtt;

import static io.homeport.mqtt.PropertyId.*;
import static io.homeport.mqtt.ReasonCode.*;

import io.homeport.mqtt.MqttPacket.Auth;
import io.homeport.mqtt.MqttPacket.Disconnect;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Decodes DISCONNECT (3.14) and AUTH (3.15). Stateless.
final class DisconnectDecoder {
    /// Table 3-10, what either side sends.
    private static final Set<ReasonCode> FROM_BOTH =
            EnumSet.of(
                    SUCCESS,
                    UNSPECIFIED_ERROR,
                    MALFORMED_PACKET,
                    PROTOCOL_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR,
                    TOPIC_NAME_INVALID,
                    RECEIVE_MAXIMUM_EXCEEDED,
                    TOPIC_ALIAS_INVALID,
                    PACKET_TOO_LARGE,
                    MESSAGE_RATE_TOO_HIGH,
                    QUOTA_EXCEEDED,
                    ADMINISTRATIVE_ACTION,
                    PAYLOAD_FORMAT_INVALID);

    /// Table 3-10, and 0x8C, which table 2-6 gives to DISCONNECT too.
    private static final Set<ReasonCode> FROM_SERVER = EnumSet.copyOf(FROM_BOTH);

    private static final Set<ReasonCode> FROM_CLIENT = EnumSet.copyOf(FROM_BOTH);

    static {
        FROM_CLIENT.add(DISCONNECT_WITH_WILL_MESSAGE);
        FROM_SERVER.addAll(
                EnumSet.of(
                        NOT_AUTHORIZED,
                        SERVER_BUSY,
                        SERVER_SHUTTING_DOWN,
                        BAD_AUTHENTICATION_METHOD,
                        KEEP_ALIVE_TIMEOUT,
                        SESSION_TAKEN_OVER,
                        TOPIC_FILTER_INVALID,
                        RETAIN_NOT_SUPPORTED,
                        QOS_NOT_SUPPORTED,
                        USE_ANOTHER_SERVER,
                        SERVER_MOVED,
                        SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
                        CONNECTION_RATE_EXCEEDED,
                        MAXIMUM_CONNECT_TIME,
                        SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
                        WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED));
    }

    private static final Set<ReasonCode> AUTH_FROM_CLIENT =
            EnumSet.of(CONTINUE_AUTHENTICATION, RE_AUTHENTICATE);
    private static final Set<ReasonCode> AUTH_FROM_SERVER =
            EnumSet.of(SUCCESS, CONTINUE_AUTHENTICATION);

    private static final long FROM_CLIENT_PROPERTIES =
            PropertyId.setOf(SESSION_EXPIRY_INTERVAL, REASON_STRING, USER_PROPERTY);
    private static final long FROM_SERVER_PROPERTIES =
            PropertyId.setOf(SERVER_REFERENCE, REASON_STRING, USER_PROPERTY); // [MQTT-3.14.2-2]
    private static final long AUTH_PROPERTIES =
            PropertyId.setOf(
                    AUTHENTICATION_METHOD, AUTHENTICATION_DATA, REASON_STRING, USER_PROPERTY);

    private static final Disconnect NORMAL = Disconnect.of(SUCCESS, null);

    private DisconnectDecoder() {}

    static Disconnect disconnect(PacketReader reader, boolean server) {
        if (!reader.isVersion5() || !reader.hasMore()) {
            return NORMAL;
        }
        ReasonCode reason = reader.reason(server ? FROM_CLIENT : FROM_SERVER);
        if (!reader.hasMore()) {
            return Disconnect.of(reason, null); // 3.14.2.2.1
        }
        Long sessionExpiry = null;
        String reasonString = null;
        String serverReference = null;
        long allowed = server ? FROM_CLIENT_PROPERTIES : FROM_SERVER_PROPERTIES;
        reader.beginProperties();
        int id;
        while ((id = reader.nextProperty(allowed)) >= 0) {
            switch (id) {
                case SESSION_EXPIRY_INTERVAL -> sessionExpiry = reader.intProperty(id);
                case REASON_STRING -> reasonString = reader.stringProperty(id);
                case SERVER_REFERENCE -> serverReference = reader.stringProperty(id);
                default -> reader.userProperty();
            }
        }
        return new Disconnect(
                reason, sessionExpiry, reasonString, serverReference, reader.userProperties());
    }

    static Auth auth(PacketReader reader, boolean server) {
        if (!reader.hasMore()) {
            if (server) {
                throw reader.protocolError("only servers send reason code 0x00 in it");
            }
            return new Auth(SUCCESS, null, null, null, List.of()); // 3.15.2.1
        }
        ReasonCode reason = reader.reason(server ? AUTH_FROM_CLIENT : AUTH_FROM_SERVER);
        String method = null;
        byte[] data = null;
        String reasonString = null;
        reader.beginProperties();
        int id;
        while ((id = reader.nextProperty(AUTH_PROPERTIES)) >= 0) {
            switch (id) {
                case AUTHENTICATION_METHOD -> method = reader.stringProperty(id);
                case AUTHENTICATION_DATA -> data = reader.binaryProperty(id);
                case REASON_STRING -> reasonString = reader.stringProperty(id);
                default -> reader.userProperty();
            }
        }
        if (method == null) {
            throw reader.protocolError("has no Authentication Method"); // 3.15.2.2.2
        }
        return new Auth(reason, method, data, reasonString, reader.userProperties());
    }
}
