package io.homeport.functions;

import org.jspecify.annotations.Nullable;

/// An asynchronous invocation that waits, as it is stored. Immutable.
///
/// @param qualifier as the caller gave it
/// @param payload the event; base64 in JSON
/// @param attempts how often the function has run and failed
/// @param throttles how often there was no room to run it
/// @param dueMillis when it is to be tried next
record EventRecord(
        String account,
        String region,
        String function,
        @Nullable String qualifier,
        String requestId,
        byte[] payload,
        @Nullable String clientContext,
        long acceptedMillis,
        int attempts,
        int throttles,
        long dueMillis) {

    FunctionName functionName() {
        return new FunctionName(account, region, function, qualifier);
    }

    EventRecord after(int moreAttempts, int moreThrottles, long nextMillis) {
        return new EventRecord(
                account,
                region,
                function,
                qualifier,
                requestId,
                payload,
                clientContext,
                acceptedMillis,
                attempts + moreAttempts,
                throttles + moreThrottles,
                nextMillis);
    }
}
