package io.homeport.registry;

import static io.homeport.registry.RegistryFixture.arn;
import static io.homeport.registry.RegistryFixture.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.AddThingToThingGroupRequest;
import software.amazon.awssdk.services.iot.model.DeleteThingGroupRequest;
import software.amazon.awssdk.services.iot.model.GroupNameAndArn;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.ListThingGroupsForThingRequest;
import software.amazon.awssdk.services.iot.model.ListThingGroupsForThingResponse;
import software.amazon.awssdk.services.iot.model.ListThingsInThingGroupRequest;
import software.amazon.awssdk.services.iot.model.RemoveThingFromThingGroupRequest;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.UpdateThingGroupsForThingRequest;

class GroupMembershipOperationsTest {
    private final RegistryFixture registry = new RegistryFixture();

    @BeforeEach
    void aHouseWithAFloorAndAShop() {
        registry.createGroup("house");
        registry.createGroup("floor", "house");
        registry.createGroup("attic", "house");
        registry.createGroup("shop");
        registry.createThing("lamp");
        registry.createThing("door");
    }

    @Test
    void aThingIsInTheGroupAndThroughItInThoseAbove() {
        registry.join("lamp", "floor");
        registry.join("lamp", "floor");
        registry.join("lamp", "shop");
        registry.join("door", "house");
        assertThat(groupsOf("lamp")).containsExactly("floor", "shop");
        assertThat(thingsIn("floor", false)).containsExactly("lamp");
        assertThat(thingsIn("house", false)).containsExactly("door");
        assertThat(thingsIn("house", true)).containsExactly("door", "lamp");
        leave("lamp", "floor");
        leave("lamp", "floor");
        assertThat(groupsOf("lamp")).containsExactly("shop");
        assertThat(thingsIn("house", true)).containsExactly("door");
    }

    @Test
    void namesAndArnsAreBothFine() {
        registry.service
                .memberships()
                .addThingToThingGroup(
                        AddThingToThingGroupRequest.builder()
                                .thingArn(arn("thing/lamp"))
                                .thingGroupArn(arn("thinggroup/floor"))
                                .build(),
                        caller());
        assertThat(groupsOf("lamp")).containsExactly("floor");
        for (AddThingToThingGroupRequest bad :
                List.of(
                        AddThingToThingGroupRequest.builder().thingName("lamp").build(),
                        AddThingToThingGroupRequest.builder().thingGroupName("floor").build(),
                        AddThingToThingGroupRequest.builder()
                                .thingName("lamp")
                                .thingGroupName("floor")
                                .thingGroupArn(arn("thinggroup/shop"))
                                .build(),
                        AddThingToThingGroupRequest.builder()
                                .thingName("lamp")
                                .thingGroupArn(arn("billinggroup/floor"))
                                .build())) {
            assertThatThrownBy(() ->
                            registry.service.memberships().addThingToThingGroup(bad, caller()))
                    .isInstanceOf(InvalidRequestException.class);
        }
    }

