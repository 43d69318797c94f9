package io.homeport.gateway;

import io.homeport.core.AccountId;
import java.util.List;

/// Who a connection proved to be. Immutable.
///
/// @param principalId certificate id, access key id, what an authorizer said, or empty for
///   anonymous
/// @param region the region whose topics and policies hold
/// @param policyDocuments what a custom authorizer allows, beside the policies of a certificate
public record DeviceIdentity(
        AccountId account,
        String region,
        Kind kind,
        String principalId,
        List<String> policyDocuments) {
    public DeviceIdentity {
        policyDocuments = List.copyOf(policyDocuments);
    }

    /// An identity that no custom authorizer was asked about.
    public DeviceIdentity(AccountId account, String region, Kind kind, String principalId) {
        this(account, region, kind, principalId, List.of());
    }

    boolean isSameClient(DeviceIdentity other) {
        return account.equals(other.account)
                && region.equals(other.region)
                && kind == other.kind
                && principalId.equals(other.principalId);
    }

    /// How it was proved.
    public enum Kind {
        CERTIFICATE,
        API_USER,
        /// By a custom authorizer alone.
        AUTHORIZER,
        ANONYMOUS
    }
}
