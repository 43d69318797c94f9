package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttClientSslConfigBuilder;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import io.homeport.core.Json;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.ApplicationProtocol;
import software.amazon.awssdk.services.iot.model.AuthenticationType;
import software.amazon.awssdk.services.iot.model.CertificateValidationException;
import software.amazon.awssdk.services.iot.model.CreateDomainConfigurationRequest;
import software.amazon.awssdk.services.iot.model.DescribeDomainConfigurationResponse;
import software.amazon.awssdk.services.iot.model.DomainConfigurationStatus;
import software.amazon.awssdk.services.iot.model.DomainConfigurationSummary;
import software.amazon.awssdk.services.iot.model.DomainType;

/// Server names that choose authentication and protocol, met by clients over the wire
/// (docs.aws.amazon.com/iot/latest/developerguide/iot-custom-endpoints-configurable.html).
class DomainConfigurationTest {
    private static TestServer server;
    private static Authorizers authorizers;
    private static IotClient iot;
    private static TestServer.Device device;

    @BeforeAll
    static void start() throws Exception {
        Program.require("python3", "--version");
        server = TestServer.start();
        authorizers = new Authorizers(server);
        iot = authorizers.iot();
        device = server.device("domains", server.policy("iot:Publish", "topic/own"));
        authorizers.authorizer(
                "open",
                authorizers.function("judge", "python3.12", "judge.py", Authorizers.PYTHON));
        authorizers.authorizer(
                "both",
                authorizers.function(
                        "both", "python3.12", "both.py", Authorizers.WITH_CERTIFICATE));
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            authorizers.close();
            server.close();
        }
    }

    private static void domain(
            String name,
            AuthenticationType authentication,
            ApplicationProtocol protocol,
            Consumer<CreateDomainConfigurationRequest.Builder> more) {
        iot.createDomainConfiguration(r ->
                r.domainConfigurationName(name)
                        .domainName(name + ".example")
                        .authenticationType(authentication)
                        .applicationProtocol(protocol)
                        .applyMutation(more));
    }

    private static DescribeDomainConfigurationResponse describe(String name) {
        return iot.describeDomainConfiguration(r -> r.domainConfigurationName(name));
    }

    /// A client that names a domain in its handshake, and checks the certificate for it.
    private static Mqtt5ClientBuilder client(
            String domain, int port, TestServer.@Nullable Device certificate) throws Exception {
        MqttClientSslConfigBuilder tls =
                MqttClientSslConfig.builder()
                        .trustManagerFactory(Tls.trust(server))
                        .handshakeTimeout(10, java.util.concurrent.TimeUnit.SECONDS);
        if (certificate != null) {
            tls = tls.keyManagerFactory(Tls.keys(certificate));
        }
        return Mqtt5Client.builder()
                .identifier(domain)
                .serverAddress(
                        new InetSocketAddress(
                                InetAddress.getByAddress(
                                        domain + ".example", new byte[] {127, 0, 0, 1}),
                                port))
                .sslConfig(tls.build());
    }

    private static Mqtt5ClientBuilder password(Mqtt5ClientBuilder client, String password) {
        return client.simpleAuth()
                .username("user")
                .password(password.getBytes(UTF_8))
                .applySimpleAuth();
    }

    private static String curl(
            String domain, TestServer.@Nullable Device certificate, String... more)
            throws Exception {
        int port = server.endpoints().httpsPort();
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "--output",
                                "/dev/null",
                                "--write-out",
                                "%{http_code}",
                                "--resolve",
                                domain + ".example:" + port + ":127.0.0.1",
                                "--data",
                                "hello"));
        command.addAll(List.of(more).subList(1, more.length));
        command.add("https://" + domain + ".example:" + port + "/topics/" + more[0] + "?qos=1");
        return Curl.run(server, certificate, command.toArray(String[]::new)).output();
    }

    // With an explicit pair port and ALPN choose nothing: here MQTT's own port takes passwords.
    @Test
    void aNameMayBeForPasswordsOnThePortOfCertificates() throws Exception {
        domain(
                "passwords",
                AuthenticationType.CUSTOM_AUTH,
                ApplicationProtocol.SECURE_MQTT,
                r -> r.authorizerConfig(a -> a.defaultAuthorizerName("open")));
        int port = server.endpoints().mqttsPort();
        Mqtt5BlockingClient known =
                password(client("passwords", port, null), "open").buildBlocking();
        known.connect();
        Hive.publish(known, "own/passwords", "hello");
        known.disconnect();
        assertThatThrownBy(() ->
                        password(client("passwords", port, null), "guess")
                                .buildBlocking()
                                .connect())
                .isInstanceOf(Mqtt5ConnAckException.class);
        assertThatThrownBy(() ->
                        client("passwords", port, null)
                                .simpleAuth()
                                .username("u?x-amz-customauthorizer-name=both")
                                .applySimpleAuth()
                                .buildBlocking()
                                .connect())
                .as("allowAuthorizerOverride is off")
                .isInstanceOf(Mqtt5ConnAckException.class);
        assertThat(server.get("/_homeport/denials").body())
                .contains("passwords allows no other authorizer than open");
    }

    // custom-auth-509cert: both proofs, the principal is the certificate, policies are united.
    @Test
    void aNameMayAskForACertificateAndAnAuthorizer() throws Exception {
        domain(
                "both",
                AuthenticationType.CUSTOM_AUTH_X509,
                ApplicationProtocol.SECURE_MQTT,
                r -> r.authorizerConfig(a -> a.defaultAuthorizerName("both")));
        int port = server.endpoints().httpsPort();
        Mqtt5BlockingClient client = client("both", port, device).buildBlocking();
        client.connect();
        Hive.publish(client, "own", "by the certificate's policy");
        Hive.publish(client, "given/" + device.certificateId(), "by the authorizer's");
        assertThatThrownBy(() -> Hive.publish(client, "given/other", "by none"))
                .isInstanceOf(Mqtt5PubAckException.class);
        client.disconnect();
        assertThatThrownBy(() ->
                        password(client("both", port, device), "other").buildBlocking().connect())
                .isInstanceOf(Mqtt5ConnAckException.class);
        assertThat(server.get("/_homeport/denials").body())
                .contains("principalId isn't the certificate's id");
        assertThatThrownBy(() -> client("both", port, null).buildBlocking().connect())
                .as("without a certificate")
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void requestsAreBoundToTheirDomainsToo() throws Exception {
        domain(
                "bothhttp",
                AuthenticationType.CUSTOM_AUTH_X509,
                ApplicationProtocol.HTTPS,
                r -> r.authorizerConfig(a -> a.defaultAuthorizerName("both")));
        assertThat(curl("bothhttp", device, "own")).isEqualTo("200");
        assertThat(curl("bothhttp", device, "given/" + device.certificateId())).isEqualTo("200");
        assertThat(curl("bothhttp", device, "given/other")).isEqualTo("403");
        assertThat(curl("bothhttp", null, "own")).as("no certificate").isEqualTo("000");
        domain(
                "openhttp",
                AuthenticationType.CUSTOM_AUTH,
                ApplicationProtocol.HTTPS,
                r -> r.authorizerConfig(a -> a.defaultAuthorizerName("open")));
        assertThat(curl("openhttp", null, "http/a", "--header", "password: open")).isEqualTo("200");
        assertThat(curl("openhttp", device, "own")).as("a certificate").isEqualTo("401");
        domain("signed", AuthenticationType.AWS_SIGV4, ApplicationProtocol.HTTPS, r -> {});
        assertThat(curl("signed", device, "own")).as("without a signature").isEqualTo("403");
        domain("wss", AuthenticationType.CUSTOM_AUTH, ApplicationProtocol.MQTT_WSS, r -> {});
        assertThat(curl("wss", null, "http/a", "--header", "password: open"))
                .as("MQTT over WebSocket alone")
                .isEqualTo("403");
        domain("mqtt", AuthenticationType.AWS_X509, ApplicationProtocol.SECURE_MQTT, r -> {});
        Mqtt5BlockingClient client =
                client("mqtt", server.endpoints().httpsPort(), device).buildBlocking();
        client.connect();
        client.disconnect();
    }

    @Test
    void aWebSocketIsTakenWhereTheDomainSaysSo() throws Exception {
        domain(
                "sockets",
                AuthenticationType.CUSTOM_AUTH,
                ApplicationProtocol.MQTT_WSS,
                r -> r.authorizerConfig(a -> a.defaultAuthorizerName("open")));
        Mqtt5BlockingClient client =
                password(client("sockets", server.endpoints().mqttsPort(), null), "open")
                        .webSocketConfig()
                        .serverPath("mqtt")
                        .applyWebSocketConfig()
                        .buildBlocking();
        client.connect();
        Hive.publish(client, "own/sockets", "hello");
        client.disconnect();
    }

    @Test
    void aDisabledNameIsNotServedAndCanBeDeleted() throws Exception {
        domain("off", AuthenticationType.AWS_X509, ApplicationProtocol.SECURE_MQTT, r -> {});
        int port = server.endpoints().mqttsPort();
        Mqtt5BlockingClient client = client("off", port, device).buildBlocking();
        client.connect();
        client.disconnect();
        assertThatThrownBy(
                        () -> iot.deleteDomainConfiguration(r -> r.domainConfigurationName("off")))
                .hasMessageContaining("DISABLED");
        iot.updateDomainConfiguration(r ->
                r.domainConfigurationName("off")
                        .domainConfigurationStatus(DomainConfigurationStatus.DISABLED));
        assertThatThrownBy(() -> client("off", port, device).buildBlocking().connect())
                .isInstanceOf(RuntimeException.class);
        iot.deleteDomainConfiguration(r -> r.domainConfigurationName("off"));
        assertThat(iot.listDomainConfigurations(r -> r.pageSize(100)).domainConfigurations())
                .extracting(DomainConfigurationSummary::domainConfigurationName)
                .contains("iot:Data-ATS", "iot:CredentialProvider", "iot:Jobs")
                .doesNotContain("off");
    }

    @Test
    void withoutADomainNameTheServerMakesOneThatMeansThisMachine() {
        iot.createDomainConfiguration(r -> r.domainConfigurationName("managed"));
        DescribeDomainConfigurationResponse managed = describe("managed");
        assertThat(managed.domainType()).isEqualTo(DomainType.AWS_MANAGED);
        assertThat(managed.domainName()).endsWith(".iot.us-east-1.localhost");
        assertThat(managed.tlsConfig().securityPolicy())
                .isEqualTo("IotSecurityPolicy_TLS13_1_2_2022_10");
        assertThat(describe("iot:Data-ATS").domainType()).isEqualTo(DomainType.ENDPOINT);
    }

    // The certificate that the operator brought is the one that clients see, by the version of TLS
    // that the security policy says.
    @Test
    void aServerCertificateOfTheOperatorsIsShown() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair keys = generator.generateKeyPair();
        X509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                                new X500Name("CN=operator"),
                                new BigInteger(64, new SecureRandom()),
                                Date.from(Instant.now().minus(Duration.ofDays(1))),
                                Date.from(Instant.now().plus(Duration.ofDays(9))),
                                new X500Name("CN=operator"),
                                keys.getPublic())
                        .addExtension(
                                Extension.subjectAlternativeName,
                                false,
                                new GeneralNames(
                                        new GeneralName(GeneralName.dNSName, "*.example")));
        byte[] certificate =
                builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate()))
                        .getEncoded();
        String body =
                Json.MAPPER.writeValueAsString(
                        Map.of(
                                "certificate",
                                Tls.pem("CERTIFICATE", certificate),
                                "privateKey",
                                Tls.pem("PRIVATE KEY", keys.getPrivate().getEncoded())));
        String path = "/_homeport/server-certificates";
        String arn =
                Json.MAPPER
                        .readTree(server.post(path, body).body())
                        .get("serverCertificateArn")
                        .asString();
        assertThat(server.get(path).body()).contains(arn).contains("*.example");
        assertThatThrownBy(() ->
                        iot.createDomainConfiguration(r ->
                                r.domainConfigurationName("wrong")
                                        .domainName("elsewhere.test")
                                        .serverCertificateArns(arn)))
                .isInstanceOf(CertificateValidationException.class);
        domain(
                "brought",
                AuthenticationType.DEFAULT,
                ApplicationProtocol.DEFAULT,
                r ->
                        r.serverCertificateArns(arn)
                                .tlsConfig(t ->
                                        t.securityPolicy("IotSecurityPolicy_TLS12_1_2_2022_10")));
        try (SSLSocket socket =
                (SSLSocket) Tls.trusting(keys.getPublic()).getSocketFactory().createSocket()) {
            socket.connect(
                    new InetSocketAddress(
                            InetAddress.getByAddress("brought.example", new byte[] {127, 0, 0, 1}),
                            server.endpoints().httpsPort()));
            javax.net.ssl.SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new javax.net.ssl.SNIHostName("brought.example")));
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            SSLSession session = socket.getSession();
            assertThat(session.getProtocol()).isEqualTo("TLSv1.2");
            assertThat(session.getPeerCertificates()[0].getEncoded()).isEqualTo(certificate);
        }
        String id = arn.substring(arn.lastIndexOf('/') + 1);
        assertThat(server.operator("DELETE", path + "/" + id, "").statusCode()).isEqualTo(200);
        assertThat(
                        describe("brought")
                                .serverCertificates()
                                .getFirst()
                                .serverCertificateStatusDetail())
                .contains("the server's own CA");
    }
}
