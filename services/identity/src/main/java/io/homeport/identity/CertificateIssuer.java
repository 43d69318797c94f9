package io.homeport.identity;

import io.homeport.core.Clock;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/// Signs certificates with the key of a CA, which is on P-256. Thread-safe.
final class CertificateIssuer {
    /// When certificates end that AWS IoT issues.
    static final Instant END = Instant.parse("2049-12-31T23:59:59Z");

    /// Devices' clocks may be slow.
    private static final Duration BACKDATED = Duration.ofMinutes(10);

    private static final int SERIAL_BITS = 159;
    private static final int KEY_ID_BYTES = 20;

    private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final String SUBJECT_KEY_ID = "2.5.29.14";
    private static final String AUTHORITY_KEY_ID = "2.5.29.35";
    private static final String ALTERNATIVE_NAMES = "2.5.29.17";
    private static final String SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";

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
        List<byte[]> extensions =
                List.of(
                        extension(BASIC_CONSTRAINTS, true, Der.sequence(Der.TRUE)),
                        // Digital signature, certificate signing, CRL signing.
                        extension(KEY_USAGE, true, Der.bits(1, new byte[] {(byte) 0x86})),
                        extension(SUBJECT_KEY_ID, false, Der.octets(keyId(keys.getPublic()))));
        return sign(
                keys.getPrivate(),
                new Content(name, name, keys.getPublic(), clock.now(), END, extensions),
                random);
    }

    /// A certificate for a device, valid until the end of 2049.
    X509Certificate device(X500Principal subject, PublicKey deviceKey) {
        return issue(subject, deviceKey, END, CLIENT_AUTHENTICATION, List.of());
    }

    /// A certificate for a TLS server.
    ///
    /// @param names DNS names and IP addresses that it answers to, at least one
    X509Certificate server(
            X500Principal subject, PublicKey serverKey, Duration life, Collection<String> names) {
        byte[][] alternatives =
                names.stream().map(CertificateIssuer::generalName).toArray(byte[][]::new);
        Instant end = clock.now().plus(life);
        return issue(
                subject,
                serverKey,
                end.isBefore(END) ? end : END,
                SERVER_AUTHENTICATION,
                List.of(extension(ALTERNATIVE_NAMES, false, Der.sequence(alternatives))));
    }

    private X509Certificate issue(
            X500Principal subject,
            PublicKey subjectKey,
            Instant end,
            String purpose,
            List<byte[]> more) {
        List<byte[]> extensions = new ArrayList<>();
        extensions.add(extension(BASIC_CONSTRAINTS, true, Der.sequence()));
        // Digital signature, key encipherment.
        extensions.add(extension(KEY_USAGE, true, Der.bits(5, new byte[] {(byte) 0xA0})));
        extensions.add(extension(EXTENDED_KEY_USAGE, false, Der.sequence(Der.oid(purpose))));
        extensions.add(
                extension(AUTHORITY_KEY_ID, false, Der.sequence(Der.tagged(0x80, authorityId()))));
        extensions.add(extension(SUBJECT_KEY_ID, false, Der.octets(keyId(subjectKey))));
        extensions.addAll(more);
        return sign(
                key,
                new Content(
                        ca.getSubjectX500Principal(),
                        subject,
                        subjectKey,
                        clock.now(),
                        end,
                        extensions),
                random);
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

    /// RFC 5280, 4.1: TBSCertificate without the serial number and the algorithm.
    private record Content(
            X500Principal issuer,
            X500Principal subject,
            PublicKey subjectKey,
            Instant now,
            Instant end,
            List<byte[]> extensions) {}

    private static X509Certificate sign(PrivateKey signer, Content content, SecureRandom random) {
        byte[] algorithm = Der.sequence(Der.oid(ECDSA_WITH_SHA256));
        byte[] signed =
                Der.sequence(
                        Der.tagged(0xA0, Der.integer(BigInteger.TWO)),
                        Der.integer(new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1)),
                        algorithm,
                        content.issuer().getEncoded(),
                        Der.sequence(
                                Der.time(content.now().minus(BACKDATED)), Der.time(content.end())),
                        content.subject().getEncoded(),
                        content.subjectKey().getEncoded(),
                        Der.tagged(
                                0xA3, Der.sequence(content.extensions().toArray(byte[][]::new))));
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(signer, random);
            signature.update(signed);
            byte[] certificate = Der.sequence(signed, algorithm, Der.bits(0, signature.sign()));
            return X509.parse(certificate)
                    .orElseThrow(() -> new IllegalStateException("a certificate we made parses"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the certificate can't be signed", e);
        }
    }

    private static byte[] extension(String id, boolean critical, byte[] value) {
        return critical
                ? Der.sequence(Der.oid(id), Der.TRUE, Der.octets(value))
                : Der.sequence(Der.oid(id), Der.octets(value));
    }

    /// RFC 5280, 4.2.1.6: an IP address or a DNS name.
    private static byte[] generalName(String name) {
        if (!ServerNames.isAddress(name)) {
            return Der.tagged(0x82, name.getBytes(StandardCharsets.US_ASCII));
        }
        try {
            return Der.tagged(0x87, InetAddress.getByName(name).getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException(name + " was an address before", e);
        }
    }

    /// RFC 7093, method 4: from the hash of the key as it is encoded.
    private static byte[] keyId(PublicKey publicKey) {
        try {
            return Arrays.copyOf(
                    MessageDigest.getInstance("SHA-256").digest(publicKey.getEncoded()),
                    KEY_ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has SHA-256", e);
        }
    }

    /// The CA's subject key identifier: two nested octet strings, each shorter than 128 bytes.
    private byte[] authorityId() {
        byte[] encoded = ca.getExtensionValue(SUBJECT_KEY_ID);
        return encoded == null
                ? keyId(ca.getPublicKey())
                : Arrays.copyOfRange(encoded, 4, encoded.length);
    }
}
