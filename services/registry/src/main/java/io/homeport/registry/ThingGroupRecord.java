package io.homeport.registry;

import io.homeport.storage.Key;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A static thing group as it is stored. Immutable. A group's place in the hierarchy is fixed at
/// its creation.
///
/// @param ancestors root first, parent last; empty for a root
record ThingGroupRecord(
        String account,
        String region,
        String name,
        String id,
        @Nullable String description,
        Map<String, String> attributes,
        List<GroupReference> ancestors,
        long createdAtMillis,
        long version) {

    ThingGroupRecord {
        attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
        ancestors = List.copyOf(ancestors);
    }

    String arn() {
        return Arns.thingGroup(account, region, name);
    }

    @Nullable GroupReference parent() {
        return ancestors.isEmpty() ? null : ancestors.getLast();
    }

    /// The id of the hierarchy's root, which is the group itself where it has no parent.
    String rootId() {
        return ancestors.isEmpty() ? id : ancestors.getFirst().id();
    }

    ThingGroupRecord withProperties(
            @Nullable String newDescription, Map<String, String> newAttributes) {
        return new ThingGroupRecord(
                account,
                region,
                name,
                id,
                newDescription,
                newAttributes,
                ancestors,
                createdAtMillis,
                version + 1);
    }

    /// Under the parent's id; roots are under the empty text.
    List<Key> parentKeys() {
        GroupReference parent = parent();
        return List.of(Key.of(account, region, parent == null ? "" : parent.id()));
    }

    List<Key> ancestorKeys() {
        return ancestors.stream().map(ancestor -> Key.of(account, region, ancestor.id())).toList();
    }
}
