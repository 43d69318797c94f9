package io.homeport.registry;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.registry.Paging.Page;
import io.homeport.registry.ThingRecord.BillingMembership;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.View;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.AddThingToBillingGroupRequest;
import software.amazon.awssdk.services.iot.model.AddThingToBillingGroupResponse;
import software.amazon.awssdk.services.iot.model.BillingGroupProperties;
import software.amazon.awssdk.services.iot.model.CreateBillingGroupRequest;
import software.amazon.awssdk.services.iot.model.CreateBillingGroupResponse;
import software.amazon.awssdk.services.iot.model.DeleteBillingGroupRequest;
import software.amazon.awssdk.services.iot.model.DeleteBillingGroupResponse;
import software.amazon.awssdk.services.iot.model.DescribeBillingGroupRequest;
import software.amazon.awssdk.services.iot.model.DescribeBillingGroupResponse;
import software.amazon.awssdk.services.iot.model.GroupNameAndArn;
import software.amazon.awssdk.services.iot.model.ListBillingGroupsRequest;
import software.amazon.awssdk.services.iot.model.ListBillingGroupsResponse;
import software.amazon.awssdk.services.iot.model.ListThingsInBillingGroupRequest;
import software.amazon.awssdk.services.iot.model.ListThingsInBillingGroupResponse;
import software.amazon.awssdk.services.iot.model.RemoveThingFromBillingGroupRequest;
import software.amazon.awssdk.services.iot.model.RemoveThingFromBillingGroupResponse;
import software.amazon.awssdk.services.iot.model.UpdateBillingGroupRequest;
import software.amazon.awssdk.services.iot.model.UpdateBillingGroupResponse;

/// The operations on billing groups, which have no hierarchy; a thing is in one at most.
/// Thread-safe.
final class BillingGroupOperations {
    /// How many things forget a deleted group in one transaction.
    private static final int FORGET_BATCH = 500;

    private final Registry registry;
    private final Tables tables;
    private final ThingOperations things;
    private final TagStore tags;

    BillingGroupOperations(Registry registry, ThingOperations things, TagStore tags) {
        this.registry = registry;
        this.tables = registry.tables;
        this.things = things;
        this.tags = tags;
    }

    void register(OperationTable table) {
        table.add(
                        CreateBillingGroupRequest.class,
                        CreateBillingGroupRequest::builder,
                        this::createBillingGroup)
                .add(
                        DescribeBillingGroupRequest.class,
                        DescribeBillingGroupRequest::builder,
                        this::describeBillingGroup)
                .add(
                        UpdateBillingGroupRequest.class,
                        UpdateBillingGroupRequest::builder,
                        this::updateBillingGroup)
                .add(
                        DeleteBillingGroupRequest.class,
                        DeleteBillingGroupRequest::builder,
                        this::deleteBillingGroup)
                .add(
                        ListBillingGroupsRequest.class,
                        ListBillingGroupsRequest::builder,
                        this::listBillingGroups)
                .add(
                        AddThingToBillingGroupRequest.class,
                        AddThingToBillingGroupRequest::builder,
                        this::addThingToBillingGroup)
                .add(
                        RemoveThingFromBillingGroupRequest.class,
                        RemoveThingFromBillingGroupRequest::builder,
                        this::removeThingFromBillingGroup)
                .add(
                        ListThingsInBillingGroupRequest.class,
                        ListThingsInBillingGroupRequest::builder,
                        this::listThingsInBillingGroup);
    }

    CreateBillingGroupResponse createBillingGroup(
            CreateBillingGroupRequest request, Caller caller) {
        String description = descriptionOf(request.billingGroupProperties());
        BillingGroupRecord group =
                registry.write(
                        caller,
                        (transaction, changes) -> {
                            Key key = Registry.key(caller, request.billingGroupName());
                            BillingGroupRecord old = tables.billingGroups.get(transaction, key);
                            if (old != null) {
                                if (!Objects.equals(old.description(), description)) {
                                    throw Faults.exists(
                                            "Billing Group",
                                            old.name(),
                                            old.id(),
                                            old.arn(),
                                            "properties");
                                }
                                return old;
                            }
                            checkCount(transaction, caller);
                            BillingGroupRecord made =
                                    new BillingGroupRecord(
                                            caller.account().value(),
                                            caller.region(),
                                            request.billingGroupName(),
                                            registry.newId(),
                                            description,
                                            registry.clock.millis(),
                                            1);
                            tables.billingGroups.put(transaction, key, made);
                            tables.addToCount(transaction, countKey(caller), 1);
                            tags.create(transaction, caller, made.arn(), request.tags());
                            return made;
                        });
        return CreateBillingGroupResponse.builder()
                .billingGroupName(group.name())
                .billingGroupArn(group.arn())
                .billingGroupId(group.id())
                .build();
    }

