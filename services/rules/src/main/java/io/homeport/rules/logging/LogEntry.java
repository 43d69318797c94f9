package io.homeport.rules.logging;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Something that has happened, as AWSIotLogsV2 tells of it. Immutable.
///
/// Source: AWS IoT developer guide, "CloudWatch Logs AWS IoT log entries".
///
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
    public LogEntry {
        details = Map.copyOf(details);
    }
}
