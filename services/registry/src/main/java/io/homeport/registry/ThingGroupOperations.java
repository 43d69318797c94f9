package io.homeport.registry;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.registry.Paging.Item;
import io.homeport.registry.Paging.Page;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.AttributePayload;
import software.amazon.awssdk.services.iot.model.CreateThingGroupRequest;
import software.amazon.awssdk.services.iot.model.CreateThingGroupResponse;
import software.amazon.awssdk.services.iot.model.DeleteThingGroupRequest;
import software.amazon.awssdk.services.iot.model.DeleteThingGroupResponse;
import software.amazon.awssdk.services.iot.model.DescribeThingGroupRequest;
import software.amazon.awssdk.services.iot.model.DescribeThingGroupResponse;
import software.amazon.awssdk.services.iot.model.GroupNameAndArn;
import software.amazon.awssdk.services.iot.model.ListThingGroupsRequest;
import software.amazon.awssdk.services.iot.model.ListThingGroupsResponse;
import software.amazon.awssdk.services.iot.model.ThingGroupMetadata;
import software.amazon.awssdk.services.iot.model.ThingGroupProperties;
import software.amazon.awssdk.services.iot.model.UpdateThingGroupRequest;
import software.amazon.awssdk.services.iot.model.UpdateThingGroupResponse;

/// The operations on static thing groups; who is in them is {@link GroupMembershipOperations}.
/// Thread-safe.
final class ThingGroupOperations {
    /// How many things forget a deleted group in one transaction.
    private static final int FORGET_BATCH = 500;

    private final Registry registry;
    private final Tables tables;
    private final TagStore tags;
    private final GroupDeletion groupDeletion;

    ThingGroupOperations(Registry registry, TagStore tags, GroupDeletion groupDeletion) {
        this.registry = registry;
        this.tables = registry.tables;
        this.tags = tags;
        this.groupDeletion = groupDeletion;
    }

    void register(OperationTable table) {
        table.add(
                        CreateThingGroupRequest.class,
                        CreateThingGroupRequest::builder,
                        this::createThingGroup)
                .add(
                        DescribeThingGroupRequest.class,
                        DescribeThingGroupRequest::builder,
                        this::describeThingGroup)
                .add(
                        UpdateThingGroupRequest.class,
                        UpdateThingGroupRequest::builder,
                        this::updateThingGroup)
                .add(
                        DeleteThingGroupRequest.class,
                        DeleteThingGroupRequest::builder,
                        this::deleteThingGroup)
                .add(
                        ListThingGroupsRequest.class,
                        ListThingGroupsRequest::builder,
                        this::listThingGroups);
    }

    CreateThingGroupResponse createThingGroup(CreateThingGroupRequest request, Caller caller) {
        ThingGroupRecord group =
                registry.write(
                        caller,
                        (transaction, changes) -> {
                            Key key = Registry.key(caller, request.thingGroupName());
                            ThingGroupRecord made = newGroup(transaction, request, caller);
                            ThingGroupRecord old = tables.groups.get(transaction, key);
                            if (old != null) {
                                checkSame(old, made);
                                return old;
                            }
                            checkPlace(transaction, made);
                            tables.groups.put(transaction, key, made);
                            tags.create(transaction, caller, made.arn(), request.tags());
                            changes.group("CREATED", made);
                            GroupReference parent = made.parent();
                            if (parent != null) {
                                tables.addToCount(transaction, childCountKey(made, parent), 1);
                                changes.hierarchy("ADDED", parent, made);
                            }
                            changes.rightsChanged();
                            return made;
                        });
        return CreateThingGroupResponse.builder()
                .thingGroupName(group.name())
                .thingGroupArn(group.arn())
                .thingGroupId(group.id())
                .build();
    }

    DescribeThingGroupResponse describeThingGroup(
            DescribeThingGroupRequest request, Caller caller) {
        ThingGroupRecord group =
                registry.read(view -> group(view, caller, request.thingGroupName()));
        GroupReference parent = group.parent();
        ThingGroupMetadata.Builder metadata =
                ThingGroupMetadata.builder()
                        .creationDate(Instant.ofEpochMilli(group.createdAtMillis()));
        if (parent != null) {
            metadata.parentGroupName(parent.name())
                    .rootToParentThingGroups(
                            group.ancestors().stream()
                                    .map(ancestor -> render(caller, ancestor.name()))
                                    .toList());
        }
        return DescribeThingGroupResponse.builder()
                .thingGroupName(group.name())
                .thingGroupId(group.id())
                .thingGroupArn(group.arn())
                .version(group.version())
                .thingGroupProperties(renderProperties(group))
                .thingGroupMetadata(metadata.build())
                .build();
    }

    /// Properties that say nothing at all remove the description, which Terraform counts on; those
    /// that change attributes alone leave it.
    private static boolean isEmpty(ThingGroupProperties properties) {
        return properties.thingGroupDescription() == null && properties.attributePayload() == null;
    }

