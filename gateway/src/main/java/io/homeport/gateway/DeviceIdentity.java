package io.homeport.gateway;

import io.homeport.aws.Caller;
import io.homeport.core.AccountId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who a connection proved to be. Immutable.
///
/// @param principalId certificate id, access key id, role id and session name, what an authorizer
///   said, or empty for anonymous
/// @param region the region whose topics and policies hold
/// @param policyDocuments what a custom authorizer allows, beside the policies of a certificate
/// @param session what the temporary credentials say; null where there are none
public record DeviceIdentity(
        AccountId account,
        String region,
        Kind kind,
        String principalId,
        List<String> policyDocuments,
        Caller.Principal.@Nullable RoleSession session) {
    public DeviceIdentity {
        policyDocuments = List.copyOf(policyDocuments);
    }

    /// An identity without temporary credentials.
    public DeviceIdentity(
            AccountId account,
            String region,
            Kind kind,
            String principalId,
            List<String> policyDocuments) {
        this(account, region, kind, principalId, policyDocuments, null);
    }

    /// An identity that no custom authorizer was asked about.
    public DeviceIdentity(AccountId account, String region, Kind kind, String principalId) {
        this(account, region, kind, principalId, List.of());
    }

    /// The identity of whoever makes a request.
    static DeviceIdentity of(Caller caller) {
        return switch (caller.principal()) {
            case Caller.Principal.ApiUser user ->
                    of(caller, Kind.API_USER, user.accessKeyId(), List.of(), null);
            case Caller.Principal.RoleSession session ->
                    of(caller, Kind.ROLE_SESSION, session.userId(), List.of(), session);
            case Caller.Principal.Device device ->
                    of(
                            caller,
                            Kind.CERTIFICATE,
                            device.certificateId(),
                            device.policyDocuments(),
                            null);
            case Caller.Principal.Authorized client ->
                    of(
                            caller,
                            Kind.AUTHORIZER,
                            client.principalId(),
                            client.policyDocuments(),
                            null);
        };
    }

    private static DeviceIdentity of(
            Caller caller,
            Kind kind,
            String principalId,
            List<String> policyDocuments,
            Caller.Principal.@Nullable RoleSession session) {
        return new DeviceIdentity(
                caller.account(), caller.region(), kind, principalId, policyDocuments, session);
    }

    /// For messages to people.
    String shown() {
        return switch (kind) {
            case CERTIFICATE -> "certificate " + principalId;
            case AUTHORIZER -> "client " + principalId + " of a custom authorizer";
            case API_USER -> "access key " + principalId;
            case ROLE_SESSION -> "role session " + principalId;
            case ANONYMOUS -> "an anonymous client";
        };
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
        /// By temporary credentials of a role.
        ROLE_SESSION,
        ANONYMOUS
    }
}
