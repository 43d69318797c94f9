package io.homeport.identity;

import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import io.homeport.core.Clock;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.CertificateValidationException;

/// Domain configurations as connections meet them: by the server name of their TLS handshake.
/// Thread-safe; answers from memory.
public final class Domains {
    private static final int MOST = 1_000;
    private static final Shown AS_EVER =
            new Shown.Standard(SecurityPolicy.STANDARD.versions(), false);

    private final Database reading;
    private final Tables tables;
    private final LocalAuthority authority;
    private final Clock clock;
    private final SecureRandom random;
    private final IdentitySettings settings;
    private final Map<String, Issued> issued = new ConcurrentHashMap<>();
    private volatile ByName byName = new ByName();

    Domains(IdentityParts parts, IdentitySettings settings) {
        this.reading = parts.database();
        this.tables = parts.tables();
        this.authority = parts.authority();
        this.clock = parts.clock();
        this.random = parts.random();
        this.settings = settings;
    }

    /// With which proof of identity clients are taken (`authenticationType`).
    public enum Authentication {
        /// As port and negotiated protocol say.
        DEFAULT,
        CERTIFICATE,
        AUTHORIZER,
        CERTIFICATE_AND_AUTHORIZER,
        SIGNATURE
    }

    /// What they speak (`applicationProtocol`).
    public enum Protocol {
        /// What they negotiate.
        DEFAULT,
        MQTT,
        WEBSOCKET,
        HTTPS
    }

    /// How clients of a server name are taken.
    public record Rules(Authentication authentication, Protocol protocol) {
        /// As without a domain configuration.
        public static final Rules DEFAULT = new Rules(Authentication.DEFAULT, Protocol.DEFAULT);
    }

    /// What a TLS listener shows for a configured server name.
    ///
    /// @param chainPem the certificate first
    /// @param keyPem PKCS #8
    /// @param tlsVersions that are spoken
    /// @param certificateOptional whether clients without a certificate may finish the handshake
    public record Material(
            String chainPem, String keyPem, List<String> tlsVersions, boolean certificateOptional) {
        @Override
        public String toString() {
            return "Material[key ***]";
        }
    }

    /// What is to be shown for a server name.
    public sealed interface Shown {
        /// The server's own certificate.
        ///
        /// @param tlsVersions that are spoken
        /// @param certificateOptional whether clients without a certificate may finish the
        ///   handshake
        record Standard(List<String> tlsVersions, boolean certificateOptional) implements Shown {}

        record Configured(Material material) implements Shown {}

        /// The name's configuration is DISABLED.
        record Nothing() implements Shown {}
    }

    /// How clients of a server name are taken; of none and of unknown names as without a
    /// configuration.
    public Rules rules(@Nullable String serverName) {
        DomainRecord domain = find(serverName);
        if (domain == null) {
            return Rules.DEFAULT;
        }
        Authentication authentication =
                switch (domain.authentication()) {
                    case AWS_X509 -> Authentication.CERTIFICATE;
                    case CUSTOM_AUTH -> Authentication.AUTHORIZER;
                    case CUSTOM_AUTH_X509 -> Authentication.CERTIFICATE_AND_AUTHORIZER;
                    case AWS_SIGV4 -> Authentication.SIGNATURE;
                    case DEFAULT, UNKNOWN_TO_SDK_VERSION -> Authentication.DEFAULT;
                };
        Protocol protocol =
                switch (domain.protocol()) {
                    case SECURE_MQTT -> Protocol.MQTT;
                    case MQTT_WSS -> Protocol.WEBSOCKET;
                    case HTTPS -> Protocol.HTTPS;
                    case DEFAULT, UNKNOWN_TO_SDK_VERSION -> Protocol.DEFAULT;
                };
        return new Rules(authentication, protocol);
    }

    /// What a listener shows of itself.
    public Shown shown(@Nullable String serverName) {
        DomainRecord domain = find(serverName);
        if (domain == null) {
            return AS_EVER;
        }
        if (!domain.enabled()) {
            return new Shown.Nothing();
        }
        boolean optional =
                switch (rules(serverName).authentication()) {
                    case AUTHORIZER, SIGNATURE -> true;
                    case DEFAULT, CERTIFICATE, CERTIFICATE_AND_AUTHORIZER -> false;
                };
        List<String> versions = domain.securityPolicy().versions();
        String name = domain.domainName();
        if (name == null) {
            return new Shown.Standard(versions, optional);
        }
        Issued pair = imported(domain).orElseGet(() -> own(name));
        return new Shown.Configured(
                new Material(pair.chainPem(), pair.keyPem(), versions, optional));
    }

    /// The configuration of a server name; that of the data endpoint, where it was changed, for
    /// names that have none.
    @Nullable DomainRecord find(@Nullable String serverName) {
        ByName known = byName;
        Map<String, DomainRecord> all = known.all;
        if (all == null) {
            all = load();
            known.all = all;
        }
        if (all.isEmpty()) {
            return null;
        }
        DomainRecord found =
                serverName == null ? null : all.get(serverName.toLowerCase(Locale.ROOT));
        return found == null ? all.get("") : found;
    }

    private Map<String, DomainRecord> load() {
        Map<String, DomainRecord> all = new HashMap<>();
        return reading.peek(view -> {
            Key last = null;
            List<Table.Row<DomainRecord>> rows;
            do {
                rows = tables.domains.list(view, Key.EMPTY, last, MOST);
                for (Table.Row<DomainRecord> row : rows) {
                    add(all, row.value());
                    last = row.key();
                }
            } while (rows.size() == MOST);
            return Map.copyOf(all);
        });
    }

