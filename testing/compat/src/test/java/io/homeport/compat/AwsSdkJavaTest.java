package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CertificateStateException;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateResponse;
import software.amazon.awssdk.services.iot.model.DeleteConflictException;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.IotException;
import software.amazon.awssdk.services.iot.model.MalformedPolicyException;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.ThingAttribute;
import software.amazon.awssdk.services.iot.model.VersionConflictException;

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
        iot.createThing(
                r ->
                        r.thingName(name)
                                .thingTypeName(name)
                                .attributePayload(a -> a.attributes(Map.of("color", "red"))));
        iot.updateThing(
                r ->
                        r.thingName(name)
                                .expectedVersion(1L)
                                .attributePayload(a -> a.merge(true).attributes(Map.of("size", "9"))));
        assertThat(iot.describeThing(r -> r.thingName(name)).attributes())
                .containsExactlyInAnyOrderEntriesOf(Map.of("color", "red", "size", "9"));
        assertThatThrownBy(() -> iot.updateThing(r -> r.thingName(name).expectedVersion(1L)))
                .isInstanceOf(VersionConflictException.class);
        assertThatThrownBy(
                        () ->
                                iot.createThing(
                                        r ->
                                                r.thingName(name)
                                                        .attributePayload(
                                                                a ->
                                                                        a.attributes(
                                                                                Map.of("a", "b")))))
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
                        iot.listThingsPaginator(r -> r.thingTypeName(type).maxResults(7))
                                .things()
                                .stream()
                                .map(ThingAttribute::thingName))
                .hasSize(25)
                .doesNotHaveDuplicates();
        assertThatThrownBy(() -> iot.listThings(r -> r.nextToken("forged")))
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
        iot.detachPolicy(r -> r.policyName(name).target(made.certificateArn()));
        iot.deleteCertificate(r -> r.certificateId(made.certificateId()));
        assertThat(iot.listCertificates().certificates())
                .noneMatch(c -> c.certificateId().equals(made.certificateId()));
    }

    @Test
    void aMalformedPolicyIsRefusedWithItsPosition() {
        assertThatThrownBy(
                        () ->
                                iot.createPolicy(
                                        r ->
                                                r.policyName(fresh("policy"))
                                                        .policyDocument(
                                                                TestServer.ALLOW_ALL.replace(
                                                                        "Allow", "Permit"))))
                .isInstanceOf(MalformedPolicyException.class)
                .hasMessageContaining("line 2");
    }
}
