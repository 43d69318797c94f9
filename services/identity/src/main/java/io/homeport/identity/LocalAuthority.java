package io.homeport.identity;

import io.homeport.aws.PageTokens;
import io.homeport.core.Clock;
import io.homeport.core.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Objects;
import java.util.SortedSet;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/// What a server makes for itself at its first start, in its data directory, in files that only its
/// user can read: its own CA (`ca/ca.pem`, `ca/ca.key`), its TLS certificate (`server.pem`,
/// `server.key`), and `secrets.json` with the administrator's access key and the key that seals
/// page tokens. Immutable; thread-safe.
///
/// The CA signs the server's certificate and the device certificates that AWS IoT would issue. All
/// keys here are on P-256, which takes milliseconds to make.
public final class LocalAuthority {
    /// Clients that are strict about server certificates take no more than 398 days.
    static final Duration SERVER_CERTIFICATE_LIFE = Duration.ofDays(397);

    /// A server certificate with less time left is renewed when the server starts.
    static final Duration RENEWED_BEFORE = Duration.ofDays(60);

    private static final Logger LOG = LoggerFactory.getLogger(LocalAuthority.class);

    private final Path directory;
    private final X509Certificate ca;
    private final CertificateIssuer issuer;
    private final Secrets secrets;

    private LocalAuthority(
            Path directory, X509Certificate ca, CertificateIssuer issuer, Secrets secrets) {
        this.directory = directory;
        this.ca = ca;
        this.issuer = issuer;
        this.secrets = secrets;
    }

    /// Reads what the data directory has and makes what is missing. Renews the server's certificate
    /// where its names have changed or its end is near.
    ///
    /// @param serverNames further DNS names and IP addresses of this server
    /// @throws IllegalArgumentException where one of them is neither
    /// @throws UncheckedIOException where files can't be read or written, or don't fit together;
    ///   the message says what to do
    public static LocalAuthority open(
            Path dataDirectory, Collection<String> serverNames, Clock clock) {
        SecureRandom random = new SecureRandom();
        SortedSet<String> names = ServerNames.of(serverNames);
        PrivateFiles.createDirectory(dataDirectory);
        PrivateFiles.createDirectory(dataDirectory.resolve("ca"));
        Path caFile = dataDirectory.resolve("ca/ca.pem");
        Path caKeyFile = dataDirectory.resolve("ca/ca.key");
        if (!Files.exists(caFile)) {
            makeCa(caFile, caKeyFile, clock, random);
        }
        X509Certificate ca = readCertificate(caFile);
        PrivateKey caKey = readKey(caKeyFile);
        requirePair(caFile, ca, caKeyFile, caKey);
        CertificateIssuer issuer = new CertificateIssuer(ca, caKey, clock, random);
        Path serverFile = dataDirectory.resolve("server.pem");
        Path serverKeyFile = dataDirectory.resolve("server.key");
        if (!isUsable(serverFile, serverKeyFile, ca, names, clock)) {
            KeyPair keys = CertificateIssuer.newEcKeys(random);
            X509Certificate certificate =
                    issuer.server(
                            new X500Principal("CN=localhost,O=Homeport"),
                            keys.getPublic(),
                            SERVER_CERTIFICATE_LIFE,
                            names);
            // A start that is cut short between these two finds a certificate that isn't there.
            deleteOld(serverFile);
            PrivateFiles.write(
                    serverKeyFile, Pem.encode("PRIVATE KEY", keys.getPrivate().getEncoded()));
            PrivateFiles.write(serverFile, X509.pem(certificate));
        }
        return new LocalAuthority(
                dataDirectory,
                ca,
                issuer,
                readSecrets(dataDirectory.resolve("secrets.json"), random));
    }

    /// The CA's certificate, which clients need to trust the server.
    public Path caFile() {
        return directory.resolve("ca/ca.pem");
    }

    /// The server's certificate, PEM.
    public Path serverCertificateFile() {
        return directory.resolve("server.pem");
    }

    /// The server's private key, PKCS #8 in PEM.
    public Path serverKeyFile() {
        return directory.resolve("server.key");
    }

    public X509Certificate caCertificate() {
        return ca;
    }

    /// The access key of the administrator.
    public AccessKey administratorKey() {
        return new AccessKey(secrets.accessKeyId(), secrets.secretAccessKey());
    }

    /// 32 bytes that page tokens are sealed with; the same after a restart.
    public byte[] pageTokenKey() {
        return Base64.getDecoder().decode(secrets.pageTokenKey());
    }

