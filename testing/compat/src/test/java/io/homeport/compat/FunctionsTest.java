package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.GetAliasResponse;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;
import tools.jackson.databind.JsonNode;

/// Functions by AWS CLI and the AWS SDK for Java.
class FunctionsTest {
    private static final String ROLE = "arn:aws:iam::000000000000:role/any";

    private static TestServer server;
    private static LambdaClient lambda;

    @TempDir Path directory;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        lambda = client(server.endpoints().apiUrl(), server.credentials());
    }

    @AfterAll
    static void stop() {
        lambda.close();
        server.close();
    }

    private static LambdaClient client(String url, StaticCredentialsProvider credentials) {
        return LambdaClient.builder()
                .endpointOverride(URI.create(url))
                .region(Region.US_EAST_1)
                .credentialsProvider(credentials)
                .overrideConfiguration(c -> c.retryStrategy(RetryMode.STANDARD))
                .httpClient(ApacheHttpClient.create())
                .build();
    }

    private static void python(LambdaClient client, String name, String code) throws IOException {
        python(client, name, ROLE, code);
    }

    private static void python(LambdaClient client, String name, String role, String code)
            throws IOException {
        SdkBytes zip = Lambdas.zip("main.py", code);
        client.createFunction(r ->
                r.functionName(name)
                        .runtime("python3.12")
                        .handler("main.handler")
                        .role(role)
                        .timeout(30)
                        .code(c -> c.zipFile(zip)));
        client.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
    }

    private static JsonNode aws(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("lambda"));
        command.addAll(List.of(arguments));
        String output = AwsCli.output(server, command.toArray(String[]::new));
        return Json.MAPPER.readTree(output.isBlank() ? "{}" : output);
    }

    @Test
    void awsCliCreatesInvokesAndDeletesAFunction() throws Exception {
        Program.require("python3", "--version");
        Path code = directory.resolve("code.zip");
        Files.write(
                code,
                Lambdas.zip(
                                "main.py",
                                """
                                import os
                                def handler(event, context):
                                    print("hello from", context.function_name)
                                    return {"sum": event["a"] + event["b"], "mode": os.environ["MODE"]}
                                """)
                        .asByteArray());
        JsonNode created =
                aws(
                        "create-function",
                        "--function-name",
                        "adder",
                        "--runtime",
                        "python3.12",
                        "--handler",
                        "main.handler",
                        "--role",
                        ROLE,
                        "--zip-file",
                        "fileb://" + code,
                        "--environment",
                        "Variables={MODE=test}");
        assertThat(created.get("FunctionArn").asString())
                .isEqualTo("arn:aws:lambda:us-east-1:000000000000:function:adder");
        assertThat(created.get("State").asString()).isEqualTo("Active");
        Path payload = Files.writeString(directory.resolve("event.json"), "{\"a\": 1, \"b\": 2}");
        Path result = directory.resolve("result.json");
        JsonNode invoked =
                aws(
                        "invoke",
                        "--function-name",
                        "adder",
                        "--payload",
                        "fileb://" + payload,
                        "--log-type",
                        "Tail",
                        result.toString());
        assertThat(invoked.get("StatusCode").asInt()).isEqualTo(200);
        assertThat(invoked.get("ExecutedVersion").asString()).isEqualTo("$LATEST");
        assertThat(result).hasContent("{\"sum\": 3, \"mode\": \"test\"}");
        String log =
                new String(
                        Base64.getDecoder().decode(invoked.get("LogResult").asString()),
                        StandardCharsets.UTF_8);
        assertThat(log).startsWith("START RequestId: ").contains("hello from adder\n");
        assertThat(server.get("/_homeport/functions/adder/logs").body())
                .contains("hello from adder\n")
                .contains(" REPORT RequestId: ");
        assertThat(aws("list-functions").get("Functions").get(0).get("Runtime").asString())
                .isEqualTo("python3.12");
        aws("delete-function", "--function-name", "adder");
        assertThatThrownBy(() -> lambda.getFunction(r -> r.functionName("adder")))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void theSdkWorksWithVersionsAliasesAndPermissions() throws Exception {
        Program.require("node", "--version");
        SdkBytes zip =
                Lambdas.zip(
                        "index.mjs",
                        "export const handler = async (e, c) => ({ v: c.functionVersion, e });");
        lambda.createFunction(r ->
                r.functionName("versioned")
                        .runtime("nodejs22.x")
                        .handler("index.handler")
                        .role(ROLE)
                        .publish(true)
                        .tags(Map.of("team", "a"))
                        .code(c -> c.zipFile(zip)));
        lambda.createAlias(r -> r.functionName("versioned").name("live").functionVersion("1"));
        InvokeResponse answer =
                lambda.invoke(r ->
                        r.functionName("versioned")
                                .qualifier("live")
                                .payload(SdkBytes.fromUtf8String("[1]")));
        assertThat(answer.payload().asUtf8String()).isEqualTo("{\"v\":\"1\",\"e\":[1]}");
        assertThat(answer.executedVersion()).isEqualTo("1");
        GetAliasResponse alias = lambda.getAlias(r -> r.functionName("versioned").name("live"));
        assertThat(alias.aliasArn()).endsWith(":function:versioned:live");
        lambda.addPermission(r ->
                r.functionName("versioned")
                        .statementId("iot")
                        .action("lambda:InvokeFunction")
                        .principal("iot.amazonaws.com"));
        assertThat(lambda.getPolicy(r -> r.functionName("versioned")).policy())
                .contains("\"Service\":\"iot.amazonaws.com\"");
        assertThat(lambda.getFunction(r -> r.functionName("versioned")).tags())
                .containsEntry("team", "a");
        lambda.updateFunctionConfiguration(r -> r.functionName("versioned").memorySize(256));
        assertThat(lambda.getFunctionConfiguration(r -> r.functionName("versioned")).memorySize())
                .isEqualTo(256);
        String location = lambda.getFunction(r -> r.functionName("versioned")).code().location();
        assertThat(
                        server.get(location.substring(server.endpoints().apiUrl().length()))
                                .statusCode())
                .isEqualTo(200);
        lambda.deleteAlias(r -> r.functionName("versioned").name("live"));
    }

    @Test
    void aFunctionReachesTheServerAndConcurrencyIsLimited() throws Exception {
        Program.require("python3", "--version");
        python(
                lambda,
                "caller",
                """
                import os, urllib.request
                def handler(event, context):
                    with urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/health") as answer:
                        return answer.status
                """);
        assertThat(invoke(lambda, "caller").payload().asUtf8String()).isEqualTo("200");
        lambda.putFunctionConcurrency(
                r -> r.functionName("caller").reservedConcurrentExecutions(0));
        assertThatThrownBy(() -> invoke(lambda, "caller"))
                .isInstanceOf(TooManyRequestsException.class)
                .hasMessageContaining("Rate Exceeded.");
        assertThat(
                        lambda.invoke(r -> r.functionName("caller").invocationType("DryRun"))
                                .statusCode())
                .isEqualTo(204);
    }

    // AWS Lambda developer guide, "Defining Lambda function permissions with an execution role".
    @Test
    void aFunctionHasTheRightsOfItsRoleWhereThereIsOne() throws Exception {
        Program.require("python3", "--version");
        String arn = "arn:aws:iam::000000000000:role/lamps";
        operator("PUT", "", trusting("iot"));
        String code =
                """
                import os
                def handler(event, context):
                    return {k: v for k, v in os.environ.items() if k.startswith("AWS_")}
                """;
        assertThatThrownBy(() -> python(lambda, "worker", arn, code))
                .isInstanceOf(InvalidParameterValueException.class)
                .hasMessageContaining("cannot be assumed by Lambda");
        operator("PUT", "", trusting("lambda"));
        operator("PUT", "/policies/lamps", server.policy("iot:DescribeThing", "thing/lamp"));
        python(lambda, "worker", arn, code);
        try (IotClient administrator = server.iot();
                IotClient worker = server.iot(keys("worker"))) {
            administrator.createThing(r -> r.thingName("lamp"));
            assertThat(worker.describeThing(r -> r.thingName("lamp")).thingName())
                    .isEqualTo("lamp");
            assertThatThrownBy(() -> worker.createThing(r -> r.thingName("other")))
                    .hasMessageContaining("assumed-role/lamps/worker");
            server.advance(Duration.ofHours(12));
            assertThatThrownBy(() -> worker.describeThing(r -> r.thingName("lamp")))
                    .hasMessageContaining("expired");
            try (IotClient renewed = server.iot(keys("worker"))) {
                assertThat(renewed.describeThing(r -> r.thingName("lamp")).thingName())
                        .isEqualTo("lamp");
            }
        }
        operator("DELETE", "", "");
        assertThat(keys("worker").resolveCredentials().accessKeyId())
                .as("without a role of that name")
                .isEqualTo(server.credentials().resolveCredentials().accessKeyId());
    }

    private static String trusting(String service) {
        return """
        {"assumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": {"Effect": "Allow",
         "Principal": {"Service": "%s.amazonaws.com"}, "Action": "sts:AssumeRole"}}}
        """
                .formatted(service);
    }

    private static void operator(String method, String path, String body) {
        HttpResponse<String> answer =
                server.operator(method, "/_homeport/roles/lamps" + path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /// The credentials in the environment of a function that answers them.
    private static StaticCredentialsProvider keys(String function) {
        JsonNode given = Json.MAPPER.readTree(invoke(lambda, function).payload().asUtf8String());
        String id = given.get("AWS_ACCESS_KEY_ID").asString();
        String secret = given.get("AWS_SECRET_ACCESS_KEY").asString();
        JsonNode token = given.get("AWS_SESSION_TOKEN");
        return StaticCredentialsProvider.create(
                token == null
                        ? AwsBasicCredentials.create(id, secret)
                        : AwsSessionCredentials.create(id, secret, token.asString()));
    }

    private static InvokeResponse invoke(LambdaClient client, String name) {
        return client.invoke(r -> r.functionName(name));
    }

    @Test
    void nothingIsLeftOfFunctionsAfterTheServerIsKilled() throws Exception {
        Program.require("python3", "--version");
        try (ServerProcess process = ServerProcess.start(directory, "--any-credentials");
                LambdaClient client =
                        client(
                                process.apiUrl(),
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create("any", "any")))) {
            python(
                    client,
                    "hang",
                    """
                    import os, subprocess, time
                    def handler(event, context):
                        child = subprocess.Popen(["sleep", "600"])
                        return [os.getpid(), child.pid]
                    """);
            JsonNode pids = Json.MAPPER.readTree(invoke(client, "hang").payload().asByteArray());
            List<CompletableFuture<ProcessHandle>> ends = new ArrayList<>();
            for (JsonNode pid : pids) {
                ends.add(ProcessHandle.of(pid.asLong()).orElseThrow().onExit());
            }
            process.kill();
            for (CompletableFuture<ProcessHandle> end : ends) {
                end.get(30, TimeUnit.SECONDS);
            }
        }
    }
}
