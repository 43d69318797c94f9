package io.homeport.mqtt;

import io.homeport.core.Invariant;

/// What a {@link MqttDecoder} accepts at most. Immutable.
///
/// @param maximumPacketSize bytes of a whole packet with its fixed header; more is answered with
///   {@link ReasonCode#PACKET_TOO_LARGE}
/// @param maximumTopicLevels levels of a topic name or topic filter, without `$share/{ShareName}/`;
///   more is {@link ReasonCode#TOPIC_NAME_INVALID} or {@link ReasonCode#TOPIC_FILTER_INVALID}
/// @param maximumUserProperties user properties in one packet; more is {@link
///   ReasonCode#QUOTA_EXCEEDED}
/// @param maximumTopicFilters topic filters of one SUBSCRIBE or UNSUBSCRIBE; more is {@link
///   ReasonCode#QUOTA_EXCEEDED}
public record MqttLimits(
        int maximumPacketSize,
        int maximumTopicLevels,
        int maximumUserProperties,
        int maximumTopicFilters) {
    /// The largest packet that MQTT can express (2.1.4).
    public static final int LARGEST_PACKET = 5 + 268_435_455;

    /// Packets up to 1 MiB, 128 levels, 1000 user properties, 1000 topic filters.
    public static final MqttLimits DEFAULT = new MqttLimits(1024 * 1024, 128, 1000, 1000);

    public MqttLimits {
        Invariant.check(maximumPacketSize > 0, "maximumPacketSize must be above 0");
        Invariant.check(maximumTopicLevels > 0, "maximumTopicLevels must be above 0");
        Invariant.check(maximumUserProperties >= 0, "maximumUserProperties must not be negative");
        Invariant.check(maximumTopicFilters > 0, "maximumTopicFilters must be above 0");
    }
}
