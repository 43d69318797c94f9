package io.homeport.identity;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.core.AccountId;
import io.homeport.storage.Key;
import io.homeport.storage.Transaction;
import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.CertificateDescription;
import software.amazon.awssdk.services.iot.model.CertificateMode;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.CertificateValidity;
import software.amazon.awssdk.services.iot.model.CreateCertificateFromCsrRequest;
import software.amazon.awssdk.services.iot.model.CreateCertificateFromCsrResponse;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateRequest;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateResponse;
import software.amazon.awssdk.services.iot.model.DeleteCertificateRequest;
import software.amazon.awssdk.services.iot.model.DeleteCertificateResponse;
import software.amazon.awssdk.services.iot.model.DescribeCertificateRequest;
import software.amazon.awssdk.services.iot.model.DescribeCertificateResponse;
import software.amazon.awssdk.services.iot.model.ListCertificatesByCaRequest;
import software.amazon.awssdk.services.iot.model.ListCertificatesByCaResponse;
import software.amazon.awssdk.services.iot.model.ListCertificatesRequest;
import software.amazon.awssdk.services.iot.model.ListCertificatesResponse;
import software.amazon.awssdk.services.iot.model.TransferData;
import software.amazon.awssdk.services.iot.model.UpdateCertificateRequest;
import software.amazon.awssdk.services.iot.model.UpdateCertificateResponse;

/// Device certificates: issued here, described, listed, changed and deleted. Thread-safe.
final class CertificateOperations {
    private static final X500Principal ISSUED_SUBJECT = new X500Principal("CN=AWS IoT Certificate");

    private final IdentityParts parts;
    private final Tables tables;

    CertificateOperations(IdentityParts parts) {
        this.parts = parts;
        this.tables = parts.tables();
    }

    void register(OperationTable table) {
        table.add(
                        CreateKeysAndCertificateRequest.class,
                        CreateKeysAndCertificateRequest::builder,
                        this::createKeysAndCertificate)
                .add(
                        CreateCertificateFromCsrRequest.class,
                        CreateCertificateFromCsrRequest::builder,
                        this::createCertificateFromCsr)
                .add(
                        DescribeCertificateRequest.class,
                        DescribeCertificateRequest::builder,
                        this::describeCertificate)
                .add(
                        UpdateCertificateRequest.class,
                        UpdateCertificateRequest::builder,
                        this::updateCertificate)
                .add(
                        DeleteCertificateRequest.class,
                        DeleteCertificateRequest::builder,
                        this::deleteCertificate)
                .add(
                        ListCertificatesRequest.class,
                        ListCertificatesRequest::builder,
                        this::listCertificates)
                .add(
                        ListCertificatesByCaRequest.class,
                        ListCertificatesByCaRequest::builder,
                        this::listCertificatesByCa);
    }

    CreateKeysAndCertificateResponse createKeysAndCertificate(
            CreateKeysAndCertificateRequest request, Caller caller) {
        KeyPair keys = CertificateIssuer.newRsaKeys(parts.random());
        X509Certificate certificate =
                parts.authority().issuer().device(ISSUED_SUBJECT, keys.getPublic());
        CertificateRecord record = store(caller, certificate, request.setAsActive());
        return CreateKeysAndCertificateResponse.builder()
                .certificateArn(record.arn())
                .certificateId(record.id())
                .certificatePem(record.pem())
                .keyPair(pair ->
                        pair.publicKey(Pem.encode("PUBLIC KEY", keys.getPublic().getEncoded()))
                                .privateKey(pkcs1(keys)))
                .build();
    }

    CreateCertificateFromCsrResponse createCertificateFromCsr(
            CreateCertificateFromCsrRequest request, Caller caller) {
        SigningRequest asked = SigningRequest.read(request.certificateSigningRequest());
        X500Principal subject = asked.subject();
        // RFC 5280, 4.1.2.6: without alternative names a certificate needs a subject.
        X509Certificate certificate =
                parts.authority()
                        .issuer()
                        .device(
                                subject.getName().isEmpty() ? ISSUED_SUBJECT : subject,
                                asked.key());
        CertificateRecord record = store(caller, certificate, request.setAsActive());
        return CreateCertificateFromCsrResponse.builder()
                .certificateArn(record.arn())
                .certificateId(record.id())
                .certificatePem(record.pem())
                .build();
    }

