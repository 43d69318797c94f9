package io.homeport.server;

import io.homeport.aws.Caller;
import io.homeport.gateway.DeviceDirectory;
import io.homeport.gateway.DeviceIdentity;
import io.homeport.identity.CertificateIdentity;
import io.homeport.identity.DeviceRights;
import io.homeport.identity.IdentityService;
import io.homeport.identity.Roles;
import io.homeport.policy.PolicyContext;
import io.homeport.policy.PolicyDocument;
import io.homeport.policy.PolicySet;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Identity, as the gateway asks for it. Thread-safe.
///
/// @param anyCredentials whether every API user is the administrator
record DeviceRightsDirectory(IdentityService identity, boolean anyCredentials, KnownDevices devices)
        implements DeviceDirectory {
    private static final PolicySet EVERYTHING =
            new PolicySet(
                    List.of(
                            new PolicySet.NamedPolicy(
                                    "any-credentials",
                                    PolicyDocument.parse(
                                            """
                                            {"Version": "2012-10-17", "Statement": [
                                             {"Effect": "Allow", "Action": "*", "Resource": "*"}]}
                                            """))));

    DeviceRightsDirectory(IdentityService identity, boolean anyCredentials) {
        this(identity, anyCredentials, new KnownDevices());
    }

    @Override
    public Authentication authenticate(List<X509Certificate> chain, @Nullable String serverName) {
        return switch (identity.deviceRights().authenticate(chain, serverName)) {
            case DeviceRights.Authentication.Accepted(CertificateIdentity accepted) ->
                    new Authentication.Accepted(devices.of(accepted));
            case DeviceRights.Authentication.Refused(String reason) ->
                    new Authentication.Refused(reason);
        };
    }

    @Override
    public Rights rights(DeviceIdentity who, @Nullable String clientId) {
        return switch (who.kind()) {
            case CERTIFICATE -> {
                DeviceRights.Rights rights =
                        identity.deviceRights()
                                .rights(
                                        new CertificateIdentity(
                                                who.account(), who.region(), who.principalId()),
                                        clientId,
                                        who.policyDocuments());
                yield new Rights(
                        rights.policies(),
                        rights.context(),
                        rights.thingName(),
                        rights.propagatedProperties());
            }
            case AUTHORIZER -> {
                DeviceRights.Rights rights =
                        identity.deviceRights().authorizedRights(clientId, who.policyDocuments());
                yield new Rights(rights.policies(), rights.context(), null, List.of());
            }
            case API_USER -> user(who);
            case ROLE_SESSION -> session(who, Objects.requireNonNull(who.session()));
            case ANONYMOUS -> new Rights(EVERYTHING, PolicyContext.EMPTY, null, List.of());
        };
    }

    private Rights user(DeviceIdentity who) {
        PolicySet policies =
                anyCredentials ? EVERYTHING : identity.apiUsers().policies(who.principalId());
        return new Rights(policies, PolicyContext.EMPTY, null, List.of());
    }

    private Rights session(DeviceIdentity who, Caller.Principal.RoleSession session) {
        PolicyContext own = Roles.variables(session);
        return new Rights(
                identity.roles().policies(who.account(), session.roleArn(), session.roleId()),
                name ->
                        name.equalsIgnoreCase("aws:RequestedRegion")
                                ? List.of(who.region())
                                : own.values(name),
                null,
                List.of());
    }

    @Override
    public long version() {
        return identity.deviceRights().version();
    }

    @Override
    public void onChange(ChangeListener listener) {
        identity.deviceRights()
                .onChange(
                        new DeviceRights.ChangeListener() {
                            @Override
                            public void rightsChanged() {
                                listener.rightsChanged();
                            }

                            @Override
                            public void principalRevoked(
                                    CertificateIdentity revoked, String reason) {
                                listener.principalRevoked(devices.of(revoked), reason);
                            }
                        });
    }
}
