package io.homeport.identity;

import java.io.ByteArrayInputStream;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.EllipticCurve;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/// Reading and judging X.509 certificates with the JDK's own parser. Pure.
final class X509 {
    /// AWS IoT developer guide, "X.509 client certificates": accepted signature algorithms, in the
    /// JDK's spelling.
    private static final Set<String> SIGNATURE_ALGORITHMS =
            Set.of(
                    "SHA256withRSA",
                    "SHA384withRSA",
                    "SHA512withRSA",
                    "RSASSA-PSS",
                    "SHA256withECDSA",
                    "SHA384withECDSA",
                    "SHA512withECDSA",
                    "SHA256withDSA");

    private static final int MINIMUM_RSA_BITS = 2048;
    private static final Set<EllipticCurve> CURVES =
            Set.of(curve("secp256r1"), curve("secp384r1"), curve("secp521r1"));

    private X509() {}

    /// The first certificate of a PEM text, or nothing where there is none that parses.
    static Optional<X509Certificate> parse(String pem) {
        return Pem.decode(Pem.CERTIFICATE, pem).flatMap(X509::parse);
    }

    static Optional<X509Certificate> parse(byte[] der) {
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            return Optional.of(
                    (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
        } catch (CertificateException e) {
            return Optional.empty();
        }
    }

    /// The certificate id of AWS IoT: the SHA-256 of the DER in lower-case hexadecimal.
    static String id(X509Certificate certificate) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (CertificateEncodingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("a parsed certificate has an encoding", e);
        }
    }

    static String pem(X509Certificate certificate) {
        try {
            return Pem.encode(Pem.CERTIFICATE, certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a parsed certificate has an encoding", e);
        }
    }

    /// A distinguished name in the form in which equal names are equal texts.
    static String canonicalName(X500Principal name) {
        return name.getName(X500Principal.CANONICAL);
    }

    /// Whether the issuer's key signed the certificate, and their names agree.
    static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
        if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /// Whether the certificate may sign others (RFC 5280, 4.2.1.9 and 4.2.1.3).
    static boolean isCa(X509Certificate certificate) {
        boolean[] usage = certificate.getKeyUsage();
        return certificate.getBasicConstraints() >= 0 && (usage == null || usage[5]);
    }

    /// What keeps the certificate's signature from being accepted; nothing where it is.
    static Optional<String> signatureFlaw(X509Certificate certificate) {
        String algorithm = certificate.getSigAlgName();
        return SIGNATURE_ALGORITHMS.contains(algorithm)
                ? Optional.empty()
                : Optional.of("the signature algorithm " + algorithm + " is not supported");
    }

    private static EllipticCurve curve(String name) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class).getCurve();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has " + name, e);
        }
    }

    /// What keeps a device's key from being accepted; nothing where it is.
    static Optional<String> keyFlaw(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            int bits = rsa.getModulus().bitLength();
            return bits >= MINIMUM_RSA_BITS
                    ? Optional.empty()
                    : Optional.of("the RSA key has " + bits + " bits, at least 2048 are needed");
        }
        if (key instanceof ECPublicKey ec) {
            return CURVES.contains(ec.getParams().getCurve())
                    ? Optional.empty()
                    : Optional.of("the curve of the key is not one of P-256, P-384, P-521");
        }
        return Optional.of("the key is a " + key.getAlgorithm() + " key, RSA or EC is needed");
    }
}
