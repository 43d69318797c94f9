package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.ActionType;
import software.amazon.awssdk.services.iot.model.AuthDecision;
import software.amazon.awssdk.services.iot.model.AuthInfo;
import software.amazon.awssdk.services.iot.model.AuthResult;
import software.amazon.awssdk.services.iot.model.CertificateStateException;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.Configuration;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateResponse;
import software.amazon.awssdk.services.iot.model.DeleteConflictException;
import software.amazon.awssdk.services.iot.model.EffectivePolicy;
import software.amazon.awssdk.services.iot.model.EventType;
import software.amazon.awssdk.services.iot.model.GroupNameAndArn;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.IotException;
import software.amazon.awssdk.services.iot.model.MalformedPolicyException;
import software.amazon.awssdk.services.iot.model.PolicyVersion;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.Tag;
import software.amazon.awssdk.services.iot.model.ThingAttribute;
import software.amazon.awssdk.services.iot.model.VersionConflictException;
import software.amazon.awssdk.services.iot.model.VersionsLimitExceededException;

/// AWS SDK for Java v2: registry, identity and the kinds of errors.
class AwsSdkJavaTest {
    private static TestServer server;
    private static IotClient iot;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        iot = server.iot();
    }

    @AfterAll
    static void stop() {
        iot.close();
        server.close();
    }

    private static String fresh(String prefix) {
        return prefix + UUID.randomUUID();
    }

    @Test
    void aThingGoesThroughItsLife() {
        String name = fresh("thing");
        iot.createThingType(r -> r.thingTypeName(name));
        iot.createThing(r ->
                r.thingName(name)
                        .thingTypeName(name)
                        .attributePayload(a -> a.attributes(Map.of("color", "red"))));
        iot.updateThing(r ->
                r.thingName(name)
                        .expectedVersion(1L)
                        .attributePayload(a -> a.merge(true).attributes(Map.of("size", "9"))));
        assertThat(iot.describeThing(r -> r.thingName(name)).attributes())
                .containsExactlyInAnyOrderEntriesOf(Map.of("color", "red", "size", "9"));
        assertThatThrownBy(() -> iot.updateThing(r -> r.thingName(name).expectedVersion(1L)))
                .isInstanceOf(VersionConflictException.class);
        assertThatThrownBy(() ->
                        iot.createThing(r ->
                                r.thingName(name)
                                        .attributePayload(a -> a.attributes(Map.of("a", "b")))))
                .isInstanceOfSatisfying(
                        ResourceAlreadyExistsException.class,
                        e -> assertThat(e.resourceArn()).endsWith("thing/" + name));
        iot.deleteThing(r -> r.thingName(name));
        assertThat(iot.listThings(r -> r.thingTypeName(name)).things()).isEmpty();
    }

    @Test
    void pagesGiveEachThingOnce() {
        String type = fresh("type");
        iot.createThingType(r -> r.thingTypeName(type));
        for (int i = 0; i < 25; i++) {
            String name = type + "-" + i;
            iot.createThing(r -> r.thingName(name).thingTypeName(type));
        }
        assertThat(
                        iot
                                .listThingsPaginator(r -> r.thingTypeName(type).maxResults(7))
                                .things()
                                .stream()
                                .map(ThingAttribute::thingName))
                .hasSize(25)
                .doesNotHaveDuplicates();
        assertThatThrownBy(() -> iot.listThings(r -> r.nextToken("forged")))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aPageTokenOfAnotherListIsRefused() {
        String type = fresh("type");
        iot.createThingType(r -> r.thingTypeName(type));
        iot.createThingType(r -> r.thingTypeName(type + "-2"));
        String token = iot.listThingTypes(r -> r.maxResults(1)).nextToken();
        assertThat(token).isNotNull();
        assertThatThrownBy(() -> iot.listThings(r -> r.nextToken(token)))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aConstraintOfTheModelIsEnforced() {
        assertThatThrownBy(() -> iot.createThing(r -> r.thingName("not allowed!")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("thingName");
    }

    @Test
    void anOperationThatIsNotThereAnswers501() {
        assertThatThrownBy(() -> iot.listJobs())
                .isInstanceOfSatisfying(
                        IotException.class,
                        e -> {
                            assertThat(e.statusCode()).isEqualTo(501);
                            assertThat(e.getMessage()).contains("ListJobs");
                        });
    }

    @Test
    void aCertificateInUseIsNotDeleted() {
        CreateKeysAndCertificateResponse made =
                iot.createKeysAndCertificate(r -> r.setAsActive(true));
        String name = fresh("policy");
        iot.createPolicy(r -> r.policyName(name).policyDocument(TestServer.ALLOW_ALL));
        iot.attachPolicy(r -> r.policyName(name).target(made.certificateArn()));
        assertThatThrownBy(() -> iot.deleteCertificate(r -> r.certificateId(made.certificateId())))
                .isInstanceOf(CertificateStateException.class);
        iot.updateCertificate(
                r -> r.certificateId(made.certificateId()).newStatus(CertificateStatus.INACTIVE));
        assertThatThrownBy(() -> iot.deleteCertificate(r -> r.certificateId(made.certificateId())))
                .isInstanceOf(DeleteConflictException.class);
        assertThatThrownBy(() -> iot.deletePolicy(r -> r.policyName(name)))
                .isInstanceOf(DeleteConflictException.class);
        iot.detachPolicy(r -> r.policyName(name).target(made.certificateArn()));
        iot.deleteCertificate(r -> r.certificateId(made.certificateId()));
        iot.deletePolicy(r -> r.policyName(name));
        assertThat(iot.listCertificates().certificates())
                .noneMatch(c -> c.certificateId().equals(made.certificateId()));
    }

    @Test
    void aMalformedPolicyIsRefusedWithItsPosition() {
        assertThatThrownBy(() ->
                        iot.createPolicy(r ->
                                r.policyName(fresh("policy"))
                                        .policyDocument(
                                                TestServer.ALLOW_ALL.replace("Allow", "Permit"))))
                .isInstanceOf(MalformedPolicyException.class)
                .hasMessageContaining("line 2");
    }

    // Five versions at most; the default one stays (iot-policies.html, "quotas").
    @Test
    void aPolicyHasFiveVersionsOneOfThemTheDefault() {
        String name = fresh("policy");
        iot.createPolicy(r -> r.policyName(name).policyDocument(TestServer.ALLOW_ALL));
        for (int i = 0; i < 4; i++) {
            iot.createPolicyVersion(
                    r -> r.policyName(name).policyDocument(server.policy()).setAsDefault(false));
        }
        assertThatThrownBy(() ->
                        iot.createPolicyVersion(
                                r -> r.policyName(name).policyDocument(server.policy())))
                .isInstanceOf(VersionsLimitExceededException.class);
        iot.setDefaultPolicyVersion(r -> r.policyName(name).policyVersionId("3"));
        assertThat(iot.getPolicy(r -> r.policyName(name)).defaultVersionId()).isEqualTo("3");
        assertThatThrownBy(
                        () -> iot.deletePolicyVersion(r -> r.policyName(name).policyVersionId("3")))
                .isInstanceOf(InvalidRequestException.class);
        iot.deletePolicyVersion(r -> r.policyName(name).policyVersionId("1"));
        assertThat(
                        iot.listPolicyVersions(r -> r.policyName(name)).policyVersions().stream()
                                .map(PolicyVersion::versionId))
                .containsExactlyInAnyOrder("2", "3", "4", "5");
    }

    @Test
    void authorizationIsTestedWithTheReasonForIt() {
        CreateKeysAndCertificateResponse made =
                iot.createKeysAndCertificate(r -> r.setAsActive(true));
        String name = fresh("policy");
        iot.createPolicy(r ->
                r.policyName(name)
                        .policyDocument(
                                """
                                {"Version": "2012-10-17", "Statement": [
                                  {"Effect": "Allow", "Action": "iot:Publish",
                                   "Resource": "%s"},
                                  {"Effect": "Deny", "Action": "iot:Publish",
                                   "Resource": "%s"}]}
                                """
                                        .formatted(
                                                server.arn("topic/a/*"),
                                                server.arn("topic/a/secret"))));
        iot.attachPolicy(r -> r.policyName(name).target(made.certificateArn()));
        List<AuthInfo> publishes =
                Stream.of("topic/a/b", "topic/a/secret", "topic/c")
                        .map(topic ->
                                AuthInfo.builder()
                                        .actionType(ActionType.PUBLISH)
                                        .resources(server.arn(topic))
                                        .build())
                        .toList();
        List<AuthResult> results =
                iot.testAuthorization(r -> r.principal(made.certificateArn()).authInfos(publishes))
                        .authResults();
        assertThat(results.stream().map(AuthResult::authDecision))
                .containsExactly(
                        AuthDecision.ALLOWED,
                        AuthDecision.EXPLICIT_DENY,
                        AuthDecision.IMPLICIT_DENY);
        assertThat(results.getFirst().allowed().policies().getFirst().policyName()).isEqualTo(name);
        assertThat(
                        iot
                                .getEffectivePolicies(r -> r.principal(made.certificateArn()))
                                .effectivePolicies()
                                .stream()
                                .map(EffectivePolicy::policyName))
                .containsExactly(name);
    }

    @Test
    void aPolicyOfAParentGroupIsEffectiveForAThing() {
        String parent = fresh("parent");
        String child = fresh("child");
        String thing = fresh("thing");
        iot.createThingGroup(r -> r.thingGroupName(parent));
        iot.createThingGroup(r -> r.thingGroupName(child).parentGroupName(parent));
        iot.createThing(r -> r.thingName(thing));
        iot.addThingToThingGroup(r -> r.thingName(thing).thingGroupName(child));
        iot.createPolicy(r -> r.policyName(parent).policyDocument(TestServer.ALLOW_ALL));
        String parentArn = iot.describeThingGroup(r -> r.thingGroupName(parent)).thingGroupArn();
        iot.attachPolicy(r -> r.policyName(parent).target(parentArn));

        assertThat(
                        iot
                                .describeThingGroup(r -> r.thingGroupName(child))
                                .thingGroupMetadata()
                                .rootToParentThingGroups()
                                .stream()
                                .map(GroupNameAndArn::groupName))
                .containsExactly(parent);
        assertThat(
                        iot
                                .getEffectivePolicies(r -> r.thingName(thing))
                                .effectivePolicies()
                                .stream()
                                .map(EffectivePolicy::policyName))
                .containsExactly(parent);
        assertThat(iot.listTargetsForPolicy(r -> r.policyName(parent)).targets())
                .containsExactly(parentArn);
        assertThatThrownBy(() -> iot.deleteThingGroup(r -> r.thingGroupName(parent)))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aThingIsInOneBillingGroup() {
        String group = fresh("bills");
        String thing = fresh("thing");
        iot.createBillingGroup(r -> r.billingGroupName(group));
        iot.createThing(r -> r.thingName(thing));
        iot.addThingToBillingGroup(r -> r.thingName(thing).billingGroupName(group));
        assertThat(iot.describeThing(r -> r.thingName(thing)).billingGroupName()).isEqualTo(group);
        assertThat(iot.listThingsInBillingGroup(r -> r.billingGroupName(group)).things())
                .containsExactly(thing);
        assertThatThrownBy(() ->
                        iot.addThingToBillingGroup(
                                r -> r.thingName(thing).billingGroupName("nowhere")))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void aThingTypeIsDeprecatedBeforeItIsDeleted() {
        String type = fresh("type");
        iot.createThingType(
                r -> r.thingTypeName(type).tags(Tag.builder().key("stage").value("test").build()));
        assertThatThrownBy(() -> iot.deleteThingType(r -> r.thingTypeName(type)))
                .isInstanceOf(InvalidRequestException.class);
        iot.deprecateThingType(r -> r.thingTypeName(type));
        assertThatThrownBy(
                        () -> iot.createThing(r -> r.thingName(fresh("thing")).thingTypeName(type)))
                .isInstanceOf(InvalidRequestException.class);
        String arn = iot.describeThingType(r -> r.thingTypeName(type)).thingTypeArn();
        assertThat(iot.listTagsForResource(r -> r.resourceArn(arn)).tags().getFirst().value())
                .isEqualTo("test");
        assertThatThrownBy(() -> iot.deleteThingType(r -> r.thingTypeName(type)))
                .as("five minutes have to pass")
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void eventConfigurationsAreKeptByKind() {
        assertThat(iot.describeEventConfigurations().eventConfigurations())
                .containsEntry(EventType.THING, Configuration.builder().enabled(false).build());
        iot.updateEventConfigurations(r ->
                r.eventConfigurations(
                        Map.of(EventType.THING, Configuration.builder().enabled(true).build())));
        assertThat(iot.describeEventConfigurations().eventConfigurations())
                .containsEntry(EventType.THING, Configuration.builder().enabled(true).build())
                .containsEntry(
                        EventType.THING_GROUP, Configuration.builder().enabled(false).build());
    }
}
