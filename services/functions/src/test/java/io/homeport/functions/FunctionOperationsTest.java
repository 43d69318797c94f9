package io.homeport.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.AccountId;
import io.homeport.core.FunctionInvoker;
import io.homeport.core.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.lambda.model.AddPermissionRequest;
import software.amazon.awssdk.services.lambda.model.AddPermissionResponse;
import software.amazon.awssdk.services.lambda.model.CreateAliasRequest;
import software.amazon.awssdk.services.lambda.model.CreateAliasResponse;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionConcurrencyResponse;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionResponse;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.GetAccountSettingsRequest;
import software.amazon.awssdk.services.lambda.model.GetAccountSettingsResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionCodeSigningConfigRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionCodeSigningConfigResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConcurrencyResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationResponse;
import software.amazon.awssdk.services.lambda.model.GetPolicyRequest;
import software.amazon.awssdk.services.lambda.model.GetPolicyResponse;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.ListAliasesRequest;
import software.amazon.awssdk.services.lambda.model.ListAliasesResponse;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsResponse;
import software.amazon.awssdk.services.lambda.model.ListTagsRequest;
import software.amazon.awssdk.services.lambda.model.ListTagsResponse;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionRequest;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionResponse;
import software.amazon.awssdk.services.lambda.model.PreconditionFailedException;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.PublishVersionResponse;
import software.amazon.awssdk.services.lambda.model.PutFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.PutFunctionConcurrencyResponse;
import software.amazon.awssdk.services.lambda.model.RemovePermissionRequest;
import software.amazon.awssdk.services.lambda.model.RemovePermissionResponse;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.TagResourceRequest;
import software.amazon.awssdk.services.lambda.model.TagResourceResponse;
import software.amazon.awssdk.services.lambda.model.UntagResourceRequest;
import software.amazon.awssdk.services.lambda.model.UntagResourceResponse;
import software.amazon.awssdk.services.lambda.model.UpdateAliasRequest;
import software.amazon.awssdk.services.lambda.model.UpdateAliasResponse;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeResponse;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;

/// Functions with their versions, aliases, permissions and limits (AWS Lambda API reference).
class FunctionOperationsTest {
    private static final String RULE = "arn:aws:iot:eu-west-1:000000000000:rule/lamps";

    @TempDir Path directory;
    private FunctionsFixture functions;

    @BeforeEach
    void open() {
        functions = new FunctionsFixture(directory);
    }

    @AfterEach
    void close() {
        functions.close();
    }

    private static String returning(int number) {
        return "def handler(e, c): return [%d, c.function_version, c.invoked_function_arn]"
                .formatted(number);
    }

    private UpdateFunctionCodeResponse update(String name, String code) {
        return functions.call(
                UpdateFunctionCodeRequest.builder()
                        .functionName(name)
                        .zipFile(SdkBytes.fromByteArray(Zips.of("main.py", code)))
                        .build(),
                UpdateFunctionCodeResponse.class);
    }

    private PublishVersionResponse publish(String name) {
        return functions.call(
                PublishVersionRequest.builder().functionName(name).build(),
                PublishVersionResponse.class);
    }

    private void alias(String function, String alias, String version) {
        functions.call(
                CreateAliasRequest.builder()
                        .functionName(function)
                        .name(alias)
                        .functionVersion(version)
                        .build(),
                CreateAliasResponse.class);
    }