    DescribeCertificateResponse describeCertificate(
            DescribeCertificateRequest request, Caller caller) {
        CertificateRecord record =
                parts.database()
                        .read(view ->
                                tables.certificate(
                                                view,
                                                caller.account().value(),
                                                caller.region(),
                                                request.certificateId())
                                        .orElseThrow(() ->
                                                Faults.noCertificate(request.certificateId())));
        return DescribeCertificateResponse.builder()
                .certificateDescription(description(record))
                .build();
    }

    UpdateCertificateResponse updateCertificate(UpdateCertificateRequest request, Caller caller) {
        CertificateStatus asked = request.newStatus();
        if (!Certificates.settable(asked)) {
            throw Faults.invalid(
                    "The status " + asked + " is set by AWS IoT alone and can't be asked for");
        }
        CertificateRecord before =
                change(
                        caller,
                        request.certificateId(),
                        record -> {
                            if (record.status() == CertificateStatus.PENDING_TRANSFER) {
                                throw Faults.certificateState(
                                        "The certificate is being transferred; accept, reject or"
                                                + " cancel the transfer first");
                            }
                            return record.withStatus(asked, parts.clock().millis());
                        });
        if (asked == CertificateStatus.ACTIVE) {
            parts.changes().rightsChanged();
        } else if (before.status() == CertificateStatus.ACTIVE) {
            parts.changes()
                    .principalRevoked(identity(caller, before.id()), "the certificate is " + asked);
        }
        return UpdateCertificateResponse.builder().build();
    }

    DeleteCertificateResponse deleteCertificate(DeleteCertificateRequest request, Caller caller) {
        parts.database()
                .update(transaction ->
                        delete(
                                transaction,
                                caller,
                                request.certificateId(),
                                Boolean.TRUE.equals(request.forceDelete())));
        parts.changes()
                .principalRevoked(
                        identity(caller, request.certificateId()), "the certificate is deleted");
        return DeleteCertificateResponse.builder().build();
    }

    ListCertificatesResponse listCertificates(ListCertificatesRequest request, Caller caller) {
        boolean ascending = Boolean.TRUE.equals(request.ascendingOrder());
        Key prefix = Tables.order(Key.of(caller.account().value(), caller.region()), ascending);
        Paging.Page<CertificateRecord> page =
                page(Tables.CREATED, prefix, request.marker(), request.pageSize());
        return ListCertificatesResponse.builder()
                .certificates(page.items().stream().map(Certificates::summary).toList())
                .nextMarker(page.nextMarker())
                .build();
    }

    ListCertificatesByCaResponse listCertificatesByCa(
            ListCertificatesByCaRequest request, Caller caller) {
        boolean ascending = Boolean.TRUE.equals(request.ascendingOrder());
        Key base = Key.of(caller.account().value(), caller.region(), request.caCertificateId());
        Paging.Page<CertificateRecord> page =
                page(
                        Tables.BY_CA,
                        Tables.order(base, ascending),
                        request.marker(),
                        request.pageSize());
        return ListCertificatesByCaResponse.builder()
                .certificates(page.items().stream().map(Certificates::summary).toList())
                .nextMarker(page.nextMarker())
                .build();
    }

    private Paging.Page<CertificateRecord> page(
            String index, Key prefix, @Nullable String marker, @Nullable Integer pageSize) {
        return parts.database()
                .read(view ->
                        parts.paging()
                                .page(
                                        index + String.join("/", prefix.parts()),
                                        marker,
                                        pageSize,
                                        row -> true,
                                        (after, limit) ->
                                                tables.certificates.listBy(
                                                        view, index, prefix, after, limit)));
    }

    private CertificateRecord store(
            Caller caller, X509Certificate certificate, @Nullable Boolean setAsActive) {
        CertificateRecord record =
                Certificates.record(
                        caller.account(),
                        caller.region(),
                        certificate,
                        Certificates.active(setAsActive),
                        CertificateMode.DEFAULT,
                        null,
                        parts.clock().millis());
        return parts.database().write(transaction -> Certificates.add(tables, transaction, record));
    }

