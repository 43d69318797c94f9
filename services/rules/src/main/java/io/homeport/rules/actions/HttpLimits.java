package io.homeport.rules.actions;

import io.homeport.core.Profile;
import java.time.Duration;
import java.util.Set;

/// What the http action takes and how long it tries. Immutable. Source of the AWS numbers: AWS IoT
/// developer guide, "HTTP", and AWS IoT Core endpoints and quotas, "HTTP actions".
///
/// @param urlBytes of a URL with its templates' values
/// @param headers per action
/// @param replyBytes of an answer; what is longer counts as a failure
/// @param tries in a row; where there is more than one, nobody tries again after the last
/// @param patience for all tries together
/// @param httpsOnly whether plain HTTP is refused
/// @param ports that URLs may have; empty for any
public record HttpLimits(
        int urlBytes,
        int headers,
        int replyBytes,
        int tries,
        Duration patience,
        boolean httpsOnly,
        Set<Integer> ports) {

    public HttpLimits {
        ports = Set.copyOf(ports);
    }

    /// The limits of a profile. In `open` each try has 10 s, and the outbox tries again.
    public static HttpLimits of(Profile profile) {
        return switch (profile) {
            case AWS ->
                    new HttpLimits(
                            2 << 10,
                            100,
                            16 << 10,
                            3,
                            Duration.ofSeconds(3),
                            true,
                            Set.of(443, 8443));
            case OPEN ->
                    new HttpLimits(
                            8 << 10, 100, 64 << 10, 1, Duration.ofSeconds(10), false, Set.of());
        };
    }
}
