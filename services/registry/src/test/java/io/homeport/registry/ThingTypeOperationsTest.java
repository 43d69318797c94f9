package io.homeport.registry;

import static io.homeport.registry.RegistryFixture.arn;
import static io.homeport.registry.RegistryFixture.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.CreateThingRequest;
import software.amazon.awssdk.services.iot.model.CreateThingTypeRequest;
import software.amazon.awssdk.services.iot.model.CreateThingTypeResponse;
import software.amazon.awssdk.services.iot.model.DeleteThingRequest;
import software.amazon.awssdk.services.iot.model.DeleteThingTypeRequest;
import software.amazon.awssdk.services.iot.model.DeprecateThingTypeRequest;
import software.amazon.awssdk.services.iot.model.DescribeThingTypeRequest;
import software.amazon.awssdk.services.iot.model.DescribeThingTypeResponse;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.ListThingTypesRequest;
import software.amazon.awssdk.services.iot.model.PropagatingAttribute;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.ThingTypeDefinition;
import software.amazon.awssdk.services.iot.model.ThingTypeProperties;
import software.amazon.awssdk.services.iot.model.UpdateThingTypeRequest;

class ThingTypeOperationsTest {
    private final RegistryFixture registry = new RegistryFixture();

    @Test
    void aTypeIsDescribedAsItWasCreated() {
        CreateThingTypeResponse created =
                create(
                        "bulb",
                        p ->
                                p.thingTypeDescription("light")
                                        .searchableAttributes("watt", "color")
                                        .mqtt5Configuration(m ->
                                                m.propagatingAttributes(
                                                        propagating("k", "color", null))));
        DescribeThingTypeResponse type = describe("bulb");
        assertThat(type.thingTypeArn()).isEqualTo(arn("thingtype/bulb"));
        assertThat(type.thingTypeId()).isEqualTo(created.thingTypeId());
        assertThat(type.thingTypeProperties().thingTypeDescription()).isEqualTo("light");
        assertThat(type.thingTypeProperties().searchableAttributes())
                .containsExactly("watt", "color");
        assertThat(type.thingTypeProperties().mqtt5Configuration().propagatingAttributes())
                .containsExactly(propagating("k", "color", null));
        assertThat(type.thingTypeMetadata().deprecated()).isFalse();
        assertThat(type.thingTypeMetadata().deprecationDate()).isNull();
        assertThat(type.thingTypeMetadata().creationDate()).isEqualTo(registry.time.now());
    }

    @Test
    void creatingTheSameTypeAgainIsFineAndAnotherOneIsNot() {
        CreateThingTypeResponse first = create("bulb", p -> p.thingTypeDescription("x"));
        assertThat(create("bulb", p -> p.thingTypeDescription("x"))).isEqualTo(first);
        assertThatThrownBy(() -> create("bulb", p -> p.thingTypeDescription("y")))
                .isInstanceOf(ResourceAlreadyExistsException.class);
    }

    @Test
    void anUpdateChangesWhatItNames() {
        create("bulb", p -> p.thingTypeDescription("x").searchableAttributes("a"));
        registry.service
                .types()
                .updateThingType(
                        UpdateThingTypeRequest.builder()
                                .thingTypeName("bulb")
                                .thingTypeProperties(p ->
                                        p.mqtt5Configuration(m ->
                                                m.propagatingAttributes(
                                                        propagating("id", null, "iot:ClientId"))))
                                .build(),
                        caller());
        ThingTypeProperties properties = describe("bulb").thingTypeProperties();
        assertThat(properties.thingTypeDescription()).isEqualTo("x");
        assertThat(properties.searchableAttributes()).containsExactly("a");
        assertThat(properties.mqtt5Configuration().propagatingAttributes()).hasSize(1);
    }

