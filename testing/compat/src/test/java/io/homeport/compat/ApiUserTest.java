package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.Json;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.IotException;
import tools.jackson.databind.JsonNode;

/// API users with IAM-style policies, and servers that take any credentials.
class ApiUserTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String operator(String method, String path, String body) {
        HttpResponse<String> answer = server.operator(method, "/_homeport/users" + path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void aUserMayWhatItsPoliciesSayAndNothingElse() {
        operator("PUT", "/reader", "");
        JsonNode key = Json.MAPPER.readTree(operator("POST", "/reader/keys", ""));
        StaticCredentialsProvider credentials =
                StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(
                                key.get("accessKeyId").asString(),
                                key.get("secretAccessKey").asString()));
        try (IotClient administrator = server.iot();
                IotClient reader = server.iot(credentials)) {
            administrator.createThing(r -> r.thingName("lamp"));
            administrator.createThing(r -> r.thingName("safe"));
            refused(() -> reader.describeThing(r -> r.thingName("lamp")), "DescribeThing");
            operator(
                    "PUT",
                    "/reader/policies/lamps",
                    """
                    {"Version": "2012-10-17", "Statement": [
                      {"Effect": "Allow", "Action": "iot:Describe*", "Resource": "*"},
                      {"Effect": "Deny", "Action": "*", "Resource": "%s"}]}
                    """
                            .formatted(server.arn("thing/safe")));
            assertThat(reader.describeThing(r -> r.thingName("lamp")).thingName())
                    .isEqualTo("lamp");
            refused(() -> reader.describeThing(r -> r.thingName("safe")), "DescribeThing");
            refused(() -> reader.createThing(r -> r.thingName("other")), "CreateThing");
            refused(reader::listThings, "ListThings");
            operator("DELETE", "/reader", "");
            assertThatThrownBy(() -> reader.describeThing(r -> r.thingName("lamp")))
                    .isInstanceOfSatisfying(
                            IotException.class,
                            e ->
                                    assertThat(e.awsErrorDetails().errorCode())
                                            .isEqualTo("UnrecognizedClientException"));
        }
    }

    private static void refused(Runnable call, String operation) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        IotException.class,
                        e -> {
                            assertThat(e.statusCode()).isEqualTo(403);
                            assertThat(e.awsErrorDetails().errorCode())
                                    .isEqualTo("AccessDeniedException");
                            assertThat(e.getMessage()).contains("iot:" + operation);
                        });
    }

    @Test
    void anyCredentialsAreTakenWhereTheServerWasToldTo() {
        StaticCredentialsProvider unknown =
                StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));
        try (IotClient iot = server.iot(unknown)) {
            assertThatThrownBy(iot::listThings).isInstanceOf(IotException.class);
        }
        try (TestServer generous = TestServer.start(s -> s.withAnyCredentials(true));
                IotClient iot = generous.iot(unknown)) {
            iot.createThing(r -> r.thingName("lamp"));
            assertThat(iot.listThings().things()).hasSize(1);
        }
    }
}
