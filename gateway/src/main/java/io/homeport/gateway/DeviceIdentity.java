package io.homeport.gateway;

import io.homeport.core.AccountId;

/// Who a connection proved to be. Immutable.
///
/// @param principalId certificate id, access key id, or empty for anonymous
/// @param region the region whose topics and policies hold
public record DeviceIdentity(AccountId account, String region, Kind kind, String principalId) {
    /// How it was proved.
    public enum Kind {
        CERTIFICATE,
        API_USER,
        ANONYMOUS
    }
}
