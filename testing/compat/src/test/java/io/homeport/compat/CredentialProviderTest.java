package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.crt.auth.credentials.X509CredentialsProvider;
import software.amazon.awssdk.crt.http.HttpProxyOptions;
import software.amazon.awssdk.crt.io.ClientTlsContext;
import software.amazon.awssdk.crt.io.TlsContextOptions;
import software.amazon.awssdk.crt.mqtt.MqttClientConnection;
import software.amazon.awssdk.crt.mqtt.MqttClientConnectionEvents;
import software.amazon.awssdk.crt.mqtt.MqttMessage;
import software.amazon.awssdk.crt.mqtt.QualityOfService;
import software.amazon.awssdk.iot.AwsIotMqttConnectionBuilder;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.IotException;
import tools.jackson.databind.JsonNode;

/// Devices that trade their certificate for temporary credentials, by curl and Java's HTTP client,
/// and use them with AWS CLI and AWS SDK
/// (docs.aws.amazon.com/iot/latest/developerguide/authorizing-direct-aws.html).
class CredentialProviderTest {
    private static final long SECONDS = 20;
    private static final String TRUST =
            """
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow",
             "Principal": {"Service": "credentials.iot.amazonaws.com"},
             "Action": "sts:AssumeRole"}}
            """;