    @Test
    void unknownThingsAndGroupsAreNotFound() {
        assertThatThrownBy(() -> registry.join("lamp", "cellar"))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("cellar");
        assertThatThrownBy(() -> registry.join("car", "floor"))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("Thing car not found");
        assertThatThrownBy(() -> leave("lamp", "cellar"))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> groupsOf("car")).isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> thingsIn("cellar", false))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    /// "You can't add a thing to more than one group in the same hierarchy": developer guide,
    /// "Static thing groups".
    @Test
    void aThingIsInOneGroupOfAHierarchyOnly() {
        registry.join("lamp", "floor");
        for (String relative : List.of("attic", "house")) {
            assertThatThrownBy(() -> registry.join("lamp", relative))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("hierarchy");
        }
    }

    @Test
    void oneCallMovesAThingWithinAHierarchy() {
        registry.join("lamp", "floor");
        update(List.of("attic", "shop"), List.of("floor"));
        assertThat(groupsOf("lamp")).containsExactly("attic", "shop");
        assertThatThrownBy(() -> update(List.of("floor"), List.of("shop")))
                .isInstanceOf(InvalidRequestException.class);
        assertThat(groupsOf("lamp")).containsExactly("attic", "shop");
        assertThatThrownBy(() -> update(List.of("shop"), List.of("shop")))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aThingIsInTenGroupsAtMost() {
        for (int i = 0; i < 10; i++) {
            registry.createGroup("g" + i);
            registry.join("lamp", "g" + i);
        }
        assertThatThrownBy(() -> registry.join("lamp", "shop"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("at most 10 thing groups");
        delete("g0");
        registry.join("lamp", "shop");
    }

    @Test
    void aGroupWithThingsIsDeletedAndItsNameStartsAnew() {
        registry.join("lamp", "floor");
        registry.join("door", "floor");
        delete("floor");
        assertThat(groupsOf("lamp")).isEmpty();
        assertThat(thingsIn("house", true)).isEmpty();
        registry.createGroup("floor");
        assertThat(thingsIn("floor", true)).isEmpty();
        registry.join("lamp", "floor");
        assertThat(thingsIn("floor", true)).containsExactly("lamp");
    }

    /// What a crash leaves between the deletion of a group and the cleaning of its things.
    @Test
    void aMembershipOfAGroupThatIsGoneCountsForNothing() {
        registry.join("lamp", "floor");
        registry.database.update(transaction ->
                new Tables().groups.delete(transaction, Registry.key(caller(), "floor")));
        registry.createGroup("floor", "house");
        assertThat(groupsOf("lamp")).isEmpty();
        assertThat(thingsIn("floor", false)).isEmpty();
        assertThat(thingsIn("house", true)).isEmpty();
        registry.join("lamp", "attic");
        assertThat(thingsIn("house", true)).containsExactly("lamp");
    }

    @Test
    void theGroupsOfAThingArePagedThrough() {
        registry.join("lamp", "floor");
        registry.join("lamp", "shop");
        ListThingGroupsForThingResponse first =
                registry.service
                        .memberships()
                        .listThingGroupsForThing(
                                ListThingGroupsForThingRequest.builder()
                                        .thingName("lamp")
                                        .maxResults(1)
                                        .build(),
                                caller());
        assertThat(first.thingGroups())
                .extracting(GroupNameAndArn::groupArn)
                .containsExactly(arn("thinggroup/floor"));
        ListThingGroupsForThingResponse second =
                registry.service
                        .memberships()
                        .listThingGroupsForThing(
                                ListThingGroupsForThingRequest.builder()
                                        .thingName("lamp")
                                        .maxResults(1)
                                        .nextToken(first.nextToken())
                                        .build(),
                                caller());
        assertThat(second.thingGroups())
                .extracting(GroupNameAndArn::groupName)
                .containsExactly("shop");
        assertThat(second.nextToken()).isNull();
    }

    private void leave(String thing, String group) {
        registry.service
                .memberships()
                .removeThingFromThingGroup(
                        RemoveThingFromThingGroupRequest.builder()
                                .thingName(thing)
                                .thingGroupName(group)
                                .build(),
                        caller());
    }

    private void update(List<String> add, List<String> remove) {
        registry.service
                .memberships()
                .updateThingGroupsForThing(
                        UpdateThingGroupsForThingRequest.builder()
                                .thingName("lamp")
                                .thingGroupsToAdd(add)
                                .thingGroupsToRemove(remove)
                                .build(),
                        caller());
    }

    private void delete(String group) {
        registry.service
                .groups()
                .deleteThingGroup(
                        DeleteThingGroupRequest.builder().thingGroupName(group).build(), caller());
    }

    private List<String> groupsOf(String thing) {
        return registry
                .service
                .memberships()
                .listThingGroupsForThing(
                        ListThingGroupsForThingRequest.builder().thingName(thing).build(), caller())
                .thingGroups()
                .stream()
                .map(GroupNameAndArn::groupName)
                .toList();
    }

    private List<String> thingsIn(String group, boolean recursive) {
        return registry.service
                .memberships()
                .listThingsInThingGroup(
                        ListThingsInThingGroupRequest.builder()
                                .thingGroupName(group)
                                .recursive(recursive)
                                .build(),
                        caller())
                .things();
    }
}
