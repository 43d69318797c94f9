package io.homeport.functions;

import org.jspecify.annotations.Nullable;

/// How asynchronous invocations of a function are tried again, as it is stored. Immutable.
///
/// @param attempts 0 to 2; null for the default
/// @param ageSeconds 60 to 21600; null for the default
/// @param onSuccess the ARN of a function that gets the result; null for none
/// @param onFailure the ARN of a function that gets what failed in the end; null for none
record EventSettingsRecord(
        @Nullable Integer attempts,
        @Nullable Integer ageSeconds,
        @Nullable String onSuccess,
        @Nullable String onFailure,
        long modifiedMillis) {
    static final EventSettingsRecord DEFAULT = new EventSettingsRecord(null, null, null, null, 0);

    private static final int DEFAULT_ATTEMPTS = 2;
    private static final int DEFAULT_AGE_SECONDS = 21_600;

    int retries() {
        return attempts == null ? DEFAULT_ATTEMPTS : attempts;
    }

    long maximumAgeMillis() {
        return (ageSeconds == null ? DEFAULT_AGE_SECONDS : ageSeconds) * 1000L;
    }
}
