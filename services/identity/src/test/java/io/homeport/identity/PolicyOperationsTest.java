package io.homeport.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.AccountId;
import io.homeport.core.Profile;
import io.homeport.testkit.Seeds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.model.AttachPrincipalPolicyRequest;
import software.amazon.awssdk.services.iot.model.CreatePolicyRequest;
import software.amazon.awssdk.services.iot.model.CreatePolicyResponse;
import software.amazon.awssdk.services.iot.model.CreatePolicyVersionRequest;
import software.amazon.awssdk.services.iot.model.CreatePolicyVersionResponse;
import software.amazon.awssdk.services.iot.model.DeleteConflictException;
import software.amazon.awssdk.services.iot.model.DeletePolicyRequest;
import software.amazon.awssdk.services.iot.model.DeletePolicyVersionRequest;
import software.amazon.awssdk.services.iot.model.DetachPolicyRequest;
import software.amazon.awssdk.services.iot.model.DetachPrincipalPolicyRequest;
import software.amazon.awssdk.services.iot.model.GetPolicyRequest;
import software.amazon.awssdk.services.iot.model.GetPolicyResponse;
import software.amazon.awssdk.services.iot.model.GetPolicyVersionRequest;
import software.amazon.awssdk.services.iot.model.GetPolicyVersionResponse;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.IotException;
import software.amazon.awssdk.services.iot.model.LimitExceededException;
import software.amazon.awssdk.services.iot.model.ListAttachedPoliciesRequest;
import software.amazon.awssdk.services.iot.model.ListAttachedPoliciesResponse;
import software.amazon.awssdk.services.iot.model.ListPoliciesRequest;
import software.amazon.awssdk.services.iot.model.ListPoliciesResponse;
import software.amazon.awssdk.services.iot.model.ListPolicyPrincipalsRequest;
import software.amazon.awssdk.services.iot.model.ListPolicyPrincipalsResponse;
import software.amazon.awssdk.services.iot.model.ListPolicyVersionsRequest;
import software.amazon.awssdk.services.iot.model.ListPolicyVersionsResponse;
import software.amazon.awssdk.services.iot.model.ListPrincipalPoliciesRequest;
import software.amazon.awssdk.services.iot.model.ListPrincipalPoliciesResponse;
import software.amazon.awssdk.services.iot.model.ListTargetsForPolicyRequest;
import software.amazon.awssdk.services.iot.model.ListTargetsForPolicyResponse;
import software.amazon.awssdk.services.iot.model.MalformedPolicyException;
import software.amazon.awssdk.services.iot.model.Policy;
import software.amazon.awssdk.services.iot.model.PolicyVersion;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.SetDefaultPolicyVersionRequest;
import software.amazon.awssdk.services.iot.model.Tag;
import software.amazon.awssdk.services.iot.model.VersionsLimitExceededException;

/// AWS IoT API reference: policies, their versions and attachments.
final class PolicyOperationsTest {
    private static final String COGNITO = "us-east-1:0a1b2c3d-0000-4000-8000-0123456789ab";

    @TempDir private Path directory;
    private Identity identity;

    @BeforeEach
    void start() {
        identity = new Identity(directory, Profile.AWS);
    }

    @Test
    void aNewPolicyHasVersionOneAsItsDefault() {
        CreatePolicyResponse made =
                identity.call(
                        CreatePolicyRequest.builder()
                                .policyName("all")
                                .policyDocument(Identity.ALLOW_ALL)
                                .tags(Tag.builder().key("team").value("a").build())
                                .build(),
                        CreatePolicyResponse.class);
        assertThat(made.policyArn()).isEqualTo("arn:aws:iot:us-east-1:000000000000:policy/all");
        assertThat(made.policyVersionId()).isEqualTo("1");
        assertThat(made.policyDocument()).isEqualTo(Identity.ALLOW_ALL);
        assertThat(identity.tags).containsEntry(made.policyArn(), Map.of("team", "a"));
        GetPolicyResponse got = get("all");
        assertThat(got.defaultVersionId()).isEqualTo("1");
        assertThat(got.policyDocument()).isEqualTo(Identity.ALLOW_ALL);
        assertThat(got.creationDate()).isEqualTo(identity.clock.now());
        assertThatThrownBy(() -> identity.createPolicy("all", Identity.ALLOW_ALL))
                .isInstanceOfSatisfying(
                        ResourceAlreadyExistsException.class,
                        fault -> assertThat(fault.resourceArn()).isEqualTo(made.policyArn()));
        identity.call(DeletePolicyRequest.builder().policyName("all").build());
        assertThat(identity.tags).isEmpty();
    }

