package io.homeport.registry;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A thing type as it is stored. Immutable.
///
/// @param deprecatedAtMillis null while the type isn't deprecated
record ThingTypeRecord(
        String account,
        String region,
        String name,
        String id,
        @Nullable String description,
        List<String> searchableAttributes,
        List<Propagation> propagations,
        long createdAtMillis,
        @Nullable Long deprecatedAtMillis) {

    ThingTypeRecord {
        searchableAttributes = List.copyOf(searchableAttributes);
        propagations = List.copyOf(propagations);
    }

    /// What the type adds to its things' MQTT 5 messages; one of the two sources is set.
    record Propagation(
            String userPropertyKey,
            @Nullable String thingAttribute,
            @Nullable String connectionAttribute) {}

    String arn() {
        return Arns.thingType(account, region, name);
    }

    ThingTypeRecord withProperties(
            @Nullable String newDescription,
            List<String> newSearchableAttributes,
            List<Propagation> newPropagations) {
        return new ThingTypeRecord(
                account,
                region,
                name,
                id,
                newDescription,
                newSearchableAttributes,
                newPropagations,
                createdAtMillis,
                deprecatedAtMillis);
    }

    ThingTypeRecord withDeprecation(@Nullable Long atMillis) {
        return new ThingTypeRecord(
                account,
                region,
                name,
                id,
                description,
                searchableAttributes,
                propagations,
                createdAtMillis,
                atMillis);
    }
}
