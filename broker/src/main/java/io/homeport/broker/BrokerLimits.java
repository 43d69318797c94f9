package io.homeport.broker;

import io.homeport.core.Profile;

/// The broker's limits and deviations as data. Immutable. The broker's author extends this record.
///
/// @param maximumPacketBytes largest MQTT packet taken
/// @param maximumPayloadBytes largest payload of a PUBLISH
public record BrokerLimits(int maximumPacketBytes, int maximumPayloadBytes) {
    public static BrokerLimits of(Profile profile) {
        return switch (profile) {
            case OPEN -> new BrokerLimits(16 * 1024 * 1024, 16 * 1024 * 1024);
            case AWS -> new BrokerLimits(146 * 1024, 128 * 1024);
        };
    }
}
