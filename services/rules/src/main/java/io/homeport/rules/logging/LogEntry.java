package io.homeport.rules.logging;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Something that has happened, as AWSIotLogsV2 tells of it. Immutable.
///
/// Source: AWS IoT developer guide, "CloudWatch Logs AWS IoT log entries".
///
/// @param region empty where none is known, as of a client's connection
/// @param eventType for example `RuleMatch`
/// @param thingName null for the client id, as where clients call themselves by their things
/// @param details more fields, by AWS's names
public record LogEntry(
        String account,
        String region,
        Level level,
        String eventType,
        boolean success,
        String traceId,
        @Nullable String clientId,
        @Nullable String principalId,
        @Nullable String sourceIp,
        @Nullable String thingName,
        Map<String, String> details) {
    /// What this server tells of. A policy that denies something else makes an entry named after
    /// that action.
    static final List<String> EVENT_TYPES =
            List.of(
                    "Connect",
                    "Disconnect",
                    "FunctionExecution",
                    "Publish-In",
                    "Publish-Out",
                    "RuleExecution",
                    "RuleMatch",
                    "RuleMessageThrottled",
                    "RuleNotFound",
                    "Subscribe",
                    "Unsubscribe");

    public LogEntry {
        details = Map.copyOf(details);
    }

    LogEntry in(String otherRegion) {
        return new LogEntry(
                account,
                otherRegion,
                level,
                eventType,
                success,
                traceId,
                clientId,
                principalId,
                sourceIp,
                thingName,
                details);
    }
}
