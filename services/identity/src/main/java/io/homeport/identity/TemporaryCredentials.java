package io.homeport.identity;

import java.time.Instant;

/// An access key that is good for a while, and only together with its token. Immutable.
public record TemporaryCredentials(
        String accessKeyId, String secretAccessKey, String sessionToken, Instant expiration) {

    @Override
    public String toString() {
        return "TemporaryCredentials[" + accessKeyId + ", secret *** until " + expiration + "]";
    }
}
