package io.homeport.mqtt;

import static io.homeport.mqtt.ReasonCode.*;

import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.PubComp;
import io.homeport.mqtt.MqttPacket.PubRec;
import io.homeport.mqtt.MqttPacket.PubRel;
import io.homeport.mqtt.MqttPacket.SubAck;
import io.homeport.mqtt.MqttPacket.UnsubAck;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Decodes PUBACK, PUBREC, PUBREL, PUBCOMP (3.4 to 3.7), SUBACK (3.9) and UNSUBACK (3.11).
/// Stateless.
final class AcknowledgementDecoder {
    /// PUBACK and PUBREC, tables 3-4 and 3-5.
    private static final Set<ReasonCode> RECEIVED =
            EnumSet.of(
                    SUCCESS,
                    NO_MATCHING_SUBSCRIBERS,
                    UNSPECIFIED_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR,
                    NOT_AUTHORIZED,
                    TOPIC_NAME_INVALID,
                    PACKET_IDENTIFIER_IN_USE,
                    QUOTA_EXCEEDED,
                    PAYLOAD_FORMAT_INVALID);

    /// PUBREL and PUBCOMP, tables 3-6 and 3-7.
    private static final Set<ReasonCode> RELEASED =
            EnumSet.of(SUCCESS, PACKET_IDENTIFIER_NOT_FOUND);

    private static final Set<ReasonCode> SUBSCRIBED =
            EnumSet.of(
                    SUCCESS,
                    GRANTED_QOS_1,
                    GRANTED_QOS_2,
                    UNSPECIFIED_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR,
                    NOT_AUTHORIZED,
                    TOPIC_FILTER_INVALID,
                    PACKET_IDENTIFIER_IN_USE,
                    QUOTA_EXCEEDED,
                    SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
                    SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
                    WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED);

    /// The return codes of SUBACK in MQTT 3.1.1.
    private static final Set<ReasonCode> SUBSCRIBED_3 =
            EnumSet.of(SUCCESS, GRANTED_QOS_1, GRANTED_QOS_2, UNSPECIFIED_ERROR);

    private static final Set<ReasonCode> UNSUBSCRIBED =
            EnumSet.of(
                    SUCCESS,
                    NO_SUBSCRIPTION_EXISTED,
                    UNSPECIFIED_ERROR,
                    IMPLEMENTATION_SPECIFIC_ERROR,
                    NOT_AUTHORIZED,
                    TOPIC_FILTER_INVALID,
                    PACKET_IDENTIFIER_IN_USE);

    private static final long PROBLEM_PROPERTIES =
            PropertyId.setOf(PropertyId.REASON_STRING, PropertyId.USER_PROPERTY);

    private AcknowledgementDecoder() {}

    static PubAck pubAck(PacketReader reader) {
        int packetId = reader.packetIdentifier();
        ReasonCode reason = reason(reader, RECEIVED);
        String reasonString = lastProperties(reader);
        return new PubAck(packetId, reason, reasonString, reader.userProperties());
    }

    static PubRec pubRec(PacketReader reader) {
        int packetId = reader.packetIdentifier();
        ReasonCode reason = reason(reader, RECEIVED);
        String reasonString = lastProperties(reader);
        return new PubRec(packetId, reason, reasonString, reader.userProperties());
    }

    static PubRel pubRel(PacketReader reader) {
        int packetId = reader.packetIdentifier();
        ReasonCode reason = reason(reader, RELEASED);
        String reasonString = lastProperties(reader);
        return new PubRel(packetId, reason, reasonString, reader.userProperties());
    }

    static PubComp pubComp(PacketReader reader) {
        int packetId = reader.packetIdentifier();
        ReasonCode reason = reason(reader, RELEASED);
        String reasonString = lastProperties(reader);
        return new PubComp(packetId, reason, reasonString, reader.userProperties());
    }

    static SubAck subAck(PacketReader reader) {
        int packetId = reader.packetIdentifier();
        String reasonString = problemProperties(reader);
        Set<ReasonCode> allowed = reader.isVersion5() ? SUBSCRIBED : SUBSCRIBED_3;
        List<ReasonCode> reasons = reasons(reader, allowed);
        return new SubAck(packetId, reasons, reasonString, reader.userProperties());
    }

    static UnsubAck unsubAck(PacketReader reader) {
        int packetId = reader.packetIdentifier();
        String reasonString = problemProperties(reader);
        List<ReasonCode> reasons = reader.isVersion5() ? reasons(reader, UNSUBSCRIBED) : List.of();
        return new UnsubAck(packetId, reasons, reasonString, reader.userProperties());
    }

    /// The reason code, which MQTT 3.1.1 doesn't have and a packet without properties may leave
    /// out.
    private static ReasonCode reason(PacketReader reader, Set<ReasonCode> allowed) {
        return reader.isVersion5() && reader.hasMore() ? reader.reason(allowed) : SUCCESS;
    }

    /// The properties where they end the packet and their length may be left out (3.4.2.2.1).
    private static @Nullable String lastProperties(PacketReader reader) {
        return reader.isVersion5() && reader.hasMore() ? problemProperties(reader) : null;
    }

    /// Reads Reason String and User Properties and returns the former.
    private static @Nullable String problemProperties(PacketReader reader) {
        String reasonString = null;
        reader.beginProperties();
        int id;
        while ((id = reader.nextProperty(PROBLEM_PROPERTIES)) >= 0) {
            if (id == PropertyId.REASON_STRING) {
                reasonString = reader.stringProperty(id);
            } else {
                reader.userProperty();
            }
        }
        return reasonString;
    }

    private static List<ReasonCode> reasons(PacketReader reader, Set<ReasonCode> allowed) {
        if (!reader.hasMore()) {
            throw reader.protocolError("has no reason codes");
        }
        List<ReasonCode> reasons = new ArrayList<>(reader.remaining());
        while (reader.hasMore()) {
            reasons.add(reader.reason(allowed));
        }
        return Collections.unmodifiableList(reasons);
    }
}
