package io.homeport.registry;

import static io.homeport.registry.RegistryFixture.arn;
import static io.homeport.registry.RegistryFixture.attributes;
import static io.homeport.registry.RegistryFixture.caller;
import static io.homeport.registry.RegistryFixture.merge;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.CreateThingGroupRequest;
import software.amazon.awssdk.services.iot.model.CreateThingGroupResponse;
import software.amazon.awssdk.services.iot.model.DeleteThingGroupRequest;
import software.amazon.awssdk.services.iot.model.DescribeThingGroupRequest;
import software.amazon.awssdk.services.iot.model.DescribeThingGroupResponse;
import software.amazon.awssdk.services.iot.model.GroupNameAndArn;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.ListThingGroupsRequest;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.UpdateThingGroupRequest;
import software.amazon.awssdk.services.iot.model.VersionConflictException;

class ThingGroupOperationsTest {
    private final RegistryFixture registry = new RegistryFixture();

    @Test
    void aGroupIsDescribedWithItsPathFromTheRoot() {
        registry.createGroup("house");
        registry.createGroup("floor", "house");
        CreateThingGroupResponse created =
                create(c ->
                        c.thingGroupName("room")
                                .parentGroupName("floor")
                                .thingGroupProperties(p ->
                                        p.thingGroupDescription("a room")
                                                .attributePayload(attributes(Map.of("a", "1")))));
        DescribeThingGroupResponse room = describe("room");
        assertThat(room.thingGroupArn()).isEqualTo(arn("thinggroup/room"));
        assertThat(room.thingGroupId()).isEqualTo(created.thingGroupId());
        assertThat(room.version()).isEqualTo(1);
        assertThat(room.thingGroupProperties().thingGroupDescription()).isEqualTo("a room");
        assertThat(room.thingGroupProperties().attributePayload().attributes())
                .isEqualTo(Map.of("a", "1"));
        assertThat(room.thingGroupMetadata().parentGroupName()).isEqualTo("floor");
        assertThat(room.thingGroupMetadata().rootToParentThingGroups())
                .extracting(GroupNameAndArn::groupName, GroupNameAndArn::groupArn)
                .containsExactly(
                        tuple("house", arn("thinggroup/house")),
                        tuple("floor", arn("thinggroup/floor")));
        assertThat(room.thingGroupMetadata().creationDate()).isEqualTo(registry.time.now());
        assertThat(describe("house").thingGroupMetadata().parentGroupName()).isNull();
    }

    @Test
    void creatingTheSameGroupAgainIsFineAndAnotherOneIsNot() {
        registry.createGroup("house");
        assertThat(create(c -> c.thingGroupName("house")).thingGroupId())
                .isEqualTo(describe("house").thingGroupId());
        assertThatThrownBy(() ->
                        create(c ->
                                c.thingGroupName("house")
                                        .thingGroupProperties(p -> p.thingGroupDescription("x"))))
                .isInstanceOf(ResourceAlreadyExistsException.class);
        assertThatThrownBy(() -> registry.createGroup("room", "cellar"))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("cellar");
    }

    @Test
    void anUpdateReplacesOrMergesAttributesAndCountsTheVersion() {
        registry.createGroup("house");
        assertThat(
                        update(u ->
                                u.thingGroupProperties(p ->
                                        p.thingGroupDescription("home")
                                                .attributePayload(
                                                        attributes(Map.of("a", "1", "b", "2"))))))
                .isEqualTo(2);
        update(u ->
                u.expectedVersion(2L)
                        .thingGroupProperties(
                                p -> p.attributePayload(merge(Map.of("a", "", "c", "3")))));
        assertThat(describe("house").thingGroupProperties().attributePayload().attributes())
                .isEqualTo(Map.of("b", "2", "c", "3"));
        assertThat(describe("house").thingGroupProperties().thingGroupDescription())
                .isEqualTo("home");
        update(u -> u.thingGroupProperties(p -> p.attributePayload(attributes(Map.of()))));
        assertThat(describe("house").thingGroupProperties().attributePayload()).isNull();
        assertThatThrownBy(() -> update(u -> u.expectedVersion(2L).thingGroupProperties(p -> {})))
                .isInstanceOf(VersionConflictException.class);
    }

    /// What Terraform's AWS provider sends where the description was taken out.
    @Test
    void emptyPropertiesRemoveTheDescription() {
        registry.createGroup("house");
        update(u -> u.thingGroupProperties(p -> p.thingGroupDescription("home")));
        update(u -> u.thingGroupProperties(p -> {}));
        assertThat(describe("house").thingGroupProperties().thingGroupDescription()).isNull();
    }

