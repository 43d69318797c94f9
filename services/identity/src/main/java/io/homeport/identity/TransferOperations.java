package io.homeport.identity;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.Transaction;
import io.homeport.storage.View;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.AcceptCertificateTransferRequest;
import software.amazon.awssdk.services.iot.model.AcceptCertificateTransferResponse;
import software.amazon.awssdk.services.iot.model.CancelCertificateTransferRequest;
import software.amazon.awssdk.services.iot.model.CancelCertificateTransferResponse;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.ListOutgoingCertificatesRequest;
import software.amazon.awssdk.services.iot.model.ListOutgoingCertificatesResponse;
import software.amazon.awssdk.services.iot.model.OutgoingCertificate;
import software.amazon.awssdk.services.iot.model.RejectCertificateTransferRequest;
import software.amazon.awssdk.services.iot.model.RejectCertificateTransferResponse;
import software.amazon.awssdk.services.iot.model.TransferCertificateRequest;
import software.amazon.awssdk.services.iot.model.TransferCertificateResponse;

/// Certificates on their way from one account of this server to another. While a transfer is
/// pending both accounts see the certificate as PENDING_TRANSFER. Thread-safe.
final class TransferOperations {
    private final IdentityParts parts;
    private final Tables tables;

    TransferOperations(IdentityParts parts) {
        this.parts = parts;
        this.tables = parts.tables();
    }

    void register(OperationTable table) {
        table.add(
                        TransferCertificateRequest.class,
                        TransferCertificateRequest::builder,
                        this::transferCertificate)
                .add(
                        AcceptCertificateTransferRequest.class,
                        AcceptCertificateTransferRequest::builder,
                        this::acceptCertificateTransfer)
                .add(
                        RejectCertificateTransferRequest.class,
                        RejectCertificateTransferRequest::builder,
                        this::rejectCertificateTransfer)
                .add(
                        CancelCertificateTransferRequest.class,
                        CancelCertificateTransferRequest::builder,
                        this::cancelCertificateTransfer)
                .add(
                        ListOutgoingCertificatesRequest.class,
                        ListOutgoingCertificatesRequest::builder,
                        this::listOutgoingCertificates);
    }

    TransferCertificateResponse transferCertificate(
            TransferCertificateRequest request, Caller caller) {
        String target = request.targetAwsAccount();
        if (target.equals(caller.account().value())) {
            throw Faults.invalid("A certificate can't be transferred to the account it is in");
        }
        parts.database()
                .update(transaction ->
                        start(
                                transaction,
                                caller,
                                request.certificateId(),
                                target,
                                request.transferMessage()));
        return TransferCertificateResponse.builder()
                .transferredCertificateArn(
                        Arn.of(
                                        "iot",
                                        caller.region(),
                                        new AccountId(target),
                                        "cert/" + request.certificateId())
                                .toString())
                .build();
    }

    AcceptCertificateTransferResponse acceptCertificateTransfer(
            AcceptCertificateTransferRequest request, Caller caller) {
        parts.database()
                .update(transaction -> {
                    CertificateRecord incoming =
                            incoming(transaction, caller, request.certificateId());
                    CertificateRecord.Transfer pending = pending(incoming);
                    long now = parts.clock().millis();
                    tables.certificates.delete(
                            transaction,
                            Key.of(pending.sourceAccount(), caller.region(), incoming.id()));
                    tables.put(
                            transaction,
                            incoming.withTransfer(
                                    Certificates.active(request.setAsActive()),
                                    new CertificateRecord.Transfer(
                                            pending.sourceAccount(),
                                            pending.targetAccount(),
                                            pending.message(),
                                            pending.startedMillis(),
                                            now,
                                            null,
                                            null),
                                    now));
                });
        parts.changes().rightsChanged();
        return AcceptCertificateTransferResponse.builder().build();
    }

    RejectCertificateTransferResponse rejectCertificateTransfer(
            RejectCertificateTransferRequest request, Caller caller) {
        parts.database()
                .update(transaction -> {
                    CertificateRecord incoming =
                            incoming(transaction, caller, request.certificateId());
                    CertificateRecord.Transfer pending = pending(incoming);
                    long now = parts.clock().millis();
                    giveBack(
                            transaction,
                            caller.region(),
                            incoming.id(),
                            new CertificateRecord.Transfer(
                                    pending.sourceAccount(),
                                    pending.targetAccount(),
                                    pending.message(),
                                    pending.startedMillis(),
                                    null,
                                    now,
                                    request.rejectReason()));
                });
        return RejectCertificateTransferResponse.builder().build();
    }

    CancelCertificateTransferResponse cancelCertificateTransfer(
            CancelCertificateTransferRequest request, Caller caller) {
        parts.database()
                .update(transaction -> {
                    CertificateRecord outgoing =
                            outgoing(transaction, caller, request.certificateId());
                    giveBack(transaction, caller.region(), outgoing.id(), pending(outgoing));
                });
        return CancelCertificateTransferResponse.builder().build();
    }

