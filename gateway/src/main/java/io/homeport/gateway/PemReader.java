package io.homeport.gateway;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/// Reads keys and certificates by the JDK alone, which is loaded anyway and quick. Stateless.
final class PemReader {
    private static final String[] ALGORITHMS = {"EC", "RSA", "EdDSA"};

    private PemReader() {}

    /// An unencrypted PKCS #8 key (RFC 7468, 10).
    ///
    /// @throws GeneralSecurityException where it is none
    static PrivateKey privateKey(String pem) throws GeneralSecurityException {
        String begin = "-----BEGIN PRIVATE KEY-----";
        int from = pem.indexOf(begin);
        int to = pem.indexOf("-----END PRIVATE KEY-----");
        if (from < 0 || to < from) {
            throw new InvalidKeySpecException("there is no PKCS #8 private key in PEM");
        }
        byte[] key;
        try {
            key = Base64.getMimeDecoder().decode(pem.substring(from + begin.length(), to));
        } catch (IllegalArgumentException e) {
            throw new InvalidKeySpecException("the private key isn't base64", e);
        }
        InvalidKeySpecException last = new InvalidKeySpecException("no algorithm");
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(key));
            } catch (InvalidKeySpecException e) {
                last = e;
            }
        }
        throw last;
    }

    /// A chain of certificates, the server's first.
    ///
    /// @throws GeneralSecurityException where one can't be read, or there is none
    static X509Certificate[] certificates(String pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(
                        new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                .toArray(new X509Certificate[0]);
    }
}