    @Test
    void versionsStayAndAliasesMove() {
        Programs.require("python3");
        functions.python("f", returning(1));
        assertThat(publish("f").version()).isEqualTo("1");
        assertThat(publish("f").version()).as("nothing has changed").isEqualTo("1");
        update("f", returning(2));
        assertThat(publish("f").functionArn()).isEqualTo(FunctionsFixture.arn("f") + ":2");
        alias("f", "live", "1");
        String arn = FunctionsFixture.arn("f");
        assertThat(functions.invoke("f:live", "{}").text())
                .isEqualTo("[1, \"1\", \"" + arn + ":live\"]");
        functions.call(
                UpdateAliasRequest.builder()
                        .functionName("f")
                        .name("live")
                        .functionVersion("2")
                        .build(),
                UpdateAliasResponse.class);
        InvokeRequest.Builder byArn = InvokeRequest.builder().functionName(arn).qualifier("live");
        FunctionsFixture.Answer moved = functions.invoke(byArn, "{}");
        assertThat(moved.text()).isEqualTo("[2, \"2\", \"" + arn + ":live\"]");
        assertThat(moved.response().executedVersion()).isEqualTo("2");
        assertThat(functions.invoke("000000000000:function:f:1", "{}").json().get(0).asInt())
                .isEqualTo(1);
        functions.call(
                UpdateAliasRequest.builder()
                        .functionName("f")
                        .name("live")
                        .routingConfig(r -> r.additionalVersionWeights(Map.of("1", 1.0)))
                        .build(),
                UpdateAliasResponse.class);
        assertThat(functions.invoke("f:live", "{}").json().get(0).asInt()).isEqualTo(1);
        assertThatThrownBy(() -> functions.invoke("f:nowhere", "{}"))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("Function not found: " + arn + ":nowhere");
        assertThatThrownBy(() -> delete("f:2"))
                .isInstanceOf(ResourceConflictException.class)
                .hasMessageContaining("live");
    }

    private void delete(String name) {
        functions.call(
                DeleteFunctionRequest.builder().functionName(name).build(),
                DeleteFunctionResponse.class);
    }

    @Test
    void whatIsStoredIsListedPageByPageAndGoesWithTheFunction() throws Exception {
        for (int i = 0; i < 3; i++) {
            functions.python("f" + i, returning(i));
        }
        publish("f1");
        alias("f1", "live", "1");
        assertThatThrownBy(() -> functions.python("f1", ""))
                .isInstanceOf(ResourceConflictException.class)
                .hasMessageContaining("Function already exist: f1");
        assertThat(list(2, null).functions())
                .extracting(FunctionConfiguration::functionName)
                .containsExactly("f0", "f1");
        assertThat(list(2, list(2, null).nextMarker()).functions())
                .extracting(FunctionConfiguration::functionName)
                .containsExactly("f2");
        assertThat(
                        functions
                                .call(
                                        ListVersionsByFunctionRequest.builder()
                                                .functionName("f1")
                                                .build(),
                                        ListVersionsByFunctionResponse.class)
                                .versions())
                .extracting(FunctionConfiguration::version)
                .containsExactly("$LATEST", "1");
        assertThat(aliases("f1").aliases().getFirst().functionVersion()).isEqualTo("1");
        assertThat(zips()).isEqualTo(3);
        delete("f1");
        assertThat(zips()).as("code that nobody needs is deleted").isEqualTo(2);
        assertThatThrownBy(() -> aliases("f1")).isInstanceOf(ResourceNotFoundException.class);
        functions.python("f1", returning(1));
        assertThat(aliases("f1").aliases()).isEmpty();
    }

    private ListFunctionsResponse list(int size, @Nullable String marker) {
        return functions.call(
                ListFunctionsRequest.builder().maxItems(size).marker(marker).build(),
                ListFunctionsResponse.class);
    }

    private ListAliasesResponse aliases(String function) {
        return functions.call(
                ListAliasesRequest.builder().functionName(function).build(),
                ListAliasesResponse.class);
    }

    private long zips() throws Exception {
        try (Stream<Path> files = Files.list(directory.resolve("code/zips"))) {
            return files.count();
        }
    }

    @Test
    void aRevisionGuardsAgainstOthersChanges() {
        functions.python("f", "");
        String revision = configuration("f").revisionId();
        update("f", "x = 1");
        assertThat(configuration("f").revisionId()).isNotEqualTo(revision);
        assertThatThrownBy(() ->
                        functions.call(
                                UpdateFunctionCodeRequest.builder()
                                        .functionName("f")
                                        .zipFile(SdkBytes.fromByteArray(Zips.of("a", "b")))
                                        .revisionId(revision)
                                        .build(),
                                UpdateFunctionCodeResponse.class))
                .isInstanceOf(PreconditionFailedException.class);
        assertThat(configuration("f").stateAsString()).isEqualTo("Active");
        assertThat(configuration("f").lastUpdateStatusAsString()).isEqualTo("Successful");
        assertThat(configuration("f").codeSize()).isPositive();
    }

    private GetFunctionConfigurationResponse configuration(String name) {
        return functions.call(
                GetFunctionConfigurationRequest.builder().functionName(name).build(),
                GetFunctionConfigurationResponse.class);
    }

