package io.homeport.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/// Certificates as a fleet's own CA makes them.
final class Chains {
    static final SecureRandom RANDOM = new SecureRandom();

    /// The time at which the simulated clock starts.
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /// One slow key for all tests.
    static final KeyPair RSA = CertificateIssuer.newRsaKeys(RANDOM);

    private Chains() {}

    /// A certificate with its key.
    record Signed(X509Certificate certificate, KeyPair keys) {
        String pem() {
            return X509.pem(certificate);
        }

        String id() {
            return X509.id(certificate);
        }
    }

    static Signed ca(String name) {
        return ca(name, CertificateIssuer.newEcKeys(RANDOM));
    }

    static Signed ca(String name, KeyPair keys) {
        return new Signed(build(name, name, keys, keys, true, "SHA256withECDSA", 3650), keys);
    }

    static Signed device(Signed ca, String subject) {
        KeyPair keys = CertificateIssuer.newEcKeys(RANDOM);
        return new Signed(
                build(
                        ca.certificate().getSubjectX500Principal().getName(),
                        subject,
                        ca.keys(),
                        keys,
                        false,
                        "SHA256withECDSA",
                        365),
                keys);
    }

    /// A certificate that ends after so many days from the start.
    static Signed device(Signed ca, String subject, KeyPair keys, String algorithm, int days) {
        return new Signed(
                build(
                        ca.certificate().getSubjectX500Principal().getName(),
                        subject,
                        ca.keys(),
                        keys,
                        false,
                        algorithm,
                        days),
                keys);
    }

    static KeyPair keys(String algorithm, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static String csr(String subject, KeyPair keys) {
        return Pem.encode("CERTIFICATE REQUEST", csrDer(subject, keys));
    }

    static byte[] csrDer(String subject, KeyPair keys) {
        try {
            String algorithm =
                    keys.getPrivate().getAlgorithm().equals("RSA")
                            ? "SHA256withRSA"
                            : "SHA256withECDSA";
            PKCS10CertificationRequest request =
                    new JcaPKCS10CertificationRequestBuilder(
                                    new X500Principal(subject), keys.getPublic())
                            .build(new JcaContentSignerBuilder(algorithm).build(keys.getPrivate()));
            return request.getEncoded();
        } catch (OperatorCreationException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private static X509Certificate build(
            String issuer,
            String subject,
            KeyPair issuerKeys,
            KeyPair keys,
            boolean ca,
            String algorithm,
            int days) {
        try {
            JcaX509v3CertificateBuilder builder =
                    new JcaX509v3CertificateBuilder(
                            new X500Principal(issuer),
                            new BigInteger(64, RANDOM).add(BigInteger.ONE),
                            Date.from(START.minus(Duration.ofDays(1))),
                            Date.from(START.plus(Duration.ofDays(days))),
                            new X500Principal(subject),
                            keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(
                            new GeneralName[] {
                                new GeneralName(GeneralName.dNSName, "lamp.example.org"),
                                new GeneralName(GeneralName.rfc822Name, "lamp@example.org")
                            }));
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(
                                    new JcaContentSignerBuilder(algorithm)
                                            .build(issuerKeys.getPrivate())));
        } catch (OperatorCreationException | GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }
}
