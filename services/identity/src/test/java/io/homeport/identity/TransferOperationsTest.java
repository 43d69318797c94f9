package io.homeport.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.aws.Caller;
import io.homeport.core.Profile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.model.AcceptCertificateTransferRequest;
import software.amazon.awssdk.services.iot.model.CancelCertificateTransferRequest;
import software.amazon.awssdk.services.iot.model.Certificate;
import software.amazon.awssdk.services.iot.model.CertificateDescription;
import software.amazon.awssdk.services.iot.model.CertificateStateException;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.DescribeCertificateRequest;
import software.amazon.awssdk.services.iot.model.DescribeCertificateResponse;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.ListCertificatesRequest;
import software.amazon.awssdk.services.iot.model.ListCertificatesResponse;
import software.amazon.awssdk.services.iot.model.ListOutgoingCertificatesRequest;
import software.amazon.awssdk.services.iot.model.ListOutgoingCertificatesResponse;
import software.amazon.awssdk.services.iot.model.OutgoingCertificate;
import software.amazon.awssdk.services.iot.model.RejectCertificateTransferRequest;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.TransferAlreadyCompletedException;
import software.amazon.awssdk.services.iot.model.TransferCertificateRequest;
import software.amazon.awssdk.services.iot.model.TransferCertificateResponse;
import software.amazon.awssdk.services.iot.model.TransferConflictException;
import software.amazon.awssdk.services.iot.model.UpdateCertificateRequest;

/// AWS IoT developer guide, "Transfer a certificate to another account".
final class TransferOperationsTest {
    private static final Caller RECEIVER = Identity.caller("111111111111", Identity.REGION);

    @TempDir private Path directory;
    private Identity identity;
    private String id = "";
    private String arn = "";

    @BeforeEach
    void start() {
        identity = new Identity(directory, Profile.AWS);
        var made = identity.issue("CN=lamp");
        id = made.certificateId();
        arn = made.certificateArn();
        update(CertificateStatus.INACTIVE);
    }

    @Test
    void anAcceptedCertificateBelongsToTheReceiverAlone() {
        assertThat(transfer().transferredCertificateArn())
                .isEqualTo("arn:aws:iot:us-east-1:111111111111:cert/" + id);
        assertThat(describe(identity.caller).status())
                .isEqualTo(CertificateStatus.PENDING_TRANSFER);
        assertThat(outgoing()).extracting(OutgoingCertificate::certificateId).containsExactly(id);
        // "To check for pending certificate transfers, call ListCertificates".
        assertThat(
                        identity.call(
                                        ListCertificatesRequest.builder().build(),
                                        ListCertificatesResponse.class,
                                        RECEIVER)
                                .certificates())
                .extracting(Certificate::status)
                .containsExactly(CertificateStatus.PENDING_TRANSFER);
        accept();
        CertificateDescription accepted = describe(RECEIVER);
        assertThat(accepted.status()).isEqualTo(CertificateStatus.ACTIVE);
        assertThat(accepted.ownedBy()).isEqualTo("111111111111");
        assertThat(accepted.previousOwnedBy()).isEqualTo("000000000000");
        assertThat(accepted.transferData().transferMessage()).isEqualTo("yours");
        assertThat(accepted.transferData().acceptDate()).isEqualTo(identity.clock.now());
        assertThatThrownBy(() -> describe(identity.caller))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThat(outgoing()).isEmpty();
        assertThatThrownBy(this::cancel).isInstanceOf(TransferAlreadyCompletedException.class);
        assertThatThrownBy(this::accept).isInstanceOf(TransferAlreadyCompletedException.class);
    }

    @Test
    void aRejectedCertificateIsInactiveAgainAndSaysWhy() {
        transfer();
        identity.call(
                RejectCertificateTransferRequest.builder()
                        .certificateId(id)
                        .rejectReason("not mine")
                        .build(),
                Object.class,
                RECEIVER);
        CertificateDescription back = describe(identity.caller);
        assertThat(back.status()).isEqualTo(CertificateStatus.INACTIVE);
        assertThat(back.transferData().rejectReason()).isEqualTo("not mine");
        assertThat(back.transferData().rejectDate()).isEqualTo(identity.clock.now());
        assertThatThrownBy(() -> describe(RECEIVER)).isInstanceOf(ResourceNotFoundException.class);
        transfer();
    }

    @Test
    void aCanceledTransferLeavesNothingWithTheReceiver() {
        transfer();
        assertThatThrownBy(() -> update(CertificateStatus.ACTIVE))
                .isInstanceOf(CertificateStateException.class);
        cancel();
        assertThat(describe(identity.caller).status()).isEqualTo(CertificateStatus.INACTIVE);
        assertThatThrownBy(this::accept).isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(this::cancel).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void theSenderDoesNotAccept() {
        transfer();
        assertThatThrownBy(() ->
                        identity.call(
                                AcceptCertificateTransferRequest.builder()
                                        .certificateId(id)
                                        .build()))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aCertificateInUseIsNotTransferred() {
        update(CertificateStatus.ACTIVE);
        assertThatThrownBy(this::transfer).isInstanceOf(CertificateStateException.class);
        update(CertificateStatus.INACTIVE);
        identity.things.attach(arn, "lamp");
        assertThatThrownBy(this::transfer).isInstanceOf(TransferConflictException.class);
        identity.things.attached.clear();
        identity.createPolicy("all", Identity.ALLOW_ALL);
        identity.attach("all", arn);
        assertThatThrownBy(this::transfer).isInstanceOf(TransferConflictException.class);
    }

    @Test
    void aTransferToTheOwnAccountIsRefused() {
        assertThatThrownBy(() ->
                        identity.call(
                                TransferCertificateRequest.builder()
                                        .certificateId(id)
                                        .targetAwsAccount("000000000000")
                                        .build()))
                .isInstanceOf(InvalidRequestException.class);
    }

    private TransferCertificateResponse transfer() {
        return identity.call(
                TransferCertificateRequest.builder()
                        .certificateId(id)
                        .targetAwsAccount("111111111111")
                        .transferMessage("yours")
                        .build(),
                TransferCertificateResponse.class);
    }

    private void accept() {
        identity.call(
                AcceptCertificateTransferRequest.builder()
                        .certificateId(id)
                        .setAsActive(true)
                        .build(),
                Object.class,
                RECEIVER);
    }

    private void cancel() {
        identity.call(CancelCertificateTransferRequest.builder().certificateId(id).build());
    }

    private void update(CertificateStatus status) {
        identity.call(
                UpdateCertificateRequest.builder().certificateId(id).newStatus(status).build());
    }

    private List<OutgoingCertificate> outgoing() {
        return identity.call(
                        ListOutgoingCertificatesRequest.builder().build(),
                        ListOutgoingCertificatesResponse.class)
                .outgoingCertificates();
    }

    private CertificateDescription describe(Caller by) {
        return identity.call(
                        DescribeCertificateRequest.builder().certificateId(id).build(),
                        DescribeCertificateResponse.class,
                        by)
                .certificateDescription();
    }
}