    // CreateFunction, UpdateFunctionConfiguration: the words are Lambda's.
    @Test
    void aRoleThatDoesNotTrustLambdaIsRefused() {
        String why = "The role defined for the function cannot be assumed by Lambda.";
        assertThatThrownBy(() ->
                        functions.create(
                                "f",
                                "python3.12",
                                "a.b",
                                Zips.of("a", ""),
                                r -> r.role(FunctionsFixture.UNTRUSTING)))
                .isInstanceOf(InvalidParameterValueException.class)
                .hasMessageContaining(why);
        functions.create("f", "python3.12", "a.b", Zips.of("a", ""), r -> {});
        assertThatThrownBy(() ->
                        functions.call(
                                UpdateFunctionConfigurationRequest.builder()
                                        .functionName("f")
                                        .role(FunctionsFixture.UNTRUSTING)
                                        .build(),
                                Object.class))
                .isInstanceOf(InvalidParameterValueException.class)
                .hasMessageContaining(why);
    }

    @Test
    void whatIsNotThereIsRefusedByName() {
        for (String reserved : List.of("AWS_REGION", "_HANDLER")) {
            assertThatThrownBy(() ->
                            functions.create(
                                    "f",
                                    "python3.12",
                                    "a.b",
                                    Zips.of("a", ""),
                                    r -> r.environment(e -> e.variables(Map.of(reserved, "x")))))
                    .isInstanceOf(InvalidParameterValueException.class)
                    .hasMessageContaining("Reserved keys used in this request: " + reserved);
        }
        assertThatThrownBy(() ->
                        functions.create(
                                "f",
                                "python3.12",
                                "a.b",
                                Zips.of("a", ""),
                                r -> r.layers("arn:aws:lambda:eu-west-1:000000000000:layer:a:1")))
                .isInstanceOf(InvalidParameterValueException.class)
                .hasMessageContaining("Layers is not available");
        functions.create(
                "f", "python3.12", "a.b", Zips.of("a", ""), r -> r.vpcConfig(v -> v.subnetIds()));
        GetFunctionCodeSigningConfigResponse signing =
                functions.call(
                        GetFunctionCodeSigningConfigRequest.builder().functionName("f").build(),
                        GetFunctionCodeSigningConfigResponse.class);
        assertThat(signing.functionName()).isEqualTo("f");
        assertThat(signing.codeSigningConfigArn()).isNull();
    }

    @Test
    void callsThatNameWhatIsNotThereAreRefusedByIt() {
        functions.create("f", "python3.12", "a.b", Zips.of("a", ""), r -> {});
        InvokeRequest invoke = InvokeRequest.builder().functionName("f").build();
        AddPermissionRequest permission =
                AddPermissionRequest.builder()
                        .functionName("f")
                        .statementId("s")
                        .action("lambda:InvokeFunction")
                        .principal("*")
                        .build();
        Map<String, SdkPojo> requests =
                Map.of(
                        "TenantId", invoke.toBuilder().tenantId("t").build(),
                        "DurableExecutionName",
                                invoke.toBuilder().durableExecutionName("e").build(),
                        "FunctionUrlAuthType",
                                permission.toBuilder().functionUrlAuthType("NONE").build(),
                        "InvokedViaFunctionUrl",
                                permission.toBuilder().invokedViaFunctionUrl(true).build());
        requests.forEach((member, request) ->
                assertThatThrownBy(() -> functions.call(request, SdkPojo.class))
                        .isInstanceOf(InvalidParameterValueException.class)
                        .hasMessageContaining(member + " is not available"));
        functions.call(
                permission.toBuilder().invokedViaFunctionUrl(false).build(),
                AddPermissionResponse.class);
    }

    @Test
    void tagsAreKept() {
        functions.python("f", "");
        String arn = FunctionsFixture.arn("f");
        functions.call(
                TagResourceRequest.builder().resource(arn).tags(Map.of("a", "1", "b", "2")).build(),
                TagResourceResponse.class);
        functions.call(
                UntagResourceRequest.builder().resource(arn).tagKeys("b").build(),
                UntagResourceResponse.class);
        assertThat(
                        functions
                                .call(
                                        ListTagsRequest.builder().resource(arn).build(),
                                        ListTagsResponse.class)
                                .tags())
                .containsExactly(Map.entry("a", "1"));
    }

