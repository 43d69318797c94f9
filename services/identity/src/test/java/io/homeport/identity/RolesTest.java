package io.homeport.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.aws.ApiRequest;
import io.homeport.aws.Caller;
import io.homeport.aws.CredentialStore.Credential;
import io.homeport.core.AccountId;
import io.homeport.core.Profile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.iot.model.CreateCertificateFromCsrResponse;
import software.amazon.awssdk.services.iot.model.CreateRoleAliasRequest;
import software.amazon.awssdk.services.iot.model.DeleteRoleAliasRequest;
import software.amazon.awssdk.services.iot.model.DescribeRoleAliasRequest;
import software.amazon.awssdk.services.iot.model.DescribeRoleAliasResponse;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.LimitExceededException;
import software.amazon.awssdk.services.iot.model.ListRoleAliasesRequest;
import software.amazon.awssdk.services.iot.model.ListRoleAliasesResponse;
import software.amazon.awssdk.services.iot.model.MalformedPolicyException;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.Tag;
import software.amazon.awssdk.services.iot.model.UpdateRoleAliasRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import software.amazon.awssdk.utils.builder.SdkBuilder;

/// Roles, role aliases and the credentials that devices get by them (AWS IoT developer guide,
/// "Authorizing direct calls to AWS services using AWS IoT Core credential provider").
final class RolesTest {
    private static final AccountId ACCOUNT = AccountId.DEFAULT;
    private static final String ROLE = "arn:aws:iam::000000000000:role/devices";
    private static final String ALIAS = "arn:aws:iot:us-east-1:000000000000:rolealias/fleet";
    private static final String TRUST =
            "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":"
                    + "{\"Service\":\"credentials.iot.amazonaws.com\"},\"Action\":"
                    + "\"sts:AssumeRole\"}}";

    @TempDir private Path directory;
    private Identity identity;
    private Roles roles;
    private RoleSessions sessions;
    private CreateCertificateFromCsrResponse certificate;

    @BeforeEach
    void start() {
        identity = new Identity(directory, Profile.AWS);
        roles = identity.service.roles();
        sessions = sessions();
        certificate = identity.issue("CN=lamp");
    }

    private RoleSessions sessions() {
        return new RoleSessions(
                LocalAuthority.open(directory, List.of(), identity.clock).sessionTokenKey(),
                Chains.RANDOM,
                identity.clock,
                roles);
    }

    private void alias(String name, String roleArn, int seconds) {
        identity.call(
                CreateRoleAliasRequest.builder()
                        .roleAlias(name)
                        .roleArn(roleArn)
                        .credentialDurationSeconds(seconds)
                        .build());
    }

    // ---- The provider ----

    private TemporaryCredentials ask(String alias, @Nullable String thingName) {
        CredentialProvider provider = identity.service.credentialProvider();
        Map<String, List<String>> headers =
                thingName == null ? Map.of() : Map.of("x-amzn-iot-thingname", List.of(thingName));
        Caller device =
                new Caller(
                        ACCOUNT,
                        Identity.REGION,
                        new Caller.Principal.Device(certificate.certificateId(), null),
                        "request",
                        "127.0.0.1");
        return provider.credentials(
                alias,
                new ApiRequest("GET", "/", "", headers, new byte[0], "127.0.0.1", device),
                device);
    }

    private void attach() {
        identity.things.add("lamp", Map.of());
        identity.things.attach(certificate.certificateArn(), "lamp");
    }

    private void allow(String resource) {
        identity.createPolicy(
                "assume",
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
                        + "\"iot:AssumeRoleWithCertificate\",\"Resource\":\""
                        + resource
                        + "\"}]}");
        identity.attach("assume", certificate.certificateArn());
    }

