package io.homeport.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.aws.InvalidTokenException;
import io.homeport.core.Profile;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.iot.model.Certificate;
import software.amazon.awssdk.services.iot.model.CertificateDescription;
import software.amazon.awssdk.services.iot.model.CertificateMode;
import software.amazon.awssdk.services.iot.model.CertificateStateException;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.CreateCertificateFromCsrRequest;
import software.amazon.awssdk.services.iot.model.CreateCertificateFromCsrResponse;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateRequest;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateResponse;
import software.amazon.awssdk.services.iot.model.DeleteCertificateRequest;
import software.amazon.awssdk.services.iot.model.DeleteConflictException;
import software.amazon.awssdk.services.iot.model.DeletePolicyRequest;
import software.amazon.awssdk.services.iot.model.DescribeCertificateRequest;
import software.amazon.awssdk.services.iot.model.DescribeCertificateResponse;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.ListCertificatesRequest;
import software.amazon.awssdk.services.iot.model.ListCertificatesResponse;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.UpdateCertificateRequest;

/// AWS IoT API reference: the operations on device certificates.
final class CertificateOperationsTest {
    /// A curve of 256 bits, but not P-256; made by OpenSSL, since the JDK has it no more.
    private static final String ON_SECP256K1 =
            "-----BEGIN CERTIFICATE REQUEST-----\n"
                    + "MIHCMGsCAQAwDDEKMAgGA1UEAwwBeDBWMBAGByqGSM49AgEGBSuBBAAKA0IABCSWIV4MK8"
                    + "wVTX1qbDwFp6xr3Oq6Q25v8d8LTv8Qdwq/11OaEL60n5wZ+1YNsnReONAYSSJDnNuiCCsm"
                    + "F4EQ0y6gADAKBggqhkjOPQQDAgNHADBEAiA1qR9x3ycRPCbwX7sr2w6zLMRNk/g4IfD/29"
                    + "9I4D9gdwIgN5dx9nSCtdT3AhvDFW3vxV2jg7zQ5dP1NBafT0sKH9k="
                    + "\n-----END CERTIFICATE REQUEST-----\n";

    @TempDir private Path directory;
    private Identity identity;

    @BeforeEach
    void start() {
        identity = new Identity(directory, Profile.OPEN);
    }

