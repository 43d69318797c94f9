package io.homeport.registry;

import static io.homeport.registry.RegistryFixture.arn;
import static io.homeport.registry.RegistryFixture.attributes;
import static io.homeport.registry.RegistryFixture.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.AccountId;
import io.homeport.core.Message;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.Configuration;
import software.amazon.awssdk.services.iot.model.CreateThingRequest;
import software.amazon.awssdk.services.iot.model.CreateThingTypeRequest;
import software.amazon.awssdk.services.iot.model.DeleteThingGroupRequest;
import software.amazon.awssdk.services.iot.model.DeleteThingRequest;
import software.amazon.awssdk.services.iot.model.DescribeEventConfigurationsRequest;
import software.amazon.awssdk.services.iot.model.DescribeEventConfigurationsResponse;
import software.amazon.awssdk.services.iot.model.EventType;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.PropagatingAttribute;
import software.amazon.awssdk.services.iot.model.UpdateEventConfigurationsRequest;
import software.amazon.awssdk.services.iot.model.UpdateThingRequest;
import tools.jackson.databind.JsonNode;

/// Developer guide, "Registry events".
class RegistryEventsTest {
    private static final String HIERARCHY =
            "$aws/events/thingGroupHierarchy/thingGroup/house/childThingGroup/floor";

    private final RegistryFixture registry = new RegistryFixture();

    @Test
    void withoutAConfigurationNothingIsPublished() {
        registry.createThing("lamp");
        registry.createGroup("house");
        registry.join("lamp", "house");
        assertThat(registry.published).isEmpty();
    }

