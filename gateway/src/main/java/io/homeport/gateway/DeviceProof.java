package io.homeport.gateway;

import io.homeport.aws.Caller;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The certificate chain that a client proved to own in its TLS handshake. Immutable.
record DeviceProof(List<X509Certificate> chain, @Nullable String serverName) {
    DeviceDirectory.Authentication authenticate(DeviceDirectory directory) {
        return directory.authenticate(chain, serverName);
    }

    /// The caller of an HTTPS request.
    Caller caller(DeviceIdentity identity, String sourceIp) {
        return new Caller(
                identity.account(),
                identity.region(),
                new Caller.Principal.Device(identity.principalId(), pem()),
                UUID.randomUUID().toString(),
                sourceIp);
    }

    /// The client's certificate, null where it has no encoding.
    @Nullable String pem() {
        try {
            return "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'})
                            .encodeToString(chain.getFirst().getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (CertificateEncodingException e) {
            return null;
        }
    }
}
