package io.homeport.identity;

import io.homeport.core.Clock;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/// Signs certificates with the key of a CA. Thread-safe.
final class CertificateIssuer {
    /// When certificates end that AWS IoT issues.
    static final Instant END = Instant.parse("2049-12-31T23:59:59Z");

    /// Devices' clocks may be slow.
    private static final Duration BACKDATED = Duration.ofMinutes(10);

    private static final int SERIAL_BITS = 159;

    private final X509Certificate ca;
    private final PrivateKey key;
    private final Clock clock;
    private final SecureRandom random;

    CertificateIssuer(X509Certificate ca, PrivateKey key, Clock clock, SecureRandom random) {
        this.ca = ca;
        this.key = key;
        this.clock = clock;
        this.random = random;
    }

    /// A certificate authority that has signed itself.
    static X509Certificate selfSigned(
            X500Principal name, KeyPair keys, Clock clock, SecureRandom random) {
        Instant from = clock.now().minus(BACKDATED);
        try {
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            X509v3CertificateBuilder builder =
                    new JcaX509v3CertificateBuilder(
                            name,
                            new BigInteger(SERIAL_BITS, random),
                            Date.from(from),
                            Date.from(END),
                            name,
                            keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(
                            KeyUsage.keyCertSign | KeyUsage.cRLSign | KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    extensions.createSubjectKeyIdentifier(keys.getPublic()));
            return sign(builder, keys.getPrivate());
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("the CA's certificate can't be made", e);
        }
    }

    /// A certificate for a device, valid until the end of 2049.
    X509Certificate device(X500Principal subject, PublicKey deviceKey) {
        return issue(subject, deviceKey, END, KeyPurposeId.id_kp_clientAuth, null);
    }

    /// A certificate for a TLS server.
    ///
    /// @param names DNS names and IP addresses that it answers to, at least one
    X509Certificate server(
            X500Principal subject, PublicKey serverKey, Duration life, Collection<String> names) {
        GeneralName[] alternatives =
                names.stream()
                        .map(name ->
                                new GeneralName(
                                        ServerNames.isAddress(name)
                                                ? GeneralName.iPAddress
                                                : GeneralName.dNSName,
                                        name))
                        .toArray(GeneralName[]::new);
        Instant end = clock.now().plus(life);
        return issue(
                subject,
                serverKey,
                end.isBefore(END) ? end : END,
                KeyPurposeId.id_kp_serverAuth,
                new GeneralNames(alternatives));
    }

    private X509Certificate issue(
            X500Principal subject,
            PublicKey subjectKey,
            Instant end,
            KeyPurposeId purpose,
            @Nullable GeneralNames alternatives) {
        try {
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            X509v3CertificateBuilder builder =
                    new JcaX509v3CertificateBuilder(
                            ca,
                            new BigInteger(SERIAL_BITS, random),
                            Date.from(clock.now().minus(BACKDATED)),
                            Date.from(end),
                            subject,
                            subjectKey);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    extensions.createAuthorityKeyIdentifier(ca));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    extensions.createSubjectKeyIdentifier(subjectKey));
            if (alternatives != null) {
                builder.addExtension(Extension.subjectAlternativeName, false, alternatives);
            }
            return sign(builder, key);
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("the certificate can't be signed", e);
        }
    }

    static KeyPair newEcKeys(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException e) {
            throw new IllegalStateException("the JDK has P-256", e);
        }
    }

    static KeyPair newRsaKeys(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048, random);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has RSA", e);
        }
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey signer)
            throws OperatorCreationException, GeneralSecurityException {
        String algorithm =
                signer.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(new JcaContentSignerBuilder(algorithm).build(signer)));
    }
}
