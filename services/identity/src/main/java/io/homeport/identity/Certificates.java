package io.homeport.identity;

import io.homeport.aws.Caller;
import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import io.homeport.storage.Transaction;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.Certificate;
import software.amazon.awssdk.services.iot.model.CertificateMode;
import software.amazon.awssdk.services.iot.model.CertificateStatus;

/// Rules about certificate records that several operations need. Pure apart from the transaction
/// that is handed in.
final class Certificates {
    private static final Pattern COGNITO_ID =
            Pattern.compile("[\\w-]+:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private Certificates() {}

    /// Stores a certificate that the account doesn't have yet.
    static CertificateRecord add(
            Tables tables, Transaction transaction, CertificateRecord certificate) {
        if (tables.certificate(
                        transaction, certificate.account(), certificate.region(), certificate.id())
                .isPresent()) {
            throw Faults.exists(
                    "The certificate is already registered: " + certificate.id(),
                    certificate.id(),
                    certificate.arn());
        }
        tables.put(transaction, certificate);
        return certificate;
    }

    static CertificateRecord record(
            AccountId account,
            String region,
            X509Certificate certificate,
            CertificateStatus status,
            CertificateMode mode,
            @Nullable String caCertificateId,
            long nowMillis) {
        return new CertificateRecord(
                account.value(),
                region,
                X509.id(certificate),
                X509.pem(certificate),
                status,
                mode,
                caCertificateId,
                null,
                null,
                nowMillis,
                nowMillis,
                1,
                UUID.randomUUID().toString(),
                certificate.getNotBefore().toInstant().toEpochMilli(),
                certificate.getNotAfter().toInstant().toEpochMilli());
    }

    /// Parses what a caller sent as a certificate.
    static X509Certificate parse(String pem, String what) {
        X509Certificate certificate =
                X509.parse(pem)
                        .orElseThrow(() ->
                                Faults.badCertificate(
                                        "The "
                                                + what
                                                + " is not a PEM-encoded X.509"
                                                + " certificate"));
        X509.signatureFlaw(certificate)
                .ifPresent(flaw -> {
                    throw Faults.badCertificate("The " + what + ": " + flaw);
                });
        return certificate;
    }

    /// The status that a caller asks for at registration.
    static CertificateStatus registrationStatus(
            @Nullable CertificateStatus asked, @Nullable Boolean setAsActive) {
        if (asked == null) {
            return active(setAsActive);
        }
        if (!settable(asked)) {
            throw Faults.invalid(
                    "A certificate can't be registered with status "
                            + asked
                            + ": use ACTIVE, INACTIVE or REVOKED");
        }
        return asked;
    }

    static CertificateStatus active(@Nullable Boolean setAsActive) {
        return Boolean.TRUE.equals(setAsActive)
                ? CertificateStatus.ACTIVE
                : CertificateStatus.INACTIVE;
    }

    /// Whether callers may give a certificate this status; the others come about by transfers and
    /// registrations alone.
    static boolean settable(CertificateStatus status) {
        return switch (status) {
            case ACTIVE, INACTIVE, REVOKED, REGISTER_INACTIVE -> true;
            case PENDING_TRANSFER, PENDING_ACTIVATION, UNKNOWN_TO_SDK_VERSION -> false;
        };
    }

    static Certificate summary(CertificateRecord record) {
        return Certificate.builder()
                .certificateArn(record.arn())
                .certificateId(record.id())
                .status(record.status())
                .certificateMode(record.mode())
                .creationDate(Instant.ofEpochMilli(record.createdMillis()))
                .build();
    }

    /// The id in an ARN of a certificate of the caller's account and region.
    static Optional<String> idOf(Caller caller, String principalArn) {
        return Arn.parse(principalArn)
                .filter(arn ->
                        arn.service().equals("iot")
                                && arn.account().equals(caller.account().value())
                                && arn.region().equals(caller.region())
                                && arn.resourceType().equals("cert"))
                .map(Arn::resourceId);
    }

    static boolean isCognitoId(String principal) {
        return COGNITO_ID.matcher(principal).matches();
    }
}
