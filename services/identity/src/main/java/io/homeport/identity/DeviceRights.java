package io.homeport.identity;

import io.homeport.core.AccountId;
import io.homeport.core.UserProperty;
import io.homeport.policy.PolicyContext;
import io.homeport.policy.PolicySet;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.CertificateStatus;

/// Judges the certificates of connections and tells what they may do. Thread-safe. Answers come
/// from point reads that wait for no writer, so that event loops may ask; changes are told to
/// listeners after they are committed.
public final class DeviceRights {
    private static final int CERTIFICATES = 20_000;
    private static final int CANDIDATES = 100;

    private final Database reading;
    private final IdentityParts parts;
    private final EffectivePolicies policies;
    private final JustInTimeRegistration registration;
    private final ServerNameRule serverNames;

    /// By id, which is the hash of the certificate: nothing kept here can become wrong.
    private final BoundedCache<String, CertificateVariables> variables =
            new BoundedCache<>(CERTIFICATES);

    /// @param reading reads that don't wait until writes are durable
    DeviceRights(
            Database reading,
            IdentityParts parts,
            EffectivePolicies policies,
            JustInTimeRegistration registration,
            ServerNameRule serverNames) {
        this.reading = reading;
        this.parts = parts;
        this.policies = policies;
        this.registration = registration;
        this.serverNames = serverNames;
    }

    /// The outcome of {@link #authenticate}.
    public sealed interface Authentication {
        record Accepted(CertificateIdentity identity) implements Authentication {}

        /// @param reason for the log and the admin API
        record Refused(String reason) implements Authentication {}
    }

    /// What an identity may do, now.
    ///
    /// @param policies all that hold for the principal, those of its thing's groups included
    /// @param context certificate and thing variables; the connection's own are not in it, apart
    ///   from `iot:ClientId`
    /// @param thingName the thing of lifecycle events: the one the certificate belongs to
    ///   exclusively
    /// @param propagatedProperties user properties that the thing's type adds to its messages
    public record Rights(
            PolicySet policies,
            PolicyContext context,
            @Nullable String thingName,
            List<UserProperty> propagatedProperties) {}

    /// Takes changes; returns at once.
    public interface ChangeListener {
        /// Policies, attachments or things changed.
        void rightsChanged();

        /// A principal lost its right to be connected at all.
        void principalRevoked(CertificateIdentity identity, String reason);
    }

    /// Judges the certificate that a client proved to own in the TLS handshake. A certificate that
    /// isn't registered, but whose CA is with automatic registration, gets registered and still
    /// refused: it is PENDING_ACTIVATION.
    ///
    /// @param chain the client's certificate first, then what else it sent
    /// @param serverName of SNI, or null
    public Authentication authenticate(List<X509Certificate> chain, @Nullable String serverName) {
        if (chain.isEmpty()) {
            return new Authentication.Refused("the client sent no certificate");
        }
        X509Certificate certificate = chain.getFirst();
        String id = X509.id(certificate);
        List<CertificateRecord> known = known(id);
        if (known.isEmpty()) {
            return new Authentication.Refused(registration.register(certificate, id, serverName));
        }
        Optional<CertificateRecord> chosen =
                serverNames.choose(
                        known, serverName, CertificateRecord::account, CertificateRecord::region);
        if (chosen.isEmpty()) {
            return new Authentication.Refused(
                    "the certificate "
                            + id
                            + " is registered in "
                            + known.size()
                            + " accounts or regions, and the server name "
                            + serverName
                            + " picks none of them");
        }
        return judge(chosen.get());
    }

    /// The rights of an identity, now. To be asked again whenever {@link #version} has grown.
    ///
    /// @param clientId of the MQTT connection; null for HTTPS
    public Rights rights(CertificateIdentity identity, @Nullable String clientId) {
        return rights(identity, clientId, List.of());
    }

