package io.homeport.identity;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.storage.Key;
import io.homeport.storage.Transaction;
import io.homeport.storage.View;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.AutoRegistrationStatus;
import software.amazon.awssdk.services.iot.model.CACertificate;
import software.amazon.awssdk.services.iot.model.CACertificateDescription;
import software.amazon.awssdk.services.iot.model.CACertificateStatus;
import software.amazon.awssdk.services.iot.model.CertificateMode;
import software.amazon.awssdk.services.iot.model.CertificateValidity;
import software.amazon.awssdk.services.iot.model.DeleteCaCertificateRequest;
import software.amazon.awssdk.services.iot.model.DeleteCaCertificateResponse;
import software.amazon.awssdk.services.iot.model.DeleteRegistrationCodeRequest;
import software.amazon.awssdk.services.iot.model.DeleteRegistrationCodeResponse;
import software.amazon.awssdk.services.iot.model.DescribeCaCertificateRequest;
import software.amazon.awssdk.services.iot.model.DescribeCaCertificateResponse;
import software.amazon.awssdk.services.iot.model.GetRegistrationCodeRequest;
import software.amazon.awssdk.services.iot.model.GetRegistrationCodeResponse;
import software.amazon.awssdk.services.iot.model.ListCaCertificatesRequest;
import software.amazon.awssdk.services.iot.model.ListCaCertificatesResponse;
import software.amazon.awssdk.services.iot.model.RegisterCaCertificateRequest;
import software.amazon.awssdk.services.iot.model.RegisterCaCertificateResponse;
import software.amazon.awssdk.services.iot.model.RegistrationConfig;
import software.amazon.awssdk.services.iot.model.UpdateCaCertificateRequest;
import software.amazon.awssdk.services.iot.model.UpdateCaCertificateResponse;

/// CAs that accounts register, and the code by which they prove to own them. Thread-safe.
final class CaCertificateOperations {
    private final IdentityParts parts;
    private final Tables tables;

    CaCertificateOperations(IdentityParts parts) {
        this.parts = parts;
        this.tables = parts.tables();
    }

    void register(OperationTable table) {
        table.add(
                        RegisterCaCertificateRequest.class,
                        RegisterCaCertificateRequest::builder,
                        this::registerCaCertificate)
                .add(
                        DescribeCaCertificateRequest.class,
                        DescribeCaCertificateRequest::builder,
                        this::describeCaCertificate)
                .add(
                        UpdateCaCertificateRequest.class,
                        UpdateCaCertificateRequest::builder,
                        this::updateCaCertificate)
                .add(
                        DeleteCaCertificateRequest.class,
                        DeleteCaCertificateRequest::builder,
                        this::deleteCaCertificate)
                .add(
                        ListCaCertificatesRequest.class,
                        ListCaCertificatesRequest::builder,
                        this::listCaCertificates)
                .add(
                        GetRegistrationCodeRequest.class,
                        GetRegistrationCodeRequest::builder,
                        this::getRegistrationCode)
                .add(
                        DeleteRegistrationCodeRequest.class,
                        DeleteRegistrationCodeRequest::builder,
                        this::deleteRegistrationCode);
    }

    RegisterCaCertificateResponse registerCaCertificate(
            RegisterCaCertificateRequest request, Caller caller) {
        X509Certificate certificate = Certificates.parse(request.caCertificate(), "CA certificate");
        if (!X509.isCa(certificate)) {
            throw Faults.badCertificate(
                    "The CA certificate may not sign others: its basic constraints or key usage"
                            + " say so");
        }
        checkTime(certificate);
        CertificateMode mode =
                request.certificateMode() == null
                        ? CertificateMode.DEFAULT
                        : request.certificateMode();
        CaRecord ca = record(request, caller, certificate, mode);
        parts.database()
                .update(transaction -> {
                    if (mode == CertificateMode.DEFAULT
                            || request.verificationCertificate() != null) {
                        verifyOwner(
                                transaction,
                                caller,
                                certificate,
                                request.verificationCertificate());
                    }
                    add(transaction, ca);
                });
        parts.tags()
                .putNew(
                        ca.arn(),
                        request.tags(),
                        () ->
                                parts.database()
                                        .update(transaction ->
                                                tables.cas.delete(
                                                        transaction, key(caller, ca.id()))));
        return RegisterCaCertificateResponse.builder()
                .certificateArn(ca.arn())
                .certificateId(ca.id())
                .build();
    }

    DescribeCaCertificateResponse describeCaCertificate(
            DescribeCaCertificateRequest request, Caller caller) {
        CaRecord ca =
                parts.database().read(view -> existing(view, caller, request.certificateId()));
        return DescribeCaCertificateResponse.builder()
                .certificateDescription(description(ca))
                .registrationConfig(config(ca.registration()))
                .build();
    }

