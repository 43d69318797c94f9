package io.homeport.identity;

import io.homeport.aws.ApiDoor;
import io.homeport.aws.AwsService;
import io.homeport.aws.CredentialStore;
import io.homeport.aws.OperationTable;
import io.homeport.aws.PageTokens;
import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import io.homeport.core.Clock;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.Transaction;
import io.homeport.storage.View;
import java.security.SecureRandom;
import java.util.List;

/// Certificates, CAs, policies and API users: the identity part of AWS IoT. Thread-safe.
public final class IdentityService implements AwsService {
    private final IdentityParts parts;
    private final EffectivePolicies effective;
    private final DeviceRights deviceRights;
    private final ApiUsers apiUsers;
    private final Roles roles;
    private final RoleSessions sessions;
    private final CallAuthorization callAuthorization;
    private final Denials denials;
    private final Domains domains;
    private final CustomAuthorizers authorizers;
    private final Database reading;

    /// @param database all reads and writes go through it
    public IdentityService(
            Database database,
            Clock clock,
            LocalAuthority authority,
            IdentitySettings settings,
            IdentityPorts ports) {
        Tables tables = new Tables();
        this.parts =
                new IdentityParts(
                        database,
                        tables,
                        clock,
                        new SecureRandom(),
                        authority,
                        ports.things(),
                        ports.tags(),
                        settings.limits(),
                        new Paging(
                                new PageTokens(authority.pageTokenKey()),
                                settings.limits().pageSize()),
                        new Changes());
        this.reading = database;
        this.effective = new EffectivePolicies(tables, ports.things());
        ServerNameRule serverNames = new ServerNameRule(settings.account(), settings.region());
        this.deviceRights =
                new DeviceRights(
                        reading,
                        parts,
                        effective,
                        new JustInTimeRegistration(
                                reading, parts, ports.bus(), ports.background(), serverNames),
                        serverNames);
        this.apiUsers = new ApiUsers(reading, parts, settings.account());
        this.domains = new Domains(parts, settings);
        this.authorizers =
                new CustomAuthorizers(reading, tables, ports.functions(), domains, settings);
        this.roles = new Roles(parts);
        this.sessions = new RoleSessions(authority.sessionTokenKey(), parts.random(), clock, roles);
        this.callAuthorization =
                new CallAuthorization(apiUsers, roles, deviceRights, clock, ports.denials());
        this.denials = ports.denials();
    }

    @Override
    public void register(OperationTable table) {
        new CertificateOperations(parts).register(table);
        new RegistrationOperations(parts).register(table);
        new CaCertificateOperations(parts).register(table);
        new TransferOperations(parts).register(table);
        new PolicyOperations(parts).register(table);
        new PolicyAttachmentOperations(parts).register(table);
        new AuthorizerOperations(parts, authorizers).register(table);
        new DomainOperations(parts, domains).register(table);
        new AuthorizationOperations(parts, effective, deviceRights).register(table);
        new RoleAliasOperations(parts, roles).register(table);
    }

    /// Adds the credential provider, which isn't in the service's model.
    public void registerRaw(ApiDoor door) {
        credentialProvider().register(door);
    }

    CredentialProvider credentialProvider() {
        return new CredentialProvider(parts, deviceRights, roles, sessions, denials);
    }

    public DeviceRights deviceRights() {
        return deviceRights;
    }

    public Domains domains() {
        return domains;
    }

    public CustomAuthorizers authorizers() {
        return authorizers;
    }

    public ApiUsers apiUsers() {
        return apiUsers;
    }

    public Roles roles() {
        return roles;
    }

    /// Temporary credentials for services of this server.
    public RoleSessions roleSessions() {
        return sessions;
    }

    /// Every access key that API calls may be signed with.
    public CredentialStore credentials() {
        return new Credentials(apiUsers, sessions);
    }

    public CallAuthorization callAuthorization() {
        return callAuthorization;
    }

    /// Whether an ARN names a certificate of this account and region, or a text is a Cognito
    /// identity id: what things and policies can be attached to.
    public boolean principalExists(AccountId account, String region, String principal) {
        if (Certificates.isCognitoId(principal)) {
            return true;
        }
        return Arn.parse(principal)
                .filter(arn -> arn.service().equals("iot") && arn.resourceType().equals("cert"))
                .filter(arn -> arn.account().equals(account.value()))
                .filter(arn -> arn.region().equals(region))
                .filter(arn ->
                        reading.peek(view ->
                                parts.tables()
                                        .certificate(
                                                view, account.value(), region, arn.resourceId())
                                        .isPresent()))
                .isPresent();
    }

    /// Whether an ARN names a policy, a CA certificate, an authorizer or a role alias that is here:
    /// the resources of identity that take tags.
    public boolean taggable(Arn arn) {
        Key key = Key.of(arn.account(), arn.region(), arn.resourceId());
        return switch (arn.resourceType()) {
            case "policy" -> reading.peek(view -> parts.tables().policies.get(view, key) != null);
            case "domainconfiguration" -> reading.peek(view -> isDomain(view, arn));
            case "authorizer" ->
                    reading.peek(view -> parts.tables().authorizers.get(view, key) != null);
            case "cacert" -> reading.peek(view -> parts.tables().cas.get(view, key) != null);
            case "rolealias" ->
                    reading.peek(view -> parts.tables().roleAliases.get(view, key) != null);
            default -> false;
        };
    }

    private boolean isDomain(View view, Arn arn) {
        int slash = arn.resourceId().lastIndexOf('/');
        if (slash < 0) {
            return false;
        }
        DomainRecord domain =
                parts.tables()
                        .domains
                        .get(
                                view,
                                Key.of(
                                        arn.account(),
                                        arn.region(),
                                        arn.resourceId().substring(0, slash)));
        return domain != null && domain.arn().equals(arn.toString());
    }

    /// Detaches all policies from a thing group that is deleted in this transaction. Whoever
    /// deletes it tells {@link DeviceRights#thingsChanged} once that is committed.
    public void groupDeleted(
            Transaction transaction, AccountId account, String region, String thingGroupArn) {
        List<AttachmentRecord> attached =
                parts.tables().attachedTo(transaction, account.value(), region, thingGroupArn);
        for (AttachmentRecord attachment : attached) {
            parts.tables()
                    .attachments
                    .delete(
                            transaction,
                            Key.of(
                                    account.value(),
                                    region,
                                    thingGroupArn,
                                    attachment.policyName()));
        }
    }

    /// Forgets everything but the CA and the administrator's key, for tests that start afresh.
    /// Connections are not ended: their next request finds that they may do nothing.
    public void reset() {
        boolean done = false;
        while (!done) {
            done = parts.database().write(parts.tables()::wipe);
        }
        domains.changed();
        parts.changes().rightsChanged();
    }
}