    private void add(Map<String, DomainRecord> all, DomainRecord domain) {
        if (domain.domainName() != null) {
            all.put(domain.domainName(), domain);
        } else if (domain.name().equals(DomainRecord.DATA)
                && domain.account().equals(settings.account().value())
                && domain.region().equals(settings.region())) {
            all.put("", domain);
        }
    }

    /// To be called after each committed change.
    void changed() {
        byName = new ByName();
    }

    /// The configurations by their names, between two changes, so that what was read before a
    /// change isn't taken for what is there after it; null where they aren't read yet.
    private static final class ByName {
        private volatile @Nullable Map<String, DomainRecord> all;
    }

    /// A certificate with its key.
    private record Issued(String chainPem, String keyPem, long untilMillis) {}

    private Optional<Issued> imported(DomainRecord domain) {
        return domain.certificateArns().stream()
                .flatMap(arn -> certificate(arn).stream())
                .map(found -> new Issued(found.chainPem(), found.keyPem(), 0))
                .findFirst();
    }

    /// A server certificate that the operator brought, by its ARN.
    Optional<ServerCertificateRecord> certificate(String arn) {
        return Arn.parse(arn)
                .filter(parsed -> parsed.service().equals("acm"))
                .flatMap(parsed ->
                        Optional.ofNullable(
                                reading.peek(view ->
                                        tables.serverCertificates.get(
                                                view,
                                                Key.of(
                                                        parsed.account(),
                                                        parsed.region(),
                                                        parsed.resourceId())))));
    }

    /// A certificate of the server's own CA.
    private Issued own(String domainName) {
        long now = clock.millis();
        Issued last = issued.get(domainName);
        if (last != null && now < last.untilMillis()) {
            return last;
        }
        if (issued.size() >= MOST) {
            issued.clear();
        }
        Duration life = LocalAuthority.SERVER_CERTIFICATE_LIFE;
        KeyPair keys = CertificateIssuer.newEcKeys(random);
        X509Certificate certificate =
                authority
                        .issuer()
                        .server(
                                new X500Principal("CN=Homeport domain,O=Homeport"),
                                keys.getPublic(),
                                life,
                                List.of(domainName));
        Issued made =
                new Issued(
                        X509.pem(certificate),
                        Pem.encode("PRIVATE KEY", keys.getPrivate().getEncoded()),
                        now + life.minus(LocalAuthority.RENEWED_BEFORE).toMillis());
        issued.put(domainName, made);
        return made;
    }

    // ---- what the operator brings ----

    /// Takes a server certificate with its key, for domain configurations to name.
    ///
    /// @param chainPem the certificate first, then its issuers
    /// @param keyPem PKCS #8, RSA or EC, not encrypted
    /// @return its ARN
    /// @throws CertificateValidationException where they don't fit together; the message says what
    ///   is wrong
    public String importCertificate(
            AccountId account, String region, String chainPem, String keyPem) {
        X509Certificate certificate =
                X509.parse(chainPem)
                        .orElseThrow(
                                () -> Faults.badCertificate("certificate is no PEM certificate"));
        if (!isKeyOf(certificate, keyPem)) {
            throw Faults.badCertificate(
                    "privateKey is not the certificate's key, or no PKCS #8 key in PEM (BEGIN"
                            + " PRIVATE KEY)");
        }
        ServerCertificateRecord brought =
                new ServerCertificateRecord(
                        account.value(), region, UUID.randomUUID().toString(), chainPem, keyPem);
        reading.update(transaction -> {
            if (tables.serverCertificates
                            .list(transaction, Key.of(account.value()), null, MOST)
                            .size()
                    >= MOST) {
                throw Faults.limit("there are " + MOST + " server certificates already");
            }
            tables.serverCertificates.put(
                    transaction, Key.of(account.value(), region, brought.id()), brought);
        });
        return brought.arn();
    }

    /// The server certificates that the operator brought: their names by their ARNs.
    public Map<String, SortedSet<String>> importedCertificates(AccountId account) {
        Map<String, SortedSet<String>> found = new TreeMap<>();
        for (Table.Row<ServerCertificateRecord> row :
                reading.read(view ->
                        tables.serverCertificates.list(
                                view, Key.of(account.value()), null, MOST))) {
            found.put(row.value().arn(), names(row.value()));
        }
        return found;
    }

    /// Forgets a server certificate; names that used it get one of the server's own CA.
    ///
    /// @return whether there was one
    public boolean forgetCertificate(AccountId account, String arn) {
        Arn parsed = Arn.parse(arn).orElse(null);
        if (parsed == null || !parsed.account().equals(account.value())) {
            return false;
        }
        return reading.write(transaction ->
                tables.serverCertificates.delete(
                        transaction,
                        Key.of(parsed.account(), parsed.region(), parsed.resourceId())));
    }

    /// The DNS names that a server certificate is good for.
    static SortedSet<String> names(ServerCertificateRecord certificate) {
        return X509.parse(certificate.chainPem()).map(ServerNames::in).orElseGet(TreeSet::new);
    }

    private static boolean isKeyOf(X509Certificate certificate, String keyPem) {
        String algorithm = certificate.getPublicKey().getAlgorithm();
        byte[] der = Pem.decode("PRIVATE KEY", keyPem).orElse(null);
        if (der == null || !List.of("RSA", "EC").contains(algorithm)) {
            return false;
        }
        try {
            PrivateKey key =
                    KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            Signature signature =
                    Signature.getInstance(
                            algorithm.equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
            signature.initSign(key);
            signature.update(der);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(der);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
