package io.homeport.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.CreateCommandRequest;
import software.amazon.awssdk.services.iot.model.CreatePackageRequest;
import software.amazon.awssdk.services.iot.model.CreateThingGroupRequest;
import software.amazon.awssdk.services.iot.model.CreateThingRequest;
import software.amazon.awssdk.services.iot.model.CreateTopicRuleRequest;
import software.amazon.awssdk.services.iot.model.ListThingsRequest;
import software.amazon.awssdk.services.iot.model.RegisterCaCertificateRequest;
import software.amazon.awssdk.services.iot.model.Tag;
import software.amazon.awssdk.services.iot.model.UpdateCertificateRequest;
import software.amazon.awssdk.services.iotfleetwise.model.CreateCampaignRequest;
import software.amazon.awssdk.services.iotwireless.model.CreateDestinationRequest;

/// The wording is AWS's own, as its services answer it.
class ValidatorTest {
    private final ServiceModels models = ServiceModels.load();
    private final Validator validator = new Validator(new PojoPlans());

    private void check(String service, String operation, SdkPojo request) {
        OperationModel model =
                Optional.ofNullable(models.byId(service).orElseThrow().operations().get(operation))
                        .orElseThrow();
        validator.check(model, request);
    }

    private void assertRefused(
            String service, String operation, SdkPojo request, String type, String message) {
        assertThatThrownBy(() -> check(service, operation, request))
                .isInstanceOfSatisfying(
                        ApiFault.class,
                        fault -> {
                            assertThat(fault.status()).isEqualTo(400);
                            assertThat(fault.type()).isEqualTo(type);
                            assertThat(fault.text()).isEqualTo(message);
                        });
    }

    private static CreateThingRequest thing(Consumer<CreateThingRequest.Builder> change) {
        return CreateThingRequest.builder().thingName("lamp").applyMutation(change).build();
    }

    @Test
    void whatKeepsTheConstraintsPasses() {
        check("iot", "CreateThing", thing(t -> {}));
        check("iot", "CreateThing", thing(t -> t.thingName("a".repeat(128))));
        check("iot", "ListThings", ListThingsRequest.builder().maxResults(250).build());
    }

    @Test
    void aMissingMemberIsNamed() {
        assertRefused(
                "iot",
                "CreateThing",
                CreateThingRequest.builder().build(),
                "InvalidRequestException",
                "1 validation error detected: Value null at 'thingName' failed to satisfy"
                        + " constraint: Member must not be null");
    }

    @Test
    void everyViolationIsTold() {
        String name = "!".repeat(129);
        assertRefused(
                "iot",
                "CreateThing",
                thing(t -> t.thingName(name).thingTypeName("")),
                "InvalidRequestException",
                ("4 validation errors detected: Value '%s' at 'thingName' failed to satisfy"
                                + " constraint: Member must have length less than or equal to 128;"
                                + " Value '%s' at 'thingName' failed to satisfy constraint: Member"
                                + " must satisfy regular expression pattern: [a-zA-Z0-9:_-]+;"
                                + " Value '' at 'thingTypeName' failed to satisfy constraint:"
                                + " Member must have length greater than or equal to 1; Value ''"
                                + " at 'thingTypeName' failed to satisfy constraint: Member must"
                                + " satisfy regular expression pattern: [a-zA-Z0-9:_-]+")
                        .formatted(name, name));
    }

    @Test
    void rangesOfNumbersAreChecked() {
        assertRefused(
                "iot",
                "ListThings",
                ListThingsRequest.builder().maxResults(251).build(),
                "InvalidRequestException",
                "1 validation error detected: Value '251' at 'maxResults' failed to satisfy"
                        + " constraint: Member must have value less than or equal to 250");
    }

    @Test
    void keysAndValuesOfMapsAreChecked() {
        assertRefused(
                "iot",
                "CreateThing",
                thing(t -> t.attributePayload(a -> a.attributes(Map.of("a b", "c")))),
                "InvalidRequestException",
                "1 validation error detected: Value '{a b=c}' at 'attributePayload.attributes'"
                        + " failed to satisfy constraint: Map keys must satisfy constraint: [Member"
                        + " must have length less than or equal to 128, Member must have length"
                        + " greater than or equal to 0, Member must satisfy regular expression"
                        + " pattern: [a-zA-Z0-9_.,@/:#-]+]");
        assertRefused(
                "iot",
                "CreateThing",
                thing(t -> t.attributePayload(a -> a.attributes(Map.of("a", "b c")))),
                "InvalidRequestException",
                "1 validation error detected: Value '{a=b c}' at 'attributePayload.attributes'"
                        + " failed to satisfy constraint: Map value must satisfy constraint:"
                        + " [Member must have length less than or equal to 800, Member must have"
                        + " length greater than or equal to 0, Member must satisfy regular"
                        + " expression pattern: [a-zA-Z0-9_.,@/:#=\\[\\]-]*]");
    }

