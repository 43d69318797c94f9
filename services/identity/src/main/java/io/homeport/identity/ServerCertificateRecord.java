package io.homeport.identity;

import io.homeport.core.AccountId;
import io.homeport.core.Arn;

/// A server certificate that the operator brought, with its key. Immutable.
///
/// @param chainPem the certificate first, then its issuers
/// @param keyPem PKCS #8
record ServerCertificateRecord(
        String account, String region, String id, String chainPem, String keyPem) {

    String arn() {
        return Arn.of("acm", region, new AccountId(account), "certificate/" + id).toString();
    }

    @Override
    public String toString() {
        return "ServerCertificateRecord[" + id + ", key ***]";
    }
}
