package io.homeport.identity;

import io.homeport.core.AccountId;
import io.homeport.core.Json;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import io.homeport.core.MessageProperties;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.iot.model.CACertificateStatus;
import software.amazon.awssdk.services.iot.model.CertificateStatus;

/// Registers certificates of registered CAs when they are first seen (AWS IoT developer guide,
/// "just-in-time registration"). Thread-safe.
final class JustInTimeRegistration {
    private static final Logger LOG = LoggerFactory.getLogger(JustInTimeRegistration.class);
    private static final int CANDIDATES = 100;

    private final Database reading;
    private final IdentityParts parts;
    private final MessageBus bus;
    private final Executor background;
    private final ServerNameRule serverNames;

    JustInTimeRegistration(
            Database reading,
            IdentityParts parts,
            MessageBus bus,
            Executor background,
            ServerNameRule serverNames) {
        this.reading = reading;
        this.parts = parts;
        this.bus = bus;
        this.background = background;
        this.serverNames = serverNames;
    }

    /// Has the certificate registered where a CA asks for it, and returns why it is refused for
    /// now. Doesn't block: the record is written in the background.
    String register(X509Certificate certificate, String id, @Nullable String serverName) {
        String issuer = X509.canonicalName(certificate.getIssuerX500Principal());
        List<CaRecord> issuers =
                reading.peek(view ->
                        parts
                                .tables()
                                .cas
                                .listBy(view, Tables.BY_SUBJECT, Key.of(issuer), null, CANDIDATES)
                                .stream()
                                .map(Table.IndexRow::value)
                                .filter(ca -> ca.status() == CACertificateStatus.ACTIVE)
                                .filter(CaRecord::autoRegistration)
                                .filter(ca -> isSigner(ca, certificate))
                                .toList());
        if (issuers.isEmpty()) {
            return "the certificate "
                    + id
                    + " is not registered, and no active CA with automatic registration signed it";
        }
        if (X509.signatureFlaw(certificate).isPresent()
                || X509.keyFlaw(certificate.getPublicKey()).isPresent()) {
            return "the certificate " + id + " is not registered: its key or signature is too weak";
        }
        Optional<CaRecord> chosen =
                serverNames.choose(issuers, serverName, CaRecord::account, CaRecord::region);
        if (chosen.isEmpty()) {
            return "the certificate "
                    + id
                    + " is not registered, its CA is in several accounts or regions, and the server"
                    + " name "
                    + serverName
                    + " picks none of them";
        }
        CaRecord ca = chosen.get();
        background.execute(() -> store(certificate, ca));
        return "the certificate "
                + id
                + " was not registered; it is now, as PENDING_ACTIVATION"
                + (ca.registration() == null
                        ? ""
                        : ", and its CA's provisioning template is not run: just-in-time"
                                + " provisioning is not implemented");
    }

    private static boolean isSigner(CaRecord ca, X509Certificate certificate) {
        return X509.parse(ca.pem())
                .filter(issuer -> X509.isSignedBy(certificate, issuer))
                .isPresent();
    }

    private void store(X509Certificate certificate, CaRecord ca) {
        AccountId account = new AccountId(ca.account());
        CertificateRecord record =
                Certificates.record(
                        account,
                        ca.region(),
                        certificate,
                        CertificateStatus.PENDING_ACTIVATION,
                        ca.mode(),
                        ca.id(),
                        parts.clock().millis());
        boolean added =
                parts.database()
                        .write(transaction -> {
                            boolean isNew =
                                    parts.tables()
                                            .certificate(
                                                    transaction,
                                                    record.account(),
                                                    record.region(),
                                                    record.id())
                                            .isEmpty();
                            if (isNew) {
                                parts.tables().put(transaction, record);
                            }
                            return isNew;
                        });
        if (added) {
            LOG.atInfo()
                    .addKeyValue("certificateId", record.id())
                    .addKeyValue("caCertificateId", ca.id())
                    .addKeyValue("account", account)
                    .log("certificate registered by its first connection");
            publish(account, record, ca);
        }
    }

    private void publish(AccountId account, CertificateRecord record, CaRecord ca) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("certificateId", record.id());
        event.put("caCertificateId", ca.id());
        event.put("timestamp", record.createdMillis());
        event.put("certificateStatus", record.status().toString());
        event.put("awsAccountId", record.account());
        event.put("certificateRegistrationTimestamp", Long.toString(record.createdMillis()));
        bus.publish(
                new Message(
                        account,
                        "$aws/events/certificates/registered/" + ca.id(),
                        Json.MAPPER.writeValueAsBytes(event),
                        1,
                        false,
                        MessageProperties.NONE,
                        null,
                        record.createdMillis()));
    }
}
