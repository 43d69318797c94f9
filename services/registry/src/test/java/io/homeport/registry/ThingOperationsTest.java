package io.homeport.registry;

import static io.homeport.registry.RegistryFixture.CERTIFICATE;
import static io.homeport.registry.RegistryFixture.arn;
import static io.homeport.registry.RegistryFixture.attributes;
import static io.homeport.registry.RegistryFixture.caller;
import static io.homeport.registry.RegistryFixture.merge;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.homeport.aws.InvalidTokenException;
import io.homeport.core.Profile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.AttachThingPrincipalRequest;
import software.amazon.awssdk.services.iot.model.CreateThingRequest;
import software.amazon.awssdk.services.iot.model.CreateThingResponse;
import software.amazon.awssdk.services.iot.model.DeleteThingRequest;
import software.amazon.awssdk.services.iot.model.DeprecateThingTypeRequest;
import software.amazon.awssdk.services.iot.model.DescribeThingRequest;
import software.amazon.awssdk.services.iot.model.DescribeThingResponse;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.ListThingsRequest;
import software.amazon.awssdk.services.iot.model.ListThingsResponse;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.ThingAttribute;
import software.amazon.awssdk.services.iot.model.UpdateThingRequest;
import software.amazon.awssdk.services.iot.model.VersionConflictException;

class ThingOperationsTest {
    private final RegistryFixture registry = new RegistryFixture();

    @Test
    void aThingIsDescribedAsItWasCreated() {
        registry.createType("bulb");
        CreateThingResponse created =
                create(c ->
                        c.thingName("lamp")
                                .thingTypeName("bulb")
                                .attributePayload(attributes(Map.of("color", "red", "watt", "7"))));
        assertThat(created.thingArn()).isEqualTo(arn("thing/lamp"));
        assertThat(created.thingId()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

        DescribeThingResponse thing = describe("lamp");
        assertThat(thing.thingName()).isEqualTo("lamp");
        assertThat(thing.defaultClientId()).isEqualTo("lamp");
        assertThat(thing.thingId()).isEqualTo(created.thingId());
        assertThat(thing.thingArn()).isEqualTo(created.thingArn());
        assertThat(thing.thingTypeName()).isEqualTo("bulb");
        assertThat(thing.attributes()).isEqualTo(Map.of("color", "red", "watt", "7"));
        assertThat(thing.version()).isEqualTo(1);
        assertThat(thing.billingGroupName()).isNull();
    }

    @Test
    void creatingTheSameThingAgainAnswersWithTheOldOne() {
        CreateThingResponse first =
                create(c -> c.thingName("lamp").attributePayload(attributes(Map.of("a", "1"))));
        CreateThingResponse second =
                create(c -> c.thingName("lamp").attributePayload(attributes(Map.of("a", "1"))));
        assertThat(second).isEqualTo(first);
        assertThat(describe("lamp").version()).isEqualTo(1);
    }

    @Test
    void creatingAThingWithAnotherConfigurationNamesTheOldOne() {
        CreateThingResponse first = create(c -> c.thingName("lamp"));
        ResourceAlreadyExistsException fault =
                catchThrowableOfType(
                        ResourceAlreadyExistsException.class,
                        () ->
                                create(c ->
                                        c.thingName("lamp")
                                                .attributePayload(attributes(Map.of("a", "1")))));
        assertThat(fault)
                .hasMessageContaining(
                        "Thing lamp already exists in account with different attributes");
        assertThat(fault.resourceId()).isEqualTo(first.thingId());
        assertThat(fault.resourceArn()).isEqualTo(first.thingArn());
    }

    @Test
    void unknownThingsTypesAndBillingGroupsAreNotFound() {
        assertThatThrownBy(() -> describe("lamp"))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("Thing lamp not found");
        assertThatThrownBy(() -> update(u -> u.thingName("lamp")))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> create(c -> c.thingName("lamp").thingTypeName("bulb")))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("bulb");
        assertThatThrownBy(() -> create(c -> c.thingName("lamp").billingGroupName("house")))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("house");
    }

