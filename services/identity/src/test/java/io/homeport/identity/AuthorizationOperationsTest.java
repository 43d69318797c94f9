package io.homeport.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.Profile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.model.ActionType;
import software.amazon.awssdk.services.iot.model.AuthDecision;
import software.amazon.awssdk.services.iot.model.AuthInfo;
import software.amazon.awssdk.services.iot.model.AuthResult;
import software.amazon.awssdk.services.iot.model.EffectivePolicy;
import software.amazon.awssdk.services.iot.model.GetEffectivePoliciesRequest;
import software.amazon.awssdk.services.iot.model.GetEffectivePoliciesResponse;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.Policy;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.TestAuthorizationRequest;
import software.amazon.awssdk.services.iot.model.TestAuthorizationResponse;

/// AWS IoT API reference: GetEffectivePolicies and TestAuthorization.
final class AuthorizationOperationsTest {
    private static final String ARN = "arn:aws:iot:us-east-1:000000000000:";
    private static final String PUBLISH_OWN =
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                    + "\"Action\":\"iot:Publish\",\"Resource\":\""
                    + ARN
                    + "topic/${iot:Connection.Thing.ThingName}/*\"}]}";
    private static final String DENY_SECRET =
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\","
                    + "\"Action\":\"iot:Publish\","
                    + "\"Resource\":\"arn:aws:iot:*:*:topic/*/secret\"}]}";

    @TempDir private Path directory;
    private Identity identity;
    private String principal = "";

    @BeforeEach
    void start() {
        identity = new Identity(directory, Profile.AWS);
        principal = identity.issue("CN=lamp").certificateArn();
        identity.things.ancestorsOfGroups.put("lamps", List.of());
        identity.things.add("lamp", Map.of(), Identity.groupArn("lamps"));
        identity.things.attach(principal, "lamp");
        identity.createPolicy("own", PUBLISH_OWN);
        identity.createPolicy("deny", DENY_SECRET);
        identity.attach("own", principal);
        identity.attach("deny", Identity.groupArn("lamps"));
    }

    @Test
    void effectivePoliciesAreThoseOfThePrincipalAndOfTheThingsGroups() {
        assertThat(effective(GetEffectivePoliciesRequest.builder().principal(principal).build()))
                .containsExactly("own");
        assertThat(
                        effective(
                                GetEffectivePoliciesRequest.builder()
                                        .principal(principal)
                                        .thingName("lamp")
                                        .build()))
                .containsExactly("deny", "own");
        identity.things.exclusive.add(principal);
        assertThat(effective(GetEffectivePoliciesRequest.builder().principal(principal).build()))
                .containsExactly("deny", "own");
        assertThatThrownBy(() -> effective(GetEffectivePoliciesRequest.builder().build()))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() ->
                        effective(
                                GetEffectivePoliciesRequest.builder().thingName("absent").build()))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void aTestSaysWhoAllowedOrDenied() {
        List<AuthResult> results =
                test("lamp", "topic/lamp/x", "topic/lamp/secret", "topic/other/x");
        assertThat(results)
                .extracting(AuthResult::authDecision)
                .containsExactly(
                        AuthDecision.ALLOWED,
                        AuthDecision.EXPLICIT_DENY,
                        AuthDecision.IMPLICIT_DENY);
        assertThat(results.get(0).allowed().policies())
                .extracting(Policy::policyName)
                .containsExactly("own");
        assertThat(results.get(0).missingContextValues()).isEmpty();
        assertThat(results.get(1).denied().explicitDeny().policies())
                .extracting(Policy::policyName)
                .containsExactly("deny");
        assertThat(results.get(2).denied().implicitDeny().policies()).hasSize(2);
        assertThat(results.get(2).denied().explicitDeny().policies()).isEmpty();
    }

    @Test
    void variablesWithoutValueAreNamed() {
        AuthResult result = test("stranger", "topic/lamp/x").getFirst();
        assertThat(result.authDecision()).isEqualTo(AuthDecision.IMPLICIT_DENY);
        assertThat(result.missingContextValues()).containsExactly("iot:Connection.Thing.ThingName");
    }

    @Test
    void policiesCanBeAddedAndSkippedForATest() {
        identity.createPolicy("all", Identity.ALLOW_ALL);
        TestAuthorizationRequest.Builder request =
                TestAuthorizationRequest.builder()
                        .principal(principal)
                        .clientId("lamp")
                        .authInfos(
                                AuthInfo.builder()
                                        .actionType(ActionType.PUBLISH)
                                        .resources(ARN + "topic/other/secret")
                                        .build());
        assertThat(decision(request.policyNamesToAdd("all").build()))
                .isEqualTo(AuthDecision.EXPLICIT_DENY);
        assertThat(decision(request.policyNamesToSkip("deny").build()))
                .isEqualTo(AuthDecision.ALLOWED);
        assertThat(decision(request.principal(null).build())).isEqualTo(AuthDecision.ALLOWED);
        assertThatThrownBy(() -> decision(request.policyNamesToAdd("absent").build()))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> decision(request.principal("lamp").build()))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> decision(request.cognitoIdentityPoolId("us-east-1:x").build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("not supported");
    }

    private AuthDecision decision(TestAuthorizationRequest request) {
        return identity.call(request, TestAuthorizationResponse.class)
                .authResults()
                .getFirst()
                .authDecision();
    }

    private List<AuthResult> test(String clientId, String... resources) {
        return identity.call(
                        TestAuthorizationRequest.builder()
                                .principal(principal)
                                .clientId(clientId)
                                .authInfos(
                                        List.of(resources).stream()
                                                .map(resource ->
                                                        AuthInfo.builder()
                                                                .actionType(ActionType.PUBLISH)
                                                                .resources(ARN + resource)
                                                                .build())
                                                .toList())
                                .build(),
                        TestAuthorizationResponse.class)
                .authResults();
    }

    private List<String> effective(GetEffectivePoliciesRequest request) {
        return identity
                .call(request, GetEffectivePoliciesResponse.class)
                .effectivePolicies()
                .stream()
                .map(EffectivePolicy::policyName)
                .toList();
    }
}