    @Test
    void reservationsAreBoundedAndShown() {
        functions.python("f", "");
        functions.call(reserve(90), PutFunctionConcurrencyResponse.class);
        assertThat(
                        functions
                                .call(
                                        GetFunctionConcurrencyRequest.builder()
                                                .functionName("f")
                                                .build(),
                                        GetFunctionConcurrencyResponse.class)
                                .reservedConcurrentExecutions())
                .isEqualTo(90);
        assertThatThrownBy(() -> functions.call(reserve(91), PutFunctionConcurrencyResponse.class))
                .isInstanceOf(InvalidParameterValueException.class)
                .hasMessageContaining("below its minimum value of [10]");
        GetAccountSettingsResponse account =
                functions.call(
                        GetAccountSettingsRequest.builder().build(),
                        GetAccountSettingsResponse.class);
        assertThat(account.accountLimit().unreservedConcurrentExecutions()).isEqualTo(10);
        assertThat(account.accountUsage().functionCount()).isEqualTo(1);
        functions.call(
                DeleteFunctionConcurrencyRequest.builder().functionName("f").build(),
                DeleteFunctionConcurrencyResponse.class);
    }

    private static PutFunctionConcurrencyRequest reserve(int number) {
        return PutFunctionConcurrencyRequest.builder()
                .functionName("f")
                .reservedConcurrentExecutions(number)
                .build();
    }

    @Test
    void aServiceMayInvokeWhatThePolicyAllowsItTo() {
        functions.python("f", "");
        assertThat(reason("f", RULE)).isEqualTo(FunctionInvoker.Reason.NOT_PERMITTED);
        AddPermissionResponse added =
                functions.call(
                        AddPermissionRequest.builder()
                                .functionName("f")
                                .statementId("iot")
                                .action("lambda:InvokeFunction")
                                .principal("iot.amazonaws.com")
                                .sourceArn("arn:aws:iot:*:000000000000:rule/lamp*")
                                .sourceAccount("000000000000")
                                .build(),
                        AddPermissionResponse.class);
        assertThat(Json.MAPPER.readTree(added.statement()).at("/Principal/Service").asString())
                .isEqualTo("iot.amazonaws.com");
        assertThat(functions.service.invoker().invokeLater(call("f", RULE))).isEmpty();
        assertThat(reason("f", "arn:aws:iot:eu-west-1:000000000000:rule/other"))
                .isEqualTo(FunctionInvoker.Reason.NOT_PERMITTED);
        assertThat(reason("f", "arn:aws:iot:eu-west-1:111111111111:rule/lamps"))
                .isEqualTo(FunctionInvoker.Reason.NOT_PERMITTED);
        publish("f");
        assertThat(reason("f:1", RULE))
                .as("a version has a policy of its own")
                .isEqualTo(FunctionInvoker.Reason.NOT_PERMITTED);
        String policy =
                functions
                        .call(
                                GetPolicyRequest.builder().functionName("f").build(),
                                GetPolicyResponse.class)
                        .policy();
        assertThat(Json.MAPPER.readTree(policy).at("/Statement/0/Condition").toString())
                .isEqualTo(
                        "{\"StringEquals\":{\"AWS:SourceAccount\":\"000000000000\"},"
                                + "\"ArnLike\":{\"AWS:SourceArn\":"
                                + "\"arn:aws:iot:*:000000000000:rule/lamp*\"}}");
        functions.call(
                RemovePermissionRequest.builder().functionName("f").statementId("iot").build(),
                RemovePermissionResponse.class);
        assertThat(reason("f", RULE)).isEqualTo(FunctionInvoker.Reason.NOT_PERMITTED);
    }

    private static FunctionInvoker.Call call(String function, String source) {
        return new FunctionInvoker.Call(
                AccountId.DEFAULT,
                FunctionsFixture.REGION,
                function,
                "{}".getBytes(StandardCharsets.UTF_8),
                new FunctionInvoker.Source("iot.amazonaws.com", source));
    }

    private FunctionInvoker.Reason reason(String function, String source) {
        FunctionInvoker.Result result =
                functions.service.invoker().invoke(call(function, source), Duration.ofSeconds(20));
        assertThat(result).isInstanceOf(FunctionInvoker.Refused.class);
        return ((FunctionInvoker.Refused) result).reason();
    }
}