    ListOutgoingCertificatesResponse listOutgoingCertificates(
            ListOutgoingCertificatesRequest request, Caller caller) {
        boolean ascending = Boolean.TRUE.equals(request.ascendingOrder());
        Key prefix = Tables.order(Key.of(caller.account().value(), caller.region()), ascending);
        Paging.Page<CertificateRecord> page =
                parts.database()
                        .read(view ->
                                parts.paging()
                                        .page(
                                                Tables.OUTGOING + String.join("/", prefix.parts()),
                                                request.marker(),
                                                request.pageSize(),
                                                row -> true,
                                                (after, limit) ->
                                                        tables.certificates.listBy(
                                                                view,
                                                                Tables.OUTGOING,
                                                                prefix,
                                                                after,
                                                                limit)));
        return ListOutgoingCertificatesResponse.builder()
                .outgoingCertificates(
                        page.items().stream().map(TransferOperations::summary).toList())
                .nextMarker(page.nextMarker())
                .build();
    }

    private void start(
            Transaction transaction,
            Caller caller,
            String id,
            String target,
            @Nullable String message) {
        CertificateRecord record =
                tables.certificate(transaction, caller.account().value(), caller.region(), id)
                        .orElseThrow(() -> Faults.noCertificate(id));
        if (record.status() != CertificateStatus.INACTIVE) {
            throw Faults.certificateState(
                    "Only an INACTIVE certificate can be transferred, this one is "
                            + record.status());
        }
        if (!tables.attachedTo(transaction, record.account(), record.region(), record.arn())
                .isEmpty()) {
            throw Faults.transferConflict(
                    "The certificate can't be transferred while policies are attached to it");
        }
        if (!parts.things()
                .thingsOf(caller.account(), caller.region(), record.arn(), 1)
                .isEmpty()) {
            throw Faults.transferConflict(
                    "The certificate can't be transferred while it is attached to things");
        }
        if (tables.certificate(transaction, target, caller.region(), id).isPresent()) {
            throw Faults.transferConflict(
                    "The certificate is registered in account " + target + " already");
        }
        long now = parts.clock().millis();
        CertificateRecord.Transfer transfer =
                new CertificateRecord.Transfer(
                        record.account(), target, message, now, null, null, null);
        tables.put(
                transaction,
                record.withTransfer(CertificateStatus.PENDING_TRANSFER, transfer, now));
        tables.put(transaction, record.handedTo(target, transfer, now));
    }

    private void giveBack(
            Transaction transaction, String region, String id, CertificateRecord.Transfer ended) {
        tables.certificates.delete(transaction, Key.of(ended.targetAccount(), region, id));
        CertificateRecord source =
                tables.certificate(transaction, ended.sourceAccount(), region, id).orElseThrow();
        tables.put(
                transaction,
                source.withTransfer(CertificateStatus.INACTIVE, ended, parts.clock().millis()));
    }

    private CertificateRecord incoming(View view, Caller caller, String id) {
        CertificateRecord record = known(view, caller, id);
        if (record.outgoing()) {
            throw Faults.invalid("The certificate is being transferred by this account, not to it");
        }
        if (record.status() != CertificateStatus.PENDING_TRANSFER) {
            throw notPending(record);
        }
        return record;
    }

    private CertificateRecord outgoing(View view, Caller caller, String id) {
        CertificateRecord record = known(view, caller, id);
        if (!record.outgoing()) {
            throw notPending(record);
        }
        return record;
    }

    private static RuntimeException notPending(CertificateRecord record) {
        CertificateRecord.Transfer last = record.transfer();
        return last != null && (last.acceptedMillis() != null || last.rejectedMillis() != null)
                ? Faults.transferCompleted("The transfer of the certificate is completed")
                : Faults.invalid("The certificate is not being transferred");
    }

    /// The account's record; where the certificate has gone to another account, that is said.
    private CertificateRecord known(View view, Caller caller, String id) {
        return tables.certificate(view, caller.account().value(), caller.region(), id)
                .orElseThrow(() ->
                        tables
                                        .certificates
                                        .listBy(view, Tables.BY_ID, Key.of(id), null, 100)
                                        .stream()
                                        .map(Table.IndexRow::value)
                                        .anyMatch(other ->
                                                caller.account()
                                                        .value()
                                                        .equals(other.previousOwner()))
                                ? Faults.transferCompleted(
                                        "The transfer of the certificate is completed")
                                : Faults.noCertificate(id));
    }

    private static CertificateRecord.Transfer pending(CertificateRecord record) {
        return Objects.requireNonNull(record.transfer());
    }

    private static OutgoingCertificate summary(CertificateRecord record) {
        CertificateRecord.Transfer transfer = pending(record);
        return OutgoingCertificate.builder()
                .certificateArn(record.arn())
                .certificateId(record.id())
                .transferredTo(transfer.targetAccount())
                .transferDate(Instant.ofEpochMilli(transfer.startedMillis()))
                .transferMessage(transfer.message())
                .creationDate(Instant.ofEpochMilli(record.createdMillis()))
                .build();
    }
}