    @Test
    void createKeysAndCertificateGivesAnRsaKeyAndACertificateUntilTheEndOf2049()
            throws GeneralSecurityException {
        CreateKeysAndCertificateResponse made =
                identity.call(
                        CreateKeysAndCertificateRequest.builder().build(),
                        CreateKeysAndCertificateResponse.class);
        X509Certificate certificate = X509.parse(made.certificatePem()).orElseThrow();
        assertThat(made.certificateId()).isEqualTo(X509.id(certificate)).matches("[0-9a-f]{64}");
        assertThat(made.certificateArn())
                .isEqualTo("arn:aws:iot:us-east-1:000000000000:cert/" + made.certificateId());
        assertThat(certificate.getNotAfter()).isEqualTo("2049-12-31T23:59:59Z");
        assertThat(certificate.getSubjectX500Principal().getName())
                .isEqualTo("CN=AWS IoT Certificate");
        certificate.verify(
                LocalAuthority.open(directory, List.of(), identity.clock)
                        .caCertificate()
                        .getPublicKey());
        // Device libraries take the key in the form of PKCS #1.
        RSAPrivateKey key =
                RSAPrivateKey.getInstance(
                        Pem.decode("RSA PRIVATE KEY", made.keyPair().privateKey()).orElseThrow());
        RSAPublicKey inCertificate = (RSAPublicKey) certificate.getPublicKey();
        assertThat(key.getModulus())
                .isEqualTo(inCertificate.getModulus())
                .satisfies(modulus -> assertThat(modulus.bitLength()).isEqualTo(2048));
        assertThat(Pem.decode("PUBLIC KEY", made.keyPair().publicKey()))
                .hasValue(inCertificate.getEncoded());
        assertThat(describe(made.certificateId()).status()).isEqualTo(CertificateStatus.INACTIVE);
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 384, 521})
    void aRequestWithAKeyOnASupportedCurveGetsACertificateOfItsSubject(int bits) {
        KeyPair keys = Chains.keys("EC", bits);
        CreateCertificateFromCsrResponse made = fromCsr(Chains.csr("CN=lamp, O=Acme", keys));
        X509Certificate certificate = X509.parse(made.certificatePem()).orElseThrow();
        assertThat(certificate.getPublicKey()).isEqualTo(keys.getPublic());
        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=lamp,O=Acme");
    }

    /// RFC 5280, 4.1.2.6: a certificate without alternative names can't have an empty subject.
    @Test
    void aRequestWithoutSubjectGetsTheSubjectOfOurOwnCertificates() {
        CreateCertificateFromCsrResponse made = fromCsr(Chains.csr("", Chains.RSA));
        assertThat(
                        X509.parse(made.certificatePem())
                                .orElseThrow()
                                .getSubjectX500Principal()
                                .getName())
                .isEqualTo("CN=AWS IoT Certificate");
    }

    @Test
    void theSameRequestGetsADistinctCertificateEachTime() {
        String csr = Chains.csr("CN=lamp", Chains.RSA);
        assertThat(fromCsr(csr).certificateId()).isNotEqualTo(fromCsr(csr).certificateId());
    }

    @Test
    void aRequestThatIsForgedWeakOrNoRequestIsRefused() {
        byte[] forged = Chains.csrDer("CN=lamp", CertificateIssuer.newEcKeys(Chains.RANDOM));
        forged[forged.length - 1] ^= 1;
        assertThatThrownBy(() -> fromCsr(Pem.encode("CERTIFICATE REQUEST", forged)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("signature");
        assertThatThrownBy(() -> fromCsr(Chains.csr("CN=lamp", Chains.keys("RSA", 1024))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("1024 bits");
        assertThatThrownBy(() -> fromCsr(ON_SECP256K1))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("P-256");
        assertThatThrownBy(() -> fromCsr("hello"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("PEM");
        assertThatThrownBy(() -> fromCsr(Pem.encode("CERTIFICATE REQUEST", new byte[] {1, 2})))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void describeTellsAllOfACertificate() {
        String id = identity.issue("CN=lamp").certificateId();
        CertificateDescription made = describe(id);
        assertThat(made.status()).isEqualTo(CertificateStatus.ACTIVE);
        assertThat(made.ownedBy()).isEqualTo("000000000000");
        assertThat(made.customerVersion()).isEqualTo(1);
        assertThat(made.certificateMode()).isEqualTo(CertificateMode.DEFAULT);
        assertThat(made.validity().notAfter()).isEqualTo(Instant.parse("2049-12-31T23:59:59Z"));
        assertThat(made.creationDate()).isEqualTo(identity.clock.now());
        assertThat(made.caCertificateId()).isNull();
        identity.clock.advance(Duration.ofMinutes(1));
        update(id, CertificateStatus.INACTIVE);
        CertificateDescription changed = describe(id);
        assertThat(changed.customerVersion()).isEqualTo(2);
        assertThat(changed.generationId()).isEqualTo(made.generationId());
        assertThat(changed.creationDate()).isEqualTo(made.creationDate());
        assertThat(changed.lastModifiedDate()).isEqualTo(identity.clock.now());
    }

    @ParameterizedTest
    @EnumSource(
            value = CertificateStatus.class,
            names = {"PENDING_TRANSFER", "PENDING_ACTIVATION"})
    void statusesThatAreSetByAwsIotAloneCannotBeAskedFor(CertificateStatus status) {
        String id = identity.issue("CN=lamp").certificateId();
        assertThatThrownBy(() -> update(id, status)).isInstanceOf(InvalidRequestException.class);
        assertThat(describe(id).status()).isEqualTo(CertificateStatus.ACTIVE);
    }

    @Test
    void anActiveCertificateIsNotDeletedEvenByForce() {
        String id = identity.issue("CN=lamp").certificateId();
        assertThatThrownBy(() -> delete(id, true)).isInstanceOf(CertificateStateException.class);
        update(id, CertificateStatus.REVOKED);
        delete(id, false);
        assertThatThrownBy(() -> describe(id)).isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void attachedPoliciesKeepACertificateFromBeingDeletedUnlessForced() {
        CreateCertificateFromCsrResponse made = identity.issue("CN=lamp");
        identity.createPolicy("all", Identity.ALLOW_ALL);
        identity.attach("all", made.certificateArn());
        update(made.certificateId(), CertificateStatus.INACTIVE);
        assertThatThrownBy(() -> delete(made.certificateId(), false))
                .isInstanceOf(DeleteConflictException.class);
        delete(made.certificateId(), true);
        // The attachment went with it, so that the policy can go too.
        identity.call(DeletePolicyRequest.builder().policyName("all").build());
    }

    @Test
    void attachedThingsKeepACertificateFromBeingDeletedEvenByForce() {
        CreateCertificateFromCsrResponse made = identity.issue("CN=lamp");
        update(made.certificateId(), CertificateStatus.INACTIVE);
        identity.things.attach(made.certificateArn(), "lamp");
        assertThatThrownBy(() -> delete(made.certificateId(), true))
                .isInstanceOf(DeleteConflictException.class);
    }

    @Test
    void listsGoByTimeOfCreationInBothDirectionsPageByPage() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            identity.clock.advance(Duration.ofSeconds(1));
            made.add(identity.issue("CN=lamp" + i).certificateId());
        }
        assertThat(listAll(true)).isEqualTo(made);
        assertThat(listAll(false)).isEqualTo(made.reversed());
    }

    @Test
    void aPageGoesOnBehindItsLastRowEvenWhenThatIsGone() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            identity.clock.advance(Duration.ofSeconds(1));
            made.add(identity.issue("CN=lamp" + i).certificateId());
        }
        ListCertificatesResponse first = list(true, 1, null);
        update(made.getFirst(), CertificateStatus.INACTIVE);
        delete(made.getFirst(), false);
        assertThat(list(true, 1, first.nextMarker()).certificates())
                .extracting(Certificate::certificateId)
                .containsExactly(made.get(1));
    }

    @Test
    void markersOfOtherListsAndMadeUpOnesAreRefused() {
        identity.issue("CN=one");
        identity.issue("CN=two");
        String marker = list(true, 1, null).nextMarker();
        assertThat(marker).isNotNull();
        assertThatThrownBy(() -> list(false, 1, marker)).isInstanceOf(InvalidTokenException.class);
        assertThatThrownBy(() -> list(true, 1, "AAAA")).isInstanceOf(InvalidTokenException.class);
        assertThatThrownBy(() -> list(true, 251, null))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("1 to 250");
    }

    @Test
    void accountsAndRegionsDontSeeEachOthersCertificates() {
        String id = identity.issue("CN=lamp").certificateId();
        DescribeCertificateRequest request =
                DescribeCertificateRequest.builder().certificateId(id).build();
        assertThatThrownBy(() ->
                        identity.call(
                                request,
                                DescribeCertificateResponse.class,
                                Identity.caller("111111111111", Identity.REGION)))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() ->
                        identity.call(
                                request,
                                DescribeCertificateResponse.class,
                                Identity.caller("000000000000", "eu-west-1")))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    private List<String> listAll(boolean ascending) {
        List<String> ids = new ArrayList<>();
        String marker = null;
        do {
            ListCertificatesResponse page = list(ascending, 3, marker);
            page.certificates().forEach(certificate -> ids.add(certificate.certificateId()));
            marker = page.nextMarker();
        } while (marker != null);
        return ids;
    }

    private ListCertificatesResponse list(boolean ascending, int size, @Nullable String marker) {
        return identity.call(
                ListCertificatesRequest.builder()
                        .ascendingOrder(ascending)
                        .pageSize(size)
                        .marker(marker)
                        .build(),
                ListCertificatesResponse.class);
    }

    private CreateCertificateFromCsrResponse fromCsr(String csr) {
        return identity.call(
                CreateCertificateFromCsrRequest.builder().certificateSigningRequest(csr).build(),
                CreateCertificateFromCsrResponse.class);
    }

    private CertificateDescription describe(String id) {
        return identity.call(
                        DescribeCertificateRequest.builder().certificateId(id).build(),
                        DescribeCertificateResponse.class)
                .certificateDescription();
    }

    private void update(String id, CertificateStatus status) {
        identity.call(
                UpdateCertificateRequest.builder().certificateId(id).newStatus(status).build());
    }

    private void delete(String id, boolean force) {
        identity.call(
                DeleteCertificateRequest.builder().certificateId(id).forceDelete(force).build());
    }
}
