package io.homeport.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.Profile;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.model.AutoRegistrationStatus;
import software.amazon.awssdk.services.iot.model.CACertificate;
import software.amazon.awssdk.services.iot.model.CACertificateStatus;
import software.amazon.awssdk.services.iot.model.Certificate;
import software.amazon.awssdk.services.iot.model.CertificateConflictException;
import software.amazon.awssdk.services.iot.model.CertificateDescription;
import software.amazon.awssdk.services.iot.model.CertificateMode;
import software.amazon.awssdk.services.iot.model.CertificateStateException;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.CertificateValidationException;
import software.amazon.awssdk.services.iot.model.DeleteCaCertificateRequest;
import software.amazon.awssdk.services.iot.model.DeleteRegistrationCodeRequest;
import software.amazon.awssdk.services.iot.model.DescribeCaCertificateRequest;
import software.amazon.awssdk.services.iot.model.DescribeCaCertificateResponse;
import software.amazon.awssdk.services.iot.model.DescribeCertificateRequest;
import software.amazon.awssdk.services.iot.model.DescribeCertificateResponse;
import software.amazon.awssdk.services.iot.model.GetRegistrationCodeRequest;
import software.amazon.awssdk.services.iot.model.GetRegistrationCodeResponse;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.LimitExceededException;
import software.amazon.awssdk.services.iot.model.ListCaCertificatesRequest;
import software.amazon.awssdk.services.iot.model.ListCaCertificatesResponse;
import software.amazon.awssdk.services.iot.model.ListCertificatesByCaRequest;
import software.amazon.awssdk.services.iot.model.ListCertificatesByCaResponse;
import software.amazon.awssdk.services.iot.model.RegisterCaCertificateRequest;
import software.amazon.awssdk.services.iot.model.RegisterCaCertificateResponse;
import software.amazon.awssdk.services.iot.model.RegisterCertificateRequest;
import software.amazon.awssdk.services.iot.model.RegisterCertificateResponse;
import software.amazon.awssdk.services.iot.model.RegisterCertificateWithoutCaRequest;
import software.amazon.awssdk.services.iot.model.RegisterCertificateWithoutCaResponse;
import software.amazon.awssdk.services.iot.model.RegistrationCodeValidationException;
import software.amazon.awssdk.services.iot.model.RegistrationConfig;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.Tag;
import software.amazon.awssdk.services.iot.model.UpdateCaCertificateRequest;

/// AWS IoT developer guide, "Register your CA certificate" and "Register a client certificate".
final class RegistrationOperationsTest {
    @TempDir private Path directory;
    private final Chains.Signed ca = Chains.ca("CN=Acme CA,O=Acme");
    private Identity identity;

    @BeforeEach
    void start() {
        identity = new Identity(directory, Profile.AWS);
    }

    @Test
    void aCaIsRegisteredByACertificateThatNamesTheRegistrationCode() {
        String proof = Chains.device(ca, "CN=" + code()).pem();
        RegisterCaCertificateResponse made =
                identity.call(
                        RegisterCaCertificateRequest.builder()
                                .caCertificate(ca.pem())
                                .verificationCertificate(proof)
                                .tags(Tag.builder().key("fleet").value("one").build())
                                .build(),
                        RegisterCaCertificateResponse.class);
        assertThat(made.certificateId()).isEqualTo(ca.id());
        assertThat(made.certificateArn())
                .isEqualTo("arn:aws:iot:us-east-1:000000000000:cacert/" + ca.id());
        assertThat(identity.tags).containsKey(made.certificateArn());
        DescribeCaCertificateResponse described = describe(ca.id());
        assertThat(described.certificateDescription().status())
                .isEqualTo(CACertificateStatus.INACTIVE);
        assertThat(described.certificateDescription().autoRegistrationStatus())
                .isEqualTo(AutoRegistrationStatus.DISABLE);
        assertThat(described.certificateDescription().certificateMode())
                .isEqualTo(CertificateMode.DEFAULT);
        assertThat(described.certificateDescription().certificatePem()).isEqualTo(ca.pem());
        assertThat(described.registrationConfig()).isNull();
    }

    @Test
    void aWrongOrMissingProofIsRefused() {
        String code = code();
        assertThat(code).isEqualTo(code()).matches("[0-9a-f]{64}");
        assertThatThrownBy(() -> registerCa(ca, Chains.device(ca, "CN=other").pem()))
                .isInstanceOf(RegistrationCodeValidationException.class)
                .hasMessageContaining("'other'");
        Chains.Signed impostor = Chains.ca("CN=Acme CA,O=Acme");
        assertThatThrownBy(() -> registerCa(ca, Chains.device(impostor, "CN=" + code).pem()))
                .isInstanceOf(CertificateValidationException.class)
                .hasMessageContaining("not signed");
        assertThatThrownBy(() -> registerCa(ca, null)).isInstanceOf(InvalidRequestException.class);
        identity.call(DeleteRegistrationCodeRequest.builder().build());
        assertThatThrownBy(() -> registerCa(ca, Chains.device(ca, "CN=" + code).pem()))
                .isInstanceOf(RegistrationCodeValidationException.class);
        assertThat(code()).isNotEqualTo(code);
    }

