package io.homeport.registry;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.registry.Paging.Item;
import io.homeport.registry.Paging.Page;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.View;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.AttachThingPrincipalRequest;
import software.amazon.awssdk.services.iot.model.AttachThingPrincipalResponse;
import software.amazon.awssdk.services.iot.model.DetachThingPrincipalRequest;
import software.amazon.awssdk.services.iot.model.DetachThingPrincipalResponse;
import software.amazon.awssdk.services.iot.model.ListPrincipalThingsRequest;
import software.amazon.awssdk.services.iot.model.ListPrincipalThingsResponse;
import software.amazon.awssdk.services.iot.model.ListPrincipalThingsV2Request;
import software.amazon.awssdk.services.iot.model.ListPrincipalThingsV2Response;
import software.amazon.awssdk.services.iot.model.ListThingPrincipalsRequest;
import software.amazon.awssdk.services.iot.model.ListThingPrincipalsResponse;
import software.amazon.awssdk.services.iot.model.ListThingPrincipalsV2Request;
import software.amazon.awssdk.services.iot.model.ListThingPrincipalsV2Response;
import software.amazon.awssdk.services.iot.model.PrincipalThingObject;
import software.amazon.awssdk.services.iot.model.ThingPrincipalObject;
import software.amazon.awssdk.services.iot.model.ThingPrincipalType;

/// The operations on which principal belongs to which thing. Thread-safe.
///
/// A principal with an exclusive attachment has no other one (AWS IoT Core developer guide,
/// "Associating an AWS IoT thing to an MQTT client connection").
final class ThingPrincipalOperations {
    private final Registry registry;
    private final Tables tables;
    private final ThingOperations things;
    private final PrincipalDirectory principals;

    ThingPrincipalOperations(
            Registry registry, ThingOperations things, PrincipalDirectory principals) {
        this.registry = registry;
        this.tables = registry.tables;
        this.things = things;
        this.principals = principals;
    }

    void register(OperationTable table) {
        table.add(
                        AttachThingPrincipalRequest.class,
                        AttachThingPrincipalRequest::builder,
                        this::attachThingPrincipal)
                .add(
                        DetachThingPrincipalRequest.class,
                        DetachThingPrincipalRequest::builder,
                        this::detachThingPrincipal)
                .add(
                        ListThingPrincipalsRequest.class,
                        ListThingPrincipalsRequest::builder,
                        this::listThingPrincipals)
                .add(
                        ListThingPrincipalsV2Request.class,
                        ListThingPrincipalsV2Request::builder,
                        this::listThingPrincipalsV2)
                .add(
                        ListPrincipalThingsRequest.class,
                        ListPrincipalThingsRequest::builder,
                        this::listPrincipalThings)
                .add(
                        ListPrincipalThingsV2Request.class,
                        ListPrincipalThingsV2Request::builder,
                        this::listPrincipalThingsV2);
    }

    AttachThingPrincipalResponse attachThingPrincipal(
            AttachThingPrincipalRequest request, Caller caller) {
        boolean exclusive =
                Objects.equals(
                        exclusivity(
                                request.thingPrincipalType(), request.thingPrincipalTypeAsString()),
                        true);
        // The directory's own store is read before the transaction, since reads wait for the disk.
        registry.read(view -> things.thing(view, caller, request.thingName()));
        checkPrincipal(caller, request.principal());
        registry.write(
                caller,
                (transaction, changes) -> {
                    ThingRecord thing = things.thing(transaction, caller, request.thingName());
                    AttachmentRecord made =
                            new AttachmentRecord(
                                    caller.account().value(),
                                    caller.region(),
                                    thing.name(),
                                    request.principal(),
                                    exclusive);
                    Key key = Registry.key(caller, thing.name(), request.principal());
                    AttachmentRecord old = tables.attachments.get(transaction, key);
                    if (made.equals(old)) {
                        return old;
                    }
                    checkAttachable(transaction, caller, made, old);
                    tables.attachments.put(transaction, key, made);
                    if (old == null) {
                        tables.addToCount(transaction, countKey(caller, thing.name()), 1);
                    }
                    changes.rightsChanged();
                    return made;
                });
        return AttachThingPrincipalResponse.builder().build();
    }

    DetachThingPrincipalResponse detachThingPrincipal(
            DetachThingPrincipalRequest request, Caller caller) {
        registry.write(
                caller,
                (transaction, changes) -> {
                    ThingRecord thing = things.thing(transaction, caller, request.thingName());
                    boolean detached =
                            tables.attachments.delete(
                                    transaction,
                                    Registry.key(caller, thing.name(), request.principal()));
                    if (detached) {
                        tables.addToCount(transaction, countKey(caller, thing.name()), -1);
                        changes.rightsChanged();
                    }
                    return detached;
                });
        return DetachThingPrincipalResponse.builder().build();
    }

    ListThingPrincipalsResponse listThingPrincipals(
            ListThingPrincipalsRequest request, Caller caller) {
        Page<String> page =
                ofThing(
                        Paging.Request.of(
                                caller,
                                "ListThingPrincipals",
                                request.nextToken(),
                                request.maxResults(),
                                request.thingName()),
                        caller,
                        request.thingName(),
                        attachment -> true,
                        AttachmentRecord::principal);
        return ListThingPrincipalsResponse.builder()
                .principals(page.values())
                .nextToken(page.nextToken())
                .build();
    }

