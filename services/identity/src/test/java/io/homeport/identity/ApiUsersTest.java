package io.homeport.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.aws.Caller;
import io.homeport.aws.CredentialStore;
import io.homeport.aws.RawRequest;
import io.homeport.core.AccountId;
import io.homeport.core.Profile;
import io.homeport.policy.PolicyContext;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.iot.model.AddThingToThingGroupRequest;
import software.amazon.awssdk.services.iot.model.AttachPolicyRequest;
import software.amazon.awssdk.services.iot.model.CreateThingRequest;
import software.amazon.awssdk.services.iot.model.DescribeCaCertificateRequest;
import software.amazon.awssdk.services.iot.model.DescribeCertificateRequest;
import software.amazon.awssdk.services.iot.model.DetachPolicyRequest;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.LimitExceededException;
import software.amazon.awssdk.services.iot.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.iot.model.ListThingsRequest;
import software.amazon.awssdk.services.iot.model.MalformedPolicyException;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.UpdateThingGroupsForThingRequest;
import software.amazon.awssdk.services.iotdataplane.model.GetThingShadowRequest;
import software.amazon.awssdk.services.iotdataplane.model.PublishRequest;
import software.amazon.awssdk.services.iotjobsdataplane.model.DescribeJobExecutionRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionRequest;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;

/// IAM user guide, as far as users of this server have it.
final class ApiUsersTest {
    private static final AccountId ACCOUNT = AccountId.DEFAULT;
    private static final String ARN = "arn:aws:iot:us-east-1:000000000000:";

    @TempDir private Path directory;
    private Identity identity;
    private ApiUsers users;

    @BeforeEach
    void start() {
        identity = new Identity(directory, Profile.OPEN);
        users = identity.service.apiUsers();
    }

    @Test
    void theAdministratorIsThereFromTheFirstStart() {
        AccessKey key =
                LocalAuthority.open(directory, List.of(), identity.clock).administratorKey();
        CredentialStore.Credential found = users.find(key.accessKeyId()).orElseThrow();
        assertThat(found.secretAccessKey()).isEqualTo(key.secretAccessKey());
        assertThat(found.account()).isEqualTo(ACCOUNT);
        assertThat(found.principal())
                .isEqualTo(new Caller.Principal.ApiUser("administrator", key.accessKeyId(), true));
        assertThat(
                        users.policies(key.accessKeyId())
                                .decide("iot:Connect", ARN + "client/a", PolicyContext.EMPTY)
                                .allowed())
                .isTrue();
        assertThatThrownBy(() -> users.deleteUser(ACCOUNT, "administrator"))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("can't be changed");
        assertThatThrownBy(() -> users.createUser(ACCOUNT, "administrator", false))
                .isInstanceOf(ResourceAlreadyExistsException.class);
    }

    @Test
    void aUserHasKeysUntilTheyAreDeleted() {
        users.createUser(ACCOUNT, "ann", false);
        AccessKey first = users.createAccessKey(ACCOUNT, "ann");
        AccessKey second = users.createAccessKey(ACCOUNT, "ann");
        assertThatThrownBy(() -> users.createAccessKey(ACCOUNT, "ann"))
                .isInstanceOf(LimitExceededException.class);
        assertThat(users.find(first.accessKeyId()).orElseThrow().secretAccessKey())
                .isEqualTo(first.secretAccessKey());
        users.deleteAccessKey(ACCOUNT, "ann", first.accessKeyId());
        assertThat(users.find(first.accessKeyId())).isEmpty();
        assertThat(users.user(ACCOUNT, "ann").accessKeyIds()).containsExactly(second.accessKeyId());
        users.deleteUser(ACCOUNT, "ann");
        assertThat(users.find(second.accessKeyId())).isEmpty();
        assertThat(users.users(ACCOUNT)).isEmpty();
    }