    DescribeBillingGroupResponse describeBillingGroup(
            DescribeBillingGroupRequest request, Caller caller) {
        BillingGroupRecord group =
                registry.read(view -> group(view, caller, request.billingGroupName()));
        return DescribeBillingGroupResponse.builder()
                .billingGroupName(group.name())
                .billingGroupId(group.id())
                .billingGroupArn(group.arn())
                .version(group.version())
                .billingGroupProperties(p -> p.billingGroupDescription(group.description()))
                .billingGroupMetadata(
                        m -> m.creationDate(Instant.ofEpochMilli(group.createdAtMillis())))
                .build();
    }

    /// The properties are a required member with one member of their own, so that to leave it out
    /// is to remove it; Terraform counts on that.
    UpdateBillingGroupResponse updateBillingGroup(
            UpdateBillingGroupRequest request, Caller caller) {
        String description = descriptionOf(request.billingGroupProperties());
        BillingGroupRecord group =
                registry.write(
                        caller,
                        (transaction, changes) -> {
                            BillingGroupRecord old =
                                    group(transaction, caller, request.billingGroupName());
                            Faults.checkVersion(
                                    "billing group",
                                    old.name(),
                                    request.expectedVersion(),
                                    old.version());
                            BillingGroupRecord updated =
                                    new BillingGroupRecord(
                                            old.account(),
                                            old.region(),
                                            old.name(),
                                            old.id(),
                                            description,
                                            old.createdAtMillis(),
                                            old.version() + 1);
                            tables.billingGroups.put(
                                    transaction, Registry.key(caller, old.name()), updated);
                            return updated;
                        });
        return UpdateBillingGroupResponse.builder().version(group.version()).build();
    }

    DeleteBillingGroupResponse deleteBillingGroup(
            DeleteBillingGroupRequest request, Caller caller) {
        String deletedId =
                registry.write(
                        caller,
                        (transaction, changes) -> {
                            Key key = Registry.key(caller, request.billingGroupName());
                            BillingGroupRecord group = tables.billingGroups.get(transaction, key);
                            if (group == null) {
                                return "";
                            }
                            Faults.checkVersion(
                                    "billing group",
                                    group.name(),
                                    request.expectedVersion(),
                                    group.version());
                            tables.billingGroups.delete(transaction, key);
                            tables.addToCount(transaction, countKey(caller), -1);
                            tags.remove(transaction, caller, group.arn());
                            return group.id();
                        });
        if (!deletedId.isEmpty()) {
            forgetMemberships(caller, deletedId);
        }
        return DeleteBillingGroupResponse.builder().build();
    }

    ListBillingGroupsResponse listBillingGroups(ListBillingGroupsRequest request, Caller caller) {
        String prefix = request.namePrefixFilter() == null ? "" : request.namePrefixFilter();
        Paging.Request page =
                Paging.Request.of(
                        caller,
                        "ListBillingGroups",
                        request.nextToken(),
                        request.maxResults(),
                        prefix);
        Page<GroupNameAndArn> groups =
                registry.read(view ->
                        registry.paging.page(
                                page,
                                (after, limit) ->
                                        ThingGroupOperations.byNamePrefix(
                                                view,
                                                tables.billingGroups,
                                                caller,
                                                prefix,
                                                after,
                                                limit),
                                group -> true,
                                group ->
                                        GroupNameAndArn.builder()
                                                .groupName(group.name())
                                                .groupArn(group.arn())
                                                .build()));
        return ListBillingGroupsResponse.builder()
                .billingGroups(groups.values())
                .nextToken(groups.nextToken())
                .build();
    }