    @Test
    void anUpdateReplacesAllAttributesUnlessItMerges() {
        registry.createThing("lamp", Map.of("a", "1", "b", "2"));
        update(u -> u.thingName("lamp").attributePayload(merge(Map.of("b", "3", "c", "4"))));
        assertThat(describe("lamp").attributes()).isEqualTo(Map.of("a", "1", "b", "3", "c", "4"));
        update(u -> u.thingName("lamp").attributePayload(merge(Map.of("b", ""))));
        assertThat(describe("lamp").attributes()).isEqualTo(Map.of("a", "1", "c", "4"));
        update(u -> u.thingName("lamp"));
        assertThat(describe("lamp").attributes()).isEqualTo(Map.of("a", "1", "c", "4"));
        update(u -> u.thingName("lamp").attributePayload(attributes(Map.of("z", "9"))));
        assertThat(describe("lamp").attributes()).isEqualTo(Map.of("z", "9"));
        update(u -> u.thingName("lamp").attributePayload(attributes(Map.of())));
        assertThat(describe("lamp").attributes()).isEmpty();
        assertThat(describe("lamp").version()).isEqualTo(6);
    }

    @Test
    void anotherVersionThanTheExpectedOneConflicts() {
        registry.createThing("lamp");
        update(u -> u.thingName("lamp").expectedVersion(1L));
        assertThatThrownBy(() -> update(u -> u.thingName("lamp").expectedVersion(1L)))
                .isInstanceOf(VersionConflictException.class)
                .hasMessageContaining(
                        "The version for thing lamp does not match the expected version.");
        assertThatThrownBy(() -> delete(d -> d.thingName("lamp").expectedVersion(1L)))
                .isInstanceOf(VersionConflictException.class);
        delete(d -> d.thingName("lamp").expectedVersion(2L));
        assertThatThrownBy(() -> describe("lamp")).isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void aTypeIsSetExchangedAndRemovedButNeverADeprecatedOne() {
        registry.createType("bulb");
        registry.createType("tube");
        registry.createThing("lamp");
        update(u -> u.thingName("lamp").thingTypeName("bulb"));
        assertThat(describe("lamp").thingTypeName()).isEqualTo("bulb");
        registry.service
                .types()
                .deprecateThingType(
                        DeprecateThingTypeRequest.builder().thingTypeName("bulb").build(),
                        caller());
        update(u -> u.thingName("lamp").thingTypeName("bulb"));
        update(u -> u.thingName("lamp").thingTypeName("tube"));
        assertThatThrownBy(() -> update(u -> u.thingName("lamp").thingTypeName("bulb")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("deprecated");
        assertThatThrownBy(() ->
                        update(u ->
                                u.thingName("lamp").thingTypeName("tube").removeThingType(true)))
                .isInstanceOf(InvalidRequestException.class);
        update(u -> u.thingName("lamp").removeThingType(true));
        assertThat(describe("lamp").thingTypeName()).isNull();
    }

    @Test
    void aThingHasThreeAttributesWithoutATypeAndFiftyWithOne() {
        registry.createType("bulb");
        Map<String, String> four = Map.of("a", "1", "b", "2", "c", "3", "d", "4");
        assertThatThrownBy(() -> registry.createThing("lamp", four))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("at most 3 attributes");
        create(c -> c.thingName("lamp").thingTypeName("bulb").attributePayload(attributes(four)));
        assertThatThrownBy(() -> update(u -> u.thingName("lamp").removeThingType(true)))
                .isInstanceOf(InvalidRequestException.class);
        new RegistryFixture(Profile.OPEN).createThing("lamp", four);
    }

    @Test
    void attributesAreBoundedInBytes() {
        registry.createType("bulb");
        Map<String, String> large = new HashMap<>();
        for (int i = 0; i < 50; i++) {
            large.put("attribute" + i, "x".repeat(1000));
        }
        assertThatThrownBy(() ->
                        create(c ->
                                c.thingName("lamp")
                                        .thingTypeName("bulb")
                                        .attributePayload(attributes(large))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("bytes");
    }

    @Test
    void aThingWithAPrincipalIsNotDeletedAndAnUnknownOneIs() {
        registry.createThing("lamp");
        registry.service
                .thingPrincipals()
                .attachThingPrincipal(
                        AttachThingPrincipalRequest.builder()
                                .thingName("lamp")
                                .principal(CERTIFICATE)
                                .build(),
                        caller());
        assertThatThrownBy(() -> delete(d -> d.thingName("lamp")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(
                        "Cannot delete. Thing lamp is still attached to one or more principals");
        delete(d -> d.thingName("nothing").expectedVersion(7L));
    }

    @Test
    void thingsAreListedByAttributeAndType() {
        registry.createType("bulb");
        registry.createThing("d", Map.of("color", "redder"));
        registry.createThing("b", Map.of("color", "red"));
        registry.createThing("c", Map.of("color", "blue"));
        registry.createThing("e", Map.of("color", "re"));
        create(c ->
                c.thingName("a")
                        .thingTypeName("bulb")
                        .attributePayload(attributes(Map.of("color", "red"))));
        assertThat(names(l -> {})).containsExactly("a", "b", "c", "d", "e");
        assertThat(names(l -> l.attributeName("color").attributeValue("red")))
                .containsExactly("a", "b");
        assertThat(
                        names(l ->
                                l.attributeName("color")
                                        .attributeValue("red")
                                        .usePrefixAttributeValue(true)))
                .containsExactly("a", "b", "d");
        assertThat(names(l -> l.attributeName("color"))).hasSize(5);
        assertThat(names(l -> l.attributeName("colo"))).isEmpty();
        assertThat(names(l -> l.thingTypeName("bulb"))).containsExactly("a");
        assertThat(names(l -> l.attributeName("color").attributeValue("red").thingTypeName("bulb")))
                .containsExactly("a");
        assertThatThrownBy(() -> names(l -> l.attributeValue("red")))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aTokenIsGoodForItsOwnListingOnly() {
        for (int i = 0; i < 5; i++) {
            registry.createThing("thing" + i);
        }
        ListThingsResponse first = list(l -> l.maxResults(2));
        assertThat(first.things()).hasSize(2);
        assertThat(list(l -> l.maxResults(3).nextToken(first.nextToken())).things())
                .extracting(ThingAttribute::thingName)
                .containsExactly("thing2", "thing3", "thing4");
        assertThat(list(l -> l.maxResults(3).nextToken(first.nextToken())).nextToken()).isNull();
        assertThatThrownBy(() -> list(l -> l.nextToken(first.nextToken()).thingTypeName("x")))
                .isInstanceOf(InvalidTokenException.class);
        assertThatThrownBy(() -> list(l -> l.nextToken("AAAA")))
                .isInstanceOf(InvalidTokenException.class);
        assertThatThrownBy(() ->
                        registry.service
                                .things()
                                .listThings(
                                        ListThingsRequest.builder()
                                                .nextToken(first.nextToken())
                                                .build(),
                                        caller("111111111111", "eu-west-1")))
                .isInstanceOf(InvalidTokenException.class);
    }

    @Test
    void aPageHasBetweenOneAnd250Things() {
        assertThatThrownBy(() -> list(l -> l.maxResults(0)))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> list(l -> l.maxResults(251)))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void accountsAndRegionsNeverMeet() {
        registry.createThing("lamp");
        for (var other :
                List.of(caller("111111111111", "eu-west-1"), caller("000000000000", "us-east-1"))) {
            assertThatThrownBy(() ->
                            registry.service
                                    .things()
                                    .describeThing(
                                            DescribeThingRequest.builder()
                                                    .thingName("lamp")
                                                    .build(),
                                            other))
                    .isInstanceOf(ResourceNotFoundException.class);
            assertThat(
                            registry.service
                                    .things()
                                    .listThings(ListThingsRequest.builder().build(), other)
                                    .things())
                    .isEmpty();
        }
    }

    @Test
    void aResetLeavesNothing() {
        registry.createThing("lamp");
        registry.createGroup("house");
        registry.service.reset();
        assertThat(names(l -> {})).isEmpty();
        registry.createThing("lamp", Map.of("new", "1"));
    }

    private CreateThingResponse create(Consumer<CreateThingRequest.Builder> request) {
        return registry.service
                .things()
                .createThing(CreateThingRequest.builder().applyMutation(request).build(), caller());
    }

    private void update(Consumer<UpdateThingRequest.Builder> request) {
        registry.service
                .things()
                .updateThing(UpdateThingRequest.builder().applyMutation(request).build(), caller());
    }

    private void delete(Consumer<DeleteThingRequest.Builder> request) {
        registry.service
                .things()
                .deleteThing(DeleteThingRequest.builder().applyMutation(request).build(), caller());
    }

    private DescribeThingResponse describe(String name) {
        return registry.service
                .things()
                .describeThing(DescribeThingRequest.builder().thingName(name).build(), caller());
    }

    private ListThingsResponse list(Consumer<ListThingsRequest.Builder> request) {
        return registry.service
                .things()
                .listThings(ListThingsRequest.builder().applyMutation(request).build(), caller());
    }

    private List<String> names(Consumer<ListThingsRequest.Builder> request) {
        return list(request).things().stream().map(ThingAttribute::thingName).toList();
    }
}