    @Test
    void everyKindOfEventIsOffUntilItIsAskedFor() {
        DescribeEventConfigurationsResponse before = describe();
        assertThat(before.eventConfigurations().keySet()).isEqualTo(EventType.knownValues());
        assertThat(before.eventConfigurations().values())
                .allSatisfy(configuration -> assertThat(configuration.enabled()).isFalse());
        assertThat(before.creationDate()).isNull();

        enable(EventType.THING);
        registry.time.advance(Duration.ofHours(1));
        enable(EventType.JOB);
        DescribeEventConfigurationsResponse after = describe();
        assertThat(after.eventConfigurations())
                .containsEntry(EventType.THING, Configuration.builder().enabled(true).build());
        assertThat(after.eventConfigurations())
                .containsEntry(EventType.JOB, Configuration.builder().enabled(true).build());
        assertThat(after.eventConfigurations())
                .containsEntry(EventType.POLICY, Configuration.builder().enabled(false).build());
        assertThat(after.lastModifiedDate()).isEqualTo(registry.time.now());
        assertThat(after.creationDate()).isEqualTo(registry.time.now().minusSeconds(3600));
        assertThat(
                        registry.service
                                .views()
                                .eventEnabled(AccountId.DEFAULT, RegistryFixture.REGION, "JOB"))
                .isTrue();
        assertThatThrownBy(() ->
                        update(Map.of("WEATHER", Configuration.builder().enabled(true).build())))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aThingsLifeIsPublished() {
        enable(EventType.THING);
        registry.createThing("lamp", Map.of("a", "1"));
        Message message = registry.published.getFirst();
        assertThat(message.qos()).isEqualTo(1);
        assertThat(message.retain()).isFalse();
        assertThat(message.account()).isEqualTo(AccountId.DEFAULT);
        JsonNode created = registry.event("$aws/events/thing/lamp/created");
        assertThat(keys(created))
                .containsExactly(
                        "eventType",
                        "eventId",
                        "timestamp",
                        "operation",
                        "accountId",
                        "thingId",
                        "thingName",
                        "versionNumber",
                        "thingTypeName",
                        "attributes");
        assertThat(created.get("eventType").asString()).isEqualTo("THING_EVENT");
        assertThat(created.get("operation").asString()).isEqualTo("CREATED");
        assertThat(created.get("timestamp").asLong()).isEqualTo(registry.time.millis());
        assertThat(created.get("accountId").asString()).isEqualTo("000000000000");
        assertThat(created.get("versionNumber").asLong()).isEqualTo(1);
        assertThat(created.get("thingTypeName").isNull()).isTrue();
        assertThat(created.get("attributes").get("a").asString()).isEqualTo("1");

        registry.topics();
        registry.createThing("lamp", Map.of("a", "1"));
        assertThat(registry.topics()).isEmpty();
        updateThing(b -> b.attributePayload(attributes(Map.of())));
        JsonNode updated = registry.event("$aws/events/thing/lamp/updated");
        assertThat(updated.get("versionNumber").asLong()).isEqualTo(2);
        assertThat(updated.get("eventId")).isNotEqualTo(created.get("eventId"));
        deleteThing();
        deleteThing();
        assertThat(registry.event("$aws/events/thing/lamp/deleted").get("thingId"))
                .isEqualTo(created.get("thingId"));
    }

    @Test
    void aTypesLifeAndItsAssociationsArePublished() {
        enable(EventType.THING_TYPE, EventType.THING_TYPE_ASSOCIATION);
        PropagatingAttribute propagating =
                PropagatingAttribute.builder().userPropertyKey("k").thingAttribute("watt").build();
        registry.service
                .types()
                .createThingType(
                        CreateThingTypeRequest.builder()
                                .thingTypeName("bulb")
                                .thingTypeProperties(p ->
                                        p.thingTypeDescription("light")
                                                .searchableAttributes("watt")
                                                .mqtt5Configuration(
                                                        m -> m.propagatingAttributes(propagating)))
                                .build(),
                        caller());
        JsonNode created = registry.event("$aws/events/thingType/bulb/created");
        assertThat(keys(created))
                .containsExactly(
                        "eventType",
                        "eventId",
                        "timestamp",
                        "operation",
                        "accountId",
                        "thingTypeId",
                        "thingTypeName",
                        "isDeprecated",
                        "deprecationDate",
                        "searchableAttributes",
                        "propagatingAttributes",
                        "description");
        assertThat(created.get("searchableAttributes").toString()).isEqualTo("[\"watt\"]");
        assertThat(created.get("propagatingAttributes").toString())
                .isEqualTo("[{\"userPropertyKey\":\"k\",\"thingAttribute\":\"watt\"}]");
        assertThat(created.get("deprecationDate").isNull()).isTrue();
        registry.createType("tube");
        registry.service
                .things()
                .createThing(
                        CreateThingRequest.builder()
                                .thingName("lamp")
                                .thingTypeName("bulb")
                                .build(),
                        caller());
        JsonNode added =
                registry.event("$aws/events/thingTypeAssociation/thing/lamp/thingType/bulb/added");
        assertThat(keys(added))
                .containsExactly(
                        "eventType",
                        "eventId",
                        "timestamp",
                        "operation",
                        "thingId",
                        "thingName",
                        "thingTypeName");
        registry.topics();
        updateThing(b -> b.thingTypeName("tube"));
        assertThat(registry.topics())
                .containsExactly(
                        "$aws/events/thingTypeAssociation/thing/lamp/thingType/bulb/removed",
                        "$aws/events/thingTypeAssociation/thing/lamp/thingType/tube/added");
    }

    @Test
    void aGroupsLifeItsPlaceAndItsMembersArePublished() {
        enable(
                EventType.THING_GROUP,
                EventType.THING_GROUP_HIERARCHY,
                EventType.THING_GROUP_MEMBERSHIP);
        registry.createGroup("house");
        registry.createGroup("floor", "house");
        JsonNode created = registry.event("$aws/events/thingGroup/floor/created");
        assertThat(keys(created))
                .containsExactly(
                        "eventType",
                        "eventId",
                        "timestamp",
                        "operation",
                        "accountId",
                        "thingGroupId",
                        "thingGroupName",
                        "versionNumber",
                        "parentGroupName",
                        "parentGroupId",
                        "description",
                        "rootToParentThingGroups",
                        "attributes",
                        "dynamicGroupMappingId");
        JsonNode above = created.get("rootToParentThingGroups").get(0);
        assertThat(above.get("groupArn").asString()).isEqualTo(arn("thinggroup/house"));
        assertThat(above.get("groupId")).isEqualTo(created.get("parentGroupId"));
        assertThat(created.get("dynamicGroupMappingId").isNull()).isTrue();
        JsonNode hierarchy = registry.event(HIERARCHY + "/added");
        assertThat(hierarchy.get("eventType").asString()).isEqualTo("THING_GROUP_HIERARCHY_EVENT");
        assertThat(hierarchy.get("thingGroupName").asString()).isEqualTo("house");
        assertThat(hierarchy.get("childGroupId")).isEqualTo(created.get("thingGroupId"));

        registry.createThing("lamp");
        registry.join("lamp", "floor");
        JsonNode joined =
                registry.event(
                        "$aws/events/thingGroupMembership/thingGroup/floor/thing/lamp/added");
        assertThat(joined.get("groupArn").asString()).isEqualTo(arn("thinggroup/floor"));
        assertThat(joined.get("thingArn").asString()).isEqualTo(arn("thing/lamp"));
        registry.topics();
        registry.join("lamp", "floor");
        assertThat(registry.topics()).isEmpty();
        deleteThing();
        JsonNode left =
                registry.event(
                        "$aws/events/thingGroupMembership/thingGroup/floor/thing/lamp/removed");
        assertThat(left.get("membershipId")).isEqualTo(joined.get("membershipId"));
        registry.topics();
        registry.service
                .groups()
                .deleteThingGroup(
                        DeleteThingGroupRequest.builder().thingGroupName("floor").build(),
                        caller());
        assertThat(registry.topics())
                .containsExactly(HIERARCHY + "/removed", "$aws/events/thingGroup/floor/deleted");
    }

    @Test
    void aFaultPublishesNothing() {
        enable(EventType.THING);
        assertThatThrownBy(
                () -> registry.createThing("lamp", Map.of("a", "1", "b", "2", "c", "3", "d", "4")));
        assertThat(registry.published).isEmpty();
    }

    private static List<String> keys(JsonNode node) {
        return List.copyOf(node.propertyNames());
    }

    private void enable(EventType... types) {
        Map<String, Configuration> configurations = new HashMap<>();
        for (EventType type : types) {
            configurations.put(type.toString(), Configuration.builder().enabled(true).build());
        }
        update(configurations);
    }

    private void update(Map<String, Configuration> configurations) {
        registry.service
                .eventConfigurations()
                .updateEventConfigurations(
                        UpdateEventConfigurationsRequest.builder()
                                .eventConfigurationsWithStrings(configurations)
                                .build(),
                        caller());
    }

    private DescribeEventConfigurationsResponse describe() {
        return registry.service
                .eventConfigurations()
                .describeEventConfigurations(
                        DescribeEventConfigurationsRequest.builder().build(), caller());
    }

    private void updateThing(Consumer<UpdateThingRequest.Builder> request) {
        registry.service
                .things()
                .updateThing(
                        UpdateThingRequest.builder()
                                .thingName("lamp")
                                .applyMutation(request)
                                .build(),
                        caller());
    }

    private void deleteThing() {
        registry.service
                .things()
                .deleteThing(DeleteThingRequest.builder().thingName("lamp").build(), caller());
    }
}
