package io.homeport.registry;

import io.homeport.core.Profile;

/// How much the registry takes. What is beyond is refused with a fault that names the limit.
/// Immutable. Source of the AWS numbers: AWS IoT Device Management endpoints and quotas.
///
/// @param attributesWithoutType attributes of a thing that has no type
/// @param attributesWithType attributes of a thing that has one
/// @param attributesBytes names and values of a thing's attributes together, in UTF-8
/// @param groupAttributes attributes of a thing group
/// @param groupsPerThing direct memberships
/// @param groupDepth groups from a root down, the root included
/// @param childrenPerGroup direct child groups
/// @param searchableAttributes of a thing type
/// @param propagatingAttributes of a thing type
/// @param billingGroups per account and region
/// @param tagsPerResource tags on one resource
/// @param principalsPerThing attachments of one thing
public record RegistryLimits(
        int attributesWithoutType,
        int attributesWithType,
        int attributesBytes,
        int groupAttributes,
        int groupsPerThing,
        int groupDepth,
        int childrenPerGroup,
        int searchableAttributes,
        int propagatingAttributes,
        int billingGroups,
        int tagsPerResource,
        int principalsPerThing) {

    /// The limits of a profile.
    public static RegistryLimits of(Profile profile) {
        return switch (profile) {
            case AWS ->
                    new RegistryLimits(3, 50, 47 * 1024, 50, 10, 7, 100, 3, 20, 20_000, 50, 1_000);
            case OPEN ->
                    new RegistryLimits(
                            50, 50, 47 * 1024, 50, 100, 32, 10_000, 50, 20, 100_000, 50, 10_000);
        };
    }
}
