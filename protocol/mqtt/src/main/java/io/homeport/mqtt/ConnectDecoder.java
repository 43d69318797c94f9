package io.homeport.mqtt;

import static io.homeport.mqtt.PropertyId.*;

import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MqttPacket.Connect;
import io.homeport.mqtt.MqttPacket.ConnectProperties;
import io.homeport.mqtt.MqttPacket.Will;
import org.jspecify.annotations.Nullable;

/// Decodes CONNECT (3.1). Stateless.
final class ConnectDecoder {
    private static final long CONNECT_PROPERTIES =
            PropertyId.setOf(
                    SESSION_EXPIRY_INTERVAL,
                    RECEIVE_MAXIMUM,
                    MAXIMUM_PACKET_SIZE,
                    TOPIC_ALIAS_MAXIMUM,
                    REQUEST_RESPONSE_INFORMATION,
                    REQUEST_PROBLEM_INFORMATION,
                    USER_PROPERTY,
                    AUTHENTICATION_METHOD,
                    AUTHENTICATION_DATA);
    private static final long WILL_PROPERTIES =
            MessagePropertiesReader.ALLOWED | PropertyId.setOf(WILL_DELAY_INTERVAL);

    private static final int RESERVED = 0x01;
    private static final int CLEAN_START = 0x02;
    private static final int WILL = 0x04;
    private static final int WILL_RETAIN = 0x20;
    private static final int PASSWORD = 0x40;
    private static final int USER_NAME = 0x80;

    /// Set in the level by bridges that ask for more than the protocol has; refused, they ask
    /// without.
    private static final int BRIDGE = 0x80;

    private ConnectDecoder() {}

    static Connect connect(PacketReader reader) {
        MqttVersion version = version(reader);
        int flags = reader.unsignedByte("connect flags");
        checkFlags(reader, flags, version);
        int keepAlive = reader.unsignedShort("keep alive");
        ConnectProperties properties =
                version == MqttVersion.MQTT_5 ? properties(reader) : ConnectProperties.NONE;
        String clientId = reader.utf8("client identifier");
        Will will = (flags & WILL) == 0 ? null : will(reader, flags);
        String userName = (flags & USER_NAME) == 0 ? null : reader.utf8("user name");
        byte[] password = (flags & PASSWORD) == 0 ? null : reader.binary("password");
        return new Connect(
                version,
                (flags & CLEAN_START) != 0,
                keepAlive,
                clientId,
                will,
                userName,
                password,
                properties);
    }

    /// Sets the reader's version, to the nearest one where it isn't supported so that the refusal
    /// can be answered [MQTT-3.1.2-2].
    private static MqttVersion version(PacketReader reader) {
        String name = reader.utf8("protocol name");
        boolean old = name.equals("MQIsdp"); // MQTT 3.1
        if (!old && !name.equals("MQTT")) {
            throw reader.malformed("the protocol name isn't MQTT");
        }
        int level = reader.unsignedByte("protocol version");
        MqttVersion version =
                !old && (level & ~BRIDGE) >= MqttVersion.MQTT_5.level()
                        ? MqttVersion.MQTT_5
                        : MqttVersion.MQTT_3_1_1;
        reader.version(version);
        if (old || level != version.level()) {
            throw reader.fault(
                    ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                    "protocol " + name + " version " + level + " isn't supported");
        }
        return version;
    }

    private static void checkFlags(PacketReader reader, int flags, MqttVersion version) {
        if ((flags & RESERVED) != 0) {
            throw reader.malformed("the reserved connect flag is set"); // [MQTT-3.1.2-3]
        }
        if ((flags & WILL) == 0) {
            if ((flags & WILL_RETAIN) != 0 || willQos(flags) != 0) {
                // [MQTT-3.1.2-11], [MQTT-3.1.2-13]
                throw reader.malformed("Will QoS or Will Retain without the Will Flag");
            }
        } else if (willQos(flags) == 3) {
            throw reader.malformed("the Will QoS is 3"); // [MQTT-3.1.2-12]
        }
        if (version == MqttVersion.MQTT_3_1_1
                && (flags & PASSWORD) != 0
                && (flags & USER_NAME) == 0) {
            throw reader.malformed("a password without a user name"); // [MQTT-3.1.2-22] of 3.1.1
        }
    }

    private static int willQos(int flags) {
        return flags >> 3 & 3;
    }

    private static ConnectProperties properties(PacketReader reader) {
        Long sessionExpiry = null;
        Integer receiveMaximum = null;
        Long maximumPacketSize = null;
        Integer topicAliasMaximum = null;
        boolean requestResponse = false;
        boolean requestProblem = true;
        String method = null;
        byte[] data = null;
        reader.beginProperties();
        if (!reader.hasMore()) {
            reader.nextProperty(CONNECT_PROPERTIES);
            return ConnectProperties.NONE;
        }
        int id;
        while ((id = reader.nextProperty(CONNECT_PROPERTIES)) >= 0) {
            switch (id) {
                case SESSION_EXPIRY_INTERVAL -> sessionExpiry = reader.intProperty(id);
                case RECEIVE_MAXIMUM -> receiveMaximum = reader.positiveShortProperty(id);
                case MAXIMUM_PACKET_SIZE -> maximumPacketSize = reader.positiveIntProperty(id);
                case TOPIC_ALIAS_MAXIMUM -> topicAliasMaximum = reader.shortProperty(id);
                case REQUEST_RESPONSE_INFORMATION -> requestResponse = reader.flagProperty(id);
                case REQUEST_PROBLEM_INFORMATION -> requestProblem = reader.flagProperty(id);
                case AUTHENTICATION_METHOD -> method = reader.stringProperty(id);
                case AUTHENTICATION_DATA -> data = reader.binaryProperty(id);
                default -> reader.userProperty();
            }
        }
        if (data != null && method == null) {
            throw reader.protocolError("Authentication Data without Authentication Method");
        }
        return new ConnectProperties(
                sessionExpiry,
                receiveMaximum,
                maximumPacketSize,
                topicAliasMaximum,
                requestResponse,
                requestProblem,
                reader.userProperties(),
                method,
                data);
    }

    private static Will will(PacketReader reader, int flags) {
        MessagePropertiesReader parts = new MessagePropertiesReader();
        long delay = 0;
        reader.beginProperties();
        int id;
        while ((id = reader.nextProperty(WILL_PROPERTIES)) >= 0) {
            if (id == WILL_DELAY_INTERVAL) {
                delay = reader.intProperty(id);
            } else {
                parts.read(reader, id);
            }
        }
        MessageProperties properties = parts.finish(reader);
        String topic = reader.topicName("will topic");
        byte[] payload = reader.binary("will payload");
        return new Will(
                topic,
                payload,
                Qos.of(willQos(flags)),
                (flags & WILL_RETAIN) != 0,
                delay,
                properties);
    }

    /// The connect flags of a packet, for the encoder.
    static int flags(Connect connect) {
        int flags = connect.cleanStart() ? CLEAN_START : 0;
        @Nullable Will will = connect.will();
        if (will != null) {
            flags |= WILL | will.qos().value() << 3 | (will.retain() ? WILL_RETAIN : 0);
        }
        flags |= connect.userName() == null ? 0 : USER_NAME;
        flags |= connect.password() == null ? 0 : PASSWORD;
        return flags;
    }
}
