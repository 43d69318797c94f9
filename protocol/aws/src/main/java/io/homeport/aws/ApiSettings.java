package io.homeport.aws;

import io.homeport.core.AccountId;

/// How the door treats requests. Immutable.
///
/// @param account the account of requests taken by `anyCredentials`
/// @param region the region of requests that don't name one, which are the unsigned ones
/// @param anyCredentials whether every request without a device's certificate is the
///   administrator's of the account, whatever its key and signature are, and with none too; for
///   laptops and CI only
public record ApiSettings(AccountId account, String region, boolean anyCredentials) {
    /// Region `us-east-1`, signatures verified.
    public static final ApiSettings DEFAULT =
            new ApiSettings(AccountId.DEFAULT, "us-east-1", false);
}