    /// The rights of a client that a custom authorizer let in.
    ///
    /// @param policyDocuments that the authorizer gave
    public Rights authorizedRights(@Nullable String clientId, List<String> policyDocuments) {
        return new Rights(
                policies.given(policyDocuments),
                new DeviceContext(null, clientId, null),
                null,
                List.of());
    }

    /// The rights of an identity, now, with those that a custom authorizer gave it besides.
    ///
    /// @param policyDocuments that the authorizer gave
    public Rights rights(
            CertificateIdentity identity, @Nullable String clientId, List<String> policyDocuments) {
        String arn =
                EffectivePolicies.certificateArn(
                        identity.account(), identity.region(), identity.certificateId());
        return reading.peek(view -> {
            CertificateRecord record =
                    parts.tables()
                            .certificate(
                                    view,
                                    identity.account().value(),
                                    identity.region(),
                                    identity.certificateId())
                            .filter(c -> c.status() == CertificateStatus.ACTIVE)
                            .orElse(null);
            if (record == null) {
                return new Rights(new PolicySet(List.of()), PolicyContext.EMPTY, null, List.of());
            }
            ThingDirectory.ThingView thing =
                    (clientId == null
                                    ? policies.onlyThing(identity.account(), identity.region(), arn)
                                    : policies.thing(
                                            identity.account(), identity.region(), arn, clientId))
                            .orElse(null);
            List<String> targets = new ArrayList<>(List.of(arn));
            if (thing != null) {
                targets.addAll(thing.groupArns());
            }
            PolicySet set =
                    policies.compile(
                            policies.attached(
                                    view, identity.account(), identity.region(), targets));
            return new Rights(
                    policyDocuments.isEmpty() ? set : policies.union(set, policyDocuments),
                    new DeviceContext(variables(record), clientId, thing),
                    parts.things()
                            .exclusiveThingOf(identity.account(), identity.region(), arn)
                            .orElse(null),
                    thing == null || clientId == null
                            ? List.of()
                            : thing.propagatedProperties().apply(clientId));
        });
    }

    /// Grows with every change that may alter an answer.
    public long version() {
        return parts.changes().version();
    }

    /// Calls the listener after each change that may alter rights or end connections.
    public void onChange(ChangeListener listener) {
        parts.changes().listen(listener);
    }

    /// To be called by whoever keeps things, after each committed change of a thing, a type, a
    /// group or an attachment.
    public void thingsChanged() {
        parts.changes().rightsChanged();
    }

    CertificateVariables variables(CertificateRecord record) {
        return variables.get(record.id(), id -> CertificateVariables.of(id, record.pem()));
    }

    private List<CertificateRecord> known(String id) {
        return reading.peek(view ->
                parts
                        .tables()
                        .certificates
                        .listBy(view, Tables.BY_ID, Key.of(id), null, CANDIDATES)
                        .stream()
                        .map(Table.IndexRow::value)
                        // Until a transfer is accepted the receiver has nothing to say.
                        .filter(record ->
                                record.status() != CertificateStatus.PENDING_TRANSFER
                                        || record.outgoing())
                        .toList());
    }

    private Authentication judge(CertificateRecord record) {
        if (record.status() != CertificateStatus.ACTIVE) {
            return new Authentication.Refused(
                    "the certificate " + record.id() + " is " + record.status());
        }
        long now = parts.clock().millis();
        if (now < record.notBeforeMillis()) {
            return new Authentication.Refused(
                    "the certificate "
                            + record.id()
                            + " is not valid before "
                            + Instant.ofEpochMilli(record.notBeforeMillis()));
        }
        if (now > record.notAfterMillis()) {
            return new Authentication.Refused(
                    "the certificate "
                            + record.id()
                            + " has expired at "
                            + Instant.ofEpochMilli(record.notAfterMillis()));
        }
        return new Authentication.Accepted(
                new CertificateIdentity(
                        new AccountId(record.account()), record.region(), record.id()));
    }
}
