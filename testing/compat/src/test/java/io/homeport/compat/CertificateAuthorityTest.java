package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.AutoRegistrationStatus;
import software.amazon.awssdk.services.iot.model.CACertificate;
import software.amazon.awssdk.services.iot.model.CACertificateDescription;
import software.amazon.awssdk.services.iot.model.CACertificateStatus;
import software.amazon.awssdk.services.iot.model.Certificate;
import software.amazon.awssdk.services.iot.model.CertificateMode;
import software.amazon.awssdk.services.iot.model.CertificateStateException;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.CertificateValidationException;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;

/// Authorities and certificates that OpenSSL made, registered with the AWS SDK and used by a
/// device.
class CertificateAuthorityTest {
    private static TestServer server;
    private static IotClient iot;

    @TempDir Path directory;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        iot = server.iot();
    }

    @AfterAll
    static void stop() {
        iot.close();
        server.close();
    }

    private void openssl(String arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.replace("DIR", directory.toString()).split(" ")));
        Program.Result result = Program.run(Map.of(), command);
        assertThat(result.exitCode()).as(result.errors()).isZero();
    }

    private String selfSigned(String name) throws Exception {
        openssl(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout"
                        + " DIR/%1$s.key -out DIR/%1$s.pem -subj /CN=%1$s".formatted(name));
        return Files.readString(directory.resolve(name + ".pem"));
    }

    private String signed(String name, String authority) throws Exception {
        openssl(
                "req -new -newkey rsa:2048 -nodes -keyout DIR/%1$s.key -out DIR/%1$s.csr -subj /CN=%1$s"
                        .formatted(name));
        openssl(
                "x509 -req -in DIR/%1$s.csr -CA DIR/%2$s.pem -CAkey DIR/%2$s.key -CAcreateserial"
                                .formatted(name, authority)
                        + " -days 2 -out DIR/%s.pem".formatted(name));
        return Files.readString(directory.resolve(name + ".pem"));
    }

    // Mode SNI_ONLY needs no proof of the key.
    @Test
    void anAuthorityGoesThroughItsLife() throws Exception {
        String pem = selfSigned("plant");
        assertThatThrownBy(() ->
                        iot.registerCACertificate(r ->
                                r.caCertificate("no certificate")
                                        .certificateMode(CertificateMode.SNI_ONLY)))
                .isInstanceOf(CertificateValidationException.class);
        String id =
                iot.registerCACertificate(
                                r -> r.caCertificate(pem).certificateMode(CertificateMode.SNI_ONLY))
                        .certificateId();
        assertThatThrownBy(() ->
                        iot.registerCACertificate(r ->
                                r.caCertificate(pem).certificateMode(CertificateMode.SNI_ONLY)))
                .isInstanceOf(ResourceAlreadyExistsException.class);
        assertThat(
                        iot.listCACertificates().certificates().stream()
                                .map(CACertificate::certificateId))
                .contains(id);
        iot.updateCACertificate(r ->
                r.certificateId(id)
                        .newStatus(CACertificateStatus.ACTIVE)
                        .newAutoRegistrationStatus(AutoRegistrationStatus.ENABLE));
        CACertificateDescription description =
                iot.describeCACertificate(r -> r.certificateId(id)).certificateDescription();
        assertThat(description.status()).isEqualTo(CACertificateStatus.ACTIVE);
        assertThat(description.autoRegistrationStatus()).isEqualTo(AutoRegistrationStatus.ENABLE);
        assertThat(description.certificatePem().strip()).isEqualTo(pem.strip());
        assertThatThrownBy(() -> iot.deleteCACertificate(r -> r.certificateId(id)))
                .isInstanceOf(CertificateStateException.class);
        iot.updateCACertificate(r -> r.certificateId(id).newStatus(CACertificateStatus.INACTIVE));
        iot.deleteCACertificate(r -> r.certificateId(id));
        assertThat(iot.listCACertificates().certificates())
                .noneMatch(c -> c.certificateId().equals(id));
    }

    @Test
    void aCertificateWithoutAuthorityIsRegisteredAndUsed() throws Exception {
        selfSigned("foreign");
        String pem = signed("machine", "foreign");
        var registered =
                iot.registerCertificateWithoutCA(
                        r -> r.certificatePem(pem).status(CertificateStatus.ACTIVE));
        assertThat(iot.listCertificates().certificates().stream().map(Certificate::certificateId))
                .contains(registered.certificateId());
        iot.createPolicy(r -> r.policyName("machine").policyDocument(TestServer.ALLOW_ALL));
        iot.attachPolicy(r -> r.policyName("machine").target(registered.certificateArn()));
        Program.Result result =
                Program.run(
                        Map.of(),
                        List.of(
                                "mosquitto_pub",
                                "-h",
                                "localhost",
                                "-p",
                                String.valueOf(server.endpoints().mqttsPort()),
                                "--cafile",
                                server.endpoints().caFile().toString(),
                                "--cert",
                                directory.resolve("machine.pem").toString(),
                                "--key",
                                directory.resolve("machine.key").toString(),
                                "-q",
                                "1",
                                "-t",
                                "a",
                                "-m",
                                "hello"));
        assertThat(result.exitCode()).as(result.errors()).isZero();
    }

    // docs.aws.amazon.com/iot/latest/developerguide/auto-register-device-cert.html
    @Test
    void anUnknownCertificateOfAnAutoRegisteringAuthorityWaitsForActivation() throws Exception {
        String pem = selfSigned("factory");
        String ca =
                iot.registerCACertificate(r ->
                                r.caCertificate(pem)
                                        .certificateMode(CertificateMode.SNI_ONLY)
                                        .setAsActive(true)
                                        .allowAutoRegistration(true))
                        .certificateId();
        signed("newborn", "factory");
        Mqtt5BlockingClient watcher = Hive.plain(server, "watcher").buildBlocking();
        watcher.connect();
        var events = Hive.subscribe(watcher, "$aws/events/certificates/registered/" + ca);
        List<String> publish =
                List.of(
                        "mosquitto_pub",
                        "-h",
                        "localhost",
                        "-p",
                        String.valueOf(server.endpoints().mqttsPort()),
                        "--cafile",
                        server.endpoints().caFile().toString(),
                        "--cert",
                        directory.resolve("newborn.pem").toString(),
                        "--key",
                        directory.resolve("newborn.key").toString(),
                        "-q",
                        "1",
                        "-t",
                        "a",
                        "-m",
                        "hello");
        assertThat(Program.run(Map.of(), publish).exitCode()).isNotZero();
        assertThat(Hive.payload(events.next())).contains("PENDING_ACTIVATION", ca);
        Certificate pending =
                iot.listCertificatesByCA(r -> r.caCertificateId(ca)).certificates().getFirst();
        assertThat(pending.status()).isEqualTo(CertificateStatus.PENDING_ACTIVATION);
        iot.updateCertificate(
                r -> r.certificateId(pending.certificateId()).newStatus(CertificateStatus.ACTIVE));
        iot.createPolicy(r -> r.policyName("newborn").policyDocument(TestServer.ALLOW_ALL));
        iot.attachPolicy(r -> r.policyName("newborn").target(pending.certificateArn()));
        assertThat(Program.run(Map.of(), publish).exitCode()).isZero();
        watcher.disconnect();
    }
}
