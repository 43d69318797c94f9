package io.homeport.registry;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.registry.Paging.Item;
import io.homeport.registry.Paging.Page;
import io.homeport.registry.ThingRecord.Membership;
import io.homeport.storage.Key;
import io.homeport.storage.Transaction;
import io.homeport.storage.View;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.AddThingToThingGroupRequest;
import software.amazon.awssdk.services.iot.model.AddThingToThingGroupResponse;
import software.amazon.awssdk.services.iot.model.GroupNameAndArn;
import software.amazon.awssdk.services.iot.model.ListThingGroupsForThingRequest;
import software.amazon.awssdk.services.iot.model.ListThingGroupsForThingResponse;
import software.amazon.awssdk.services.iot.model.ListThingsInThingGroupRequest;
import software.amazon.awssdk.services.iot.model.ListThingsInThingGroupResponse;
import software.amazon.awssdk.services.iot.model.RemoveThingFromThingGroupRequest;
import software.amazon.awssdk.services.iot.model.RemoveThingFromThingGroupResponse;
import software.amazon.awssdk.services.iot.model.UpdateThingGroupsForThingRequest;
import software.amazon.awssdk.services.iot.model.UpdateThingGroupsForThingResponse;

/// The operations on which thing is in which static thing group. Thread-safe.
///
/// `overrideDynamicGroups` decides nothing here: no thing is in a dynamic group, since there are
/// none.
final class GroupMembershipOperations {
    private final Registry registry;
    private final Tables tables;
    private final ThingOperations things;
    private final ThingGroupOperations groups;

    GroupMembershipOperations(
            Registry registry, ThingOperations things, ThingGroupOperations groups) {
        this.registry = registry;
        this.tables = registry.tables;
        this.things = things;
        this.groups = groups;
    }

    void register(OperationTable table) {
        table.add(
                        AddThingToThingGroupRequest.class,
                        AddThingToThingGroupRequest::builder,
                        this::addThingToThingGroup)
                .add(
                        RemoveThingFromThingGroupRequest.class,
                        RemoveThingFromThingGroupRequest::builder,
                        this::removeThingFromThingGroup)
                .add(
                        UpdateThingGroupsForThingRequest.class,
                        UpdateThingGroupsForThingRequest::builder,
                        this::updateThingGroupsForThing)
                .add(
                        ListThingsInThingGroupRequest.class,
                        ListThingsInThingGroupRequest::builder,
                        this::listThingsInThingGroup)
                .add(
                        ListThingGroupsForThingRequest.class,
                        ListThingGroupsForThingRequest::builder,
                        this::listThingGroupsForThing);
    }

    AddThingToThingGroupResponse addThingToThingGroup(
            AddThingToThingGroupRequest request, Caller caller) {
        String group = groupName(caller, request.thingGroupName(), request.thingGroupArn());
        String thing = thingName(caller, request.thingName(), request.thingArn());
        change(caller, thing, List.of(group), List.of());
        return AddThingToThingGroupResponse.builder().build();
    }

    RemoveThingFromThingGroupResponse removeThingFromThingGroup(
            RemoveThingFromThingGroupRequest request, Caller caller) {
        String group = groupName(caller, request.thingGroupName(), request.thingGroupArn());
        String thing = thingName(caller, request.thingName(), request.thingArn());
        change(caller, thing, List.of(), List.of(group));
        return RemoveThingFromThingGroupResponse.builder().build();
    }

    UpdateThingGroupsForThingResponse updateThingGroupsForThing(
            UpdateThingGroupsForThingRequest request, Caller caller) {
        if (request.thingName() == null) {
            throw Faults.invalid("thingName is required");
        }
        List<String> both =
                request.thingGroupsToAdd().stream()
                        .filter(request.thingGroupsToRemove()::contains)
                        .toList();
        if (!both.isEmpty()) {
            throw Faults.invalid(
                    "Thing groups can not be both in thingGroupsToAdd and thingGroupsToRemove: "
                            + String.join(", ", both));
        }
        change(
                caller,
                request.thingName(),
                request.thingGroupsToAdd(),
                request.thingGroupsToRemove());
        return UpdateThingGroupsForThingResponse.builder().build();
    }

    ListThingsInThingGroupResponse listThingsInThingGroup(
            ListThingsInThingGroupRequest request, Caller caller) {
        boolean recursive = Boolean.TRUE.equals(request.recursive());
        Paging.Request page =
                Paging.Request.of(
                        caller,
                        "ListThingsInThingGroup",
                        request.nextToken(),
                        request.maxResults(),
                        request.thingGroupName(),
                        recursive);
        Page<String> names =
                registry.read(view -> {
                    ThingGroupRecord group = groups.group(view, caller, request.thingGroupName());
                    Key key = Registry.key(caller, group.id());
                    String index = recursive ? "tree" : "group";
                    return registry.paging.page(
                            page,
                            (after, limit) ->
                                    ThingOperations.byIndex(
                                            tables.things, view, index, key, after, limit),
                            thing -> isIn(view, thing, group),
                            ThingRecord::name);
                });
        return ListThingsInThingGroupResponse.builder()
                .things(names.values())
                .nextToken(names.nextToken())
                .build();
    }

