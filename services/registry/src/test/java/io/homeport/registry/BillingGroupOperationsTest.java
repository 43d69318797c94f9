package io.homeport.registry;

import static io.homeport.registry.RegistryFixture.arn;
import static io.homeport.registry.RegistryFixture.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.AddThingToBillingGroupRequest;
import software.amazon.awssdk.services.iot.model.CreateBillingGroupRequest;
import software.amazon.awssdk.services.iot.model.CreateThingRequest;
import software.amazon.awssdk.services.iot.model.DeleteBillingGroupRequest;
import software.amazon.awssdk.services.iot.model.DescribeBillingGroupRequest;
import software.amazon.awssdk.services.iot.model.DescribeBillingGroupResponse;
import software.amazon.awssdk.services.iot.model.DescribeThingRequest;
import software.amazon.awssdk.services.iot.model.GroupNameAndArn;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.ListBillingGroupsRequest;
import software.amazon.awssdk.services.iot.model.ListThingsInBillingGroupRequest;
import software.amazon.awssdk.services.iot.model.RemoveThingFromBillingGroupRequest;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.UpdateBillingGroupRequest;
import software.amazon.awssdk.services.iot.model.VersionConflictException;

class BillingGroupOperationsTest {
    private final RegistryFixture registry = new RegistryFixture();

    @BeforeEach
    void aThing() {
        registry.createThing("lamp");
    }

    @Test
    void aGroupIsCreatedUpdatedAndDeleted() {
        create("north", "up");
        create("north", "up");
        assertThatThrownBy(() -> create("north", "down"))
                .isInstanceOf(ResourceAlreadyExistsException.class);
        DescribeBillingGroupResponse north = describe("north");
        assertThat(north.billingGroupArn()).isEqualTo(arn("billinggroup/north"));
        assertThat(north.version()).isEqualTo(1);
        assertThat(north.billingGroupProperties().billingGroupDescription()).isEqualTo("up");
        assertThat(north.billingGroupMetadata().creationDate()).isEqualTo(registry.time.now());
        assertThat(update("north", "down", 1L)).isEqualTo(2);
        assertThatThrownBy(() -> update("north", "up", 1L))
                .isInstanceOf(VersionConflictException.class);
        assertThat(describe("north").billingGroupProperties().billingGroupDescription())
                .isEqualTo("down");
        assertThat(update("north", null, 2L)).isEqualTo(3);
        assertThat(describe("north").billingGroupProperties().billingGroupDescription()).isNull();
        assertThatThrownBy(() -> delete("north", 1L)).isInstanceOf(VersionConflictException.class);
        delete("north", 3L);
        delete("north", 3L);
        assertThatThrownBy(() -> describe("north")).isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void aThingIsInOneGroupOnly() {
        create("north", "");
        create("south", "");
        join("lamp", "north");
        join("lamp", "north");
        assertThatThrownBy(() -> join("lamp", "south"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("north");
        assertThat(groupOf("lamp")).isEqualTo("north");
        assertThat(thingsIn("north")).containsExactly("lamp");
        leave("lamp", "south");
        assertThat(groupOf("lamp")).isEqualTo("north");
        leave("lamp", "north");
        assertThat(groupOf("lamp")).isNull();
        assertThat(thingsIn("north")).isEmpty();
        join("lamp", "south");
        assertThatThrownBy(() -> join("car", "south"))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> join("lamp", "west"))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void aThingIsCreatedIntoAGroup() {
        create("north", "");
        CreateThingRequest request =
                CreateThingRequest.builder().thingName("door").billingGroupName("north").build();
        registry.service.things().createThing(request, caller());
        registry.service.things().createThing(request, caller());
        assertThat(thingsIn("north")).containsExactly("door");
    }

    @Test
    void aDeletedGroupsThingsAreInNone() {
        create("north", "");
        join("lamp", "north");
        delete("north", null);
        assertThat(groupOf("lamp")).isNull();
        create("north", "");
        assertThat(groupOf("lamp")).isNull();
        assertThat(thingsIn("north")).isEmpty();
    }

    @Test
    void groupsAreListedByPrefix() {
        create("north", "");
        create("no", "");
        create("south", "");
        assertThat(list(null)).containsExactly("no", "north", "south");
        assertThat(list("no")).containsExactly("no", "north");
        assertThat(list("nor")).containsExactly("north");
    }

    private void create(String name, String description) {
        registry.service
                .billingGroups()
                .createBillingGroup(
                        CreateBillingGroupRequest.builder()
                                .billingGroupName(name)
                                .billingGroupProperties(p -> p.billingGroupDescription(description))
                                .build(),
                        caller());
    }

    private long update(String name, @Nullable String description, Long version) {
        return registry.service
                .billingGroups()
                .updateBillingGroup(
                        UpdateBillingGroupRequest.builder()
                                .billingGroupName(name)
                                .expectedVersion(version)
                                .billingGroupProperties(p -> p.billingGroupDescription(description))
                                .build(),
                        caller())
                .version();
    }

    private void delete(String name, @Nullable Long version) {
        registry.service
                .billingGroups()
                .deleteBillingGroup(
                        DeleteBillingGroupRequest.builder()
                                .billingGroupName(name)
                                .expectedVersion(version)
                                .build(),
                        caller());
    }

    private DescribeBillingGroupResponse describe(String name) {
        return registry.service
                .billingGroups()
                .describeBillingGroup(
                        DescribeBillingGroupRequest.builder().billingGroupName(name).build(),
                        caller());
    }

    private void join(String thing, String group) {
        registry.service
                .billingGroups()
                .addThingToBillingGroup(
                        AddThingToBillingGroupRequest.builder()
                                .thingName(thing)
                                .billingGroupArn(arn("billinggroup/" + group))
                                .build(),
                        caller());
    }

    private void leave(String thing, String group) {
        registry.service
                .billingGroups()
                .removeThingFromBillingGroup(
                        RemoveThingFromBillingGroupRequest.builder()
                                .thingArn(arn("thing/" + thing))
                                .billingGroupName(group)
                                .build(),
                        caller());
    }

    private @Nullable String groupOf(String thing) {
        return registry.service
                .things()
                .describeThing(DescribeThingRequest.builder().thingName(thing).build(), caller())
                .billingGroupName();
    }

    private List<String> thingsIn(String group) {
        return registry.service
                .billingGroups()
                .listThingsInBillingGroup(
                        ListThingsInBillingGroupRequest.builder().billingGroupName(group).build(),
                        caller())
                .things();
    }

    private List<String> list(@Nullable String prefix) {
        return registry
                .service
                .billingGroups()
                .listBillingGroups(
                        ListBillingGroupsRequest.builder().namePrefixFilter(prefix).build(),
                        caller())
                .billingGroups()
                .stream()
                .map(GroupNameAndArn::groupName)
                .toList();
    }
}