    /// 32 bytes that tokens of temporary credentials are sealed with; the same after a restart.
    byte[] sessionTokenKey() {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(pageTokenKey(), "HmacSHA256"));
            return mac.doFinal("session tokens".getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    CertificateIssuer issuer() {
        return issuer;
    }

    /// Content of `secrets.json`.
    record Secrets(String accessKeyId, String secretAccessKey, String pageTokenKey) {
        Secrets {
            // Jackson passes null for what the file doesn't have.
            for (String part : new String[] {accessKeyId, secretAccessKey, pageTokenKey}) {
                if (Objects.requireNonNullElse(part, "").isEmpty()) {
                    throw new IllegalArgumentException("a secret is missing");
                }
            }
            if (Base64.getDecoder().decode(pageTokenKey).length < PageTokens.MINIMUM_KEY_BYTES) {
                throw new IllegalArgumentException("the key of page tokens is too short");
            }
        }

        @Override
        public String toString() {
            return "Secrets[***]";
        }
    }

    private static void makeCa(Path caFile, Path caKeyFile, Clock clock, SecureRandom random) {
        KeyPair keys = CertificateIssuer.newEcKeys(random);
        byte[] mark = new byte[4];
        random.nextBytes(mark);
        // CAs of several installations that a client trusts must not share a name.
        X500Principal name =
                new X500Principal(
                        "CN=Homeport CA " + HexFormat.of().formatHex(mark) + ",O=Homeport");
        X509Certificate certificate = CertificateIssuer.selfSigned(name, keys, clock, random);
        PrivateFiles.write(caKeyFile, Pem.encode("PRIVATE KEY", keys.getPrivate().getEncoded()));
        PrivateFiles.write(caFile, X509.pem(certificate));
    }

    private static boolean isUsable(
            Path file, Path keyFile, X509Certificate ca, SortedSet<String> names, Clock clock) {
        if (!Files.exists(file) || !Files.exists(keyFile)) {
            return false;
        }
        return X509.parse(PrivateFiles.read(file))
                .filter(certificate -> X509.isSignedBy(certificate, ca))
                .filter(certificate -> ServerNames.in(certificate).equals(names))
                .filter(certificate ->
                        certificate
                                .getNotAfter()
                                .toInstant()
                                .isAfter(clock.now().plus(RENEWED_BEFORE)))
                .isPresent();
    }

    private static void deleteOld(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("can't replace " + file, e);
        }
    }

    private static X509Certificate readCertificate(Path file) {
        return X509.parse(PrivateFiles.read(file))
                .orElseThrow(() ->
                        unusable(
                                file
                                        + " is no certificate: restore it from a backup, or"
                                        + " remove the folder to start with a new CA",
                                null));
    }

    private static PrivateKey readKey(Path file) {
        if (!Files.exists(file)) {
            throw unusable(
                    file
                            + " is missing: restore it from a backup, or remove the folder to start"
                            + " with a new CA",
                    null);
        }
        byte[] der =
                Pem.decode("PRIVATE KEY", PrivateFiles.read(file))
                        .orElseThrow(() -> unusable(file + " is no PKCS #8 key in PEM", null));
        try {
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw unusable(file + " holds no EC key", e);
        }
    }

    private static void requirePair(
            Path caFile, X509Certificate ca, Path keyFile, PrivateKey caKey) {
        try {
            byte[] message = keyFile.toString().getBytes(StandardCharsets.UTF_8);
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(caKey);
            signature.update(message);
            byte[] signed = signature.sign();
            signature.initVerify(ca.getPublicKey());
            signature.update(message);
            if (signature.verify(signed)) {
                return;
            }
        } catch (GeneralSecurityException e) {
            LOG.debug("the CA's key can't be tried", e);
        }
        throw unusable(
                keyFile + " isn't the key of " + caFile + ": restore both from the same backup",
                null);
    }

    private static UncheckedIOException unusable(String message, @Nullable Exception cause) {
        return new UncheckedIOException(message, new IOException(message, cause));
    }

    private static Secrets readSecrets(Path file, SecureRandom random) {
        if (!Files.exists(file)) {
            AccessKey key = AccessKey.random(random);
            byte[] pageTokenKey = new byte[32];
            random.nextBytes(pageTokenKey);
            Secrets made =
                    new Secrets(
                            key.accessKeyId(),
                            key.secretAccessKey(),
                            Base64.getEncoder().encodeToString(pageTokenKey));
            PrivateFiles.write(file, Json.MAPPER.writeValueAsString(made));
            return made;
        }
        try {
            return Json.MAPPER.readValue(PrivateFiles.read(file), Secrets.class);
        } catch (JacksonException e) {
            throw unusable(
                    file + " can't be read: restore it, or remove it to get a new access key", e);
        }
    }
}
