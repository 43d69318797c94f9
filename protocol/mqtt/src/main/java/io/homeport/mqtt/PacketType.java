package io.homeport.mqtt;

/// The control packet types (2.1.2); the ordinal is the wire value.
enum PacketType {
    RESERVED,
    CONNECT,
    CONNACK,
    PUBLISH,
    PUBACK,
    PUBREC,
    PUBREL,
    PUBCOMP,
    SUBSCRIBE,
    SUBACK,
    UNSUBSCRIBE,
    UNSUBACK,
    PINGREQ,
    PINGRESP,
    DISCONNECT,
    AUTH;

    private static final PacketType[] BY_VALUE = values();

    /// The type of the upper four bits of a packet.
    static PacketType of(int value) {
        return BY_VALUE[value];
    }

    /// The lower four bits of the first byte (2.1.3); those of PUBLISH vary.
    int flags() {
        return this == PUBREL || this == SUBSCRIBE || this == UNSUBSCRIBE ? 2 : 0;
    }

    /// The first byte of a packet.
    int firstByte() {
        return ordinal() << 4 | flags();
    }

    boolean fromServerOnly() {
        return this == CONNACK || this == SUBACK || this == UNSUBACK || this == PINGRESP;
    }

    boolean fromClientOnly() {
        return this == CONNECT || this == SUBSCRIBE || this == UNSUBSCRIBE || this == PINGREQ;
    }
}
