package io.homeport.mqtt;

import io.homeport.core.UserProperty;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the fields of one packet after the other, and never past the packet or, inside of them,
/// the properties. Every fault becomes a {@link MalformedPacketException} that names packet, field
/// and byte. One per decoder, used by its thread; the buffer's reader index stays untouched.
final class PacketReader {
    private static final String TOPIC_NAME = "topic name";
    private static final int KEPT_TOPIC_BYTES = 512;

    private final MqttLimits limits;
    private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
    private String packet = "";
    private @Nullable MqttVersion version;
    private int start;
    private int position;
    private int end;

    /// Where reading has to stop: `end`, or inside of properties their end.
    private int limit;

    /// Where the field begins that was read last.
    private int fieldStart;

    /// The topic of the latest PUBLISH that named one, checked.
    private String lastTopic = "";

    private ByteBuf lastTopicBytes = Unpooled.EMPTY_BUFFER;
    private long seenProperties;
    private @Nullable List<UserProperty> userProperties;

    PacketReader(MqttLimits limits, @Nullable MqttVersion version) {
        this.limits = limits;
        this.version = version;
    }

    MqttLimits limits() {
        return limits;
    }

    @Nullable MqttVersion version() {
        return version;
    }

    /// Set by CONNECT.
    void version(MqttVersion version) {
        this.version = version;
    }

    boolean isVersion5() {
        return version == MqttVersion.MQTT_5;
    }

    /// Starts at a packet whose fixed header is known.
    void begin(ByteBuf buffer, String packet, int start, int body, int end) {
        this.buffer = buffer;
        this.packet = packet;
        this.start = start;
        this.position = body;
        this.fieldStart = body;
        this.end = end;
        this.limit = end;
        this.seenProperties = 0;
        this.userProperties = null;
    }

    /// Checks that nothing is left, and lets go of the buffer.
    void finish() {
        if (position < end) {
            fieldStart = position;
            throw malformed("has " + (end - position) + " bytes too many");
        }
        release();
    }

    void release() {
        buffer = Unpooled.EMPTY_BUFFER;
        userProperties = null;
    }

    boolean hasMore() {
        return position < limit;
    }

    int remaining() {
        return limit - position;
    }

    int unsignedByte(String field) {
        return buffer.getUnsignedByte(advance(1, field));
    }

    int unsignedShort(String field) {
        return buffer.getUnsignedShort(advance(2, field));
    }

    long unsignedInt(String field) {
        return buffer.getUnsignedInt(advance(4, field));
    }

    /// A Variable Byte Integer (1.5.5).
    int variableByteInteger(String field) {
        int first = position;
        int value = 0;
        for (int shift = 0; shift <= 21; shift += 7) {
            int digit = buffer.getByte(advance(1, field));
            value |= (digit & 0x7F) << shift;
            if (digit >= 0) {
                fieldStart = first;
                if (digit == 0 && shift > 0) {
                    throw malformed(field + " isn't encoded in the fewest bytes");
                }
                return value;
            }
        }
        fieldStart = first;
        throw malformed(field + " is longer than 4 bytes");
    }

    /// The topic name of a PUBLISH, checked, or empty. Clients mostly publish to the topic that
    /// they published to before: that one is recognized by its bytes.
    String publishTopic() {
        int length = unsignedShort(TOPIC_NAME);
        int at = advance(length, TOPIC_NAME);
        if (length == lastTopicBytes.capacity()
                && ByteBufUtil.equals(buffer, at, lastTopicBytes, 0, length)) {
            return lastTopic;
        }
        String topic = utf8(TOPIC_NAME, at, length);
        if (!topic.isEmpty()) {
            checkTopicName(topic, TOPIC_NAME); // [MQTT-3.3.2-2]
            if (length <= KEPT_TOPIC_BYTES) {
                lastTopicBytes =
                        Unpooled.wrappedBuffer(ByteBufUtil.getBytes(buffer, at, length, true));
                lastTopic = topic;
            }
        }
        return topic;
    }

    String utf8(String field) {
        int length = unsignedShort(field);
        return utf8(field, advance(length, field), length);
    }

    private String utf8(String field, int at, int length) {
        String text = Utf8.decode(buffer, at, length);
        if (text == null) {
            // [MQTT-1.5.4-1] [MQTT-1.5.4-2]
            throw malformed(field + " isn't well-formed UTF-8 without U+0000");
        }
        return text;
    }

    byte[] binary(String field) {
        int length = unsignedShort(field);
        return ByteBufUtil.getBytes(buffer, advance(length, field), length, true);
    }

    /// The rest of the packet.
    byte[] rest() {
        int length = end - position;
        return ByteBufUtil.getBytes(buffer, advance(length, "payload"), length, true);
    }

    int packetIdentifier() {
        int id = unsignedShort("packet identifier");
        if (id == 0) {
            throw protocolError("the packet identifier is 0");
        }
        return id;
    }

    ReasonCode reason(Set<ReasonCode> allowed) {
        int code = unsignedByte("reason code");
        ReasonCode reason = ReasonCode.find(code);
        if (reason == null || !allowed.contains(reason)) {
            throw protocolError("0x%02X isn't one of its reason codes".formatted(code));
        }
        return reason;
    }

