package io.homeport.functions;

import io.homeport.core.Profile;
import java.time.Duration;

/// How much functions may take. What is beyond is refused with a fault that names the limit.
/// Immutable. Source of the AWS numbers: AWS Lambda developer guide, "Lambda quotas".
///
/// @param concurrentExecutions running at a time, per account and region; one more gets 429
/// @param unreservedExecutions that must be left for functions without a reservation
/// @param processes of all accounts together, idle ones included; idle ones are ended for others
/// @param functions per account and region
/// @param versionsPerFunction published versions of one function
/// @param aliasesPerFunction aliases of one function
/// @param codeStorageBytes zip files of all accounts together
/// @param zipBytes one zip file
/// @param unzippedBytes what a zip file may hold
/// @param zipEntries files in a zip file
/// @param environmentBytes names and values of a function's environment variables together
/// @param syncPayloadBytes an invocation's event, and its result
/// @param asyncPayloadBytes an asynchronous invocation's event
/// @param waitingEvents asynchronous invocations that wait, of all accounts together
/// @param waitingEventsBytes their events together
/// @param policyBytes a resource policy
/// @param outputBytes of one invocation that are kept
/// @param logFileBytes of one of a function's two log files; the older one is dropped
/// @param initTime for a process to ask for its first event without being charged for it
/// @param idleTime after which a process that has nothing to do is ended
public record FunctionLimits(
        int concurrentExecutions,
        int unreservedExecutions,
        int processes,
        int functions,
        int versionsPerFunction,
        int aliasesPerFunction,
        long codeStorageBytes,
        int zipBytes,
        long unzippedBytes,
        int zipEntries,
        int environmentBytes,
        int syncPayloadBytes,
        int asyncPayloadBytes,
        int waitingEvents,
        long waitingEventsBytes,
        int policyBytes,
        int outputBytes,
        int logFileBytes,
        Duration initTime,
        Duration idleTime) {

    /// The limits of a profile. AWS counts code per region and bounds neither functions nor
    /// versions; waiting events, output and log files it bounds by what they cost.
    public static FunctionLimits of(Profile profile) {
        boolean aws = profile == Profile.AWS;
        return new FunctionLimits(
                aws ? 1_000 : 100,
                aws ? 100 : 10,
                aws ? 1_000 : 200,
                10_000,
                1_000,
                1_000,
                75L << 30,
                50 << 20,
                250L << 20,
                65_535,
                4 << 10,
                6_291_556,
                1 << 20,
                10_000,
                256L << 20,
                20 << 10,
                1 << 20,
                4 << 20,
                Duration.ofSeconds(10),
                Duration.ofMinutes(5));
    }
}