    ListThingPrincipalsV2Response listThingPrincipalsV2(
            ListThingPrincipalsV2Request request, Caller caller) {
        Page<ThingPrincipalObject> page =
                ofThing(
                        Paging.Request.of(
                                caller,
                                "ListThingPrincipalsV2",
                                request.nextToken(),
                                request.maxResults(),
                                request.thingName(),
                                request.thingPrincipalTypeAsString()),
                        caller,
                        request.thingName(),
                        ofType(request.thingPrincipalType(), request.thingPrincipalTypeAsString()),
                        attachment ->
                                ThingPrincipalObject.builder()
                                        .principal(attachment.principal())
                                        .thingPrincipalType(typeOf(attachment))
                                        .build());
        return ListThingPrincipalsV2Response.builder()
                .thingPrincipalObjects(page.values())
                .nextToken(page.nextToken())
                .build();
    }

    ListPrincipalThingsResponse listPrincipalThings(
            ListPrincipalThingsRequest request, Caller caller) {
        Page<String> page =
                ofPrincipal(
                        Paging.Request.of(
                                caller,
                                "ListPrincipalThings",
                                request.nextToken(),
                                request.maxResults(),
                                request.principal()),
                        caller,
                        request.principal(),
                        attachment -> true,
                        AttachmentRecord::thingName);
        return ListPrincipalThingsResponse.builder()
                .things(page.values())
                .nextToken(page.nextToken())
                .build();
    }

    ListPrincipalThingsV2Response listPrincipalThingsV2(
            ListPrincipalThingsV2Request request, Caller caller) {
        Page<PrincipalThingObject> page =
                ofPrincipal(
                        Paging.Request.of(
                                caller,
                                "ListPrincipalThingsV2",
                                request.nextToken(),
                                request.maxResults(),
                                request.principal(),
                                request.thingPrincipalTypeAsString()),
                        caller,
                        request.principal(),
                        ofType(request.thingPrincipalType(), request.thingPrincipalTypeAsString()),
                        attachment ->
                                PrincipalThingObject.builder()
                                        .thingName(attachment.thingName())
                                        .thingPrincipalType(typeOf(attachment))
                                        .build());
        return ListPrincipalThingsV2Response.builder()
                .principalThingObjects(page.values())
                .nextToken(page.nextToken())
                .build();
    }

    private <T> Page<T> ofThing(
            Paging.Request request,
            Caller caller,
            String thingName,
            Predicate<AttachmentRecord> filter,
            Function<AttachmentRecord, T> render) {
        return registry.read(view -> {
            Key key = Registry.key(caller, things.thing(view, caller, thingName).name());
            return registry.paging.page(
                    request,
                    (after, limit) ->
                            tables.attachments.list(view, key, after, limit).stream()
                                    .map(row -> new Item<>(row.key(), row.value()))
                                    .toList(),
                    filter,
                    render);
        });
    }

    private <T> Page<T> ofPrincipal(
            Paging.Request request,
            Caller caller,
            String principal,
            Predicate<AttachmentRecord> filter,
            Function<AttachmentRecord, T> render) {
        checkPrincipal(caller, principal);
        Key key = Registry.key(caller, principal);
        return registry.read(view ->
                registry.paging.page(
                        request,
                        (after, limit) -> byPrincipal(view, key, after, limit),
                        filter,
                        render));
    }

    private List<Item<AttachmentRecord>> byPrincipal(
            View view, Key key, @Nullable Key after, int limit) {
        return tables.attachments.listBy(view, "principal", key, after, limit).stream()
                .map(row -> new Item<>(row.position(), row.value()))
                .toList();
    }

    private void checkPrincipal(Caller caller, String principal) {
        if (!principals.exists(caller.account(), caller.region(), principal)) {
            throw Faults.notFound("Principal", principal);
        }
    }

    /// @param old the principal's attachment to this same thing, of the other type
    private void checkAttachable(
            View view, Caller caller, AttachmentRecord made, @Nullable AttachmentRecord old) {
        Key key = Registry.key(caller, made.principal());
        for (Table.IndexRow<AttachmentRecord> row :
                tables.attachments.listBy(view, "principal", key, null, 2)) {
            AttachmentRecord other = row.value();
            if (other.thingName().equals(made.thingName())) {
                continue;
            }
            if (other.exclusive()) {
                throw Faults.invalid(
                        "Principal "
                                + made.principal()
                                + " is exclusively attached to thing "
                                + other.thingName());
            }
            if (made.exclusive()) {
                throw Faults.invalid(
                        "Principal "
                                + made.principal()
                                + " can not be attached exclusively, since it is attached to thing "
                                + other.thingName());
            }
        }
        int limit = registry.limits.principalsPerThing();
        if (old == null && tables.count(view, countKey(caller, made.thingName())) >= limit) {
            throw Faults.invalid(
                    "Thing " + made.thingName() + " can have at most " + limit + " principals");
        }
    }

    private static Key countKey(Caller caller, String thingName) {
        return Registry.key(caller, "principals", thingName);
    }

    private static Predicate<AttachmentRecord> ofType(
            @Nullable ThingPrincipalType type, @Nullable String text) {
        Boolean exclusive = exclusivity(type, text);
        return attachment -> exclusive == null || exclusive == attachment.exclusive();
    }

    /// Null where the request names no type.
    private static @Nullable Boolean exclusivity(
            @Nullable ThingPrincipalType type, @Nullable String text) {
        if (type == null) {
            return null;
        }
        return switch (type) {
            case EXCLUSIVE_THING -> true;
            case NON_EXCLUSIVE_THING -> false;
            case UNKNOWN_TO_SDK_VERSION ->
                    throw Faults.invalid("Invalid thingPrincipalType: " + text);
        };
    }

    private static ThingPrincipalType typeOf(AttachmentRecord attachment) {
        return attachment.exclusive()
                ? ThingPrincipalType.EXCLUSIVE_THING
                : ThingPrincipalType.NON_EXCLUSIVE_THING;
    }
}