    UpdateCaCertificateResponse updateCaCertificate(
            UpdateCaCertificateRequest request, Caller caller) {
        parts.database()
                .update(transaction -> {
                    CaRecord ca = existing(transaction, caller, request.certificateId());
                    tables.put(transaction, changed(ca, request));
                });
        return UpdateCaCertificateResponse.builder().build();
    }

    DeleteCaCertificateResponse deleteCaCertificate(
            DeleteCaCertificateRequest request, Caller caller) {
        CaRecord deleted =
                parts.database()
                        .write(transaction -> {
                            CaRecord ca = existing(transaction, caller, request.certificateId());
                            if (ca.status() == CACertificateStatus.ACTIVE) {
                                throw Faults.certificateState(
                                        "The CA certificate must be INACTIVE before it can"
                                                + " be deleted");
                            }
                            tables.cas.delete(transaction, key(caller, ca.id()));
                            return ca;
                        });
        parts.tags().forget(deleted.arn());
        return DeleteCaCertificateResponse.builder().build();
    }

    ListCaCertificatesResponse listCaCertificates(
            ListCaCertificatesRequest request, Caller caller) {
        boolean ascending = Boolean.TRUE.equals(request.ascendingOrder());
        String template = request.templateName();
        Key prefix = Tables.order(Key.of(caller.account().value(), caller.region()), ascending);
        Paging.Page<CaRecord> page =
                parts.database()
                        .read(view ->
                                parts.paging()
                                        .page(
                                                "ListCACertificates"
                                                        + String.join("/", prefix.parts())
                                                        + "/"
                                                        + template,
                                                request.marker(),
                                                request.pageSize(),
                                                ca -> usesTemplate(ca, template),
                                                (after, limit) ->
                                                        tables.cas.listBy(
                                                                view,
                                                                Tables.CREATED,
                                                                prefix,
                                                                after,
                                                                limit)));
        return ListCaCertificatesResponse.builder()
                .certificates(page.items().stream().map(CaCertificateOperations::summary).toList())
                .nextMarker(page.nextMarker())
                .build();
    }

    GetRegistrationCodeResponse getRegistrationCode(
            GetRegistrationCodeRequest request, Caller caller) {
        Key key = Key.of(caller.account().value(), caller.region());
        String code =
                parts.database()
                        .write(transaction -> {
                            String stored = tables.registrationCodes.get(transaction, key);
                            if (stored != null) {
                                return stored;
                            }
                            String made = newCode(parts.random());
                            tables.registrationCodes.put(transaction, key, made);
                            return made;
                        });
        return GetRegistrationCodeResponse.builder().registrationCode(code).build();
    }

    DeleteRegistrationCodeResponse deleteRegistrationCode(
            DeleteRegistrationCodeRequest request, Caller caller) {
        Key key = Key.of(caller.account().value(), caller.region());
        boolean deleted =
                parts.database()
                        .write(transaction -> tables.registrationCodes.delete(transaction, key));
        if (!deleted) {
            throw Faults.notFound("There is no registration code");
        }
        return DeleteRegistrationCodeResponse.builder().build();
    }

    /// The verification certificate proves that the caller has the CA's key: it is signed with it
    /// and its common name is the registration code.
    private void verifyOwner(
            View view,
            Caller caller,
            X509Certificate ca,
            @Nullable String verificationCertificate) {
        if (verificationCertificate == null) {
            throw Faults.invalid(
                    "A verificationCertificate is needed, unless certificateMode is SNI_ONLY");
        }
        X509Certificate proof =
                Certificates.parse(verificationCertificate, "verification certificate");
        if (!X509.isSignedBy(proof, ca)) {
            throw Faults.badCertificate(
                    "The verification certificate is not signed by the CA certificate");
        }
        checkTime(proof);
        String code =
                tables.registrationCodes.get(
                        view, Key.of(caller.account().value(), caller.region()));
        List<String> names =
                CertificateVariables.of("", X509.pem(proof))
                        .values("iot:Certificate.Subject.CommonName.List");
        if (code == null || !names.contains(code)) {
            throw Faults.badRegistrationCode(
                    "The common name of the verification certificate is "
                            + (names.isEmpty() ? "missing" : "'" + names.getFirst() + "'")
                            + ", it must be the registration code of this account and region");
        }
    }

    private void checkTime(X509Certificate certificate) {
        Instant now = parts.clock().now();
        if (now.isBefore(certificate.getNotBefore().toInstant())
                || now.isAfter(certificate.getNotAfter().toInstant())) {
            throw Faults.badCertificate(
                    "The certificate is valid from "
                            + certificate.getNotBefore().toInstant()
                            + " to "
                            + certificate.getNotAfter().toInstant()
                            + ", not now");
        }
    }