    /// A topic name to publish to; not empty, of few enough levels.
    String topicName(String field) {
        String topic = utf8(field);
        if (topic.isEmpty()) {
            throw malformed(field + " is empty");
        }
        checkTopicName(topic, field);
        return topic;
    }

    /// The checks of {@link #topicName} on a topic name that is known not to be empty.
    void checkTopicName(String topic, String field) {
        if (Topics.hasWildcard(topic)) {
            throw malformed(field + " contains a wildcard");
        }
        if (Topics.levels(topic) > limits.maximumTopicLevels()) {
            throw fault(
                    ReasonCode.TOPIC_NAME_INVALID,
                    field + " has more than " + limits.maximumTopicLevels() + " levels");
        }
    }

    String topicFilter() {
        String filter = utf8("topic filter");
        String problem = Topics.filterProblem(filter);
        if (problem != null) {
            throw malformed("topic filter: " + problem);
        }
        if (Topics.filterLevels(filter) > limits.maximumTopicLevels()) {
            throw fault(
                    ReasonCode.TOPIC_FILTER_INVALID,
                    "topic filter has more than " + limits.maximumTopicLevels() + " levels");
        }
        return filter;
    }

    /// Enters the properties; in MQTT 3.1.1 there are none.
    void beginProperties() {
        seenProperties = 0;
        userProperties = null;
        int length = isVersion5() ? variableByteInteger("property length") : 0;
        if (length > end - position) {
            throw malformed("the property length is more than the packet has left");
        }
        limit = position + length;
    }

    /// The identifier of the next property; -1 where they end, which leaves the properties.
    ///
    /// @param allowed the properties of this packet
    /// @param repeatable those of them, besides the User Property, that may come more than once
    int nextProperty(long allowed, long repeatable) {
        if (position == limit) {
            limit = end;
            return -1;
        }
        int id = variableByteInteger("property identifier");
        if (!PropertyId.contains(allowed, id)) {
            throw malformed("property " + PropertyId.name(id) + " isn't allowed here");
        }
        if (id != PropertyId.USER_PROPERTY
                && PropertyId.contains(seenProperties & ~repeatable, id)) {
            throw protocolError("property " + PropertyId.name(id) + " is there twice");
        }
        seenProperties |= 1L << id;
        return id;
    }

    int nextProperty(long allowed) {
        return nextProperty(allowed, 0);
    }

    /// A property of one byte that is 0 or 1.
    boolean flagProperty(int id) {
        int value = unsignedByte(PropertyId.name(id));
        if (value > 1) {
            throw protocolError(PropertyId.name(id) + " is " + value + ", not 0 or 1");
        }
        return value == 1;
    }

    String stringProperty(int id) {
        return utf8(PropertyId.name(id));
    }

    byte[] binaryProperty(int id) {
        return binary(PropertyId.name(id));
    }

    int shortProperty(int id) {
        return unsignedShort(PropertyId.name(id));
    }

    int positiveShortProperty(int id) {
        int value = unsignedShort(PropertyId.name(id));
        if (value == 0) {
            throw protocolError(PropertyId.name(id) + " is 0");
        }
        return value;
    }

    long intProperty(int id) {
        return unsignedInt(PropertyId.name(id));
    }

    long positiveIntProperty(int id) {
        long value = unsignedInt(PropertyId.name(id));
        if (value == 0) {
            throw protocolError(PropertyId.name(id) + " is 0");
        }
        return value;
    }

    int subscriptionIdentifierProperty() {
        int value = variableByteInteger("Subscription Identifier");
        if (value == 0) {
            throw protocolError("Subscription Identifier is 0");
        }
        return value;
    }

    void userProperty() {
        List<UserProperty> list = userProperties;
        if (list == null) {
            list = new ArrayList<>(4);
            userProperties = list;
        }
        if (list.size() == limits.maximumUserProperties()) {
            throw fault(
                    ReasonCode.QUOTA_EXCEEDED,
                    "has more than " + limits.maximumUserProperties() + " user properties");
        }
        String name = utf8("User Property name");
        list.add(new UserProperty(name, utf8("User Property value")));
    }

    /// The user properties of the properties read last; unmodifiable.
    List<UserProperty> userProperties() {
        return userProperties == null ? List.of() : Collections.unmodifiableList(userProperties);
    }

    MalformedPacketException malformed(String what) {
        return fault(ReasonCode.MALFORMED_PACKET, what);
    }

    MalformedPacketException protocolError(String what) {
        return fault(ReasonCode.PROTOCOL_ERROR, what);
    }

    MalformedPacketException fault(ReasonCode reason, String what) {
        return new MalformedPacketException(
                reason,
                packet + ": " + what + " (field at byte " + (fieldStart - start) + ")",
                version);
    }

    /// Steps over a field and returns where it began.
    private int advance(int bytes, String field) {
        int at = position;
        fieldStart = at;
        if (bytes > limit - at) {
            throw malformed(
                    "%s needs %d bytes, %d are left %s"
                            .formatted(
                                    field,
                                    bytes,
                                    limit - at,
                                    limit == end ? "in the packet" : "in the properties"));
        }
        position = at + bytes;
        return at;
    }
}
