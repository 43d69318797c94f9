package io.homeport.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.testkit.SimTimers;
import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// RFC 5280, read back by two other parsers.
final class CertificateIssuerTest {
    private final SimTimers clock = new SimTimers();
    private final KeyPair caKeys = CertificateIssuer.newEcKeys(Chains.RANDOM);
    private final X509Certificate ca =
            CertificateIssuer.selfSigned(
                    new X500Principal("CN=Test CA"), caKeys, clock, Chains.RANDOM);
    private final CertificateIssuer issuer =
            new CertificateIssuer(ca, caKeys.getPrivate(), clock, Chains.RANDOM);

    @Test
    void aDeviceCertificateHasAPathToTheCa() throws Exception {
        X509Certificate device =
                issuer.device(new X500Principal("CN=lamp"), Chains.RSA.getPublic());
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(ca, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(clock.now()));
        CertPathValidator.getInstance("PKIX")
                .validate(
                        CertificateFactory.getInstance("X.509").generateCertPath(List.of(device)),
                        parameters);
        assertThat(device.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(device.getBasicConstraints()).isEqualTo(-1);
        assertThat(device.getKeyUsage()).startsWith(true, false, true, false);
        assertThat(device.getSerialNumber().signum()).isOne();
        assertThat(device.getNotBefore()).isBefore(Date.from(clock.now()));
    }

    @Test
    void theCaMaySignAndSaysSo() {
        assertThat(ca.getBasicConstraints()).isEqualTo(Integer.MAX_VALUE);
        assertThat(ca.getKeyUsage())
                .startsWith(true, false, false, false, false, true, true, false);
        assertThat(ca.getCriticalExtensionOIDs()).contains("2.5.29.15", "2.5.29.19");
    }

    @Test
    void aServerCertificateIsReadTheSameByAnotherLibrary() throws Exception {
        X509Certificate server =
                issuer.server(
                        new X500Principal("CN=localhost"),
                        caKeys.getPublic(),
                        Duration.ofDays(10),
                        List.of("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"));
        JcaX509CertificateHolder holder = new JcaX509CertificateHolder(server);
        assertThat(holder.getEncoded()).isEqualTo(server.getEncoded());
        assertThat(holder.getNotAfter())
                .isEqualTo(Date.from(clock.now().plus(Duration.ofDays(10))));
        assertThat(server.getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(
                        List.of(2, "localhost"),
                        List.of(7, "127.0.0.1"),
                        List.of(7, "0:0:0:0:0:0:0:1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2.840.10045.4.3.2", "2.5.29.19", "1.3.6.1.5.5.7.3.1", "2.5.127.128"})
    void objectIdentifiersAreEncodedAsTheOtherLibraryDoes(String oid) throws IOException {
        assertThat(Der.oid(oid)).isEqualTo(new ASN1ObjectIdentifier(oid).getEncoded());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2000-01-02T03:04:05Z",
                "2026-11-20T00:00:00Z",
                "2049-12-31T23:59:59Z",
                "2050-01-01T00:00:00Z"
            })
    void timesAreEncodedAsTheOtherLibraryDoes(String time) throws IOException {
        Instant instant = Instant.parse(time);
        assertThat(Der.time(instant)).isEqualTo(new Time(Date.from(instant)).getEncoded());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 126, 127, 128, 254, 255, 256, 70_000})
    void lengthsAreEncodedAsTheOtherLibraryDoes(int length) throws IOException {
        byte[] content = new byte[length];
        assertThat(Der.bits(0, content)).isEqualTo(new DERBitString(content).getEncoded());
    }
}