    AddThingToBillingGroupResponse addThingToBillingGroup(
            AddThingToBillingGroupRequest request, Caller caller) {
        String groupName = groupName(caller, request.billingGroupName(), request.billingGroupArn());
        String thingName =
                Arns.nameOf(caller, Arns.THING, "thing", request.thingName(), request.thingArn());
        registry.write(
                caller,
                (transaction, changes) -> {
                    BillingGroupRecord group = group(transaction, caller, groupName);
                    ThingRecord thing = things.thing(transaction, caller, thingName);
                    String current = things.billingGroupOf(transaction, thing);
                    if (groupName.equals(current)) {
                        return false;
                    }
                    if (current != null) {
                        throw Faults.invalid(
                                "Thing "
                                        + thingName
                                        + " is already in billing group "
                                        + current
                                        + "; a thing can be in one billing group only");
                    }
                    tables.things.put(
                            transaction,
                            Registry.key(caller, thingName),
                            thing.withBilling(new BillingMembership(group.name(), group.id())));
                    return true;
                });
        return AddThingToBillingGroupResponse.builder().build();
    }

    RemoveThingFromBillingGroupResponse removeThingFromBillingGroup(
            RemoveThingFromBillingGroupRequest request, Caller caller) {
        String groupName = groupName(caller, request.billingGroupName(), request.billingGroupArn());
        String thingName =
                Arns.nameOf(caller, Arns.THING, "thing", request.thingName(), request.thingArn());
        registry.write(
                caller,
                (transaction, changes) -> {
                    group(transaction, caller, groupName);
                    ThingRecord thing = things.thing(transaction, caller, thingName);
                    if (!groupName.equals(things.billingGroupOf(transaction, thing))) {
                        return false;
                    }
                    tables.things.put(
                            transaction, Registry.key(caller, thingName), thing.withBilling(null));
                    return true;
                });
        return RemoveThingFromBillingGroupResponse.builder().build();
    }

    ListThingsInBillingGroupResponse listThingsInBillingGroup(
            ListThingsInBillingGroupRequest request, Caller caller) {
        Paging.Request page =
                Paging.Request.of(
                        caller,
                        "ListThingsInBillingGroup",
                        request.nextToken(),
                        request.maxResults(),
                        request.billingGroupName());
        Page<String> names =
                registry.read(view -> {
                    BillingGroupRecord group = group(view, caller, request.billingGroupName());
                    Key key = Registry.key(caller, group.id());
                    return registry.paging.page(
                            page,
                            (after, limit) ->
                                    ThingOperations.byIndex(
                                            tables.things, view, "billing", key, after, limit),
                            thing -> true,
                            ThingRecord::name);
                });
        return ListThingsInBillingGroupResponse.builder()
                .things(names.values())
                .nextToken(names.nextToken())
                .build();
    }

    private BillingGroupRecord group(View view, Caller caller, String name) {
        BillingGroupRecord group = tables.billingGroups.get(view, Registry.key(caller, name));
        if (group == null) {
            throw Faults.notFound("Billing Group", name);
        }
        return group;
    }

    private void checkCount(View view, Caller caller) {
        int limit = registry.limits.billingGroups();
        if (tables.count(view, countKey(caller)) >= limit) {
            throw Faults.invalid(
                    "An account can have at most " + limit + " billing groups in a region");
        }
    }

    private static Key countKey(Caller caller) {
        return Registry.key(caller, "billing groups");
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
                                                "billing",
                                                Registry.key(caller, groupId),
                                                null,
                                                FORGET_BATCH);
                                rows.forEach(row ->
                                        tables.things.put(
                                                transaction,
                                                row.key(),
                                                row.value().withBilling(null)));
                                return rows.size() == FORGET_BATCH;
                            });
        }
    }

    private static String groupName(Caller caller, @Nullable String name, @Nullable String arn) {
        return Arns.nameOf(caller, Arns.BILLING_GROUP, "billing group", name, arn);
    }

    private static @Nullable String descriptionOf(@Nullable BillingGroupProperties properties) {
        return properties == null ? null : properties.billingGroupDescription();
    }
}