    private void add(Transaction transaction, CaRecord ca) {
        Key key = Key.of(ca.account(), ca.region(), ca.id());
        if (tables.cas.get(transaction, key) != null) {
            throw Faults.exists(
                    "The CA certificate is already registered: " + ca.id(), ca.id(), ca.arn());
        }
        Key subject = Key.of(ca.subject(), ca.account(), ca.region());
        int limit = parts.limits().casPerSubject();
        if (tables.cas.listBy(transaction, Tables.BY_SUBJECT, subject, null, limit).size()
                >= limit) {
            throw Faults.limit("There are " + limit + " CA certificates with this subject already");
        }
        tables.put(transaction, ca);
    }

    private CaRecord record(
            RegisterCaCertificateRequest request,
            Caller caller,
            X509Certificate certificate,
            CertificateMode mode) {
        long now = parts.clock().millis();
        return new CaRecord(
                caller.account().value(),
                caller.region(),
                X509.id(certificate),
                X509.pem(certificate),
                X509.canonicalName(certificate.getSubjectX500Principal()),
                Boolean.TRUE.equals(request.setAsActive())
                        ? CACertificateStatus.ACTIVE
                        : CACertificateStatus.INACTIVE,
                mode,
                Boolean.TRUE.equals(request.allowAutoRegistration()),
                registration(request.registrationConfig()),
                now,
                now,
                1,
                UUID.randomUUID().toString(),
                certificate.getNotBefore().toInstant().toEpochMilli(),
                certificate.getNotAfter().toInstant().toEpochMilli());
    }

    private CaRecord changed(CaRecord ca, UpdateCaCertificateRequest request) {
        CaRecord.Registration registration = ca.registration();
        if (Boolean.TRUE.equals(request.removeAutoRegistration())) {
            registration = null;
        } else if (request.registrationConfig() != null) {
            registration = registration(request.registrationConfig());
        }
        AutoRegistrationStatus auto = request.newAutoRegistrationStatus();
        return ca.with(
                request.newStatus() == null ? ca.status() : request.newStatus(),
                auto == null ? ca.autoRegistration() : auto == AutoRegistrationStatus.ENABLE,
                registration,
                parts.clock().millis());
    }

    private CaRecord existing(View view, Caller caller, String id) {
        CaRecord ca = tables.cas.get(view, key(caller, id));
        if (ca == null) {
            throw Faults.notFound("The CA certificate given in the request does not exist: " + id);
        }
        return ca;
    }

    private static boolean usesTemplate(CaRecord ca, @Nullable String template) {
        return template == null
                || (ca.registration() != null && template.equals(ca.registration().templateName()));
    }

    private static CaRecord.@Nullable Registration registration(
            @Nullable RegistrationConfig config) {
        if (config == null) {
            return null;
        }
        if (config.templateBody() != null && config.templateName() != null) {
            throw Faults.invalid(
                    "A registrationConfig has a templateBody or a templateName, not both");
        }
        return new CaRecord.Registration(
                config.templateBody(), config.templateName(), config.roleArn());
    }

    private static @Nullable RegistrationConfig config(
            CaRecord.@Nullable Registration registration) {
        return registration == null
                ? null
                : RegistrationConfig.builder()
                        .templateBody(registration.templateBody())
                        .templateName(registration.templateName())
                        .roleArn(registration.roleArn())
                        .build();
    }

    private static CACertificate summary(CaRecord ca) {
        return CACertificate.builder()
                .certificateArn(ca.arn())
                .certificateId(ca.id())
                .status(ca.status())
                .creationDate(Instant.ofEpochMilli(ca.createdMillis()))
                .build();
    }

    private static CACertificateDescription description(CaRecord ca) {
        return CACertificateDescription.builder()
                .certificateArn(ca.arn())
                .certificateId(ca.id())
                .status(ca.status())
                .certificatePem(ca.pem())
                .ownedBy(ca.account())
                .creationDate(Instant.ofEpochMilli(ca.createdMillis()))
                .autoRegistrationStatus(
                        ca.autoRegistration()
                                ? AutoRegistrationStatus.ENABLE
                                : AutoRegistrationStatus.DISABLE)
                .lastModifiedDate(Instant.ofEpochMilli(ca.modifiedMillis()))
                .customerVersion(ca.customerVersion())
                .generationId(ca.generationId())
                .certificateMode(ca.mode())
                .validity(
                        CertificateValidity.builder()
                                .notBefore(Instant.ofEpochMilli(ca.notBeforeMillis()))
                                .notAfter(Instant.ofEpochMilli(ca.notAfterMillis()))
                                .build())
                .build();
    }

    private static String newCode(SecureRandom random) {
        byte[] code = new byte[32];
        random.nextBytes(code);
        return HexFormat.of().formatHex(code);
    }

    private static Key key(Caller caller, String id) {
        return Key.of(caller.account().value(), caller.region(), id);
    }
}
