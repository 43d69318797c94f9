package io.homeport.rules.actions;

import io.homeport.core.MessageProperties;
import org.jspecify.annotations.Nullable;

/// The message that a rule matched, as deliveries and error documents tell of it. Immutable; stored
/// as JSON.
///
/// @param topic without the prefix of Basic Ingest
/// @param clientId null where the message didn't come over MQTT
/// @param principal null where it isn't known
/// @param sourceIp null where the message came from the server itself
/// @param traceId a UUID of this message's run through the engine
/// @param hops how many rules have republished it
/// @param arrivedAtMillis {@link io.homeport.core.Clock} time
public record Origin(
        String topic,
        byte[] payload,
        int qos,
        @Nullable String clientId,
        @Nullable String principal,
        @Nullable String sourceIp,
        String traceId,
        int hops,
        long arrivedAtMillis,
        MessageProperties properties) {}
