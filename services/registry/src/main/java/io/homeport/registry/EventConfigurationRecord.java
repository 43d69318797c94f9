package io.homeport.registry;

import java.util.Map;

/// Which events an account and region wants, as it is stored. Immutable.
///
/// @param enabled by the name that the API gives a kind of event
record EventConfigurationRecord(
        Map<String, Boolean> enabled, long createdAtMillis, long modifiedAtMillis) {
    EventConfigurationRecord {
        enabled = Map.copyOf(enabled);
    }
}