    UpdateThingGroupResponse updateThingGroup(UpdateThingGroupRequest request, Caller caller) {
        ThingGroupProperties properties = propertiesOf(request.thingGroupProperties());
        ThingGroupRecord group =
                registry.write(
                        caller,
                        (transaction, changes) -> {
                            ThingGroupRecord old =
                                    group(transaction, caller, request.thingGroupName());
                            Faults.checkVersion(
                                    "thing group",
                                    old.name(),
                                    request.expectedVersion(),
                                    old.version());
                            ThingGroupRecord updated =
                                    old.withProperties(
                                            isEmpty(properties)
                                                            || properties.thingGroupDescription()
                                                                    != null
                                                    ? properties.thingGroupDescription()
                                                    : old.description(),
                                            Attributes.updated(
                                                    old.attributes(),
                                                    properties.attributePayload()));
                            checkAttributes(updated.attributes());
                            tables.groups.put(
                                    transaction, Registry.key(caller, old.name()), updated);
                            changes.group("UPDATED", updated);
                            changes.rightsChanged();
                            return updated;
                        });
        return UpdateThingGroupResponse.builder().version(group.version()).build();
    }

    DeleteThingGroupResponse deleteThingGroup(DeleteThingGroupRequest request, Caller caller) {
        String deletedId =
                registry.write(
                        caller,
                        (transaction, changes) -> {
                            Key key = Registry.key(caller, request.thingGroupName());
                            ThingGroupRecord group = tables.groups.get(transaction, key);
                            if (group == null) {
                                return "";
                            }
                            Faults.checkVersion(
                                    "thing group",
                                    group.name(),
                                    request.expectedVersion(),
                                    group.version());
                            checkChildless(transaction, group);
                            tables.groups.delete(transaction, key);
                            tags.remove(transaction, caller, group.arn());
                            groupDeletion.deleted(
                                    transaction, caller.account(), caller.region(), group.arn());
                            GroupReference parent = group.parent();
                            if (parent != null) {
                                tables.addToCount(transaction, childCountKey(group, parent), -1);
                                changes.hierarchy("REMOVED", parent, group);
                            }
                            changes.group("DELETED", group);
                            changes.rightsChanged();
                            return group.id();
                        });
        if (!deletedId.isEmpty()) {
            forgetMemberships(caller, deletedId);
        }
        return DeleteThingGroupResponse.builder().build();
    }

    /// Without a parent: all groups, or with `recursive` false the roots. With a parent: its
    /// children, or with `recursive` true all its descendants.
    ListThingGroupsResponse listThingGroups(ListThingGroupsRequest request, Caller caller) {
        Paging.Request page =
                Paging.Request.of(
                        caller,
                        "ListThingGroups",
                        request.nextToken(),
                        request.maxResults(),
                        request.parentGroup(),
                        request.namePrefixFilter(),
                        request.recursive());
        String prefix = request.namePrefixFilter() == null ? "" : request.namePrefixFilter();
        Page<GroupNameAndArn> groups =
                registry.read(view ->
                        registry.paging.page(
                                page,
                                source(view, request, caller, prefix),
                                group -> group.name().startsWith(prefix),
                                group -> render(caller, group.name())));
        return ListThingGroupsResponse.builder()
                .thingGroups(groups.values())
                .nextToken(groups.nextToken())
                .build();
    }

    static GroupNameAndArn render(Caller caller, String name) {
        return GroupNameAndArn.builder()
                .groupName(name)
                .groupArn(Arns.thingGroup(caller.account().value(), caller.region(), name))
                .build();
    }

    /// The group of this name, which has to exist.
    ThingGroupRecord group(View view, Caller caller, String name) {
        ThingGroupRecord group = tables.groups.get(view, Registry.key(caller, name));
        if (group == null) {
            throw Faults.notFound("Thing Group", name);
        }
        return group;
    }

    /// Without attributes there is no payload: Terraform's provider takes an empty one for a
    /// difference.
    private static ThingGroupProperties renderProperties(ThingGroupRecord group) {
        ThingGroupProperties.Builder properties =
                ThingGroupProperties.builder().thingGroupDescription(group.description());
        if (!group.attributes().isEmpty()) {
            properties.attributePayload(
                    AttributePayload.builder().attributes(group.attributes()).build());
        }
        return properties.build();
    }

    private Paging.Source<ThingGroupRecord> source(
            View view, ListThingGroupsRequest request, Caller caller, String prefix) {
        boolean recursive = Boolean.TRUE.equals(request.recursive());
        if (request.parentGroup() != null) {
            ThingGroupRecord parent = group(view, caller, request.parentGroup());
            Key under = Registry.key(caller, parent.id());
            String index = recursive ? "ancestor" : "parent";
            return (after, limit) -> byIndex(view, index, under, after, limit);
        }
        if (Boolean.FALSE.equals(request.recursive())) {
            Key roots = Registry.key(caller, "");
            return (after, limit) -> byIndex(view, "parent", roots, after, limit);
        }
        return (after, limit) -> byNamePrefix(view, tables.groups, caller, prefix, after, limit);
    }

