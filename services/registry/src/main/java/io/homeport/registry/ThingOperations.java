package io.homeport.registry;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.registry.Paging.Item;
import io.homeport.registry.Paging.Page;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.View;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.CreateThingRequest;
import software.amazon.awssdk.services.iot.model.CreateThingResponse;
import software.amazon.awssdk.services.iot.model.DeleteThingRequest;
import software.amazon.awssdk.services.iot.model.DeleteThingResponse;
import software.amazon.awssdk.services.iot.model.DescribeThingRequest;
import software.amazon.awssdk.services.iot.model.DescribeThingResponse;
import software.amazon.awssdk.services.iot.model.ListThingsRequest;
import software.amazon.awssdk.services.iot.model.ListThingsResponse;
import software.amazon.awssdk.services.iot.model.ThingAttribute;
import software.amazon.awssdk.services.iot.model.UpdateThingRequest;
import software.amazon.awssdk.services.iot.model.UpdateThingResponse;

/// The operations on things. Thread-safe.
final class ThingOperations {
    private final Registry registry;
    private final Tables tables;

    ThingOperations(Registry registry) {
        this.registry = registry;
        this.tables = registry.tables;
    }

    void register(OperationTable table) {
        table.add(CreateThingRequest.class, CreateThingRequest::builder, this::createThing)
                .add(DescribeThingRequest.class, DescribeThingRequest::builder, this::describeThing)
                .add(UpdateThingRequest.class, UpdateThingRequest::builder, this::updateThing)
                .add(DeleteThingRequest.class, DeleteThingRequest::builder, this::deleteThing)
                .add(ListThingsRequest.class, ListThingsRequest::builder, this::listThings);
    }

    CreateThingResponse createThing(CreateThingRequest request, Caller caller) {
        ThingRecord thing =
                registry.write(
                        caller,
                        (transaction, changes) -> {
                            Key key = Registry.key(caller, request.thingName());
                            ThingRecord old = tables.things.get(transaction, key);
                            if (old != null) {
                                checkSame(transaction, old, request);
                                return old;
                            }
                            ThingRecord made = newThing(transaction, request, caller);
                            tables.things.put(transaction, key, made);
                            changes.thing("CREATED", made);
                            if (made.typeName() != null) {
                                changes.typeAssociation("ADDED", made, made.typeName());
                            }
                            changes.rightsChanged();
                            return made;
                        });
        return CreateThingResponse.builder()
                .thingName(thing.name())
                .thingArn(thing.arn())
                .thingId(thing.id())
                .build();
    }

    DescribeThingResponse describeThing(DescribeThingRequest request, Caller caller) {
        return registry.read(view -> {
            ThingRecord thing = thing(view, caller, request.thingName());
            return DescribeThingResponse.builder()
                    .defaultClientId(thing.name())
                    .thingName(thing.name())
                    .thingId(thing.id())
                    .thingArn(thing.arn())
                    .thingTypeName(thing.typeName())
                    .attributes(thing.attributes())
                    .version(thing.version())
                    .billingGroupName(billingGroupOf(view, thing))
                    .build();
        });
    }

    UpdateThingResponse updateThing(UpdateThingRequest request, Caller caller) {
        boolean removeType = Boolean.TRUE.equals(request.removeThingType());
        if (removeType && request.thingTypeName() != null) {
            throw Faults.invalid("thingTypeName and removeThingType exclude each other");
        }
        registry.write(
                caller,
                (transaction, changes) -> {
                    ThingRecord old = thing(transaction, caller, request.thingName());
                    Faults.checkVersion(
                            "thing", old.name(), request.expectedVersion(), old.version());
                    String typeName = removeType ? null : old.typeName();
                    if (request.thingTypeName() != null) {
                        typeName = request.thingTypeName();
                        if (!typeName.equals(old.typeName())) {
                            checkAssignable(transaction, caller, typeName);
                        }
                    }
                    Map<String, String> attributes =
                            Attributes.updated(old.attributes(), request.attributePayload());
                    checkAttributes(attributes, typeName);
                    ThingRecord updated =
                            old.withConfiguration(typeName, attributes, old.version() + 1);
                    tables.things.put(transaction, Registry.key(caller, old.name()), updated);
                    changes.thing("UPDATED", updated);
                    if (!Objects.equals(old.typeName(), typeName)) {
                        if (old.typeName() != null) {
                            changes.typeAssociation("REMOVED", updated, old.typeName());
                        }
                        if (typeName != null) {
                            changes.typeAssociation("ADDED", updated, typeName);
                        }
                    }
                    changes.rightsChanged();
                    return updated;
                });
        return UpdateThingResponse.builder().build();
    }