    @Test
    void whatIsWrongWithAUserOrPolicyIsSaid() {
        users.createUser(ACCOUNT, "ann", false);
        assertThatThrownBy(() -> users.createUser(ACCOUNT, "ann", false))
                .isInstanceOf(ResourceAlreadyExistsException.class);
        assertThatThrownBy(() -> users.createUser(ACCOUNT, "a b", false))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> users.inlinePolicies().put(ACCOUNT, "ann", "p", "{}"))
                .isInstanceOf(MalformedPolicyException.class);
        assertThatThrownBy(() -> users.createAccessKey(ACCOUNT, "bob"))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> users.inlinePolicies().document(ACCOUNT, "ann", "p"))
                .isInstanceOf(ResourceNotFoundException.class);
        users.inlinePolicies().put(ACCOUNT, "ann", "p", Identity.ALLOW_ALL);
        assertThat(users.inlinePolicies().document(ACCOUNT, "ann", "p"))
                .isEqualTo(Identity.ALLOW_ALL);
        assertThat(users.user(ACCOUNT, "ann").policyNames()).containsExactly("p");
    }

    @Test
    void aUserWithoutPolicyIsRefusedInTheWordsOfAws() {
        Caller ann = user("ann", null);
        assertThat(refusal(ann, "iot", "CreateThing", thing("lamp")))
                .hasValue(
                        "User: arn:aws:iam::000000000000:user/ann is not authorized to perform:"
                                + " iot:CreateThing on resource:"
                                + " arn:aws:iot:us-east-1:000000000000:thing/lamp because no"
                                + " identity-based policy allows the iot:CreateThing action");
    }

    @Test
    void aUserMayDoWhatItsPoliciesAllowAndNothingThatOneDenies() {
        Caller ann =
                user(
                        "ann",
                        "{\"Version\":\"2012-10-17\",\"Statement\":["
                                + "{\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\""
                                + ARN
                                + "thing/${aws:username}-*\"},"
                                + "{\"Effect\":\"Deny\",\"Action\":\"iot:CreateThing\","
                                + "\"Resource\":\"arn:aws:iot:*:*:thing/*-secret\"}]}");
        assertThat(refusal(ann, "iot", "CreateThing", thing("ann-lamp"))).isEmpty();
        assertThat(refusal(ann, "iot", "CreateThing", thing("bob-lamp"))).isPresent();
        assertThat(refusal(ann, "iot", "CreateThing", thing("ann-secret")).orElseThrow())
                .endsWith("with an explicit deny in an identity-based policy");
        assertThat(refusal(ann, "iot", "ListThings", ListThingsRequest.builder().build()))
                .isPresent();
        users.inlinePolicies().delete(ACCOUNT, "ann", "p");
        assertThat(refusal(ann, "iot", "CreateThing", thing("ann-lamp"))).isPresent();
    }

    @Test
    void anAdministratorMayDoEverything() {
        assertThat(refusal(identity.caller, "iot", "CreateThing", thing("lamp"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "iot, DescribeCertificate, cert/abc",
        "iot, DescribeCACertificate, cacert/abc",
        "iot, AttachPolicy, cert/c",
        "iot, DetachPolicy, *",
        "iot, ListTagsForResource, arn:x",
        "iot, ListThings, *",
        "iotsitewise, ListThings, *",
        "iotdata, Publish, topic/a/b",
        "iotdevicegateway, Publish, topic/a/b",
        "iotdata, GetThingShadow, thing/lamp/main",
        "iot-jobs-data, DescribeJobExecution, thing/lamp",
        "lambda, Invoke, arn:aws:lambda:us-east-1:000000000000:function:f:live",
        "lambda, GetFunction, arn:aws:lambda:us-east-1:000000000000:function:f",
        "lambda, ListFunctions, *",
    })
    void resourcesFollowFromTheRequest(String signingName, String operation, String expected) {
        String arn = expected.contains("/") ? ARN + expected : expected;
        Map<String, SdkPojo> requests = new HashMap<>();
        requests.put("Invoke", InvokeRequest.builder().functionName("f").qualifier("live").build());
        requests.put("GetFunction", GetFunctionRequest.builder().functionName("f").build());
        requests.putAll(
                Map.of(
                        "DescribeCertificate",
                        DescribeCertificateRequest.builder().certificateId("abc").build(),
                        "DescribeCACertificate",
                        DescribeCaCertificateRequest.builder().certificateId("abc").build(),
                        "AttachPolicy",
                        AttachPolicyRequest.builder()
                                .policyName("p")
                                .target(ARN + "cert/c")
                                .build(),
                        "DetachPolicy",
                        DetachPolicyRequest.builder().policyName("p").target("us-east-1:1").build(),
                        "ListTagsForResource",
                        ListTagsForResourceRequest.builder().resourceArn("arn:x").build(),
                        "ListThings",
                        ListThingsRequest.builder().build(),
                        "Publish",
                        PublishRequest.builder().topic("a/b").build(),
                        "GetThingShadow",
                        GetThingShadowRequest.builder()
                                .thingName("lamp")
                                .shadowName("main")
                                .build(),
                        "DescribeJobExecution",
                        DescribeJobExecutionRequest.builder()
                                .thingName("lamp")
                                .jobId("update")
                                .build()));
        SdkPojo request = requests.getOrDefault(operation, PublishRequest.builder().build());
        assertThat(RequestedAction.of(ACCOUNT, Identity.REGION, signingName, operation, request))
                .extracting(RequestedAction::resource)
                .containsExactly(arn);
    }

    /// Service Authorization Reference: thing* and thinggroup* are both required.
    @Test
    void aUserNeedsRightsOnEveryResourceThatACallConcerns() {
        Caller ann =
                user(
                        "ann",
                        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                                + "\"Action\":\"iot:*\",\"Resource\":[\""
                                + ARN
                                + "thing/*\",\""
                                + ARN
                                + "thinggroup/own\"]}]}");
        for (String group : List.of("own", "secret")) {
            List<Optional<String>> refusals =
                    List.of(
                            refusal(
                                    ann,
                                    "iot",
                                    "AddThingToThingGroup",
                                    AddThingToThingGroupRequest.builder()
                                            .thingName("lamp")
                                            .thingGroupName(group)
                                            .build()),
                            refusal(
                                    ann,
                                    "iot",
                                    "AddThingToThingGroup",
                                    AddThingToThingGroupRequest.builder()
                                            .thingArn(ARN + "thing/lamp")
                                            .thingGroupArn(ARN + "thinggroup/" + group)
                                            .build()),
                            refusal(
                                    ann,
                                    "iot",
                                    "UpdateThingGroupsForThing",
                                    UpdateThingGroupsForThingRequest.builder()
                                            .thingName("lamp")
                                            .thingGroupsToAdd("own", group)
                                            .build()));
            assertThat(refusals)
                    .as(group)
                    .allMatch(refusal -> refusal.isPresent() == group.equals("secret"));
        }
    }

    /// Parameters of raw requests come as clients spell them; the service reads `retain=True` too.
    @ParameterizedTest
    @CsvSource({"lamp/x, Topic, ok/x", "ok/x, retain, True", "ok/x, retain, TRUE"})
    void spellingsDoNotGetAroundPolicies(String topic, String parameter, String value) {
        Caller ann =
                user(
                        "ann",
                        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                                + "\"Action\":\"iot:Publish\",\"Resource\":\""
                                + ARN
                                + "topic/ok/*\"}]}");
        assertThat(refusal(ann, "iotdata", "Publish", new RawRequest(Map.of("topic", "ok/x"))))
                .isEmpty();
        assertThat(
                        refusal(
                                ann,
                                "iotdata",
                                "Publish",
                                new RawRequest(Map.of("topic", topic, parameter, value))))
                .isPresent();
    }

    @Test
    void aDeviceMayUseTheDataPlaneAsItsIotPoliciesAllow() {
        var made = identity.issue("CN=lamp");
        identity.createPolicy(
                "p",
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                        + "\"Action\":[\"iot:Publish\",\"iot:DescribeJobExecution\"],"
                        + "\"Resource\":[\""
                        + ARN
                        + "topic/${iot:Certificate.Subject.CommonName}/*\",\""
                        + ARN
                        + "thing/lamp\"]}]}");
        identity.attach("p", made.certificateArn());
        Caller device = device(made.certificateId());
        assertThat(refusal(device, "iotdata", "Publish", publish("lamp/x", false))).isEmpty();
        assertThat(refusal(device, "iotdata", "Publish", publish("other/x", false)).orElseThrow())
                .contains("is not authorized to perform: iot:Publish on resource: " + ARN);
        assertThat(identity.denials.getLast())
                .contains("iot:Publish", "topic/other/x", made.certificateId());
        // RetainPublish is needed as well as Publish.
        assertThat(refusal(device, "iotdata", "Publish", publish("lamp/x", true)).orElseThrow())
                .contains("iot:RetainPublish");
        assertThat(
                        refusal(
                                device,
                                "iot-jobs-data",
                                "DescribeJobExecution",
                                DescribeJobExecutionRequest.builder()
                                        .thingName("lamp")
                                        .jobId("update")
                                        .build()))
                .isEmpty();
        assertThat(refusal(device, "iot", "CreateThing", thing("lamp")).orElseThrow())
                .contains("data plane");
    }

    private Caller user(String name, @Nullable String policy) {
        users.createUser(ACCOUNT, name, false);
        if (policy != null) {
            users.inlinePolicies().put(ACCOUNT, name, "p", policy);
        }
        AccessKey key = users.createAccessKey(ACCOUNT, name);
        return new Caller(
                ACCOUNT,
                Identity.REGION,
                users.find(key.accessKeyId()).orElseThrow().principal(),
                "request",
                "127.0.0.1");
    }

    private static Caller device(String certificateId) {
        return new Caller(
                ACCOUNT,
                Identity.REGION,
                new Caller.Principal.Device(certificateId, null),
                "request",
                "127.0.0.1");
    }

    private Optional<String> refusal(
            Caller caller, String signingName, String operation, SdkPojo request) {
        return identity.service
                .callAuthorization()
                .refusal(caller, signingName, operation, request);
    }

    private static CreateThingRequest thing(String name) {
        return CreateThingRequest.builder().thingName(name).build();
    }

    private static PublishRequest publish(String topic, boolean retain) {
        return PublishRequest.builder().topic(topic).retain(retain).build();
    }
}
