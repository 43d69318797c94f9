package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;

/// MQTT over WebSocket at addresses that the AWS SDK's signer presigned, as web pages use them, and
/// with a certificate (docs.aws.amazon.com/iot/latest/developerguide/protocols.html).
class WebSocketTest {
    private static TestServer server;
    private static TestServer.Device device;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        device = server.device("browser", server.policy("iot:Publish", "topic/open"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Mqtt5ClientBuilder client(
            String path, String query, TestServer.@Nullable Device certificate) {
        var tls =
                Mqtt5Client.builder()
                        .serverHost("localhost")
                        .serverPort(server.endpoints().httpsPort())
                        .webSocketConfig()
                        .serverPath(path)
                        .queryString(query)
                        .applyWebSocketConfig()
                        .sslConfig()
                        .trustManagerFactory(Tls.trust(server));
        return certificate == null
                ? tls.applySslConfig()
                : tls.keyManagerFactory(Tls.keys(certificate)).applySslConfig();
    }

    /// The query of a presigned address, without percent-encoding, which the client adds.
    private static String presigned(AwsCredentials credentials, Clock clock) {
        SdkHttpRequest request =
                SdkHttpRequest.builder()
                        .method(SdkHttpMethod.GET)
                        .uri(
                                URI.create(
                                        "https://localhost:%d/mqtt"
                                                .formatted(server.endpoints().httpsPort())))
                        .build();
        String query =
                AwsV4HttpSigner.create()
                        .sign(r ->
                                r.identity(credentials)
                                        .request(request)
                                        .putProperty(
                                                AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME,
                                                "iotdevicegateway")
                                        .putProperty(
                                                AwsV4HttpSigner.REGION_NAME,
                                                server.endpoints().region())
                                        .putProperty(
                                                AwsV4FamilyHttpSigner.AUTH_LOCATION,
                                                AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING)
                                        .putProperty(
                                                AwsV4FamilyHttpSigner.EXPIRATION_DURATION,
                                                Duration.ofMinutes(1))
                                        .putProperty(HttpSigner.SIGNING_CLOCK, clock))
                        .request()
                        .getUri()
                        .getRawQuery();
        return URLDecoder.decode(query, StandardCharsets.UTF_8);
    }

    private static AwsCredentials administrator() {
        return server.credentials().resolveCredentials();
    }

    @Test
    void aPresignedAddressConnects() throws Exception {
        Mqtt5BlockingClient client =
                client("mqtt", presigned(administrator(), Clock.systemUTC()), null).buildBlocking();
        client.connect();
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "web/#");
        Hive.publish(client, "web/a", "hello");
        assertThat(Hive.payload(inbox.next())).isEqualTo("hello");
        client.disconnect();
    }

    @Test
    void anAddressThatIsExpiredOrWronglySignedOrUnsignedIsRefused() {
        Clock past = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-5));
        AwsCredentials wrong = AwsBasicCredentials.create(administrator().accessKeyId(), "wrong");
        refused(client("mqtt", presigned(administrator(), past), null));
        refused(client("mqtt", presigned(wrong, Clock.systemUTC()), null));
        refused(client("mqtt", "", null));
        refused(client("other", presigned(administrator(), Clock.systemUTC()), null));
    }

    private static void refused(Mqtt5ClientBuilder builder) {
        Mqtt5BlockingClient client = builder.buildBlocking();
        assertThatThrownBy(client::connect).isInstanceOf(RuntimeException.class);
        assertThat(client.getState().isConnected()).isFalse();
    }

    @Test
    void aCertificateConnectsWithTheRightsOfItsPolicies() {
        Mqtt5BlockingClient client = client("mqtt", "", device).buildBlocking();
        client.connect();
        Hive.publish(client, "open", "hello");
        assertThatThrownBy(() -> Hive.publish(client, "closed", "secret"))
                .isInstanceOf(RuntimeException.class);
        client.disconnect();
    }
}