    DeleteThingResponse deleteThing(DeleteThingRequest request, Caller caller) {
        registry.write(
                caller,
                (transaction, changes) -> {
                    Key key = Registry.key(caller, request.thingName());
                    ThingRecord thing = tables.things.get(transaction, key);
                    if (thing == null) {
                        return false;
                    }
                    Faults.checkVersion(
                            "thing", thing.name(), request.expectedVersion(), thing.version());
                    if (!tables.attachments.list(transaction, key, null, 1).isEmpty()) {
                        throw Faults.invalid(
                                "Cannot delete. Thing "
                                        + thing.name()
                                        + " is still attached to one or more principals");
                    }
                    for (ThingGroupRecord group : tables.liveGroups(transaction, thing)) {
                        changes.membership(
                                "REMOVED",
                                thing,
                                group,
                                Objects.requireNonNull(thing.groups().get(group.name()))
                                        .membershipId());
                    }
                    if (thing.typeName() != null) {
                        changes.typeAssociation("REMOVED", thing, thing.typeName());
                    }
                    tables.things.delete(transaction, key);
                    changes.thing("DELETED", thing);
                    changes.rightsChanged();
                    return true;
                });
        return DeleteThingResponse.builder().build();
    }

    ListThingsResponse listThings(ListThingsRequest request, Caller caller) {
        if (request.attributeValue() != null && request.attributeName() == null) {
            throw Faults.invalid("attributeValue needs an attributeName");
        }
        boolean byPrefix = Boolean.TRUE.equals(request.usePrefixAttributeValue());
        if (byPrefix && request.attributeValue() == null) {
            throw Faults.invalid("usePrefixAttributeValue needs an attributeValue");
        }
        Paging.Request page =
                Paging.Request.of(
                        caller,
                        "ListThings",
                        request.nextToken(),
                        request.maxResults(),
                        request.attributeName(),
                        request.attributeValue(),
                        request.thingTypeName(),
                        byPrefix);
        Predicate<ThingRecord> ofType =
                thing ->
                        request.thingTypeName() == null
                                || request.thingTypeName().equals(thing.typeName());
        Page<ThingAttribute> things =
                registry.read(view ->
                        registry.paging.page(
                                page,
                                source(view, request, caller, byPrefix),
                                ofType,
                                ThingOperations::render));
        return ListThingsResponse.builder()
                .things(things.values())
                .nextToken(things.nextToken())
                .build();
    }

    /// The thing of this name, which has to exist.
    ThingRecord thing(View view, Caller caller, String name) {
        ThingRecord thing = tables.things.get(view, Registry.key(caller, name));
        if (thing == null) {
            throw Faults.notFound("Thing", name);
        }
        return thing;
    }

    /// The things of an index, in the order of their names where the prefix fixes all of its parts.
    static List<Item<ThingRecord>> byIndex(
            Table<ThingRecord> things,
            View view,
            String index,
            Key prefix,
            @Nullable Key after,
            int limit) {
        return things.listBy(view, index, prefix, after, limit).stream()
                .map(row -> new Item<>(row.position(), row.value()))
                .toList();
    }

