package io.homeport.broker;

import io.homeport.core.Message;
import io.homeport.mqtt.Qos;

/// One PUBLISH to one client. Immutable.
///
/// @param packetId 0 for QoS 0
/// @param topicAlias 0 for none
/// @param topicOmitted whether the alias stands for the topic, which is then not sent
/// @param expirySeconds the remaining Message Expiry Interval, -1 for none
public record Delivery(
        Message message,
        Qos qos,
        boolean retain,
        boolean dup,
        int packetId,
        int topicAlias,
        boolean topicOmitted,
        long expirySeconds,
        int[] subscriptionIdentifiers) {}
