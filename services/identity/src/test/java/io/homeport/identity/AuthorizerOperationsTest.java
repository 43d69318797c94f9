package io.homeport.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.FunctionInvoker;
import io.homeport.core.Profile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iot.model.AuthorizerDescription;
import software.amazon.awssdk.services.iot.model.AuthorizerStatus;
import software.amazon.awssdk.services.iot.model.AuthorizerSummary;
import software.amazon.awssdk.services.iot.model.ClearDefaultAuthorizerRequest;
import software.amazon.awssdk.services.iot.model.CreateAuthorizerRequest;
import software.amazon.awssdk.services.iot.model.CreateAuthorizerResponse;
import software.amazon.awssdk.services.iot.model.DeleteAuthorizerRequest;
import software.amazon.awssdk.services.iot.model.DeleteConflictException;
import software.amazon.awssdk.services.iot.model.DescribeAuthorizerRequest;
import software.amazon.awssdk.services.iot.model.DescribeAuthorizerResponse;
import software.amazon.awssdk.services.iot.model.DescribeDefaultAuthorizerRequest;
import software.amazon.awssdk.services.iot.model.DescribeDefaultAuthorizerResponse;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.InvalidResponseException;
import software.amazon.awssdk.services.iot.model.LimitExceededException;
import software.amazon.awssdk.services.iot.model.ListAuthorizersRequest;
import software.amazon.awssdk.services.iot.model.ListAuthorizersResponse;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.SetDefaultAuthorizerRequest;
import software.amazon.awssdk.services.iot.model.Tag;
import software.amazon.awssdk.services.iot.model.TestInvokeAuthorizerRequest;
import software.amazon.awssdk.services.iot.model.TestInvokeAuthorizerResponse;
import software.amazon.awssdk.services.iot.model.UpdateAuthorizerRequest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Authorizers as an administrator keeps them
/// (docs.aws.amazon.com/iot/latest/developerguide/config-custom-auth.html).
class AuthorizerOperationsTest {
    private static final String FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:judge";
    private static final TokenKeys KEYS = new TokenKeys();

    @TempDir Path directory;
    private Identity identity;

    @BeforeEach
    void start() {
        identity = new Identity(directory, Profile.AWS);
    }

    private String create(String name, Consumer<CreateAuthorizerRequest.Builder> more) {
        return identity.call(
                        CreateAuthorizerRequest.builder()
                                .authorizerName(name)
                                .authorizerFunctionArn(FUNCTION)
                                .applyMutation(more)
                                .build(),
                        CreateAuthorizerResponse.class)
                .authorizerArn();
    }

    private void unsigned(String name) {
        create(name, r -> r.signingDisabled(true).status(AuthorizerStatus.ACTIVE));
    }

    private AuthorizerDescription describe(String name) {
        return identity.call(
                        DescribeAuthorizerRequest.builder().authorizerName(name).build(),
                        DescribeAuthorizerResponse.class)
                .authorizerDescription();
    }

    private void setDefault(String name) {
        identity.call(SetDefaultAuthorizerRequest.builder().authorizerName(name).build());
    }

    @Test
    void anAuthorizerIsDescribedAsItWasCreatedAndUpdated() {
        String arn =
                create(
                        "signed",
                        r ->
                                r.tokenKeyName("token")
                                        .tokenSigningPublicKeys(Map.of("first", KEYS.publicPem()))
                                        .enableCachingForHttp(true)
                                        .tags(
                                                List.of(
                                                        Tag.builder()
                                                                .key("team")
                                                                .value("doors")
                                                                .build())));
        assertThat(arn).isEqualTo("arn:aws:iot:us-east-1:000000000000:authorizer/signed");
        assertThat(identity.tags).containsEntry(arn, Map.of("team", "doors"));
        AuthorizerDescription created = describe("signed");
        assertThat(created.status()).isEqualTo(AuthorizerStatus.INACTIVE);
        assertThat(created.signingDisabled()).isFalse();
        assertThat(created.enableCachingForHttp()).isTrue();
        identity.call(
                UpdateAuthorizerRequest.builder()
                        .authorizerName("signed")
                        .status(AuthorizerStatus.ACTIVE)
                        .tokenKeyName("other")
                        .build());
        AuthorizerDescription updated = describe("signed");
        assertThat(updated.status()).isEqualTo(AuthorizerStatus.ACTIVE);
        assertThat(updated.tokenKeyName()).isEqualTo("other");
        assertThat(updated.tokenSigningPublicKeys()).containsOnlyKeys("first");
        assertThat(updated.authorizerFunctionArn()).isEqualTo(FUNCTION);
    }