    @Test
    void aGroupWithChildrenIsNotDeletedAndAnUnknownOneIs() {
        registry.createGroup("house");
        registry.createGroup("floor", "house");
        assertThatThrownBy(() -> delete("house"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("child groups");
        assertThatThrownBy(() ->
                        registry.service
                                .groups()
                                .deleteThingGroup(
                                        DeleteThingGroupRequest.builder()
                                                .thingGroupName("floor")
                                                .expectedVersion(2L)
                                                .build(),
                                        caller()))
                .isInstanceOf(VersionConflictException.class);
        delete("floor");
        delete("house");
        delete("house");
        // Whoever attached something to them was told of each, once.
        assertThat(registry.deletedGroups)
                .containsExactly(arn("thinggroup/floor"), arn("thinggroup/house"));
        assertThatThrownBy(() -> describe("house")).isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void aHierarchyIsSevenGroupsDeep() {
        registry.createGroup("g1");
        for (int depth = 2; depth <= 7; depth++) {
            registry.createGroup("g" + depth, "g" + (depth - 1));
        }
        assertThatThrownBy(() -> registry.createGroup("g8", "g7"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("at most 7 groups deep");
    }

    @Test
    void aGroupHasAHundredChildren() {
        registry.createGroup("parent");
        for (int i = 0; i < 100; i++) {
            registry.createGroup("child" + i, "parent");
        }
        assertThatThrownBy(() -> registry.createGroup("child100", "parent"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("at most 100 child groups");
        delete("child7");
        registry.createGroup("child100", "parent");
        assertThatThrownBy(() -> registry.createGroup("child101", "parent"))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void groupsAreListedByParentDepthAndPrefix() {
        registry.createGroup("house");
        registry.createGroup("hotel");
        registry.createGroup("floor", "house");
        registry.createGroup("room", "floor");
        registry.createGroup("ho");
        assertThat(list(l -> {})).containsExactly("floor", "ho", "hotel", "house", "room");
        assertThat(list(l -> l.recursive(true))).hasSize(5);
        assertThat(list(l -> l.recursive(false))).containsExactly("ho", "hotel", "house");
        assertThat(list(l -> l.namePrefixFilter("ho"))).containsExactly("ho", "hotel", "house");
        assertThat(list(l -> l.namePrefixFilter("hou"))).containsExactly("house");
        assertThat(list(l -> l.namePrefixFilter("x"))).isEmpty();
        assertThat(list(l -> l.parentGroup("house"))).containsExactly("floor");
        assertThat(list(l -> l.parentGroup("house").recursive(true)))
                .containsExactly("floor", "room");
        assertThat(list(l -> l.parentGroup("house").recursive(true).namePrefixFilter("r")))
                .containsExactly("room");
        assertThatThrownBy(() -> list(l -> l.parentGroup("cellar")))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void aPrefixIsPagedThrough() {
        for (String name : List.of("a", "ab", "abc", "abd", "b")) {
            registry.createGroup(name);
        }
        List<String> seen = new ArrayList<>();
        String token = null;
        do {
            String next = token;
            var page =
                    registry.service
                            .groups()
                            .listThingGroups(
                                    ListThingGroupsRequest.builder()
                                            .namePrefixFilter("ab")
                                            .maxResults(1)
                                            .nextToken(next)
                                            .build(),
                                    caller());
            page.thingGroups().forEach(g -> seen.add(g.groupName()));
            token = page.nextToken();
        } while (token != null);
        assertThat(seen).containsExactly("ab", "abc", "abd");
    }

    private CreateThingGroupResponse create(Consumer<CreateThingGroupRequest.Builder> request) {
        return registry.service
                .groups()
                .createThingGroup(
                        CreateThingGroupRequest.builder().applyMutation(request).build(), caller());
    }

    private DescribeThingGroupResponse describe(String name) {
        return registry.service
                .groups()
                .describeThingGroup(
                        DescribeThingGroupRequest.builder().thingGroupName(name).build(), caller());
    }

    private long update(Consumer<UpdateThingGroupRequest.Builder> request) {
        return registry.service
                .groups()
                .updateThingGroup(
                        UpdateThingGroupRequest.builder()
                                .thingGroupName("house")
                                .applyMutation(request)
                                .build(),
                        caller())
                .version();
    }

    private void delete(String name) {
        registry.service
                .groups()
                .deleteThingGroup(
                        DeleteThingGroupRequest.builder().thingGroupName(name).build(), caller());
    }

    private List<String> list(Consumer<ListThingGroupsRequest.Builder> request) {
        return registry
                .service
                .groups()
                .listThingGroups(
                        ListThingGroupsRequest.builder().applyMutation(request).build(), caller())
                .thingGroups()
                .stream()
                .map(GroupNameAndArn::groupName)
                .toList();
    }
}
