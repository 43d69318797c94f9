package io.homeport.identity;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.View;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.CACertificateStatus;
import software.amazon.awssdk.services.iot.model.CertificateMode;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.RegisterCertificateRequest;
import software.amazon.awssdk.services.iot.model.RegisterCertificateResponse;
import software.amazon.awssdk.services.iot.model.RegisterCertificateWithoutCaRequest;
import software.amazon.awssdk.services.iot.model.RegisterCertificateWithoutCaResponse;

/// Device certificates that others issued. Thread-safe.
final class RegistrationOperations {
    private final IdentityParts parts;
    private final Tables tables;

    RegistrationOperations(IdentityParts parts) {
        this.parts = parts;
        this.tables = parts.tables();
    }

    void register(OperationTable table) {
        table.add(
                        RegisterCertificateRequest.class,
                        RegisterCertificateRequest::builder,
                        this::registerCertificate)
                .add(
                        RegisterCertificateWithoutCaRequest.class,
                        RegisterCertificateWithoutCaRequest::builder,
                        this::registerCertificateWithoutCa);
    }

    @SuppressWarnings("deprecation") // setAsActive, which is in the API still
    RegisterCertificateResponse registerCertificate(
            RegisterCertificateRequest request, Caller caller) {
        X509Certificate certificate = deviceCertificate(request.certificatePem());
        CertificateStatus status =
                Certificates.registrationStatus(request.status(), request.setAsActive());
        CertificateRecord record =
                parts.database()
                        .write(transaction -> {
                            CaRecord ca =
                                    issuer(
                                            transaction,
                                            caller,
                                            certificate,
                                            request.caCertificatePem());
                            return Certificates.add(
                                    tables,
                                    transaction,
                                    Certificates.record(
                                            caller.account(),
                                            caller.region(),
                                            certificate,
                                            status,
                                            ca.mode(),
                                            ca.id(),
                                            parts.clock().millis()));
                        });
        return RegisterCertificateResponse.builder()
                .certificateArn(record.arn())
                .certificateId(record.id())
                .build();
    }

    RegisterCertificateWithoutCaResponse registerCertificateWithoutCa(
            RegisterCertificateWithoutCaRequest request, Caller caller) {
        X509Certificate certificate = deviceCertificate(request.certificatePem());
        CertificateStatus status = Certificates.registrationStatus(request.status(), null);
        CertificateRecord record =
                parts.database()
                        .write(transaction ->
                                Certificates.add(
                                        tables,
                                        transaction,
                                        Certificates.record(
                                                caller.account(),
                                                caller.region(),
                                                certificate,
                                                status,
                                                CertificateMode.SNI_ONLY,
                                                null,
                                                parts.clock().millis())));
        return RegisterCertificateWithoutCaResponse.builder()
                .certificateArn(record.arn())
                .certificateId(record.id())
                .build();
    }

    private static X509Certificate deviceCertificate(String pem) {
        X509Certificate certificate = Certificates.parse(pem, "certificate");
        X509.keyFlaw(certificate.getPublicKey())
                .ifPresent(flaw -> {
                    throw Faults.badCertificate("The certificate: " + flaw);
                });
        return certificate;
    }

    /// The registered and active CA that signed the certificate.
    private CaRecord issuer(
            View view,
            Caller caller,
            X509Certificate certificate,
            @Nullable String caCertificatePem) {
        List<CaRecord> signers =
                tables
                        .cas
                        .listBy(
                                view,
                                Tables.BY_SUBJECT,
                                Key.of(
                                        X509.canonicalName(certificate.getIssuerX500Principal()),
                                        caller.account().value(),
                                        caller.region()),
                                null,
                                parts.limits().casPerSubject())
                        .stream()
                        .map(Table.IndexRow::value)
                        .filter(ca -> hasSigned(ca, certificate))
                        .toList();
        if (caCertificatePem != null) {
            String id = X509.id(Certificates.parse(caCertificatePem, "CA certificate"));
            signers = signers.stream().filter(ca -> ca.id().equals(id)).toList();
        }
        if (signers.isEmpty()) {
            throw Faults.badCertificate(
                    "The certificate is not signed by a CA certificate that is registered in this"
                            + " account and region"
                            + (caCertificatePem == null
                                    ? ""
                                    : " and is the caCertificatePem given"));
        }
        if (signers.size() > 1) {
            throw Faults.certificateConflict(
                    "Several registered CA certificates have the subject and key that signed the"
                            + " certificate: give the caCertificatePem");
        }
        CaRecord ca = signers.getFirst();
        if (ca.status() != CACertificateStatus.ACTIVE) {
            throw Faults.certificateState("The CA certificate " + ca.id() + " is not ACTIVE");
        }
        return ca;
    }

    private static boolean hasSigned(CaRecord ca, X509Certificate certificate) {
        return X509.parse(ca.pem())
                .filter(signer -> X509.isSignedBy(certificate, signer))
                .isPresent();
    }
}