    private Paging.Source<ThingRecord> source(
            View view, ListThingsRequest request, Caller caller, boolean byPrefix) {
        if (request.attributeName() != null) {
            Key named = Registry.key(caller, request.attributeName());
            if (byPrefix) {
                return byValuePrefix(view, named, request.attributeValue());
            }
            Key exact =
                    request.attributeValue() == null ? named : named.then(request.attributeValue());
            return (after, limit) -> byIndex(tables.things, view, "attribute", exact, after, limit);
        }
        if (request.thingTypeName() != null) {
            Key ofType = Registry.key(caller, request.thingTypeName());
            return (after, limit) -> byIndex(tables.things, view, "type", ofType, after, limit);
        }
        return (after, limit) ->
                tables.things.list(view, Registry.key(caller), after, limit).stream()
                        .map(row -> new Item<>(row.key(), row.value()))
                        .toList();
    }

    /// Values that begin with the prefix stand together, from the prefix itself on. An index entry
    /// has the value as its fourth part.
    private Paging.Source<ThingRecord> byValuePrefix(View view, Key named, String prefix) {
        return (after, limit) ->
                byIndex(
                                tables.things,
                                view,
                                "attribute",
                                named,
                                after == null ? named.then(prefix) : after,
                                limit)
                        .stream()
                        .takeWhile(item -> item.position().part(3).startsWith(prefix))
                        .toList();
    }

    private ThingRecord newThing(View view, CreateThingRequest request, Caller caller) {
        if (request.thingTypeName() != null) {
            checkAssignable(view, caller, request.thingTypeName());
        }
        Map<String, String> attributes = Attributes.of(request.attributePayload());
        checkAttributes(attributes, request.thingTypeName());
        ThingRecord.BillingMembership billing = null;
        if (request.billingGroupName() != null) {
            BillingGroupRecord group =
                    tables.billingGroups.get(
                            view, Registry.key(caller, request.billingGroupName()));
            if (group == null) {
                throw Faults.notFound("Billing Group", request.billingGroupName());
            }
            billing = new ThingRecord.BillingMembership(group.name(), group.id());
        }
        return new ThingRecord(
                caller.account().value(),
                caller.region(),
                request.thingName(),
                registry.newId(),
                request.thingTypeName(),
                attributes,
                1,
                billing,
                new TreeMap<>());
    }

    /// Creating a thing again is fine as long as it would be the same thing.
    private void checkSame(View view, ThingRecord old, CreateThingRequest request) {
        boolean same =
                Objects.equals(old.typeName(), request.thingTypeName())
                        && old.attributes().equals(Attributes.of(request.attributePayload()))
                        && Objects.equals(billingGroupOf(view, old), request.billingGroupName());
        if (!same) {
            throw Faults.exists("Thing", old.name(), old.id(), old.arn(), "attributes");
        }
    }

    private void checkAttributes(Map<String, String> attributes, @Nullable String typeName) {
        RegistryLimits limits = registry.limits;
        Attributes.check(
                attributes,
                typeName == null ? limits.attributesWithoutType() : limits.attributesWithType(),
                limits.attributesBytes(),
                typeName == null ? "A thing without a thing type" : "A thing with a thing type");
    }

    private void checkAssignable(View view, Caller caller, String typeName) {
        ThingTypeRecord type = tables.types.get(view, Registry.key(caller, typeName));
        if (type == null) {
            throw Faults.notFound("ThingType", typeName);
        }
        if (type.deprecatedAtMillis() != null) {
            throw Faults.invalid(
                    "Can not associate a thing with the deprecated thing type " + typeName);
        }
    }

    /// The name of the billing group that the thing is in, if that still exists.
    @Nullable String billingGroupOf(View view, ThingRecord thing) {
        ThingRecord.BillingMembership billing = thing.billing();
        if (billing == null) {
            return null;
        }
        BillingGroupRecord group =
                tables.billingGroups.get(
                        view, Key.of(thing.account(), thing.region(), billing.groupName()));
        return group != null && group.id().equals(billing.groupId()) ? group.name() : null;
    }

    private static ThingAttribute render(ThingRecord thing) {
        return ThingAttribute.builder()
                .thingName(thing.name())
                .thingTypeName(thing.typeName())
                .thingArn(thing.arn())
                .attributes(thing.attributes())
                .version(thing.version())
                .build();
    }
}