    @Test
    void elementsOfListsAreCountedFromOne() {
        assertRefused(
                "iot",
                "CreateThingGroup",
                CreateThingGroupRequest.builder()
                        .thingGroupName("g")
                        .tags(
                                Tag.builder().key("a").value("b").build(),
                                Tag.builder().value("b").build())
                        .build(),
                "InvalidRequestException",
                "1 validation error detected: Value null at 'tags.2.member.key' failed to satisfy"
                        + " constraint: Member must not be null");
    }

    @Test
    void nestedStructuresAreChecked() {
        Action sqs = Action.builder().sqs(q -> q.queueUrl("u")).build();
        assertRefused(
                "iot",
                "CreateTopicRule",
                CreateTopicRuleRequest.builder()
                        .ruleName("r")
                        .topicRulePayload(p -> p.sql("SELECT *").actions(List.of(sqs)))
                        .build(),
                "InvalidRequestException",
                "1 validation error detected: Value null at"
                        + " 'topicRulePayload.actions.1.member.sqs.roleArn' failed to satisfy"
                        + " constraint: Member must not be null");
    }

    @Test
    void enumsAreCheckedAndKnowTheSdksNewerValues() {
        assertRefused(
                "iot",
                "UpdateCertificate",
                UpdateCertificateRequest.builder()
                        .certificateId("a".repeat(64))
                        .newStatus("NEW")
                        .build(),
                "InvalidRequestException",
                "1 validation error detected: Value 'NEW' at 'newStatus' failed to satisfy"
                        + " constraint: Member must satisfy enum value set: [ACTIVE, INACTIVE,"
                        + " REVOKED, PENDING_TRANSFER, REGISTER_INACTIVE, PENDING_ACTIVATION]");
        for (CertificateStatus status : CertificateStatus.knownValues()) {
            check(
                    "iot",
                    "UpdateCertificate",
                    UpdateCertificateRequest.builder()
                            .certificateId("a".repeat(64))
                            .newStatus(status)
                            .build());
        }
    }

    /// Where an operation declares another error for it than its service does, that one is used.
    @Test
    void theErrorIsTheOperations() {
        String nameMissing =
                "1 validation error detected: Value null at 'packageName' failed to satisfy"
                        + " constraint: Member must not be null";
        assertRefused(
                "iot",
                "CreatePackage",
                CreatePackageRequest.builder().build(),
                "ValidationException",
                nameMissing);
        assertRefused(
                "iot",
                "CreateCommand",
                CreateCommandRequest.builder().build(),
                "ValidationException",
                nameMissing.replace("packageName", "commandId"));
        assertRefused(
                "iotwireless",
                "CreateDestination",
                CreateDestinationRequest.builder()
                        .expression("e")
                        .expressionType("RuleName")
                        .roleArn("arn:aws:iam::123456789012:role/r")
                        .build(),
                "ValidationException",
                nameMissing.replace("packageName", "name"));
    }

    @Test
    void aUnionHasOneMember() {
        CreateCampaignRequest request =
                CreateCampaignRequest.builder()
                        .name("c")
                        .signalCatalogArn("arn:aws:iotfleetwise:r:1:signal-catalog/s")
                        .targetArn("arn:aws:iotfleetwise:r:1:vehicle/v")
                        .collectionScheme(s ->
                                s.timeBasedCollectionScheme(t -> t.periodMs(10_000L))
                                        .conditionBasedCollectionScheme(c -> c.expression("true")))
                        .build();

        assertRefused(
                "iotfleetwise",
                "CreateCampaign",
                request,
                "ValidationException",
                "1 validation error detected: Value at 'collectionScheme' failed to satisfy"
                        + " constraint: Only one member of a union may be set, not 2");
    }

    @Test
    void aLongValueIsntRepeatedWhole() {
        assertThatThrownBy(() ->
                        check(
                                "iot",
                                "RegisterCACertificate",
                                RegisterCaCertificateRequest.builder()
                                        .caCertificate("x".repeat(100_000))
                                        .build()))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(2000));
    }

    /// Backtracking through `(a+)+b` takes 2^40 steps here, nesting through `(a|b)*` the stack.
    @Test
    void noPatternRunsForLong() {
        Set<GuardedPattern> patterns =
                Set.of(new GuardedPattern("(a+)+b"), new GuardedPattern("(a|b)*c"));
        for (GuardedPattern pattern : patterns) {
            for (String text : List.of("a".repeat(40), "a".repeat(1_000_000))) {
                long start = System.nanoTime();

                assertThat(pattern.matches(text)).isFalse();
                assertThat(Duration.ofNanos(System.nanoTime() - start))
                        .isLessThan(Duration.ofSeconds(5));
            }
        }
        assertThat(new GuardedPattern("(a+)+b").matches("aaab")).isTrue();
    }
}
