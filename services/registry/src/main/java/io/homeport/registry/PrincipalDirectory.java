package io.homeport.registry;

import io.homeport.core.AccountId;

/// What the registry asks of whoever keeps certificates. Thread-safe.
public interface PrincipalDirectory {
    /// Whether an ARN names a certificate (or another principal) of this account and region.
    boolean exists(AccountId account, String region, String principalArn);
}
