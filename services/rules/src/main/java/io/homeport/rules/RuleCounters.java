package io.homeport.rules;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// What has happened to one rule since the server was started. Thread-safe.
///
/// Source of the names: AWS IoT developer guide, "AWS IoT metrics and dimensions", rule metrics.
final class RuleCounters {
    final LongAdder topicMatch = new LongAdder();
    final LongAdder rulesExecuted = new LongAdder();
    final LongAdder parseError = new LongAdder();
    final LongAdder throttled = new LongAdder();
    final LongAdder success = new LongAdder();
    final LongAdder failure = new LongAdder();
    final LongAdder retries = new LongAdder();
    final LongAdder errorActionSuccess = new LongAdder();
    final LongAdder errorActionFailure = new LongAdder();
    private volatile @Nullable LastError lastError;

    /// @param atMillis {@link io.homeport.core.Clock} time
    record LastError(String text, long atMillis) {}

    void failed(String text, long atMillis) {
        lastError = new LastError(text, atMillis);
    }

    @Nullable LastError lastError() {
        return lastError;
    }

    /// All counts by AWS's names, and by ours where AWS has none.
    Map<String, Long> values() {
        Map<String, Long> values = new LinkedHashMap<>();
        values.put("TopicMatch", topicMatch.sum());
        values.put("RulesExecuted", rulesExecuted.sum());
        values.put("ParseError", parseError.sum());
        values.put("RuleMessageThrottled", throttled.sum());
        values.put("Success", success.sum());
        values.put("Failure", failure.sum());
        values.put("Retries", retries.sum());
        values.put("ErrorActionSuccess", errorActionSuccess.sum());
        values.put("ErrorActionFailure", errorActionFailure.sum());
        return values;
    }
}
