package io.homeport.identity;

import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.CACertificateStatus;
import software.amazon.awssdk.services.iot.model.CertificateMode;

/// A CA that an account has registered in a region. Immutable.
///
/// @param subject canonical form of its name, by which device certificates name it
record CaRecord(
        String account,
        String region,
        String id,
        String pem,
        String subject,
        CACertificateStatus status,
        CertificateMode mode,
        boolean autoRegistration,
        @Nullable Registration registration,
        long createdMillis,
        long modifiedMillis,
        int customerVersion,
        String generationId,
        long notBeforeMillis,
        long notAfterMillis) {

    String arn() {
        return Arn.of("iot", region, new AccountId(account), "cacert/" + id).toString();
    }

    CaRecord with(
            CACertificateStatus newStatus,
            boolean newAutoRegistration,
            @Nullable Registration newRegistration,
            long nowMillis) {
        return new CaRecord(
                account,
                region,
                id,
                pem,
                subject,
                newStatus,
                mode,
                newAutoRegistration,
                newRegistration,
                createdMillis,
                nowMillis,
                customerVersion + 1,
                generationId,
                notBeforeMillis,
                notAfterMillis);
    }

    /// How certificates of this CA are provisioned that register themselves.
    record Registration(
            @Nullable String templateBody,
            @Nullable String templateName,
            @Nullable String roleArn) {}
}
