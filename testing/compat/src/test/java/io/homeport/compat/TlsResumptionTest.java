package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CertificateStatus;

/// TLS sessions that OpenSSL's and the JDK's clients resume: the certificate of the first handshake
/// is judged at each connection, by what it is worth then.
class TlsResumptionTest {
    private static final byte[] CONNECT = {
        0x10, 0x0d, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 1, 'r'
    };
    private static final byte[] ACCEPTED = {0x20, 2, 0, 0};

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void theJdkResumesUntilTheCertificateIsDeactivated(String version) throws Exception {
        TestServer.Device device = device("jdk" + version.charAt(6));
        SSLContext context = Tls.context(server, device);
        assertThat(connect(context, version)).isEqualTo(ACCEPTED);
        long resumed = resumed();
        assertThat(connect(context, version)).isEqualTo(ACCEPTED);
        assertThat(resumed()).isEqualTo(resumed + 1);
        try (IotClient iot = server.iot()) {
            iot.updateCertificate(r ->
                    r.certificateId(device.certificateId()).newStatus(CertificateStatus.INACTIVE));
            assertThat(connect(context, version)).isEmpty();
            assertThat(resumed()).isEqualTo(resumed + 2);
            assertThat(server.get("/_homeport/denials").body()).contains("is INACTIVE");
            iot.updateCertificate(r ->
                    r.certificateId(device.certificateId()).newStatus(CertificateStatus.ACTIVE));
            assertThat(connect(context, version)).isEqualTo(ACCEPTED);
        }
    }

    /// `s_client` keeps the session in a file, as a device does that sleeps.
    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void openSslResumesUntilTheCertificateIsDeactivated(String version) throws Exception {
        TestServer.Device device = device("openssl" + version.charAt(6));
        Path session = server.directory().resolve("session" + version.charAt(6));
        assertThat(openSsl(device, version, "-sess_out", session)).contains("New, TLSv1");
        assertThat(openSsl(device, version, "-sess_in", session)).contains("Reused, TLSv1");
        long refused = metric("homeport_certificates_refused_total");
        try (IotClient iot = server.iot()) {
            iot.updateCertificate(r ->
                    r.certificateId(device.certificateId()).newStatus(CertificateStatus.REVOKED));
        }
        // The handshake is through, and the connection is closed.
        openSsl(device, version, "-sess_in", session);
        assertThat(metric("homeport_certificates_refused_total")).isEqualTo(refused + 1);
    }

    private static TestServer.Device device(String name) {
        return server.device(name, TestServer.ALLOW_ALL);
    }

    /// CONNECT over TLS; what comes, which is nothing where the connection is closed.
    private static byte[] connect(SSLContext context, String version) throws IOException {
        // The JDK resumes by the name and port that it was asked to connect to.
        try (SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket("localhost", server.endpoints().mqttsPort())) {
            socket.setEnabledProtocols(new String[] {version});
            socket.setSoTimeout(30_000);
            socket.startHandshake();
            socket.getOutputStream().write(CONNECT);
            return socket.getInputStream().readNBytes(ACCEPTED.length);
        } catch (SocketException | SSLException reset) {
            return new byte[0];
        }
    }

    /// Connects until the server answers CONNECT with CONNACK, or closes.
    private static String openSsl(
            TestServer.Device device, String version, String option, Path session)
            throws Exception {
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        "openssl",
                        "s_client",
                        version,
                        "-connect",
                        InetAddress.getLoopbackAddress().getHostAddress()
                                + ":"
                                + server.endpoints().mqttsPort(),
                        "-servername",
                        "localhost",
                        "-cert",
                        device.certificate().toString(),
                        "-key",
                        device.key().toString(),
                        option,
                        session.toString(),
                        "-ign_eof"));
        // A second CONNECT ends the connection, after CONNACK.
        byte[] twice = new byte[2 * CONNECT.length];
        System.arraycopy(CONNECT, 0, twice, 0, CONNECT.length);
        System.arraycopy(CONNECT, 0, twice, CONNECT.length, CONNECT.length);
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(input(twice).toFile())
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    private static Path input(byte[] bytes) throws IOException {
        return Files.write(server.directory().resolve("input"), bytes);
    }

    private static long resumed() {
        return metric("homeport_tls_resumed_total");
    }

    private static long metric(String name) {
        return server.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length() + 1)))
                .sum();
    }
}
