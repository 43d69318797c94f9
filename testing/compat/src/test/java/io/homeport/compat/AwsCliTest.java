package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// AWS CLI with the configuration that the server writes, as the README says.
class AwsCliTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Program.Result aws(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.addAll(List.of("aws", "--endpoint-url", server.endpoints().apiUrl()));
        command.addAll(List.of(arguments));
        return Program.run(
                Map.of(
                        "AWS_CONFIG_FILE", server.endpoints().awsConfigFile().toString(),
                        "AWS_SHARED_CREDENTIALS_FILE",
                                server.endpoints().awsCredentialsFile().toString(),
                        "AWS_PAGER", ""),
                command);
    }

    private static JsonNode json(String... arguments) throws Exception {
        Program.Result result = aws(arguments);
        assertThat(result.exitCode()).as(result.errors()).isZero();
        return Json.MAPPER.readTree(result.output());
    }

    @Test
    void theReadmesFirstLineWorks() throws Exception {
        JsonNode lamp = json("iot", "create-thing", "--thing-name", "lamp");
        assertThat(lamp.get("thingArn").asString())
                .isEqualTo("arn:aws:iot:us-east-1:000000000000:thing/lamp");
        assertThat(json("iot", "describe-thing", "--thing-name", "lamp").get("version").asInt())
                .isEqualTo(1);
        assertThat(json("iot", "list-things").get("things")).isNotEmpty();
    }

    @Test
    void anUnknownThingIsNotFound() throws Exception {
        Program.Result result = aws("iot", "describe-thing", "--thing-name", "nowhere");
        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.errors()).contains("(ResourceNotFoundException)", "DescribeThing");
    }

    @Test
    void anOperationThatIsNotThereNamesItself() throws Exception {
        Program.Result result = aws("iotevents", "list-detector-models");
        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.errors()).contains("ListDetectorModels");
    }

    @Test
    void aWrongSecretIsAnInvalidSignature() throws Exception {
        Program.Result result =
                Program.run(
                        Map.of(
                                "AWS_ACCESS_KEY_ID",
                                server.credentials().resolveCredentials().accessKeyId(),
                                "AWS_SECRET_ACCESS_KEY",
                                "wrong",
                                "AWS_DEFAULT_REGION",
                                "us-east-1"),
                        List.of(
                                "aws",
                                "--endpoint-url",
                                server.endpoints().apiUrl(),
                                "iot",
                                "list-things"));
        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.errors()).contains("(InvalidSignatureException)");
    }

    @Test
    void aRetainedMessagePublishedOverTheApiIsReadBack() throws Exception {
        Program.Result published =
                aws(
                        "iot-data",
                        "publish",
                        "--topic",
                        "cli/retained",
                        "--qos",
                        "1",
                        "--retain",
                        "--cli-binary-format",
                        "raw-in-base64-out",
                        "--payload",
                        "hello");
        assertThat(published.exitCode()).as(published.errors()).isZero();
        JsonNode retained = json("iot-data", "get-retained-message", "--topic", "cli/retained");
        assertThat(retained.get("payload").asString()).isEqualTo("aGVsbG8=");
        assertThat(retained.get("qos").asInt()).isEqualTo(1);
    }
}
