package io.homeport.identity;

import io.homeport.core.Profile;

/// Limits of certificates and policies. Immutable.
///
/// @param policyCharacters of a policy document, white space not counted
/// @param policyVersions at one time
/// @param policiesPerTarget attached to one certificate or identity
/// @param policiesPerGroup attached to one thing group
/// @param casPerSubject CAs of one name in an account and region
/// @param authorizers custom authorizers in an account and region
/// @param activeAuthorizers of these that are ACTIVE
/// @param domains domain configurations in an account and region, besides AWS IoT's endpoints
/// @param roleAliases in an account and region
/// @param pageSize the most rows of a page
public record IdentityLimits(
        int policyCharacters,
        int policyVersions,
        int policiesPerTarget,
        int policiesPerGroup,
        int casPerSubject,
        int authorizers,
        int activeAuthorizers,
        int domains,
        int roleAliases,
        int pageSize) {

    /// The limits of a profile. Size and number of versions of a policy are AWS IoT's in both.
    public static IdentityLimits of(Profile profile) {
        return switch (profile) {
            case OPEN -> new IdentityLimits(2048, 5, 100, 100, 10, 1_000, 1_000, 300, 10_000, 250);
            case AWS -> new IdentityLimits(2048, 5, 10, 2, 10, 100, 32, 10, 100, 250);
        };
    }
}
