package io.homeport.functions;

import io.homeport.storage.Key;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a function has beside its versions, as it is stored. Immutable.
///
/// @param lastVersion the number of the newest published version ever; 0 where there was none
/// @param reservedExecutions how many may run at a time; null where nothing is reserved
record FunctionRecord(
        String account,
        String region,
        String name,
        int lastVersion,
        @Nullable Integer reservedExecutions,
        Map<String, String> tags) {

    FunctionRecord {
        tags = Map.copyOf(tags);
    }

    /// Under which the functions with a reservation are found.
    List<Key> reservedKeys() {
        return reservedExecutions == null ? List.of() : List.of(Key.of(account, region));
    }

    int reserved() {
        return reservedExecutions == null ? 0 : reservedExecutions;
    }

    FunctionRecord withLastVersion(int number) {
        return new FunctionRecord(account, region, name, number, reservedExecutions, tags);
    }

    FunctionRecord withReservedExecutions(@Nullable Integer number) {
        return new FunctionRecord(account, region, name, lastVersion, number, tags);
    }

    FunctionRecord withTags(Map<String, String> changed) {
        return new FunctionRecord(account, region, name, lastVersion, reservedExecutions, changed);
    }
}