    @Test
    void aCertificateThatMayNotSignIsNoCa() {
        Chains.Signed device = Chains.device(ca, "CN=lamp");
        assertThatThrownBy(() -> registerSniOnly(device))
                .isInstanceOf(CertificateValidationException.class)
                .hasMessageContaining("basic constraints");
        assertThatThrownBy(() ->
                        identity.call(
                                RegisterCaCertificateRequest.builder()
                                        .caCertificate("-----BEGIN CERTIFICATE-----")
                                        .certificateMode(CertificateMode.SNI_ONLY)
                                        .build()))
                .isInstanceOf(CertificateValidationException.class)
                .hasMessageContaining("PEM");
    }

    @Test
    void tenCasMayShareASubjectAndAnEleventhIsRefused() {
        for (int i = 0; i < 10; i++) {
            registerSniOnly(Chains.ca("CN=Acme CA,O=Acme"));
        }
        assertThatThrownBy(() -> registerSniOnly(ca)).isInstanceOf(LimitExceededException.class);
        registerSniOnly(Chains.ca("CN=Other CA"));
        assertThat(listCas(null)).hasSize(11);
    }

    @Test
    void aCaThatIsRegisteredAlreadyIsNamedInTheFault() {
        registerSniOnly(ca);
        assertThatThrownBy(() -> registerSniOnly(ca))
                .isInstanceOfSatisfying(
                        ResourceAlreadyExistsException.class,
                        fault -> {
                            assertThat(fault.resourceId()).isEqualTo(ca.id());
                            assertThat(fault.resourceArn()).endsWith("cacert/" + ca.id());
                        });
    }

    @Test
    void aCaIsChangedAndDeletedOnceItIsInactive() {
        registerSniOnly(ca);
        identity.call(
                UpdateCaCertificateRequest.builder()
                        .certificateId(ca.id())
                        .newAutoRegistrationStatus(AutoRegistrationStatus.ENABLE)
                        .registrationConfig(
                                RegistrationConfig.builder().templateName("lamps").build())
                        .build());
        assertThat(describe(ca.id()).registrationConfig().templateName()).isEqualTo("lamps");
        assertThat(describe(ca.id()).certificateDescription().customerVersion()).isEqualTo(2);
        assertThat(listCas("lamps")).hasSize(1);
        assertThat(listCas("others")).isEmpty();
        DeleteCaCertificateRequest delete =
                DeleteCaCertificateRequest.builder().certificateId(ca.id()).build();
        assertThatThrownBy(() -> identity.call(delete))
                .isInstanceOf(CertificateStateException.class);
        identity.call(
                UpdateCaCertificateRequest.builder()
                        .certificateId(ca.id())
                        .newStatus(CACertificateStatus.INACTIVE)
                        .removeAutoRegistration(true)
                        .build());
        assertThat(describe(ca.id()).registrationConfig()).isNull();
        identity.call(delete);
        assertThatThrownBy(() -> describe(ca.id())).isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> identity.call(delete))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void aCertificateOfARegisteredCaIsRegisteredWithItsMode() {
        registerSniOnly(ca);
        Chains.Signed device = Chains.device(ca, "CN=lamp");
        RegisterCertificateResponse made = register(device, null, CertificateStatus.ACTIVE);
        assertThat(made.certificateId()).isEqualTo(device.id());
        CertificateDescription described = describeCertificate(device.id());
        assertThat(described.caCertificateId()).isEqualTo(ca.id());
        assertThat(described.status()).isEqualTo(CertificateStatus.ACTIVE);
        assertThat(described.certificateMode()).isEqualTo(CertificateMode.SNI_ONLY);
        assertThatThrownBy(() -> register(device, null, CertificateStatus.ACTIVE))
                .isInstanceOf(ResourceAlreadyExistsException.class);
        assertThat(
                        identity.call(
                                        ListCertificatesByCaRequest.builder()
                                                .caCertificateId(ca.id())
                                                .build(),
                                        ListCertificatesByCaResponse.class)
                                .certificates())
                .extracting(Certificate::certificateId)
                .containsExactly(device.id());
    }

