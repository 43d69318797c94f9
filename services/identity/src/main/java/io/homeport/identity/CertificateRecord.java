package io.homeport.identity;

import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.CertificateMode;
import software.amazon.awssdk.services.iot.model.CertificateStatus;

/// A device certificate as an account and region knows it. While it is being transferred, both
/// accounts have a record. Immutable.
///
/// @param id lower-case hexadecimal SHA-256 of the DER
/// @param caCertificateId the registered CA that signed it; null where this server's CA or nobody
///   known did
record CertificateRecord(
        String account,
        String region,
        String id,
        String pem,
        CertificateStatus status,
        CertificateMode mode,
        @Nullable String caCertificateId,
        @Nullable String previousOwner,
        @Nullable Transfer transfer,
        long createdMillis,
        long modifiedMillis,
        int customerVersion,
        String generationId,
        long notBeforeMillis,
        long notAfterMillis) {

    String arn() {
        return Arn.of("iot", region, new AccountId(account), "cert/" + id).toString();
    }

    /// Whether this is the record of the account that gives the certificate away.
    boolean outgoing() {
        return status == CertificateStatus.PENDING_TRANSFER
                && transfer != null
                && transfer.sourceAccount().equals(account);
    }

    CertificateRecord withStatus(CertificateStatus newStatus, long nowMillis) {
        return changed(newStatus, transfer, previousOwner, nowMillis);
    }

    CertificateRecord withTransfer(
            CertificateStatus newStatus, Transfer newTransfer, long nowMillis) {
        return changed(newStatus, newTransfer, previousOwner, nowMillis);
    }

    /// The record that the receiving account gets.
    CertificateRecord handedTo(String newAccount, Transfer pending, long nowMillis) {
        return new CertificateRecord(
                newAccount,
                region,
                id,
                pem,
                CertificateStatus.PENDING_TRANSFER,
                mode,
                null,
                account,
                pending,
                nowMillis,
                nowMillis,
                1,
                generationId,
                notBeforeMillis,
                notAfterMillis);
    }

    private CertificateRecord changed(
            CertificateStatus newStatus,
            @Nullable Transfer newTransfer,
            @Nullable String newPreviousOwner,
            long nowMillis) {
        return new CertificateRecord(
                account,
                region,
                id,
                pem,
                newStatus,
                mode,
                caCertificateId,
                newPreviousOwner,
                newTransfer,
                createdMillis,
                nowMillis,
                customerVersion + 1,
                generationId,
                notBeforeMillis,
                notAfterMillis);
    }

    /// The last transfer that the certificate was part of; times in milliseconds since the epoch.
    record Transfer(
            String sourceAccount,
            String targetAccount,
            @Nullable String message,
            long startedMillis,
            @Nullable Long acceptedMillis,
            @Nullable Long rejectedMillis,
            @Nullable String rejectReason) {}
}
