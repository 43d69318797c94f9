package io.homeport.identity;

import io.homeport.core.AccountId;

/// What identity needs to know of the server. Immutable.
///
/// @param account the administrator's, and the one that is meant where a certificate is known in
///   several and the server name doesn't say
/// @param region the region that is meant then
public record IdentitySettings(AccountId account, String region, IdentityLimits limits) {}
