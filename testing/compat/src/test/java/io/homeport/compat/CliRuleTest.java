package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.crt.mqtt.MqttClientConnection;
import software.amazon.awssdk.crt.mqtt.MqttMessage;
import software.amazon.awssdk.crt.mqtt.QualityOfService;
import software.amazon.awssdk.iot.AwsIotMqttConnectionBuilder;

/// A rule from end to end by clients that we did not write: AWS CLI makes it, the AWS IoT Device
/// SDK feeds it, a web server gets what it selects
/// (docs.aws.amazon.com/iot/latest/developerguide/iot-create-rule.html).
class CliRuleTest {
    private static String rule(String url) {
        return """
        {"sql": "SELECT *, topic(2) AS device, upper(color) AS c FROM 'lamps/+/state'
          WHERE lux > 5",
         "awsIotSqlVersion": "2016-03-23", "ruleDisabled": false, "actions": [{"http": {
           "url": "%s", "headers": [{"key": "x-device", "value": "${topic(2)}"}]}}]}
        """
                .replace("\n", " ")
                .formatted(url);
    }

    private static void publish(MqttClientConnection connection, String topic, String payload)
            throws Exception {
        connection
                .publish(
                        new MqttMessage(
                                topic, payload.getBytes(UTF_8), QualityOfService.AT_LEAST_ONCE))
                .get(20, TimeUnit.SECONDS);
    }

    @Test
    void theReceiverGetsWhatTheCliSaidOfWhatTheDeviceSent() throws Exception {
        try (TestServer server = TestServer.start();
                Receiver receiver = new Receiver()) {
            TestServer.Device device = server.device("lamp", TestServer.ALLOW_ALL);
            AwsCli.output(
                    server,
                    "iot",
                    "create-topic-rule",
                    "--rule-name",
                    "bright",
                    "--topic-rule-payload",
                    rule(receiver.url("/in")));
            HttpActionTest.confirm(receiver.questions.next());
            try (AwsIotMqttConnectionBuilder builder =
                            AwsIotMqttConnectionBuilder.newMtlsBuilderFromPath(
                                            device.certificate().toString(),
                                            device.key().toString())
                                    .withCertificateAuthorityFromPath(
                                            null, server.endpoints().caFile().toString())
                                    .withEndpoint("localhost")
                                    .withPort(server.endpoints().mqttsPort())
                                    .withClientId("lamp");
                    MqttClientConnection connection = builder.build()) {
                connection.connect().get(20, TimeUnit.SECONDS);
                publish(connection, "lamps/l1/state", "{\"lux\":3,\"color\":\"red\"}");
                publish(connection, "lamps/l1/state", "{\"lux\":7,\"color\":\"red\"}");

                Receiver.Request request = receiver.requests.next();
                assertThat(request.header("x-device")).isEqualTo("l1");
                assertThat(request.body())
                        .isEqualTo("{\"lux\":7,\"color\":\"red\",\"device\":\"l1\",\"c\":\"RED\"}");
                connection.disconnect().get(20, TimeUnit.SECONDS);
            }
            assertThat(AwsCli.output(server, "iot", "get-topic-rule", "--rule-name", "bright"))
                    .contains("lamps/+/state");
            AwsCli.output(server, "iot", "disable-topic-rule", "--rule-name", "bright");
            assertThat(AwsCli.output(server, "iot", "list-topic-rules", "--rule-disabled"))
                    .contains("bright");
            AwsCli.output(server, "iot", "delete-topic-rule", "--rule-name", "bright");
        }
    }
}
