package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.homeport.targets.TargetSettings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.CannedAccessControlList;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.Permission;

/// Rules that store in a server for S3 that checks each request's signature
/// (docs.aws.amazon.com/iot/latest/developerguide/s3-rule-action.html).
class S3ServerTest {
    private static final String ROLE = "arn:aws:iam::000000000000:role/rules";

    private static S3Client client(ForeignServer proxy) {
        return S3Client.builder()
                .endpointOverride(proxy.url())
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(S3Proxy.IDENTITY, S3Proxy.SECRET)))
                .build();
    }

    private static TestServer server(ForeignServer proxy, String secret) {
        return TestServer.start(settings ->
                settings.withTargets(
                        new TargetSettings(
                                TargetSettings.endpoints(List.of("s3=" + proxy.url())),
                                TargetSettings.keys(S3Proxy.IDENTITY + ":" + secret),
                                null)));
    }

    private static void makeRule(TestServer server) {
        Action store =
                Action.builder()
                        .s3(s ->
                                s.bucketName("readings")
                                        .key("${topic(2)}/v=${v} °+&")
                                        .cannedAcl(CannedAccessControlList.PUBLIC_READ)
                                        .roleArn(ROLE))
                        .build();
        try (IotClient iot = server.iot()) {
            iot.createTopicRule(r ->
                    r.ruleName("storing")
                            .topicRulePayload(p ->
                                    p.sql("SELECT * FROM 'in/+'")
                                            .awsIotSqlVersion("2016-03-23")
                                            .actions(store)
                                            .errorAction(a ->
                                                    a.republish(e ->
                                                            e.topic("errors").roleArn(ROLE)))));
        }
    }

    private static Optional<ResponseBytes<GetObjectResponse>> object(S3Client s3, String key) {
        try {
            return Optional.of(s3.getObjectAsBytes(r -> r.bucket("readings").key(key)));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        }
    }

    @Test
    void aRuleStoresObjectsWithTheirKeysTypesAndGrantsWhereItsSignaturesAreRight()
            throws Exception {
        try (ForeignServer proxy = S3Proxy.start();
                S3Client s3 = client(proxy)) {
            s3.createBucket(r -> r.bucket("readings"));
            try (TestServer server = server(proxy, S3Proxy.SECRET)) {
                makeRule(server);
                Mqtt5BlockingClient device = Hive.plain(server, "sensor").buildBlocking();
                device.connect();
                String payload = "{\"v\": 1, \"name\": \"Glühlampe\"}";
                Hive.publish(device, "in/lamp", payload);
                Hive.publish(device, "in/lamp", "{\"v\": 2}");
                String second = "lamp/v=2 °+&";
                Until.present("second object", () -> object(s3, second));
                ResponseBytes<GetObjectResponse> first = object(s3, "lamp/v=1 °+&").orElseThrow();
                assertThat(first.asString(StandardCharsets.UTF_8)).isEqualTo(payload);
                assertThat(first.response().contentType()).isEqualTo("application/json");
                assertThat(s3.getObjectAcl(r -> r.bucket("readings").key(second)).grants())
                        .anySatisfy(grant -> {
                            assertThat(grant.grantee().uri()).endsWith("/AllUsers");
                            assertThat(grant.permission()).isEqualTo(Permission.READ);
                        });
                device.disconnect();
            }
            try (TestServer server = server(proxy, "wrong")) {
                makeRule(server);
                Mqtt5BlockingClient device = Hive.plain(server, "sensor").buildBlocking();
                device.connect();
                Inbox<Mqtt5Publish> errors = Hive.subscribe(device, "errors");
                Hive.publish(device, "in/lamp", "{\"v\": 3}");
                assertThat(Hive.payload(errors.next())).contains("SignatureDoesNotMatch (403)");
                assertThat(object(s3, "lamp/v=3 °+&")).isEmpty();
                device.disconnect();
            }
        }
    }
}
