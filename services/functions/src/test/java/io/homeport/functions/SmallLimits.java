package io.homeport.functions;

import io.homeport.core.Profile;

/// Limits that tests reach quickly.
final class SmallLimits {
    private SmallLimits() {}

    /// Like those of the open profile but for those that are given.
    static FunctionLimits of(
            int concurrentExecutions, int processes, long unzippedBytes, int waitingEvents) {
        FunctionLimits open = FunctionLimits.of(Profile.OPEN);
        return new FunctionLimits(
                concurrentExecutions,
                1,
                processes,
                open.functions(),
                open.versionsPerFunction(),
                open.aliasesPerFunction(),
                open.codeStorageBytes(),
                open.zipBytes(),
                unzippedBytes,
                open.zipEntries(),
                open.environmentBytes(),
                open.syncPayloadBytes(),
                open.asyncPayloadBytes(),
                waitingEvents,
                open.waitingEventsBytes(),
                open.policyBytes(),
                open.outputBytes(),
                open.logFileBytes(),
                open.initTime(),
                open.idleTime());
    }
}
