package io.homeport.registry;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// The tags of one resource, as they are stored. Immutable.
record TagsRecord(Map<String, String> tags) {
    TagsRecord {
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
    }
}