    @Test
    void aCertificateOfAnUnknownInactiveOrOtherCaIsRefused() {
        Chains.Signed device = Chains.device(ca, "CN=lamp");
        assertThatThrownBy(() -> register(device, null, CertificateStatus.ACTIVE))
                .isInstanceOf(CertificateValidationException.class);
        registerSniOnly(ca);
        // Same name, other key.
        Chains.Signed other = Chains.ca("CN=Acme CA,O=Acme");
        registerSniOnly(other);
        assertThatThrownBy(() -> register(device, other.pem(), CertificateStatus.ACTIVE))
                .isInstanceOf(CertificateValidationException.class)
                .hasMessageContaining("caCertificatePem");
        identity.call(
                UpdateCaCertificateRequest.builder()
                        .certificateId(ca.id())
                        .newStatus(CACertificateStatus.INACTIVE)
                        .build());
        assertThatThrownBy(() -> register(device, null, CertificateStatus.ACTIVE))
                .isInstanceOf(CertificateStateException.class);
    }

    @Test
    void twoCasWithTheSameNameAndKeyNeedTheCaToBeNamed() {
        KeyPair keys = ca.keys();
        Chains.Signed twin = Chains.ca("CN=Acme CA,O=Acme", keys);
        registerSniOnly(ca);
        registerSniOnly(twin);
        Chains.Signed device = Chains.device(ca, "CN=lamp");
        assertThatThrownBy(() -> register(device, null, CertificateStatus.ACTIVE))
                .isInstanceOf(CertificateConflictException.class);
        register(device, twin.pem(), CertificateStatus.INACTIVE);
        assertThat(describeCertificate(device.id()).caCertificateId()).isEqualTo(twin.id());
    }

    @Test
    void withoutCaAnyCertificateWithAStrongKeyAndSignatureIsRegistered() {
        Chains.Signed device = Chains.device(ca, "CN=lamp");
        assertThat(
                        identity.call(
                                        RegisterCertificateWithoutCaRequest.builder()
                                                .certificatePem(device.pem())
                                                .build(),
                                        RegisterCertificateWithoutCaResponse.class)
                                .certificateId())
                .isEqualTo(device.id());
        CertificateDescription described = describeCertificate(device.id());
        assertThat(described.certificateMode()).isEqualTo(CertificateMode.SNI_ONLY);
        assertThat(described.status()).isEqualTo(CertificateStatus.INACTIVE);
        for (Chains.Signed weak :
                List.of(
                        Chains.device(ca, "CN=sha1", device.keys(), "SHA1withECDSA", 365),
                        Chains.device(
                                ca, "CN=short", Chains.keys("RSA", 1024), "SHA256withECDSA", 365),
                        Chains.device(
                                ca,
                                "CN=ed",
                                Chains.keys("Ed25519", 255),
                                "SHA256withECDSA",
                                365))) {
            assertThatThrownBy(() ->
                            identity.call(
                                    RegisterCertificateWithoutCaRequest.builder()
                                            .certificatePem(weak.pem())
                                            .build()))
                    .isInstanceOf(CertificateValidationException.class);
        }
    }

    @Test
    void aCertificateIsNotRegisteredAsPending() {
        registerSniOnly(ca);
        assertThatThrownBy(() ->
                        register(
                                Chains.device(ca, "CN=lamp"),
                                null,
                                CertificateStatus.PENDING_ACTIVATION))
                .isInstanceOf(InvalidRequestException.class);
    }

    private String code() {
        return identity.call(
                        GetRegistrationCodeRequest.builder().build(),
                        GetRegistrationCodeResponse.class)
                .registrationCode();
    }

    private void registerCa(Chains.Signed certificate, @Nullable String proof) {
        identity.call(
                RegisterCaCertificateRequest.builder()
                        .caCertificate(certificate.pem())
                        .verificationCertificate(proof)
                        .build());
    }

    private void registerSniOnly(Chains.Signed certificate) {
        identity.call(
                RegisterCaCertificateRequest.builder()
                        .caCertificate(certificate.pem())
                        .certificateMode(CertificateMode.SNI_ONLY)
                        .setAsActive(true)
                        .build());
    }

    private RegisterCertificateResponse register(
            Chains.Signed device, @Nullable String caPem, CertificateStatus status) {
        return identity.call(
                RegisterCertificateRequest.builder()
                        .certificatePem(device.pem())
                        .caCertificatePem(caPem)
                        .status(status)
                        .build(),
                RegisterCertificateResponse.class);
    }

    private DescribeCaCertificateResponse describe(String id) {
        return identity.call(
                DescribeCaCertificateRequest.builder().certificateId(id).build(),
                DescribeCaCertificateResponse.class);
    }

    private CertificateDescription describeCertificate(String id) {
        return identity.call(
                        DescribeCertificateRequest.builder().certificateId(id).build(),
                        DescribeCertificateResponse.class)
                .certificateDescription();
    }

    private List<CACertificate> listCas(@Nullable String template) {
        return identity.call(
                        ListCaCertificatesRequest.builder()
                                .templateName(template)
                                .pageSize(250)
                                .build(),
                        ListCaCertificatesResponse.class)
                .certificates();
    }
}
