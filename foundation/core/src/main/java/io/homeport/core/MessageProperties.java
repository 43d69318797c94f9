package io.homeport.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The MQTT 5 properties of an application message that travel from publisher to subscriber (MQTT
/// 5, 3.3.2.3). Immutable; the correlation data is not copied and must not be changed.
///
/// @param payloadFormatIndicator 0 bytes, 1 UTF-8, null absent
/// @param messageExpirySeconds seconds the message stays deliverable, null without end
public record MessageProperties(
        @Nullable Integer payloadFormatIndicator,
        @Nullable Long messageExpirySeconds,
        @Nullable String contentType,
        @Nullable String responseTopic,
        byte @Nullable [] correlationData,
        List<UserProperty> userProperties) {

    public static final MessageProperties NONE =
            new MessageProperties(null, null, null, null, null, List.of());

    /// Written out because javac puts the annotation of an array parameter of a compact constructor
    /// in the wrong place of the class file, where callers in other modules don't find it.
    public MessageProperties(
            @Nullable Integer payloadFormatIndicator,
            @Nullable Long messageExpirySeconds,
            @Nullable String contentType,
            @Nullable String responseTopic,
            byte @Nullable [] correlationData,
            List<UserProperty> userProperties) {
        this.payloadFormatIndicator = payloadFormatIndicator;
        this.messageExpirySeconds = messageExpirySeconds;
        this.contentType = contentType;
        this.responseTopic = responseTopic;
        this.correlationData = correlationData;
        this.userProperties = List.copyOf(userProperties);
    }
}
