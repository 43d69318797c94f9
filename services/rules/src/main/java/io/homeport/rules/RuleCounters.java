package io.homeport.rules;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// What has happened to one rule, or to all together, since the server was started. Thread-safe.
///
/// Source of the names: AWS IoT developer guide, "AWS IoT metrics and dimensions", rule metrics.
final class RuleCounters {
    final Count topicMatch;
    final Count rulesExecuted;
    final Count parseError;
    final Count throttled;
    final Count success;
    final Count failure;
    final Count retries;
    final Count errorActionSuccess;
    final Count errorActionFailure;
    private volatile @Nullable LastError lastError;

    /// A count that adds to that of all rules, too.
    static final class Count {
        private final LongAdder own = new LongAdder();
        private final @Nullable Count all;

        Count(@Nullable Count all) {
            this.all = all;
        }

        void increment() {
            own.increment();
            if (all != null) {
                all.increment();
            }
        }

        long sum() {
            return own.sum();
        }
    }

    /// @param atMillis {@link io.homeport.core.Clock} time
    record LastError(String text, long atMillis) {}

    /// @param all the counts of all rules; null for those themselves
    RuleCounters(@Nullable RuleCounters all) {
        topicMatch = new Count(all == null ? null : all.topicMatch);
        rulesExecuted = new Count(all == null ? null : all.rulesExecuted);
        parseError = new Count(all == null ? null : all.parseError);
        throttled = new Count(all == null ? null : all.throttled);
        success = new Count(all == null ? null : all.success);
        failure = new Count(all == null ? null : all.failure);
        retries = new Count(all == null ? null : all.retries);
        errorActionSuccess = new Count(all == null ? null : all.errorActionSuccess);
        errorActionFailure = new Count(all == null ? null : all.errorActionFailure);
    }

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
