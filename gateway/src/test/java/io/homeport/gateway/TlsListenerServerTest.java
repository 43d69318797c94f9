package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The TLS listeners: who gets in, by which protocol, and what becomes of the rest. Source: AWS IoT
/// developer guide, "Device communication protocols" and "Transport security in AWS IoT".
class TlsListenerServerTest {
    private static final String GET = "GET /things HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static TestGateway server;
    private static SSLContext registered;
    private static SSLContext stranger;
    private static SSLContext without;

    @BeforeAll
    static void start() throws Exception {
        server = new TestGateway();
        TestAuthority.Credential device = TestAuthority.credential("lamp");
        server.directory.register(device.certificate(), "cert-1");
        registered = context(device);
        stranger = context(TestAuthority.credential("stranger"));
        without = context(null);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static SSLContext context(TestAuthority.@Nullable Credential credential)
            throws Exception {
        return TestAuthority.client(server.server.certificate(), credential);
    }

    private static RawClient mqtts(SSLContext context) throws IOException {
        return RawClient.tls(server.ports.mqtts(), context, List.of(), null);
    }

    private static RawClient https(SSLContext context, String... alpn) throws IOException {
        return RawClient.tls(server.ports.https(), context, List.of(alpn), null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aRegisteredCertificateConnects(String version) throws Exception {
        try (RawClient client =
                RawClient.tls(
                        server.ports.mqtts(),
                        registered,
                        List.of(),
                        "localhost",
                        new String[] {version})) {
            assertThat(((SSLSocket) client.socket()).getSession().getProtocol()).isEqualTo(version);
            client.send(RawClient.CONNECT_V5).expect(RawClient.CONNACK_V5);
            assertThat(server.broker.link().info.principalId()).isEqualTo("cert-1");
            client.send("30 05 0001 74 00 31").expect("30 05 0001 74 00 31");
        }
    }

    /// The client is judged in a later turn than its handshake's last, with all of it in the
    /// socket.
    @Test
    void aClientThatSaysAllAtOnceAndLeavesIsHeard() throws Exception {
        try (TestGateway other = new TestGateway()) {
            TestAuthority.Credential device = TestAuthority.credential("lamp");
            other.directory.register(device.certificate(), "cert-1");
            SSLContext context = TestAuthority.client(other.server.certificate(), device);
            for (int i = 0; i < 20; i++) {
                try (RawClient client =
                        RawClient.tls(other.ports.mqtts(), context, List.of(), null)) {
                    client.send(RawClient.CONNECT_V5 + " 30 05 0001 74 00 31 C0 00");
                }
                EchoBroker.Link link = other.broker.link();
                assertThat(link.closed.poll(10, TimeUnit.SECONDS)).isNotNull();
                assertThat(link.packets).hasSize(2);
            }
        }
    }

    /// docs/decisions/0017-handshakes-beside-connections.md.
    @Test
    void aClientThatHasBeenJudgedIsServedByTheEventLoopOfAllConnections() throws Exception {
        try (TestGateway other = new TestGateway()) {
            TestAuthority.Credential device = TestAuthority.credential("lamp");
            other.directory.register(device.certificate(), "cert-1");
            SSLContext context = TestAuthority.client(other.server.certificate(), device);
            try (RawClient tls = RawClient.tls(other.ports.mqtts(), context, List.of(), null);
                    RawClient plain = other.plain()) {
                tls.send(RawClient.CONNECT_V5).expect(RawClient.CONNACK_V5);
                Executor ofTls = other.broker.link().transport.executor();
                plain.send(RawClient.CONNECT_V5).expect(RawClient.CONNACK_V5);
                assertThat(other.broker.link().transport.executor()).isSameAs(ofTls);
            }
        }
    }

    @Test
    void aPolicyThatDoesNotAllowConnectRefusesIt() throws Exception {
        try (TestGateway strict = new TestGateway()) {
            TestAuthority.Credential device = TestAuthority.credential("lamp");
            strict.directory.register(device.certificate(), "cert-1");
            strict.directory.policy(
                    """
                    {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                    "Action":"iot:Connect","Resource":"arn:aws:iot:*:*:client/b"}]}
                    """);
            SSLContext context = TestAuthority.client(strict.server.certificate(), device);
            try (RawClient client = RawClient.tls(strict.ports.mqtts(), context, List.of(), null)) {
                client.send(RawClient.CONNECT_V5).expect("20 03 00 87 00");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aClientWithoutCertificateGetsNowhere(String version) {
        assertThatThrownBy(
                        () -> {
                            try (RawClient client =
                                    RawClient.tls(
                                            server.ports.mqtts(),
                                            without,
                                            List.of(),
                                            null,
                                            new String[] {version})) {
                                // With TLS 1.3 the client learns of the refusal when it reads.
                                client.send(RawClient.CONNECT_V5);
                                assertThat(client.read(1)).isEmpty();
                                throw new IOException("closed");
                            }
                        })
                .isInstanceOf(IOException.class);
        assertThat(server.broker.links).isEmpty();
    }

    @Test
    void anUnregisteredCertificateIsClosedBeforeConnAckAndExplained() throws Exception {
        try (RawClient client = mqtts(stranger)) {
            assertThat(client.closedWithoutAnswer()).isTrue();
        }
        assertThat(server.explanations.last("", 50))
                .anySatisfy(e -> assertThat(e.reason()).contains("isn't registered"));
    }

    @Test
    void anExpiredCertificateIsRefused() throws Exception {
        TestAuthority.Credential expired =
                TestAuthority.credential("old", Instant.now().minus(Duration.ofHours(1)));
        server.directory.register(expired.certificate(), "cert-old");
        assertThatThrownBy(
                        () -> {
                            try (RawClient client = mqtts(context(expired))) {
                                assertThat(client.read(1)).isEmpty();
                                throw new IOException("closed");
                            }
                        })
                .isInstanceOf(IOException.class);
        assertThat(server.broker.links).isEmpty();
    }

    @Test
    void mqttIsChosenByAlpn() throws Exception {
        try (RawClient client = https(registered, "x-amzn-mqtt-ca")) {
            assertThat(((SSLSocket) client.socket()).getApplicationProtocol())
                    .isEqualTo("x-amzn-mqtt-ca");
            client.send(RawClient.CONNECT_V3).expect(RawClient.CONNACK_V3);
            server.broker.link();
        }
        try (RawClient client = https(without, "x-amzn-mqtt-ca")) {
            assertThat(client.closedWithoutAnswer()).isTrue();
        }
    }

    @Test
    void aCustomAuthorizerThatIsNotThereRefusesTheConnect() throws Exception {
        try (RawClient client = https(without, "mqtt")) {
            client.send(RawClient.CONNECT_V3);
            assertThat(client.readToEnd()).isEqualTo(RawClient.bytes("20 02 00 05"));
        }
    }

    @Test
    void withoutAlpnTheFirstByteTellsMqttFromHttp() throws Exception {
        try (RawClient mqtt = https(registered);
                RawClient http = https(registered)) {
            mqtt.send(RawClient.CONNECT_V5).expect(RawClient.CONNACK_V5);
            server.broker.link();
            http.sendText(GET);
            assertThat(http.readResponse()).contains("200 OK").contains("cert-1");
        }
        try (RawClient mqtt = https(without)) {
            mqtt.send(RawClient.CONNECT_V3);
            assertThat(mqtt.readToEnd()).isEqualTo(RawClient.bytes("20 02 00 05"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http/1.1", "x-amzn-http-ca"})
    void httpsTellsTheDoorWhichDeviceAsks(String alpn) throws Exception {
        try (RawClient client = https(registered, alpn)) {
            client.sendText(GET);
            assertThat(client.readResponse()).contains("200 OK").contains("cert-1");
        }
    }

    @Test
    void httpsWithoutCertificateIsForSignedRequests() throws Exception {
        try (RawClient client = https(without, "http/1.1")) {
            client.sendText(GET);
            assertThat(client.readResponse()).contains("200 OK").doesNotContain("cert-1");
        }
        try (RawClient client = https(without, "x-amzn-http-ca")) {
            assertThat(client.closedWithoutAnswer()).isTrue();
        }
    }

    @Test
    void httpsWithAnUnregisteredCertificateIsForbidden() throws Exception {
        try (RawClient client = https(stranger, "http/1.1")) {
            client.sendText(GET);
            assertThat(client.readResponse())
                    .contains("403")
                    .contains("ForbiddenException")
                    .contains("isn't registered");
        }
    }

    @Test
    void theOperatorsPagesAreNotOnTheDevicePort() throws Exception {
        try (RawClient client = https(without, "http/1.1")) {
            client.sendText("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.readResponse()).contains("\"path\":\"/metrics\"");
        }
    }

    @Test
    void aServerNameThatIsNotServedEndsTheHandshake() throws Exception {
        try (RawClient client =
                RawClient.tls(
                        server.ports.mqtts(),
                        context(null),
                        List.of(),
                        TestGateway.UNSERVED,
                        new String[] {"TLSv1.2"})) {
            throw new AssertionError("a handshake with " + client.socket() + " succeeded");
        } catch (IOException expected) {
            assertThat(server.explanations.last("", 50))
                    .anySatisfy(e -> assertThat(e.reason()).contains(TestGateway.UNSERVED));
        }
    }

    /// The certificate comes out of the ticket, and is judged as in a full handshake.
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aResumedSessionHasTheIdentityOfItsCertificate(String version) throws Exception {
        try (TestGateway own = new TestGateway()) {
            TestAuthority.Credential device = TestAuthority.credential("lamp");
            own.directory.register(device.certificate(), "cert-1");
            SSLContext context = TestAuthority.client(own.server.certificate(), device);
            for (int round = 0; round < 3; round++) {
                try (RawClient client = mqtts(own, context, version)) {
                    client.send(RawClient.CONNECT_V5).expect(RawClient.CONNACK_V5);
                    assertThat(own.broker.link().info.principalId()).isEqualTo("cert-1");
                }
            }
            assertThat(own.resumed()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aTicketIsWorthNothingOnceItsCertificateIsRevoked(String version) throws Exception {
        try (TestGateway own = new TestGateway()) {
            TestAuthority.Credential device = TestAuthority.credential("lamp");
            own.directory.register(device.certificate(), "cert-1");
            SSLContext context = TestAuthority.client(own.server.certificate(), device);
            try (RawClient client = mqtts(own, context, version)) {
                client.send(RawClient.CONNECT_V5).expect(RawClient.CONNACK_V5);
            }
            own.directory.revoke(device.certificate());
            try (RawClient client = mqtts(own, context, version)) {
                client.send(RawClient.CONNECT_V5);
                assertThat(client.closedWithoutAnswer()).isTrue();
            } catch (IOException reset) {
                assertThat(reset).isNotInstanceOf(SocketTimeoutException.class);
            }
            assertThat(own.resumed()).isEqualTo(1);
        }
    }

    private static RawClient mqtts(TestGateway of, SSLContext context, String version)
            throws IOException {
        return RawClient.tls(
                of.ports.mqtts(), context, List.of(), "localhost", new String[] {version});
    }

    @Test
    void theApiIsHttpsWhereOtherMachinesReachIt() throws Exception {
        try (TestGateway open = new TestGateway(TestGateway.LIMITS, false, "0.0.0.0");
                RawClient client =
                        RawClient.tls(
                                open.ports.api(),
                                TestAuthority.client(open.server.certificate(), null),
                                List.of("http/1.1"),
                                null);
                RawClient plain = RawClient.to(open.ports.api())) {
            client.sendText("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.readResponse()).contains("\"status\":\"up\"");
            plain.sendText(GET);
            assertThat(plain.closedWithoutAnswer()).isTrue();
        }
    }

    @Test
    void whatIsNoTlsEndsTheConnection() throws Exception {
        for (int port : new int[] {server.ports.mqtts(), server.ports.https()}) {
            try (RawClient client = RawClient.to(port)) {
                client.send(RawClient.CONNECT_V3);
                client.sendText(GET);
                // An alert may come first.
                assertThat(client.socket().getInputStream().readAllBytes().length).isLessThan(8);
            } catch (IOException reset) {
                assertThat(reset).isNotInstanceOf(SocketTimeoutException.class);
            }
        }
    }

    @Test
    void aSlowHandshakeIsClosedAfterItsTimeout() throws Exception {
        try (TestGateway impatient = new TestGateway(TestGateway.IMPATIENT, true);
                RawClient silent = RawClient.to(impatient.ports.mqtts());
                RawClient half = RawClient.to(impatient.ports.https())) {
            half.send("16 03 01 02 00 01 00 01 FC 03 03");
            assertThat(silent.closedWithoutAnswer()).isTrue();
            assertThat(half.closedWithoutAnswer()).isTrue();
        }
    }

    @Test
    void handshakesBeyondTheLimitAreClosedAtOnce() throws Exception {
        try (TestGateway busy = new TestGateway()) {
            int limit = TestGateway.LIMITS.maximumHandshakes();
            RawClient[] slow = new RawClient[limit];
            for (int i = 0; i < limit; i++) {
                slow[i] = RawClient.to(busy.ports.mqtts());
            }
            long start = System.nanoTime();
            try (RawClient tooMany = RawClient.to(busy.ports.mqtts())) {
                assertThat(tooMany.closedWithoutAnswer()).isTrue();
            }
            assertThat(System.nanoTime() - start)
                    .isLessThan(TestGateway.LIMITS.handshakeTimeout().toNanos());
            for (RawClient client : slow) {
                client.close();
            }
        }
    }

    @Test
    void aConnectionOverTlsEndsInOrder() throws Exception {
        try (RawClient client = mqtts(registered)) {
            client.send(RawClient.CONNECT_V5).expect(RawClient.CONNACK_V5);
            EchoBroker.Link link = server.broker.link();
            client.send("E0 00");
            assertThat(client.readToEnd()).isEmpty();
            assertThat(link.closed.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
    }
}
