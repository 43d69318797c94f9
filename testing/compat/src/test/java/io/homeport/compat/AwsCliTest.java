package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// AWS CLI with the configuration that the server writes, as the README says. It is version 1 or 2,
/// whose exit codes differ, so failures are told by their text.
class AwsCliTest {
    private static TestServer server;

    @TempDir Path directory;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Program.Result aws(String... arguments) throws Exception {
        return AwsCli.run(server, arguments);
    }

    private static Program.Result aws(Map<String, String> environment, String... arguments)
            throws Exception {
        Map<String, String> all = new HashMap<>(environment);
        all.put("AWS_PAGER", "");
        all.put("AWS_MAX_ATTEMPTS", "1");
        return AwsCli.run(server, all, arguments);
    }

    private static String text(String... arguments) throws Exception {
        return AwsCli.output(server, arguments);
    }

    private static JsonNode json(String... arguments) throws Exception {
        return Json.MAPPER.readTree(text(arguments));
    }

    private static void refused(String error, String... arguments) throws Exception {
        Program.Result result = aws(arguments);
        assertThat(result.exitCode()).as(result.output()).isNotZero();
        assertThat(result.errors()).contains(error);
    }

    private void openssl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add("openssl");
        for (String argument : arguments) {
            command.add(argument.replace("DIR", directory.toString()));
        }
        Program.Result result = Program.run(Map.of(), command);
        assertThat(result.exitCode()).as(result.errors()).isZero();
    }

    private void request(String name, String commonName) throws Exception {
        openssl(
                "req",
                "-new",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-keyout",
                "DIR/" + name + ".key",
                "-out",
                "DIR/" + name + ".csr",
                "-subj",
                "/CN=" + commonName);
    }

    private void sign(String name) throws Exception {
        openssl(
                "x509",
                "-req",
                "-in",
                "DIR/" + name + ".csr",
                "-CA",
                "DIR/ca.pem",
                "-CAkey",
                "DIR/ca.key",
                "-CAcreateserial",
                "-days",
                "2",
                "-out",
                "DIR/" + name + ".pem");
    }

    private String file(String name) {
        return "file://" + directory.resolve(name);
    }

    private static Set<String> names(JsonNode array, String field) {
        Set<String> names = new HashSet<>();
        array.forEach(element -> names.add(element.get(field).asString()));
        return names;
    }

    @Test
    void theReadmesFirstLineWorks() throws Exception {
        JsonNode lamp = json("iot", "create-thing", "--thing-name", "lamp");
        assertThat(lamp.get("thingArn").asString())
                .isEqualTo("arn:aws:iot:us-east-1:000000000000:thing/lamp");
        assertThat(json("iot", "describe-thing", "--thing-name", "lamp").get("version").asInt())
                .isEqualTo(1);
        assertThat(names(json("iot", "list-things").get("things"), "thingName")).contains("lamp");
        assertThat(
                        json("iot", "describe-endpoint", "--endpoint-type", "iot:Data-ATS")
                                .get("endpointAddress")
                                .asString())
                .isEqualTo("localhost");
    }

    @Test
    void failuresSayWhatAndWhy() throws Exception {
        refused(
                "(ResourceNotFoundException) when calling the DescribeThing",
                "iot",
                "describe-thing",
                "--thing-name",
                "nowhere");
        refused("(InvalidRequestException)", "iot", "create-thing", "--thing-name", "no spaces");
        refused("ListDetectorModels", "iotevents", "list-detector-models");
    }

    @Test
    void aWrongSecretIsAnInvalidSignature() throws Exception {
        Program.Result result =
                aws(
                        Map.of(
                                "AWS_ACCESS_KEY_ID",
                                server.credentials().resolveCredentials().accessKeyId(),
                                "AWS_SECRET_ACCESS_KEY",
                                "wrong",
                                "AWS_DEFAULT_REGION",
                                "us-east-1"),
                        "iot",
                        "list-things");
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.errors()).contains("(InvalidSignatureException)");
    }

    @Test
    void anUnknownAccessKeyIsRefused() throws Exception {
        Program.Result result =
                aws(
                        Map.of(
                                "AWS_ACCESS_KEY_ID",
                                "AKIAIOSFODNN7EXAMPLE",
                                "AWS_SECRET_ACCESS_KEY",
                                "wrong",
                                "AWS_DEFAULT_REGION",
                                "us-east-1"),
                        "iot",
                        "list-things");
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.errors()).contains("(UnrecognizedClientException)");
    }

    @Test
    void aRetainedMessagePublishedOverTheApiIsReadBack() throws Exception {
        Path payload = Files.writeString(directory.resolve("payload"), "hello");
        text(
                "iot-data",
                "publish",
                "--topic",
                "cli/retained",
                "--qos",
                "1",
                "--retain",
                "--payload",
                "fileb://" + payload);
        JsonNode retained = json("iot-data", "get-retained-message", "--topic", "cli/retained");
        assertThat(retained.get("payload").asString()).isEqualTo("aGVsbG8=");
        assertThat(retained.get("qos").asInt()).isEqualTo(1);
        assertThat(names(json("iot-data", "list-retained-messages").get("retainedTopics"), "topic"))
                .contains("cli/retained");
        refused(
                "(ResourceNotFoundException)",
                "iot-data",
                "get-retained-message",
                "--topic",
                "cli/nothing");
    }

    @Test
    void pagesContinueWhereTheLastOneEnded() throws Exception {
        json("iot", "create-thing-type", "--thing-type-name", "paged");
        for (int i = 0; i < 3; i++) {
            json("iot", "create-thing", "--thing-name", "paged" + i, "--thing-type-name", "paged");
        }
        JsonNode first =
                json(
                        "iot",
                        "list-things",
                        "--thing-type-name",
                        "paged",
                        "--max-items",
                        "2",
                        "--page-size",
                        "2");
        Set<String> seen = names(first.get("things"), "thingName");
        assertThat(seen).hasSize(2);
        JsonNode rest =
                json(
                        "iot",
                        "list-things",
                        "--thing-type-name",
                        "paged",
                        "--starting-token",
                        first.get("NextToken").asString());
        seen.addAll(names(rest.get("things"), "thingName"));
        assertThat(seen).containsExactlyInAnyOrder("paged0", "paged1", "paged2");
        refused("(InvalidRequestException)", "iot", "list-things", "--next-token", "forged");
    }

    @Test
    void groupsTagsAndPrincipalsBelongTogether() throws Exception {
        String thing =
                json("iot", "create-thing", "--thing-name", "tagged").get("thingArn").asString();
        json("iot", "create-thing-group", "--thing-group-name", "floor");
        text(
                "iot",
                "add-thing-to-thing-group",
                "--thing-name",
                "tagged",
                "--thing-group-name",
                "floor");
        assertThat(
                        names(
                                json("iot", "list-thing-groups-for-thing", "--thing-name", "tagged")
                                        .get("thingGroups"),
                                "groupName"))
                .containsExactly("floor");
        String group =
                json("iot", "describe-thing-group", "--thing-group-name", "floor")
                        .get("thingGroupArn")
                        .asString();
        text("iot", "tag-resource", "--resource-arn", group, "--tags", "Key=level,Value=2");
        JsonNode tags = json("iot", "list-tags-for-resource", "--resource-arn", group).get("tags");
        assertThat(tags.get(0).get("Value").asString()).isEqualTo("2");
        refused(
                "(InvalidRequestException)",
                "iot",
                "tag-resource",
                "--resource-arn",
                thing,
                "--tags",
                "Key=a,Value=b");

        String certificate =
                json("iot", "create-keys-and-certificate", "--set-as-active")
                        .get("certificateArn")
                        .asString();
        text("iot", "attach-thing-principal", "--thing-name", "tagged", "--principal", certificate);
        assertThat(
                        json("iot", "list-thing-principals", "--thing-name", "tagged")
                                .get("principals")
                                .get(0)
                                .asString())
                .isEqualTo(certificate);
        refused("(InvalidRequestException)", "iot", "delete-thing", "--thing-name", "tagged");
    }

    @Test
    void aCertificateFromARequestGoesThroughItsLife() throws Exception {
        request("device", "device");
        JsonNode made =
                json(
                        "iot",
                        "create-certificate-from-csr",
                        "--certificate-signing-request",
                        file("device.csr"),
                        "--set-as-active");
        String id = made.get("certificateId").asString();
        assertThat(made.get("certificatePem").asString()).startsWith("-----BEGIN CERTIFICATE-----");
        text("iot", "update-certificate", "--certificate-id", id, "--new-status", "REVOKED");
        assertThat(
                        json("iot", "describe-certificate", "--certificate-id", id)
                                .get("certificateDescription")
                                .get("status")
                                .asString())
                .isEqualTo("REVOKED");
        text("iot", "delete-certificate", "--certificate-id", id);
        refused(
                "(ResourceNotFoundException)",
                "iot",
                "describe-certificate",
                "--certificate-id",
                id);
        refused(
                "(InvalidRequestException)",
                "iot",
                "create-certificate-from-csr",
                "--certificate-signing-request",
                "no request");
    }

    // docs.aws.amazon.com/iot/latest/developerguide/register-CA-cert.html
    @Test
    void aCaProvesItselfWithTheRegistrationCodeAndItsCertificatesAreTaken() throws Exception {
        openssl(
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                "DIR/ca.key",
                "-out",
                "DIR/ca.pem",
                "-subj",
                "/CN=Plant",
                "-days",
                "2");
        request("device", "machine");
        sign("device");
        refused(
                "(CertificateValidationException)",
                "iot",
                "register-certificate",
                "--certificate-pem",
                file("device.pem"));
        refused(
                "(RegistrationCodeValidationException)",
                "iot",
                "register-ca-certificate",
                "--ca-certificate",
                file("ca.pem"),
                "--verification-certificate",
                file("device.pem"));

        request("proof", json("iot", "get-registration-code").get("registrationCode").asString());
        sign("proof");
        String ca =
                json(
                                "iot",
                                "register-ca-certificate",
                                "--ca-certificate",
                                file("ca.pem"),
                                "--verification-certificate",
                                file("proof.pem"),
                                "--set-as-active")
                        .get("certificateId")
                        .asString();
        String device =
                json(
                                "iot",
                                "register-certificate",
                                "--certificate-pem",
                                file("device.pem"),
                                "--ca-certificate-pem",
                                file("ca.pem"),
                                "--set-as-active")
                        .get("certificateId")
                        .asString();
        assertThat(
                        names(
                                json("iot", "list-certificates-by-ca", "--ca-certificate-id", ca)
                                        .get("certificates"),
                                "certificateId"))
                .containsExactly(device);
        refused(
                "(ResourceAlreadyExistsException)",
                "iot",
                "register-certificate",
                "--certificate-pem",
                file("device.pem"));
        refused(
                "(CertificateStateException)",
                "iot",
                "delete-ca-certificate",
                "--certificate-id",
                ca);
    }

    @Test
    void awsCliShowsWhoCallsAndWhatIsNotHere() throws Exception {
        assertThat(aws("sts", "get-caller-identity", "--query", "Account").output())
                .contains(server.endpoints().accountId());
        Program.Result buckets = aws("s3", "ls");
        assertThat(buckets.exitCode()).isNotZero();
        assertThat(buckets.errors()).contains("NotImplemented", "ListBuckets", "/_homeport/aws");
        assertThat(aws("s3", "cp", "s3://b/k", "-").errors()).contains("501");
    }
}