    // The order, the statuses and the words are those that users of AWS's recorded:
    // aws-iot-core-credential-provider-session-helper, docs/dev_notes.md.
    @Test
    void whatIsMissingIsToldInTheOrderOfAws() {
        assertRefused("lamp", 403, "Invalid thing name passed");
        assertThat(identity.denials.getLast()).contains(certificate.certificateId(), "lamp");
        attach();
        assertRefused("lamp", 403, "Access Denied");
        assertThat(identity.denials.getLast()).contains("no policy applies");
        allow(ALIAS);
        assertRefused("lamp", 404, "Role alias does not exist");
        alias("fleet", ROLE, 7200);
        assertRefused("lamp", 400, "Unable to assume the role");
        roles.put(ACCOUNT, "devices", null, TRUST.replace("credentials.iot", "lambda"), null);
        assertRefused("lamp", 400, "Unable to assume the role");
        roles.put(ACCOUNT, "devices", null, TRUST, null);
        assertRefused("lamp", 400, "exceeds the MaxSessionDuration");
        roles.put(ACCOUNT, "devices", null, null, Duration.ofHours(2));
        assertThat(ask("fleet", "lamp").expiration())
                .isEqualTo(identity.clock.now().plus(Duration.ofHours(2)));
    }

    private void assertRefused(@Nullable String thingName, int status, String message) {
        assertThatThrownBy(() -> ask("fleet", thingName))
                .isInstanceOfSatisfying(
                        AwsServiceException.class,
                        e -> {
                            if (status == 403) {
                                assertThat(e.statusCode()).isEqualTo(403);
                                assertThat(e.awsErrorDetails().errorCode())
                                        .isEqualTo("AccessDeniedException");
                            } else {
                                assertThat(e)
                                        .isInstanceOf(
                                                status == 404
                                                        ? ResourceNotFoundException.class
                                                        : InvalidRequestException.class);
                            }
                        })
                .hasMessageContaining(message);
    }

    // "This value is required only if you are using thing attributes as policy variables".
    @Test
    void thingVariablesOfTheIotPolicyNeedTheThingName() {
        roles.put(ACCOUNT, "devices", null, TRUST, null);
        alias("fleet", ROLE, 900);
        alias("lamp", ROLE, 900);
        attach();
        allow("arn:aws:iot:us-east-1:000000000000:rolealias/${iot:Connection.Thing.ThingName}");
        assertThat(ask("lamp", "lamp").accessKeyId()).startsWith("ASIA").hasSize(20);
        assertThatThrownBy(() -> ask("lamp", null)).hasMessageContaining("Access Denied");
        assertRefused("lamp", 403, "Access Denied");
    }

    @Test
    void onlyCertificatesGiveCredentials() {
        CredentialProvider provider = identity.service.credentialProvider();
        ApiRequest request =
                new ApiRequest("GET", "/", "", Map.of(), new byte[0], "127.0.0.1", null);
        assertThatThrownBy(() -> provider.credentials("fleet", request, identity.caller))
                .hasMessageContaining("only a device's certificate");
    }

    // ---- Credentials ----

    private TemporaryCredentials issued() {
        roles.put(ACCOUNT, "devices", null, TRUST, null);
        alias("fleet", ROLE, 900);
        attach();
        allow(ALIAS);
        return ask("fleet", "lamp");
    }

    private Optional<Credential> find(TemporaryCredentials made) {
        return identity.service.credentials().find(made.accessKeyId(), made.sessionToken());
    }

    @Test
    void credentialsAreKnownAgainAfterARestartUntilTheyExpire() {
        TemporaryCredentials made = issued();
        sessions = sessions();
        Credential found = sessions.find(made.accessKeyId(), made.sessionToken()).orElseThrow();
        assertThat(found.secretAccessKey()).isEqualTo(made.secretAccessKey());
        assertThat(found.account()).isEqualTo(ACCOUNT);
        assertThat(found.expired()).isFalse();
        assertThat(found.principal())
                .isInstanceOfSatisfying(
                        Caller.Principal.RoleSession.class,
                        session -> {
                            assertThat(session.arn())
                                    .isEqualTo(
                                            "arn:aws:sts::000000000000:assumed-role/devices/"
                                                    + certificate.certificateId());
                            assertThat(session.variables())
                                    .containsEntry("credentials-iot:thingname", "lamp")
                                    .containsEntry(
                                            "credentials-iot:awscertificateid",
                                            certificate.certificateId());
                        });
        identity.clock.advance(Duration.ofMinutes(15));
        assertThat(find(made).orElseThrow().expired()).isTrue();
    }