    /// Replaces a record by what the function makes of it; returns what it was before.
    private CertificateRecord change(
            Caller caller, String id, Function<CertificateRecord, CertificateRecord> change) {
        return parts.database()
                .write(transaction -> {
                    CertificateRecord before = existing(transaction, caller, id);
                    tables.put(transaction, change.apply(before));
                    return before;
                });
    }

    private CertificateRecord existing(Transaction transaction, Caller caller, String id) {
        return tables.certificate(transaction, caller.account().value(), caller.region(), id)
                .orElseThrow(() -> Faults.noCertificate(id));
    }

    private void delete(Transaction transaction, Caller caller, String id, boolean force) {
        CertificateRecord record = existing(transaction, caller, id);
        if (record.status() == CertificateStatus.ACTIVE) {
            throw Faults.certificateState(
                    "Certificate must be deactivated (not ACTIVE) before deletion.");
        }
        if (record.status() == CertificateStatus.PENDING_TRANSFER) {
            throw Faults.certificateState(
                    "Certificate is being transferred; end the transfer before deletion.");
        }
        AccountId account = caller.account();
        if (!parts.things().thingsOf(account, caller.region(), record.arn(), 1).isEmpty()) {
            throw Faults.deleteConflict(
                    "Things must be detached before deletion (arn: " + record.arn() + ")");
        }
        List<AttachmentRecord> attached =
                tables.attachedTo(transaction, account.value(), caller.region(), record.arn());
        if (!attached.isEmpty() && !force) {
            throw Faults.deleteConflict(
                    "Certificate policies must be detached before deletion (arn: "
                            + record.arn()
                            + ")");
        }
        Key target = Key.of(account.value(), caller.region(), record.arn());
        attached.forEach(attachment ->
                tables.attachments.delete(transaction, target.then(attachment.policyName())));
        tables.certificates.delete(
                transaction, Key.of(account.value(), caller.region(), record.id()));
    }

    private static CertificateIdentity identity(Caller caller, String id) {
        return new CertificateIdentity(caller.account(), caller.region(), id);
    }

    private static CertificateDescription description(CertificateRecord record) {
        CertificateDescription.Builder builder =
                CertificateDescription.builder()
                        .certificateArn(record.arn())
                        .certificateId(record.id())
                        .caCertificateId(record.caCertificateId())
                        .status(record.status())
                        .certificatePem(record.pem())
                        .ownedBy(record.account())
                        .previousOwnedBy(record.previousOwner())
                        .creationDate(Instant.ofEpochMilli(record.createdMillis()))
                        .lastModifiedDate(Instant.ofEpochMilli(record.modifiedMillis()))
                        .customerVersion(record.customerVersion())
                        .generationId(record.generationId())
                        .certificateMode(record.mode())
                        .validity(
                                CertificateValidity.builder()
                                        .notBefore(Instant.ofEpochMilli(record.notBeforeMillis()))
                                        .notAfter(Instant.ofEpochMilli(record.notAfterMillis()))
                                        .build());
        CertificateRecord.Transfer transfer = record.transfer();
        builder.transferData(
                transfer == null
                        ? TransferData.builder().build()
                        : TransferData.builder()
                                .transferMessage(transfer.message())
                                .rejectReason(transfer.rejectReason())
                                .transferDate(Instant.ofEpochMilli(transfer.startedMillis()))
                                .acceptDate(instant(transfer.acceptedMillis()))
                                .rejectDate(instant(transfer.rejectedMillis()))
                                .build());
        return builder.build();
    }

    private static @Nullable Instant instant(@Nullable Long millis) {
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }

    /// AWS IoT hands out RSA keys in the form of PKCS #1, which device libraries expect.
    private static String pkcs1(KeyPair keys) {
        try {
            PrivateKeyInfo info = PrivateKeyInfo.getInstance(keys.getPrivate().getEncoded());
            return Pem.encode(
                    "RSA PRIVATE KEY", info.parsePrivateKey().toASN1Primitive().getEncoded());
        } catch (IOException e) {
            throw new IllegalStateException("a new key has an encoding", e);
        }
    }
}