    @Test
    void propertiesHaveLimitsAndRules() {
        assertThatThrownBy(() -> create("t", p -> p.searchableAttributes("a", "b", "c", "d")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("at most 3 searchable attributes");
        for (PropagatingAttribute bad :
                List.of(
                        propagating("k", null, null),
                        propagating("k", "color", "iot:ClientId"),
                        propagating("k", null, "iot:Weather"))) {
            assertThatThrownBy(() ->
                            create(
                                    "t",
                                    p -> p.mqtt5Configuration(m -> m.propagatingAttributes(bad))))
                    .isInstanceOf(InvalidRequestException.class);
        }
    }

    /// The message is what Terraform's provider waits on.
    @Test
    void aTypeIsDeletedFiveMinutesAfterItsDeprecation() {
        create("bulb", p -> {});
        assertThatThrownBy(() -> delete("bulb"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("deprecate");
        deprecate("bulb", false);
        assertThat(describe("bulb").thingTypeMetadata().deprecationDate())
                .isEqualTo(registry.time.now());
        registry.time.advance(Duration.ofMinutes(5).minusMillis(1));
        deprecate("bulb", false);
        assertThatThrownBy(() -> delete("bulb"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("Please wait for 5 minutes after deprecation and then retry");
        registry.time.advance(Duration.ofMillis(1));
        delete("bulb");
        assertThatThrownBy(() -> describe("bulb")).isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> delete("bulb")).isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void undoingADeprecationMakesTheTypeUsableAgain() {
        create("bulb", p -> {});
        deprecate("bulb", false);
        deprecate("bulb", true);
        assertThat(describe("bulb").thingTypeMetadata().deprecated()).isFalse();
        createThing("lamp", "bulb");
    }

    @Test
    void aTypeWithThingsIsNotDeleted() {
        create("bulb", p -> {});
        createThing("lamp", "bulb");
        deprecate("bulb", false);
        registry.time.advance(Duration.ofMinutes(6));
        assertThatThrownBy(() -> delete("bulb"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("things");
        registry.service
                .things()
                .deleteThing(DeleteThingRequest.builder().thingName("lamp").build(), caller());
        delete("bulb");
    }

    @Test
    void typesAreListedByName() {
        registry.createType("tube");
        registry.createType("bulb");
        assertThat(list(l -> {})).containsExactly("bulb", "tube");
        assertThat(list(l -> l.thingTypeName("tube"))).containsExactly("tube");
        assertThat(list(l -> l.thingTypeName("none"))).isEmpty();
    }

    private static PropagatingAttribute propagating(
            String key, @Nullable String thing, @Nullable String connection) {
        return PropagatingAttribute.builder()
                .userPropertyKey(key)
                .thingAttribute(thing)
                .connectionAttribute(connection)
                .build();
    }

    private CreateThingTypeResponse create(
            String name, Consumer<ThingTypeProperties.Builder> properties) {
        return registry.service
                .types()
                .createThingType(
                        CreateThingTypeRequest.builder()
                                .thingTypeName(name)
                                .thingTypeProperties(properties)
                                .build(),
                        caller());
    }

    private void createThing(String name, String type) {
        registry.service
                .things()
                .createThing(
                        CreateThingRequest.builder().thingName(name).thingTypeName(type).build(),
                        caller());
    }

    private DescribeThingTypeResponse describe(String name) {
        return registry.service
                .types()
                .describeThingType(
                        DescribeThingTypeRequest.builder().thingTypeName(name).build(), caller());
    }

    private void deprecate(String name, boolean undo) {
        registry.service
                .types()
                .deprecateThingType(
                        DeprecateThingTypeRequest.builder()
                                .thingTypeName(name)
                                .undoDeprecate(undo)
                                .build(),
                        caller());
    }

    private void delete(String name) {
        registry.service
                .types()
                .deleteThingType(
                        DeleteThingTypeRequest.builder().thingTypeName(name).build(), caller());
    }

    private List<String> list(Consumer<ListThingTypesRequest.Builder> request) {
        return registry
                .service
                .types()
                .listThingTypes(
                        ListThingTypesRequest.builder().applyMutation(request).build(), caller())
                .thingTypes()
                .stream()
                .map(ThingTypeDefinition::thingTypeName)
                .toList();
    }
}
