package io.homeport.functions;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An alias of a function's version as it is stored. Immutable.
///
/// @param weights shares of invocations, 0 to 1, that go to other versions
record AliasRecord(
        String account,
        String region,
        String function,
        String name,
        String version,
        @Nullable String description,
        Map<String, Double> weights,
        String revisionId) {

    AliasRecord {
        weights = Map.copyOf(weights);
    }

    String arn() {
        return FunctionName.arn(account, region, function) + ":" + name;
    }

    boolean refersTo(String other) {
        return version.equals(other) || weights.containsKey(other);
    }
}