    ListThingGroupsForThingResponse listThingGroupsForThing(
            ListThingGroupsForThingRequest request, Caller caller) {
        Paging.Request page =
                Paging.Request.of(
                        caller,
                        "ListThingGroupsForThing",
                        request.nextToken(),
                        request.maxResults(),
                        request.thingName());
        Page<GroupNameAndArn> found =
                registry.read(view -> {
                    ThingRecord thing = things.thing(view, caller, request.thingName());
                    List<ThingGroupRecord> live = tables.liveGroups(view, thing);
                    return registry.paging.page(
                            page,
                            (after, limit) -> behind(live, after, limit),
                            group -> true,
                            group -> ThingGroupOperations.render(caller, group.name()));
                });
        return ListThingGroupsForThingResponse.builder()
                .thingGroups(found.values())
                .nextToken(found.nextToken())
                .build();
    }

    /// First the removals, then the additions, so that one call can move a thing within a
    /// hierarchy.
    private void change(
            Caller caller, String thingName, List<String> toAdd, List<String> toRemove) {
        registry.write(
                caller,
                (transaction, changes) -> {
                    ThingRecord thing = things.thing(transaction, caller, thingName);
                    TreeMap<String, Membership> memberships = new TreeMap<>();
                    for (ThingGroupRecord group : tables.liveGroups(transaction, thing)) {
                        Membership membership = thing.groups().get(group.name());
                        if (membership != null) {
                            memberships.put(group.name(), membership);
                        }
                    }
                    for (String name : toRemove) {
                        ThingGroupRecord group = groups.group(transaction, caller, name);
                        Membership removed = memberships.remove(name);
                        if (removed != null) {
                            changes.membership("REMOVED", thing, group, removed.membershipId());
                        }
                    }
                    for (String name : toAdd) {
                        ThingGroupRecord group = groups.group(transaction, caller, name);
                        if (!memberships.containsKey(name)) {
                            Membership added = newMembership(thing, memberships, group);
                            memberships.put(name, added);
                            changes.membership("ADDED", thing, group, added.membershipId());
                        }
                    }
                    if (!memberships.equals(thing.groups())) {
                        store(transaction, caller, thing.withGroups(memberships));
                        changes.rightsChanged();
                    }
                    return true;
                });
    }

    private void store(Transaction transaction, Caller caller, ThingRecord thing) {
        tables.things.put(transaction, Registry.key(caller, thing.name()), thing);
    }

    private Membership newMembership(
            ThingRecord thing, SortedMap<String, Membership> memberships, ThingGroupRecord group) {
        int limit = registry.limits.groupsPerThing();
        if (memberships.size() >= limit) {
            throw Faults.invalid(
                    "Thing " + thing.name() + " can be in at most " + limit + " thing groups");
        }
        memberships.forEach((name, membership) -> {
            String root =
                    membership.ancestors().isEmpty()
                            ? membership.groupId()
                            : membership.ancestors().getFirst().id();
            if (root.equals(group.rootId())) {
                throw Faults.invalid(
                        "Thing "
                                + thing.name()
                                + " is already in thing group "
                                + name
                                + " of the same hierarchy as thing group "
                                + group.name());
            }
        });
        return new Membership(group.id(), registry.newId(), group.ancestors());
    }

    /// Whether the thing is in the group, itself or through a descendant that still exists.
    private boolean isIn(View view, ThingRecord thing, ThingGroupRecord group) {
        Set<String> ids = new HashSet<>();
        for (ThingGroupRecord live : tables.liveGroups(view, thing)) {
            ids.add(live.id());
            live.ancestors().forEach(ancestor -> ids.add(ancestor.id()));
        }
        return ids.contains(group.id());
    }

    private static List<Item<ThingGroupRecord>> behind(
            List<ThingGroupRecord> sorted, @Nullable Key after, int limit) {
        return sorted.stream()
                .filter(group -> after == null || group.name().compareTo(after.last()) > 0)
                .limit(limit)
                .map(group -> new Item<>(Key.of(group.name()), group))
                .toList();
    }

    private static String groupName(Caller caller, @Nullable String name, @Nullable String arn) {
        return Arns.nameOf(caller, Arns.THING_GROUP, "thing group", name, arn);
    }

    private static String thingName(Caller caller, @Nullable String name, @Nullable String arn) {
        return Arns.nameOf(caller, Arns.THING, "thing", name, arn);
    }
}