    @Test
    void noOtherTokenGoesWithAKey() {
        TemporaryCredentials made = issued();
        TemporaryCredentials other = ask("fleet", null);
        assertThat(find(made)).isPresent();
        byte[] bytes = Base64.getDecoder().decode(made.sessionToken());
        for (int at = 0; at < bytes.length; at++) {
            byte[] changed = bytes.clone();
            changed[at] ^= 1;
            String token = Base64.getEncoder().encodeToString(changed);
            assertThat(sessions.find(made.accessKeyId(), token)).as("byte " + at).isEmpty();
        }
        for (String token : List.of(other.sessionToken(), "", "not base64", "AQ==")) {
            assertThat(sessions.find(made.accessKeyId(), token)).as(token).isEmpty();
        }
        assertThat(sessions.find(made.accessKeyId(), null)).isEmpty();
        assertThat(made.toString()).doesNotContain(made.secretAccessKey(), made.sessionToken());
    }

    @Test
    void credentialsEndWithTheirRoleEvenWhereAnotherTakesItsName() {
        TemporaryCredentials made = issued();
        roles.put(ACCOUNT, "devices", null, TRUST, Duration.ofHours(12));
        assertThat(find(made)).as("a change isn't another role").isPresent();
        roles.delete(ACCOUNT, "devices");
        assertThat(find(made)).isEmpty();
        roles.put(ACCOUNT, "devices", null, TRUST, null);
        assertThat(find(made)).isEmpty();
    }

    // IAM user guide, "Grant a user permissions to pass a role to an AWS service".
    @Test
    void whoeverGivesAServiceARoleNeedsThePermissionToPassIt() {
        assertThat(passed("lambda", "CreateFunction", CreateFunctionRequest.builder().role(ROLE)))
                .containsExactly(ROLE + " lambda.amazonaws.com");
        assertThat(
                        passed(
                                "lambda",
                                "UpdateFunctionConfiguration",
                                UpdateFunctionConfigurationRequest.builder().role(ROLE)))
                .containsExactly(ROLE + " lambda.amazonaws.com");
        assertThat(
                        passed(
                                "lambda",
                                "UpdateFunctionConfiguration",
                                UpdateFunctionConfigurationRequest.builder().functionName("f")))
                .isEmpty();
        assertThat(passed("iot", "CreateRoleAlias", CreateRoleAliasRequest.builder().roleArn(ROLE)))
                .containsExactly(ROLE + " credentials.iot.amazonaws.com");
        assertThat(passed("iot", "UpdateRoleAlias", UpdateRoleAliasRequest.builder().roleArn(ROLE)))
                .containsExactly(ROLE + " credentials.iot.amazonaws.com");
    }

    private static List<String> passed(
            String signingName, String operation, SdkBuilder<?, ? extends SdkPojo> request) {
        return RequestedAction.of(ACCOUNT, Identity.REGION, signingName, operation, request.build())
                .stream()
                .filter(action -> action.action().equals("iam:PassRole"))
                .map(action ->
                        action.resource() + " " + action.conditions().get("iam:passedtoservice"))
                .toList();
    }

    // ---- Roles ----