    // Signing is on unless it is disabled, and then asks for a key of 2048 bits at least.
    @Test
    void whatSigningNeedsIsRequired() {
        assertThatThrownBy(() -> create("a", r -> {}))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("tokenKeyName");
        assertThatThrownBy(() -> create("a", r -> r.tokenKeyName("t")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("tokenSigningPublicKeys");
        assertThatThrownBy(() ->
                        create(
                                "a",
                                r ->
                                        r.tokenKeyName("t")
                                                .tokenSigningPublicKeys(Map.of("k", "no key"))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("tokenSigningPublicKeys.k");
        assertThatThrownBy(() ->
                        create(
                                "a",
                                r ->
                                        r.tokenKeyName("t")
                                                .tokenSigningPublicKeys(
                                                        Map.of(
                                                                "k",
                                                                new TokenKeys(1024).publicPem()))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("1024 bits");
        assertThatThrownBy(() ->
                        create("a", r -> r.signingDisabled(true).authorizerFunctionArn("judge")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("Lambda");
    }

    @Test
    void listsGoByStatus() {
        unsigned("b");
        create("a", r -> r.signingDisabled(true));
        ListAuthorizersResponse active =
                identity.call(
                        ListAuthorizersRequest.builder().status(AuthorizerStatus.ACTIVE).build(),
                        ListAuthorizersResponse.class);
        assertThat(active.authorizers())
                .extracting(AuthorizerSummary::authorizerName)
                .containsExactly("b");
        ListAuthorizersResponse first =
                identity.call(
                        ListAuthorizersRequest.builder().pageSize(1).build(),
                        ListAuthorizersResponse.class);
        assertThat(first.authorizers()).hasSize(1);
        assertThat(first.nextMarker()).isNotNull();
    }

    @Test
    void aDefaultAuthorizerIsSetOnceAndClearedBeforeItIsDeleted() {
        unsigned("one");
        assertThatThrownBy(() -> identity.call(DescribeDefaultAuthorizerRequest.builder().build()))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> setDefault("none")).isInstanceOf(ResourceNotFoundException.class);
        setDefault("one");
        assertThatThrownBy(() -> setDefault("one"))
                .isInstanceOf(ResourceAlreadyExistsException.class);
        assertThat(
                        identity.call(
                                        DescribeDefaultAuthorizerRequest.builder().build(),
                                        DescribeDefaultAuthorizerResponse.class)
                                .authorizerDescription()
                                .authorizerName())
                .isEqualTo("one");
        DeleteAuthorizerRequest delete =
                DeleteAuthorizerRequest.builder().authorizerName("one").build();
        assertThatThrownBy(() -> identity.call(delete)).isInstanceOf(DeleteConflictException.class);
        identity.call(ClearDefaultAuthorizerRequest.builder().build());
        identity.call(delete);
        assertThatThrownBy(() -> describe("one")).isInstanceOf(ResourceNotFoundException.class);
    }

    // AWS IoT Core quotas: 32 active authorizers.
    @Test
    void moreActiveAuthorizersThanTheLimitAreRefused() {
        for (int i = 0; i < 32; i++) {
            unsigned("a" + i);
        }
        assertThatThrownBy(() -> unsigned("more")).isInstanceOf(LimitExceededException.class);
        create("more", r -> r.signingDisabled(true));
        assertThatThrownBy(() ->
                        identity.call(
                                UpdateAuthorizerRequest.builder()
                                        .authorizerName("more")
                                        .status(AuthorizerStatus.ACTIVE)
                                        .build()))
                .isInstanceOf(LimitExceededException.class);
    }

    @Test
    void testInvokeAuthorizerShowsWhatTheFunctionGotAndSaid() {
        create(
                "signed",
                r ->
                        r.tokenKeyName("token")
                                .tokenSigningPublicKeys(Map.of("first", KEYS.publicPem())));
        TestInvokeAuthorizerRequest.Builder request =
                TestInvokeAuthorizerRequest.builder()
                        .authorizerName("signed")
                        .token("t")
                        .tokenSignature(KEYS.sign("t"))
                        .httpContext(h -> h.headers(Map.of("a", "b")).queryString("?c=d"))
                        .tlsContext(t -> t.serverName("door.example"))
                        .mqttContext(m ->
                                m.username("u")
                                        .password(SdkBytes.fromUtf8String("p"))
                                        .clientId("c"));
        identity.functionAnswer = answer(AuthorizerAnswerTest.GRANTED);
        TestInvokeAuthorizerResponse response =
                identity.call(request.build(), TestInvokeAuthorizerResponse.class);
        assertThat(response.isAuthenticated()).isTrue();
        assertThat(response.principalId()).isEqualTo("abc1");
        assertThat(response.refreshAfterInSeconds()).isEqualTo(300);
        assertThat(response.disconnectAfterInSeconds()).isEqualTo(3600);
        assertThat(response.policyDocuments()).hasSize(1);
        FunctionInvoker.Call call = identity.functionCalls.getFirst();
        assertThat(call.source())
                .isEqualTo(
                        new FunctionInvoker.Source(
                                "iot.amazonaws.com",
                                "arn:aws:iot:us-east-1:000000000000:authorizer/signed"));
        JsonNode event = JsonMapper.shared().readTree(call.payload());
        ((tools.jackson.databind.node.ObjectNode) event).remove("connectionMetadata");
        assertThat(event)
                .isEqualTo(
                        JsonMapper.shared()
                                .readTree(
                                        """
                                        {"token": "t", "signatureVerified": true,
                                         "protocols": ["tls", "http", "mqtt"],
                                         "protocolData": {
                                           "tls": {"serverName": "door.example"},
                                           "http": {"headers": {"a": "b"}, "queryString": "?c=d"},
                                           "mqtt": {"username": "u", "password": "cA==",
                                                    "clientId": "c"}}}
                                        """));
        assertThatThrownBy(() -> identity.call(request.tokenSignature(KEYS.sign("other")).build()))
                .isInstanceOf(InvalidRequestException.class);
        assertThat(identity.functionCalls).as("no call without a signature").hasSize(1);
        identity.functionAnswer = answer("{\"isAuthenticated\": true}");
        assertThatThrownBy(() -> identity.call(request.tokenSignature(KEYS.sign("t")).build()))
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("principalId");
    }

    private static FunctionInvoker.Result answer(String json) {
        return new FunctionInvoker.Succeeded(json.getBytes(StandardCharsets.UTF_8), "$LATEST");
    }

    // The signature is checked with each key, before the function is called.
    @Test
    void anyOfSeveralKeysMakesASignature() {
        TokenKeys second = new TokenKeys();
        List<String> keys = List.of(KEYS.publicPem(), second.publicPem());
        assertThat(TokenSignature.isValid("t", KEYS.sign("t"), keys)).isTrue();
        assertThat(TokenSignature.isValid("t", second.sign("t"), keys)).isTrue();
        String escaped = second.sign("t").replace("+", "%2B").replace("/", "%2F");
        assertThat(TokenSignature.isValid("t", escaped, keys)).isTrue();
        assertThat(TokenSignature.isValid("u", second.sign("t"), keys)).isFalse();
        assertThat(TokenSignature.isValid("t", second.sign("t"), List.of(KEYS.publicPem())))
                .isFalse();
        assertThat(TokenSignature.isValid("t", "no base64!", keys)).isFalse();
        assertThat(Base64.getDecoder().decode(KEYS.sign("t"))).hasSize(256);
    }
}
