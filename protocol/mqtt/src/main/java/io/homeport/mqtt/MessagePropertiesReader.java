package io.homeport.mqtt;

import static io.homeport.mqtt.PropertyId.*;

import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Gathers the properties that PUBLISH and the Will have in common. Used for one packet.
final class MessagePropertiesReader {
    static final long ALLOWED =
            PropertyId.setOf(
                    PAYLOAD_FORMAT_INDICATOR,
                    MESSAGE_EXPIRY_INTERVAL,
                    CONTENT_TYPE,
                    RESPONSE_TOPIC,
                    CORRELATION_DATA,
                    USER_PROPERTY);

    private @Nullable Integer payloadFormat;
    private @Nullable Long expirySeconds;
    private @Nullable String contentType;
    private @Nullable String responseTopic;
    private byte @Nullable [] correlationData;
    private boolean any;

    /// Reads one of the {@link #ALLOWED}.
    void read(PacketReader reader, int id) {
        any = true;
        switch (id) {
            case PAYLOAD_FORMAT_INDICATOR -> payloadFormat = reader.flagProperty(id) ? 1 : 0;
            case MESSAGE_EXPIRY_INTERVAL -> expirySeconds = reader.intProperty(id);
            case CONTENT_TYPE -> contentType = reader.stringProperty(id);
            // [MQTT-3.3.2-14]
            case RESPONSE_TOPIC -> responseTopic = reader.topicName(PropertyId.name(id));
            case CORRELATION_DATA -> correlationData = reader.binaryProperty(id);
            default -> reader.userProperty();
        }
    }

    MessageProperties finish(PacketReader reader) {
        if (!any) {
            return MessageProperties.NONE;
        }
        List<UserProperty> userProperties = reader.userProperties();
        return new MessageProperties(
                payloadFormat,
                expirySeconds,
                contentType,
                responseTopic,
                correlationData,
                userProperties);
    }
}
