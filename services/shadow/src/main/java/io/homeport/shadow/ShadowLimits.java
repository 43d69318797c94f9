package io.homeport.shadow;

import io.homeport.core.Profile;

/// How much the shadows take. Immutable. Source of the AWS numbers: AWS general reference, "AWS IoT
/// Core Device Shadow service limits and quotas".
///
/// @param stateBytes JSON of a shadow's desired and reported state together, without metadata; over
///   it 413
/// @param requestBytes of one update; over it 413
/// @param levels names on the way from a section down to a value; over it 400
/// @param clientTokenBytes in UTF-8; over it 400
/// @param inFlightPerConnection unanswered requests of one MQTT connection for one thing; over it
///   429
/// @param requestsPerSecond of one shadow; over it 429; 0 for no limit
/// @param accountRequestsPerSecond of all shadows of an account; over it 429; 0 for no limit
/// @param waitingPerThing requests that wait for one thing; over it 429
/// @param waiting requests that wait for all things; over it 503
/// @param waitingBytes payloads that wait for all things; over it 503
public record ShadowLimits(
        int stateBytes,
        int requestBytes,
        int levels,
        int clientTokenBytes,
        int inFlightPerConnection,
        int requestsPerSecond,
        int accountRequestsPerSecond,
        int waitingPerThing,
        int waiting,
        long waitingBytes) {

    /// The limits of a profile.
    public static ShadowLimits of(Profile profile) {
        return switch (profile) {
            case AWS ->
                    new ShadowLimits(
                            8 * 1024, 128 * 1024, 8, 64, 10, 20, 4000, 1000, 20_000, 64L << 20);
            case OPEN ->
                    new ShadowLimits(
                            256 * 1024, 1 << 20, 32, 64, 1000, 0, 0, 1000, 20_000, 64L << 20);
        };
    }
}