    @Test
    void aPolicyWhoseTagsAreRefusedIsNotThere() {
        assertThatThrownBy(() ->
                        identity.call(
                                CreatePolicyRequest.builder()
                                        .policyName("all")
                                        .policyDocument(Identity.ALLOW_ALL)
                                        .tags(Tag.builder().key("refused").build())
                                        .build()))
                .hasMessage("refused");
        assertThatThrownBy(() -> get("all")).isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void aMalformedDocumentIsRefusedWithThePlaceOfTheMistake() {
        assertThatThrownBy(() ->
                        identity.createPolicy(
                                "bad",
                                "{\"Version\":\"2012-10-17\",\"Statement\":"
                                        + "[{\"Effect\":\"Perhaps\"}]}"))
                .isInstanceOf(MalformedPolicyException.class)
                .hasMessageContaining("column 48");
    }

    @Test
    void whiteSpaceDoesNotCountForTheSizeOfADocument() {
        String padded = Identity.ALLOW_ALL.replace("{", "{" + " ".repeat(2000));
        identity.createPolicy("padded", padded);
        String filler = "\"," + "\"iot:Publish\",".repeat(146) + "\"iot:*";
        String large = Identity.ALLOW_ALL.replace("\"iot:*\"", "[\"iot:Connect" + filler + "\"]");
        assertThat(large.length()).isGreaterThan(2048);
        assertThatThrownBy(() -> identity.createPolicy("large", large))
                .isInstanceOf(MalformedPolicyException.class)
                .hasMessageContaining("the limit is 2048");
    }

    @Test
    void versionsAreNumberedOnAndTheDefaultIsKeptFromDeletion() {
        identity.createPolicy("p", Identity.ALLOW_ALL);
        CreatePolicyVersionResponse second = newVersion("p", false);
        assertThat(second.policyVersionId()).isEqualTo("2");
        assertThat(second.isDefaultVersion()).isFalse();
        assertThat(newVersion("p", true).isDefaultVersion()).isTrue();
        assertThat(get("p").defaultVersionId()).isEqualTo("3");
        assertThat(versions("p"))
                .extracting(PolicyVersion::versionId)
                .containsExactly("3", "2", "1");
        assertThatThrownBy(() -> deleteVersion("p", "3"))
                .isInstanceOf(InvalidRequestException.class);
        deleteVersion("p", "2");
        assertThat(newVersion("p", false).policyVersionId()).isEqualTo("4");
        identity.call(
                SetDefaultPolicyVersionRequest.builder()
                        .policyName("p")
                        .policyVersionId("1")
                        .build());
        assertThat(version("p", "1").isDefaultVersion()).isTrue();
        assertThatThrownBy(() -> version("p", "2")).isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(
                        () -> identity.call(DeletePolicyRequest.builder().policyName("p").build()))
                .isInstanceOf(DeleteConflictException.class)
                .hasMessageContaining("policy versions");
    }

    @Test
    void aSixthVersionIsRefused() {
        identity.createPolicy("p", Identity.ALLOW_ALL);
        for (int i = 0; i < 4; i++) {
            newVersion("p", true);
        }
        assertThatThrownBy(() -> newVersion("p", true))
                .isInstanceOf(VersionsLimitExceededException.class);
        assertThat(get("p").defaultVersionId()).isEqualTo("5");
    }

    @Test
    void anAttachedPolicyIsNotDeletedAndAttachingTwiceIsNoMistake() {
        identity.createPolicy("p", Identity.ALLOW_ALL);
        String arn = identity.issue("CN=lamp").certificateArn();
        identity.attach("p", arn);
        identity.attach("p", arn);
        assertThat(targets("p")).containsExactly(arn);
        DeletePolicyRequest delete = DeletePolicyRequest.builder().policyName("p").build();
        assertThatThrownBy(() -> identity.call(delete)).isInstanceOf(DeleteConflictException.class);
        DetachPolicyRequest detach =
                DetachPolicyRequest.builder().policyName("p").target(arn).build();
        identity.call(detach);
        identity.call(detach);
        identity.call(delete);
        assertThatThrownBy(() -> identity.call(delete))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void targetsThatAreNotThereOrNoTargetsAreRefused() {
        identity.createPolicy("p", Identity.ALLOW_ALL);
        identity.things.ancestorsOfGroups.put("lamps", List.of());
        identity.attach("p", COGNITO);
        identity.attach("p", Identity.groupArn("lamps"));
        for (String missing :
                List.of(
                        "arn:aws:iot:us-east-1:000000000000:cert/" + "0".repeat(64),
                        Identity.groupArn("nothing"))) {
            assertThatThrownBy(() -> identity.attach("p", missing))
                    .isInstanceOf(ResourceNotFoundException.class);
        }
        for (String wrong :
                List.of(
                        "lamp",
                        "arn:aws:iot:us-east-1:000000000000:thing/lamp",
                        "arn:aws:iot:eu-west-1:000000000000:thinggroup/lamps",
                        "arn:aws:iot:us-east-1:111111111111:thinggroup/lamps")) {
            assertThatThrownBy(() -> identity.attach("p", wrong))
                    .isInstanceOf(InvalidRequestException.class);
        }
        assertThatThrownBy(() -> identity.attach("absent", COGNITO))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThat(targets("p")).hasSize(2);
    }

    @Test
    void theAwsProfileTakesTenPoliciesPerCertificateAndTwoPerGroup() {
        identity.things.ancestorsOfGroups.put("lamps", List.of());
        String arn = identity.issue("CN=lamp").certificateArn();
        for (int i = 0; i < 11; i++) {
            identity.createPolicy("p" + i, Identity.ALLOW_ALL);
        }
        for (int i = 0; i < 10; i++) {
            identity.attach("p" + i, arn);
        }
        assertThatThrownBy(() -> identity.attach("p10", arn))
                .isInstanceOf(LimitExceededException.class);
        identity.attach("p0", Identity.groupArn("lamps"));
        identity.attach("p1", Identity.groupArn("lamps"));
        assertThatThrownBy(() -> identity.attach("p2", Identity.groupArn("lamps")))
                .isInstanceOf(LimitExceededException.class);
    }

    @Test
    void attachedPoliciesAreListedWithThoseOfGroupsAbove() {
        identity.things.ancestorsOfGroups.put("top", List.of());
        identity.things.ancestorsOfGroups.put("low", List.of(Identity.groupArn("top")));
        identity.things.add("lamp", Map.of(), Identity.groupArn("low"), Identity.groupArn("top"));
        String arn = identity.issue("CN=lamp").certificateArn();
        identity.things.attach(arn, "lamp");
        for (String name : List.of("of-cert", "of-low", "of-top")) {
            identity.createPolicy(name, Identity.ALLOW_ALL);
        }
        identity.attach("of-cert", arn);
        identity.attach("of-low", Identity.groupArn("low"));
        identity.attach("of-top", Identity.groupArn("top"));
        assertThat(attached(arn, false)).containsExactly("of-cert");
        assertThat(attached(arn, true)).containsExactly("of-cert", "of-low", "of-top");
        assertThat(attached(Identity.groupArn("low"), false)).containsExactly("of-low");
        assertThat(attached(Identity.groupArn("low"), true)).containsExactly("of-low", "of-top");
        ListAttachedPoliciesResponse page =
                identity.call(
                        ListAttachedPoliciesRequest.builder()
                                .target(arn)
                                .recursive(true)
                                .pageSize(2)
                                .build(),
                        ListAttachedPoliciesResponse.class);
        assertThat(
                        identity.call(
                                        ListAttachedPoliciesRequest.builder()
                                                .target(arn)
                                                .recursive(true)
                                                .pageSize(2)
                                                .marker(page.nextMarker())
                                                .build(),
                                        ListAttachedPoliciesResponse.class)
                                .policies())
                .extracting(Policy::policyName)
                .containsExactly("of-top");
    }

    @Test
    void theOldPrincipalOperationsSeeTheSameAttachments() {
        identity.createPolicy("p", Identity.ALLOW_ALL);
        String arn = identity.issue("CN=lamp").certificateArn();
        identity.call(
                AttachPrincipalPolicyRequest.builder().policyName("p").principal(arn).build());
        assertThat(
                        identity.call(
                                        ListPrincipalPoliciesRequest.builder()
                                                .principal(arn)
                                                .build(),
                                        ListPrincipalPoliciesResponse.class)
                                .policies())
                .extracting(Policy::policyName)
                .containsExactly("p");
        assertThat(
                        identity.call(
                                        ListPolicyPrincipalsRequest.builder()
                                                .policyName("p")
                                                .build(),
                                        ListPolicyPrincipalsResponse.class)
                                .principals())
                .containsExactly(arn);
        identity.call(
                DetachPrincipalPolicyRequest.builder().policyName("p").principal(arn).build());
        assertThat(targets("p")).isEmpty();
    }

    @Test
    void policiesAreListedByTimeOfCreation() {
        for (String name : List.of("b", "c", "a")) {
            identity.clock.advance(Duration.ofSeconds(1));
            identity.createPolicy(name, Identity.ALLOW_ALL);
        }
        assertThat(list(true)).containsExactly("b", "c", "a");
        assertThat(list(false)).containsExactly("a", "c", "b");
    }

    @Test
    void aDeletedGroupLosesItsPolicies() {
        identity.things.ancestorsOfGroups.put("lamps", List.of());
        identity.createPolicy("p", Identity.ALLOW_ALL);
        identity.attach("p", Identity.groupArn("lamps"));
        identity.database.update(transaction ->
                identity.service.groupDeleted(
                        transaction,
                        AccountId.DEFAULT,
                        Identity.REGION,
                        Identity.groupArn("lamps")));
        assertThat(targets("p")).isEmpty();
    }

    /// A policy's versions against a model of what AWS documents: at most five, never renumbered,
    /// and one of them the default.
    @Test
    void versionsFollowTheModelWhateverTheOrderOfCalls() {
        Seeds.run(
                50,
                seed -> {
                    String name = "p" + seed;
                    Random random = new Random(seed);
                    identity.createPolicy(name, Identity.ALLOW_ALL);
                    TreeMap<Integer, String> model = new TreeMap<>();
                    model.put(1, "1");
                    String standard = "1";
                    int last = 1;
                    for (int step = 0; step < 30; step++) {
                        String id = Integer.toString(1 + random.nextInt(last + 1));
                        boolean there = model.containsValue(id);
                        switch (random.nextInt(3)) {
                            case 0 -> {
                                boolean setAsDefault = random.nextBoolean();
                                boolean fits = model.size() < 5;
                                assertThat(succeeds(() -> newVersion(name, setAsDefault)))
                                        .isEqualTo(fits);
                                if (fits) {
                                    last++;
                                    model.put(last, Integer.toString(last));
                                    standard = setAsDefault ? Integer.toString(last) : standard;
                                }
                            }
                            case 1 -> {
                                boolean deletable = there && !id.equals(standard);
                                assertThat(succeeds(() -> deleteVersion(name, id)))
                                        .isEqualTo(deletable);
                                if (deletable) {
                                    model.remove(Integer.parseInt(id));
                                }
                            }
                            default -> {
                                assertThat(succeeds(() -> setDefault(name, id))).isEqualTo(there);
                                standard = there ? id : standard;
                            }
                        }
                        assertThat(versions(name))
                                .extracting(PolicyVersion::versionId)
                                .containsExactlyElementsOf(model.descendingMap().values());
                        assertThat(get(name).defaultVersionId()).isEqualTo(standard);
                    }
                });
    }

    private static boolean succeeds(Runnable call) {
        try {
            call.run();
            return true;
        } catch (IotException e) {
            return false;
        }
    }

    private void setDefault(String name, String versionId) {
        identity.call(
                SetDefaultPolicyVersionRequest.builder()
                        .policyName(name)
                        .policyVersionId(versionId)
                        .build());
    }

    private GetPolicyResponse get(String name) {
        return identity.call(
                GetPolicyRequest.builder().policyName(name).build(), GetPolicyResponse.class);
    }

    private CreatePolicyVersionResponse newVersion(String name, boolean setAsDefault) {
        return identity.call(
                CreatePolicyVersionRequest.builder()
                        .policyName(name)
                        .policyDocument(Identity.ALLOW_ALL)
                        .setAsDefault(setAsDefault)
                        .build(),
                CreatePolicyVersionResponse.class);
    }

    private void deleteVersion(String name, String versionId) {
        identity.call(
                DeletePolicyVersionRequest.builder()
                        .policyName(name)
                        .policyVersionId(versionId)
                        .build());
    }

    private GetPolicyVersionResponse version(String name, String versionId) {
        return identity.call(
                GetPolicyVersionRequest.builder()
                        .policyName(name)
                        .policyVersionId(versionId)
                        .build(),
                GetPolicyVersionResponse.class);
    }

    private List<PolicyVersion> versions(String name) {
        return identity.call(
                        ListPolicyVersionsRequest.builder().policyName(name).build(),
                        ListPolicyVersionsResponse.class)
                .policyVersions();
    }

    private List<String> targets(String name) {
        return identity.call(
                        ListTargetsForPolicyRequest.builder().policyName(name).build(),
                        ListTargetsForPolicyResponse.class)
                .targets();
    }

    private List<String> attached(String target, boolean recursive) {
        return identity
                .call(
                        ListAttachedPoliciesRequest.builder()
                                .target(target)
                                .recursive(recursive)
                                .build(),
                        ListAttachedPoliciesResponse.class)
                .policies()
                .stream()
                .map(Policy::policyName)
                .toList();
    }

    private List<String> list(boolean ascending) {
        return identity
                .call(
                        ListPoliciesRequest.builder().ascendingOrder(ascending).build(),
                        ListPoliciesResponse.class)
                .policies()
                .stream()
                .map(Policy::policyName)
                .toList();
    }
}