    @Test
    void aRoleKeepsItsPoliciesWhenItChangesAndLosesThemWhenItGoes() {
        Roles.Role made = roles.put(ACCOUNT, "devices", "/fleet/", TRUST, null);
        assertThat(made.arn()).isEqualTo("arn:aws:iam::000000000000:role/fleet/devices");
        assertThat(made.id()).matches("AROA[A-Z2-7]{17}");
        roles.inlinePolicies().put(ACCOUNT, "devices", "all", Identity.ALLOW_ALL);
        Roles.Role changed = roles.put(ACCOUNT, "devices", null, null, Duration.ofHours(12));
        assertThat(changed.id()).isEqualTo(made.id());
        assertThat(changed.policyNames()).containsExactly("all");
        assertThat(roles.inlinePolicies().document(ACCOUNT, "devices", "all"))
                .isEqualTo(Identity.ALLOW_ALL);
        assertThatThrownBy(() -> roles.put(ACCOUNT, "devices", "/", null, null))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("which stays");
        roles.delete(ACCOUNT, "devices");
        assertThatThrownBy(() -> roles.role(ACCOUNT, "devices"))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThat(roles.put(ACCOUNT, "devices", null, TRUST, null).policyNames()).isEmpty();
    }

    @Test
    void wrongRolesAreRefused() {
        assertThatThrownBy(() -> roles.put(ACCOUNT, "a/b", null, TRUST, null))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> roles.put(ACCOUNT, "devices", "fleet", TRUST, null))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> roles.put(ACCOUNT, "devices", null, null, null))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("assumeRolePolicyDocument");
        assertThatThrownBy(() -> roles.put(ACCOUNT, "devices", null, TRUST, Duration.ofMinutes(59)))
                .isInstanceOf(InvalidRequestException.class);
        roles.put(ACCOUNT, "devices", null, TRUST, null);
        assertThatThrownBy(() -> roles.inlinePolicies().put(ACCOUNT, "devices", "all", TRUST))
                .isInstanceOf(MalformedPolicyException.class);
        assertThatThrownBy(() -> roles.inlinePolicies().delete(ACCOUNT, "devices", "all"))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    // IAM user guide, "AWS JSON policy elements: Principal".
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "{\"Service\": \"credentials.iot.amazonaws.com\"} | true",
                "{\"Service\": [\"a.amazonaws.com\", \"credentials.iot.amazonaws.com\"]} | true",
                "\"*\" | true",
                "{\"Service\": \"iot.amazonaws.com\"} | false",
                "{\"AWS\": \"*\"} | false",
                "{\"AWS\": \"arn:aws:iam::000000000000:root\"} | false",
            })
    void theTrustPolicySaysWhoMayAssumeARole(String principal, boolean trusted) {
        RoleRecord role =
                role(
                        "{\"Effect\":\"Allow\",\"Action\":\"sts:*\",\"Principal\":%s}"
                                .formatted(principal));
        assertThat(roles.trusts(role, "credentials.iot.amazonaws.com", ALIAS)).isEqualTo(trusted);
    }

    // AWS IoT developer guide, "Cross-service confused deputy prevention".
    @Test
    void theTrustPolicyMayAskForTheAlias() {
        String statement =
                "{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":"
                        + "{\"Service\":\"credentials.iot.amazonaws.com\"},\"Condition\":"
                        + "{\"StringEquals\":{\"aws:SourceAccount\":\"000000000000\"},"
                        + "\"ArnLike\":{\"aws:SourceArn\":\""
                        + ALIAS
                        + "\"}}}";
        RoleRecord role = role(statement);
        String service = "credentials.iot.amazonaws.com";
        assertThat(roles.trusts(role, service, ALIAS)).isTrue();
        assertThat(roles.trusts(role, service, ALIAS + "2")).isFalse();
        RoleRecord denied =
                role(statement + ",{\"Effect\":\"Deny\",\"Action\":\"*\",\"Principal\":\"*\"}");
        assertThat(roles.trusts(denied, service, ALIAS)).isFalse();
    }

    private RoleRecord role(String statements) {
        String trust = "{\"Version\":\"2012-10-17\",\"Statement\":[" + statements + "]}";
        roles.put(ACCOUNT, "devices", null, trust, null);
        return roles.byArn(ACCOUNT, ROLE).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "nothing | not JSON",
                "[] | object",
                "{} | Statement",
                "{\"Statement\": [1]} | statement 0",
                "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\"}} | Principal must be",
                "{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": \"me\"}} | Principal must",
                "{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": {\"User\": \"a\"}}} | User",
                "{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": {\"Service\": 1}}} | names",
                "{\"Statement\": {\"Effect\": \"Permit\", \"Principal\": \"*\"}} | Permit",
                "{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": \"*\"}} | Action",
                "{\"Statement\": {\"Resource\": \"*\"}} | Resource",
            })
    void aTrustPolicyThatCantHoldIsRefused(String document, String why) {
        assertThatThrownBy(() -> roles.put(ACCOUNT, "devices", null, document, null))
                .isInstanceOf(MalformedPolicyException.class)
                .hasMessageContaining(why);
    }

    // ---- Aliases ----

    @Test
    void anAliasIsChangedDescribedListedAndDeleted() {
        identity.call(
                CreateRoleAliasRequest.builder()
                        .roleAlias("fleet")
                        .roleArn(ROLE)
                        .tags(Tag.builder().key("team").value("blue").build())
                        .build());
        assertThat(identity.tags).containsEntry(ALIAS, Map.of("team", "blue"));
        DescribeRoleAliasRequest describe =
                DescribeRoleAliasRequest.builder().roleAlias("fleet").build();
        DescribeRoleAliasResponse described =
                identity.call(describe, DescribeRoleAliasResponse.class);
        assertThat(described.roleAliasDescription().credentialDurationSeconds()).isEqualTo(3600);
        assertThat(described.roleAliasDescription().owner()).isEqualTo(ACCOUNT.value());
        assertThat(described.roleAliasDescription().roleAliasArn()).isEqualTo(ALIAS);
        identity.clock.advance(Duration.ofMinutes(1));
        identity.call(
                UpdateRoleAliasRequest.builder()
                        .roleAlias("fleet")
                        .credentialDurationSeconds(900)
                        .build());
        described = identity.call(describe, DescribeRoleAliasResponse.class);
        assertThat(described.roleAliasDescription().credentialDurationSeconds()).isEqualTo(900);
        assertThat(described.roleAliasDescription().roleArn()).isEqualTo(ROLE);
        assertThat(described.roleAliasDescription().lastModifiedDate())
                .isEqualTo(identity.clock.now());
        alias("other", ROLE, 900);
        assertThat(
                        identity.call(
                                        ListRoleAliasesRequest.builder()
                                                .ascendingOrder(true)
                                                .build(),
                                        ListRoleAliasesResponse.class)
                                .roleAliases())
                .containsExactly("fleet", "other");
        identity.call(DeleteRoleAliasRequest.builder().roleAlias("fleet").build());
        assertThat(identity.tags).isEmpty();
        assertThatThrownBy(() -> identity.call(describe))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void wrongAliasesAreRefused() {
        alias("fleet", ROLE, 900);
        assertThatThrownBy(() -> alias("fleet", ROLE, 900))
                .isInstanceOf(ResourceAlreadyExistsException.class);
        for (String arn :
                List.of(
                        "arn:aws:iam::000000000000:user/devices",
                        "arn:aws:iam::111111111111:role/devices",
                        "role/devices/of/mine/and/yours")) {
            assertThatThrownBy(() -> alias("other", arn, 900))
                    .as(arn)
                    .isInstanceOf(InvalidRequestException.class);
        }
        roles.put(ACCOUNT, "devices", null, TRUST, null);
        assertThatThrownBy(() -> alias("other", ROLE, 3601))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("MaxSessionDuration");
        for (int i = 1; i < 100; i++) {
            alias("alias" + i, ROLE, 900);
        }
        assertThatThrownBy(() -> alias("other", ROLE, 900))
                .isInstanceOf(LimitExceededException.class);
    }
}