    private static TestServer server;
    private static TestServer.Device device;
    private static IotClient administrator;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        administrator = server.iot();
        device =
                server.device(
                        "lamp", server.policy("iot:AssumeRoleWithCertificate", "rolealias/*"));
        administrator.createThing(r -> r.thingName("lamp"));
        administrator.attachThingPrincipal(
                r -> r.thingName("lamp").principal(device.certificateArn()));
    }

    @AfterAll
    static void stop() {
        administrator.close();
        server.close();
    }

    /// A role with an alias of its name.
    private static void role(String name, String policy) {
        operator("PUT", "/" + name, "{\"assumeRolePolicyDocument\": " + TRUST + "}");
        operator("PUT", "/" + name + "/policies/it", policy);
        administrator.createRoleAlias(
                r -> r.roleAlias(name).roleArn("arn:aws:iam::000000000000:role/" + name));
    }

    private static void operator(String method, String path, String body) {
        HttpResponse<String> answer = server.operator(method, "/_homeport/roles" + path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static HttpResponse<String> assumeRoleWithCertificate(
            String alias, @Nullable String thingName) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                        URI.create(
                                "https://localhost:%d/role-aliases/%s/credentials"
                                        .formatted(server.endpoints().httpsPort(), alias)));
        if (thingName != null) {
            request.header("x-amzn-iot-thingname", thingName);
        }
        try (HttpClient http =
                HttpClient.newBuilder().sslContext(Tls.context(server, device)).build()) {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static StaticCredentialsProvider credentials(String answer) {
        JsonNode made = Json.MAPPER.readTree(answer).get("credentials");
        return StaticCredentialsProvider.create(
                AwsSessionCredentials.create(
                        made.get("accessKeyId").asString(),
                        made.get("secretAccessKey").asString(),
                        made.get("sessionToken").asString()));
    }

    private static String lampsOnly() {
        return """
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:DescribeThing",
         "Resource": "arn:aws:iot:us-east-1:000000000000:thing/${credentials-iot:ThingName}"}]}
        """;
    }

    @Test
    void credentialsMayWhatTheRoleMayUntilTheyExpire() throws Exception {
        role("devices", lampsOnly());
        administrator.createThing(r -> r.thingName("safe"));
        HttpResponse<String> answer = assumeRoleWithCertificate("devices", "lamp");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        Instant expiration =
                Instant.parse(
                        Json.MAPPER
                                .readTree(answer.body())
                                .get("credentials")
                                .get("expiration")
                                .asString());
        assertThat(Duration.between(server.advance(Duration.ZERO), expiration))
                .isBetween(Duration.ofMinutes(55), Duration.ofMinutes(60));
        try (IotClient iot = server.iot(credentials(answer.body()))) {
            assertThat(iot.describeThing(r -> r.thingName("lamp")).thingName()).isEqualTo("lamp");
            refused(
                    () -> iot.describeThing(r -> r.thingName("safe")),
                    "AccessDeniedException",
                    "assumed-role/devices/" + device.certificateId());
            operator("DELETE", "/devices/policies/it", "");
            refused(
                    () -> iot.describeThing(r -> r.thingName("lamp")),
                    "AccessDeniedException",
                    "iot:DescribeThing");
            server.advance(Duration.ofHours(1));
            refused(
                    () -> iot.describeThing(r -> r.thingName("lamp")),
                    "ExpiredTokenException",
                    "expired");
        }
    }

    private static void refused(Runnable call, String code, String message) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        IotException.class,
                        e -> {
                            assertThat(e.statusCode()).isEqualTo(403);
                            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
                            assertThat(e.getMessage()).contains(message);
                        });
    }

    @Test
    void curlAsksAndTheAwsCliUsesWhatItGets() throws Exception {
        role("tools", lampsOnly());
        String endpoint =
                administrator
                        .describeEndpoint(r -> r.endpointType("iot:CredentialProvider"))
                        .endpointAddress();
        Program.Result curl =
                Curl.run(
                        server,
                        device,
                        "--header",
                        "x-amzn-iot-thingname: lamp",
                        "https://" + endpoint + "/role-aliases/tools/credentials");
        JsonNode made = Json.MAPPER.readTree(curl.output()).get("credentials");
        Map<String, String> environment = new HashMap<>();
        environment.put("AWS_ACCESS_KEY_ID", made.get("accessKeyId").asString());
        environment.put("AWS_SECRET_ACCESS_KEY", made.get("secretAccessKey").asString());
        environment.put("AWS_SESSION_TOKEN", made.get("sessionToken").asString());
        environment.put("AWS_DEFAULT_REGION", server.endpoints().region());
        Program.Result cli =
                AwsCli.run(
                        server,
                        environment,
                        "iot",
                        "describe-thing",
                        "--thing-name",
                        "lamp",
                        "--query",
                        "thingName",
                        "--output",
                        "text");
        assertThat(cli.output().strip()).as(cli.errors()).isEqualTo("lamp");
    }

    // IAM user guide, "Grant a user permissions to pass a role to an AWS service".
    @Test
    void aUserNeedsThePermissionToPassTheRoleOfAnAlias() {
        role("passed", lampsOnly());
        user("/clerk", "");
        user("/clerk/policies/aliases", TestServer.ALLOW_ALL);
        JsonNode key =
                Json.MAPPER.readTree(
                        server.operator("POST", "/_homeport/users/clerk/keys", "").body());
        StaticCredentialsProvider clerk =
                StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(
                                key.get("accessKeyId").asString(),
                                key.get("secretAccessKey").asString()));
        try (IotClient iot = server.iot(clerk)) {
            assertThat(
                            iot.describeRoleAlias(r -> r.roleAlias("passed"))
                                    .roleAliasDescription()
                                    .roleArn())
                    .isEqualTo("arn:aws:iam::000000000000:role/passed");
            assertThat(iot.listRoleAliases().roleAliases()).contains("passed");
            iot.updateRoleAlias(r -> r.roleAlias("passed").credentialDurationSeconds(900));
            refused(
                    () ->
                            iot.updateRoleAlias(r ->
                                    r.roleAlias("passed")
                                            .roleArn("arn:aws:iam::000000000000:role/other")),
                    "AccessDeniedException",
                    "iam:PassRole on resource: arn:aws:iam::000000000000:role/other");
            refused(
                    () ->
                            iot.createRoleAlias(r ->
                                    r.roleAlias("mine")
                                            .roleArn("arn:aws:iam::000000000000:role/passed")),
                    "AccessDeniedException",
                    "iam:PassRole");
            user(
                    "/clerk/policies/pass",
                    """
                    {"Version": "2012-10-17", "Statement": {"Effect": "Allow",
                     "Action": "iam:PassRole", "Resource": "arn:aws:iam::*:role/passed",
                     "Condition": {"StringEquals":
                       {"iam:PassedToService": "credentials.iot.amazonaws.com"}}}}
                    """);
            iot.createRoleAlias(
                    r -> r.roleAlias("mine").roleArn("arn:aws:iam::000000000000:role/passed"));
            iot.deleteRoleAlias(r -> r.roleAlias("mine"));
        }
    }

    private static void user(String path, String body) {
        HttpResponse<String> answer = server.operator("PUT", "/_homeport/users" + path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    // The SDK's provider connects to port 443 whatever it is told, so that a proxy has to lead it.
    @Test
    void theDeviceSdksProviderOpensAWebSocketWithTheRightsOfTheRole() throws Exception {
        role(
                "sockets",
                server.policy(
                        "iot:Publish", "topic/${credentials-iot:ThingName}/*",
                        "iot:Receive", "topic/lamp/*",
                        "iot:Subscribe", "topicfilter/lamp/*"));
        Inbox<Integer> interruptions = new Inbox<>();
        try (Detour detour = Detour.to(server.endpoints().httpsPort());
                X509CredentialsProvider provider = x509(detour);
                AwsIotMqttConnectionBuilder builder =
                        AwsIotMqttConnectionBuilder.newDefaultBuilder()
                                .withCertificateAuthorityFromPath(
                                        null, server.endpoints().caFile().toString())
                                .withEndpoint("localhost")
                                .withWebsockets(true)
                                .withPort(server.endpoints().httpsPort())
                                .withWebsocketSigningRegion(server.endpoints().region())
                                .withWebsocketCredentialsProvider(provider)
                                .withClientId("app")
                                .withCleanSession(true);
                MqttClientConnection connection =
                        builder.withConnectionEventCallbacks(interrupted(interruptions)).build()) {
            connection.connect().get(SECONDS, TimeUnit.SECONDS);
            Inbox<MqttMessage> inbox = new Inbox<>();
            connection
                    .subscribe("lamp/#", QualityOfService.AT_LEAST_ONCE, inbox::add)
                    .get(SECONDS, TimeUnit.SECONDS);
            publish(connection, "lamp/a");
            assertThat(inbox.next().getTopic()).isEqualTo("lamp/a");
            connection
                    .subscribe("safe/#", QualityOfService.AT_LEAST_ONCE)
                    .handle((_, _) -> "answered")
                    .get(SECONDS, TimeUnit.SECONDS);
            assertThat(server.get("/_homeport/denials?clientId=app").body())
                    .contains("safe/#")
                    .doesNotContain("lamp/#");
            server.advance(Duration.ofHours(1));
            assertThat(interruptions.next()).as("the credentials' time is over").isNotZero();
        }
    }

    private static MqttClientConnectionEvents interrupted(Inbox<Integer> inbox) {
        return new MqttClientConnectionEvents() {
            @Override
            public void onConnectionInterrupted(int errorCode) {
                inbox.add(errorCode);
            }

            @Override
            public void onConnectionResumed(boolean sessionPresent) {}
        };
    }

    private static void publish(MqttClientConnection connection, String topic) throws Exception {
        connection
                .publish(
                        new MqttMessage(
                                topic, "hello".getBytes(UTF_8), QualityOfService.AT_LEAST_ONCE))
                .get(SECONDS, TimeUnit.SECONDS);
    }

    private static X509CredentialsProvider x509(Detour detour) {
        try (TlsContextOptions options =
                        TlsContextOptions.createWithMtlsFromPath(
                                        device.certificate().toString(), device.key().toString())
                                .withCertificateAuthorityFromPath(
                                        null, server.endpoints().caFile().toString());
                ClientTlsContext tls = new ClientTlsContext(options)) {
            HttpProxyOptions proxy = new HttpProxyOptions();
            proxy.setConnectionType(HttpProxyOptions.HttpProxyConnectionType.Tunneling);
            proxy.setHost("127.0.0.1");
            proxy.setPort(detour.port());
            return new X509CredentialsProvider.X509CredentialsProviderBuilder()
                    .withTlsContext(tls)
                    .withEndpoint("localhost")
                    .withRoleAlias("sockets")
                    .withThingName("lamp")
                    .withProxyOptions(proxy)
                    .build();
        }
    }
}