    private List<Item<ThingGroupRecord>> byIndex(
            View view, String index, Key prefix, @Nullable Key after, int limit) {
        return tables.groups.listBy(view, index, prefix, after, limit).stream()
                .map(row -> new Item<>(row.position(), row.value()))
                .toList();
    }

    /// Rows whose name, the third part of the key, begins with the prefix. They stand together,
    /// from the prefix itself on.
    static <V> List<Item<V>> byNamePrefix(
            View view,
            Table<V> table,
            Caller caller,
            String prefix,
            @Nullable Key after,
            int limit) {
        Key first = Registry.key(caller, prefix);
        List<Item<V>> items = new ArrayList<>();
        V exact = after == null && !prefix.isEmpty() ? table.get(view, first) : null;
        if (exact != null) {
            items.add(new Item<>(first, exact));
        }
        Key from = after == null && !prefix.isEmpty() ? first : after;
        for (Table.Row<V> row :
                table.list(view, Registry.key(caller), from, limit - items.size())) {
            if (!row.key().part(2).startsWith(prefix)) {
                break;
            }
            items.add(new Item<>(row.key(), row.value()));
        }
        return items;
    }

    private ThingGroupRecord newGroup(View view, CreateThingGroupRequest request, Caller caller) {
        ThingGroupProperties properties = propertiesOf(request.thingGroupProperties());
        List<GroupReference> ancestors = new ArrayList<>();
        if (request.parentGroupName() != null) {
            ThingGroupRecord parent = group(view, caller, request.parentGroupName());
            ancestors.addAll(parent.ancestors());
            ancestors.add(new GroupReference(parent.name(), parent.id()));
        }
        return new ThingGroupRecord(
                caller.account().value(),
                caller.region(),
                request.thingGroupName(),
                registry.newId(),
                properties.thingGroupDescription(),
                Attributes.of(properties.attributePayload()),
                ancestors,
                registry.clock.millis(),
                1);
    }

    private void checkPlace(View view, ThingGroupRecord made) {
        checkAttributes(made.attributes());
        if (made.ancestors().size() >= registry.limits.groupDepth()) {
            throw Faults.invalid(
                    "A thing group hierarchy can be at most "
                            + registry.limits.groupDepth()
                            + " groups deep");
        }
        GroupReference parent = made.parent();
        if (parent == null) {
            return;
        }
        int limit = registry.limits.childrenPerGroup();
        if (tables.count(view, childCountKey(made, parent)) >= limit) {
            throw Faults.invalid(
                    "Thing group "
                            + parent.name()
                            + " can have at most "
                            + limit
                            + " child groups");
        }
    }

    private static Key childCountKey(ThingGroupRecord child, GroupReference parent) {
        return Key.of(child.account(), child.region(), "children", parent.id());
    }

    private void checkChildless(View view, ThingGroupRecord group) {
        Key children = Key.of(group.account(), group.region(), group.id());
        if (!tables.groups.listBy(view, "parent", children, null, 1).isEmpty()) {
            throw Faults.invalid(
                    "Cannot delete thing group : "
                            + group.name()
                            + " when there are still child groups attached to it");
        }
    }

    /// Memberships of a deleted group count for nothing already; this takes back their space.
    private void forgetMemberships(Caller caller, String groupId) {
        boolean more = true;
        while (more) {
            more =
                    registry.write(
                            caller,
                            (transaction, changes) -> {
                                List<Table.IndexRow<ThingRecord>> rows =
                                        tables.things.listBy(
                                                transaction,
                                                "group",
                                                Registry.key(caller, groupId),
                                                null,
                                                FORGET_BATCH);
                                for (Table.IndexRow<ThingRecord> row : rows) {
                                    TreeMap<String, ThingRecord.Membership> kept =
                                            new TreeMap<>(row.value().groups());
                                    kept.values().removeIf(m -> m.groupId().equals(groupId));
                                    tables.things.put(
                                            transaction, row.key(), row.value().withGroups(kept));
                                }
                                return rows.size() == FORGET_BATCH;
                            });
        }
    }

    private void checkAttributes(Map<String, String> attributes) {
        Attributes.check(
                attributes,
                registry.limits.groupAttributes(),
                registry.limits.attributesBytes(),
                "A thing group");
    }

    private static void checkSame(ThingGroupRecord old, ThingGroupRecord made) {
        boolean same =
                Objects.equals(old.description(), made.description())
                        && old.attributes().equals(made.attributes())
                        && old.ancestors().equals(made.ancestors());
        if (!same) {
            throw Faults.exists("Thing Group", old.name(), old.id(), old.arn(), "properties");
        }
    }

    private static ThingGroupProperties propertiesOf(@Nullable ThingGroupProperties properties) {
        return properties == null ? ThingGroupProperties.builder().build() : properties;
    }
}
