package io.homeport.registry;

import io.homeport.storage.Key;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A thing as it is stored. Immutable.
///
/// A membership names the id of its group: once the group is gone (or another one bears its name)
/// the membership counts for nothing, so that deleting a group is one small write however many
/// things are in it.
record ThingRecord(
        String account,
        String region,
        String name,
        String id,
        @Nullable String typeName,
        Map<String, String> attributes,
        long version,
        @Nullable BillingMembership billing,
        SortedMap<String, Membership> groups) {

    ThingRecord {
        attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
        groups = Collections.unmodifiableSortedMap(new TreeMap<>(groups));
    }

    /// The thing is in this group; the key of the map is the group's name.
    ///
    /// @param ancestors of the group, root first; a group never moves
    record Membership(String groupId, String membershipId, List<GroupReference> ancestors) {
        Membership {
            ancestors = List.copyOf(ancestors);
        }
    }

    /// The thing is in this billing group.
    record BillingMembership(String groupName, String groupId) {}

    ThingRecord withConfiguration(
            @Nullable String newTypeName, Map<String, String> newAttributes, long newVersion) {
        return new ThingRecord(
                account, region, name, id, newTypeName, newAttributes, newVersion, billing, groups);
    }

    ThingRecord withGroups(SortedMap<String, Membership> newGroups) {
        return new ThingRecord(
                account, region, name, id, typeName, attributes, version, billing, newGroups);
    }

    ThingRecord withBilling(@Nullable BillingMembership newBilling) {
        return new ThingRecord(
                account, region, name, id, typeName, attributes, version, newBilling, groups);
    }

    String arn() {
        return Arns.thing(account, region, name);
    }

    List<Key> typeKeys() {
        return typeName == null ? List.of() : List.of(Key.of(account, region, typeName));
    }

    List<Key> attributeKeys() {
        List<Key> keys = new ArrayList<>();
        attributes.forEach(
                (attribute, value) -> keys.add(Key.of(account, region, attribute, value)));
        return keys;
    }

    List<Key> billingKeys() {
        return billing == null ? List.of() : List.of(Key.of(account, region, billing.groupId));
    }

    List<Key> groupKeys() {
        return groups.values().stream()
                .map(membership -> Key.of(account, region, membership.groupId))
                .toList();
    }

    /// One key for each group that the thing is in, itself or through a descendant of the group.
    List<Key> treeKeys() {
        TreeMap<String, Key> keys = new TreeMap<>();
        for (Membership membership : groups.values()) {
            keys.put(membership.groupId, Key.of(account, region, membership.groupId));
            for (GroupReference ancestor : membership.ancestors) {
                keys.put(ancestor.id(), Key.of(account, region, ancestor.id()));
            }
        }
        return List.copyOf(keys.values());
    }
}
