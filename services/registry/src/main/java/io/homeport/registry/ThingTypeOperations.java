package io.homeport.registry;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.registry.Paging.Item;
import io.homeport.registry.Paging.Page;
import io.homeport.registry.ThingTypeRecord.Propagation;
import io.homeport.storage.Key;
import io.homeport.storage.View;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.CreateThingTypeRequest;
import software.amazon.awssdk.services.iot.model.CreateThingTypeResponse;
import software.amazon.awssdk.services.iot.model.DeleteThingTypeRequest;
import software.amazon.awssdk.services.iot.model.DeleteThingTypeResponse;
import software.amazon.awssdk.services.iot.model.DeprecateThingTypeRequest;
import software.amazon.awssdk.services.iot.model.DeprecateThingTypeResponse;
import software.amazon.awssdk.services.iot.model.DescribeThingTypeRequest;
import software.amazon.awssdk.services.iot.model.DescribeThingTypeResponse;
import software.amazon.awssdk.services.iot.model.ListThingTypesRequest;
import software.amazon.awssdk.services.iot.model.ListThingTypesResponse;
import software.amazon.awssdk.services.iot.model.PropagatingAttribute;
import software.amazon.awssdk.services.iot.model.ThingTypeDefinition;
import software.amazon.awssdk.services.iot.model.ThingTypeMetadata;
import software.amazon.awssdk.services.iot.model.ThingTypeProperties;
import software.amazon.awssdk.services.iot.model.UpdateThingTypeRequest;
import software.amazon.awssdk.services.iot.model.UpdateThingTypeResponse;

/// The operations on thing types. Thread-safe.
final class ThingTypeOperations {
    /// How long a type has to be deprecated before it can be deleted.
    static final Duration DELETION_DELAY = Duration.ofMinutes(5);

    private static final Set<String> CONNECTION_ATTRIBUTES =
            Set.of(RegistryViews.CLIENT_ID, RegistryViews.THING_NAME);

    private final Registry registry;
    private final Tables tables;
    private final TagStore tags;

    ThingTypeOperations(Registry registry, TagStore tags) {
        this.registry = registry;
        this.tables = registry.tables;
        this.tags = tags;
    }

    void register(OperationTable table) {
        table.add(
                        CreateThingTypeRequest.class,
                        CreateThingTypeRequest::builder,
                        this::createThingType)
                .add(
                        DescribeThingTypeRequest.class,
                        DescribeThingTypeRequest::builder,
                        this::describeThingType)
                .add(
                        UpdateThingTypeRequest.class,
                        UpdateThingTypeRequest::builder,
                        this::updateThingType)
                .add(
                        DeprecateThingTypeRequest.class,
                        DeprecateThingTypeRequest::builder,
                        this::deprecateThingType)
                .add(
                        DeleteThingTypeRequest.class,
                        DeleteThingTypeRequest::builder,
                        this::deleteThingType)
                .add(
                        ListThingTypesRequest.class,
                        ListThingTypesRequest::builder,
                        this::listThingTypes);
    }

    CreateThingTypeResponse createThingType(CreateThingTypeRequest request, Caller caller) {
        ThingTypeProperties properties = propertiesOf(request.thingTypeProperties());
        ThingTypeRecord type =
                registry.write(
                        caller,
                        (transaction, changes) -> {
                            Key key = Registry.key(caller, request.thingTypeName());
                            ThingTypeRecord made =
                                    new ThingTypeRecord(
                                            caller.account().value(),
                                            caller.region(),
                                            request.thingTypeName(),
                                            registry.newId(),
                                            properties.thingTypeDescription(),
                                            properties.searchableAttributes(),
                                            propagationsOf(properties),
                                            registry.clock.millis(),
                                            null);
                            ThingTypeRecord old = tables.types.get(transaction, key);
                            if (old != null) {
                                checkSame(old, made);
                                return old;
                            }
                            check(made);
                            tables.types.put(transaction, key, made);
                            tags.create(transaction, caller, made.arn(), request.tags());
                            changes.type("CREATED", made);
                            return made;
                        });
        return CreateThingTypeResponse.builder()
                .thingTypeName(type.name())
                .thingTypeArn(type.arn())
                .thingTypeId(type.id())
                .build();
    }

    DescribeThingTypeResponse describeThingType(DescribeThingTypeRequest request, Caller caller) {
        ThingTypeRecord type = registry.read(view -> type(view, caller, request.thingTypeName()));
        return DescribeThingTypeResponse.builder()
                .thingTypeName(type.name())
                .thingTypeId(type.id())
                .thingTypeArn(type.arn())
                .thingTypeProperties(renderProperties(type))
                .thingTypeMetadata(renderMetadata(type))
                .build();
    }

    UpdateThingTypeResponse updateThingType(UpdateThingTypeRequest request, Caller caller) {
        ThingTypeProperties properties = propertiesOf(request.thingTypeProperties());
        registry.write(
                caller,
                (transaction, changes) -> {
                    ThingTypeRecord old = type(transaction, caller, request.thingTypeName());
                    ThingTypeRecord updated =
                            old.withProperties(
                                    properties.thingTypeDescription() == null
                                            ? old.description()
                                            : properties.thingTypeDescription(),
                                    properties.hasSearchableAttributes()
                                            ? properties.searchableAttributes()
                                            : old.searchableAttributes(),
                                    properties.mqtt5Configuration() == null
                                            ? old.propagations()
                                            : propagationsOf(properties));
                    check(updated);
                    tables.types.put(transaction, Registry.key(caller, old.name()), updated);
                    changes.type("UPDATED", updated);
                    changes.rightsChanged();
                    return updated;
                });
        return UpdateThingTypeResponse.builder().build();
    }

    DeprecateThingTypeResponse deprecateThingType(
            DeprecateThingTypeRequest request, Caller caller) {
        boolean undo = Boolean.TRUE.equals(request.undoDeprecate());
        registry.write(
                caller,
                (transaction, changes) -> {
                    ThingTypeRecord old = type(transaction, caller, request.thingTypeName());
                    if (undo == (old.deprecatedAtMillis() == null)) {
                        return old;
                    }
                    ThingTypeRecord updated =
                            old.withDeprecation(undo ? null : (Long) registry.clock.millis());
                    tables.types.put(transaction, Registry.key(caller, old.name()), updated);
                    changes.type("UPDATED", updated);
                    return updated;
                });
        return DeprecateThingTypeResponse.builder().build();
    }

    DeleteThingTypeResponse deleteThingType(DeleteThingTypeRequest request, Caller caller) {
        registry.write(
                caller,
                (transaction, changes) -> {
                    ThingTypeRecord type = type(transaction, caller, request.thingTypeName());
                    Key key = Registry.key(caller, type.name());
                    checkDeletable(type);
                    if (!tables.things.listBy(transaction, "type", key, null, 1).isEmpty()) {
                        throw Faults.invalid(
                                "Cannot delete thing type : "
                                        + type.name()
                                        + ". There are still things associated with it");
                    }
                    tables.types.delete(transaction, key);
                    tags.remove(transaction, caller, type.arn());
                    changes.type("DELETED", type);
                    return true;
                });
        return DeleteThingTypeResponse.builder().build();
    }

    ListThingTypesResponse listThingTypes(ListThingTypesRequest request, Caller caller) {
        Paging.Request page =
                Paging.Request.of(
                        caller,
                        "ListThingTypes",
                        request.nextToken(),
                        request.maxResults(),
                        request.thingTypeName());
        Page<ThingTypeDefinition> types =
                registry.read(view ->
                        registry.paging.page(
                                page,
                                (after, limit) ->
                                        tables
                                                .types
                                                .list(view, Registry.key(caller), after, limit)
                                                .stream()
                                                .map(r -> new Item<>(r.key(), r.value()))
                                                .toList(),
                                type ->
                                        request.thingTypeName() == null
                                                || request.thingTypeName().equals(type.name()),
                                ThingTypeOperations::render));
        return ListThingTypesResponse.builder()
                .thingTypes(types.values())
                .nextToken(types.nextToken())
                .build();
    }

    private ThingTypeRecord type(View view, Caller caller, String name) {
        ThingTypeRecord type = tables.types.get(view, Registry.key(caller, name));
        if (type == null) {
            throw Faults.notFound("ThingType", name);
        }
        return type;
    }

    private void checkDeletable(ThingTypeRecord type) {
        Long deprecatedAt = type.deprecatedAtMillis();
        if (deprecatedAt == null) {
            throw Faults.invalid(
                    "Cannot delete thing type : "
                            + type.name()
                            + ". Please deprecate the thing type first");
        }
        if (registry.clock.millis() < deprecatedAt + DELETION_DELAY.toMillis()) {
            // Terraform's provider retries on exactly this text.
            throw Faults.invalid(
                    "Cannot delete thing type : "
                            + type.name()
                            + ". Please wait for 5 minutes after deprecation and then retry");
        }
    }

    private void check(ThingTypeRecord type) {
        if (type.searchableAttributes().size() > registry.limits.searchableAttributes()) {
            throw Faults.invalid(
                    "A thing type can have at most "
                            + registry.limits.searchableAttributes()
                            + " searchable attributes, but "
                            + type.searchableAttributes().size()
                            + " were given");
        }
        if (type.propagations().size() > registry.limits.propagatingAttributes()) {
            throw Faults.invalid(
                    "A thing type can have at most "
                            + registry.limits.propagatingAttributes()
                            + " propagating attributes, but "
                            + type.propagations().size()
                            + " were given");
        }
        for (Propagation propagation : type.propagations()) {
            String connectionAttribute = propagation.connectionAttribute();
            if ((propagation.thingAttribute() == null) == (connectionAttribute == null)) {
                throw Faults.invalid(
                        "The propagating attribute with userPropertyKey "
                                + propagation.userPropertyKey()
                                + " must have either a thingAttribute or a connectionAttribute");
            }
            if (connectionAttribute != null
                    && !CONNECTION_ATTRIBUTES.contains(connectionAttribute)) {
                throw Faults.invalid(
                        "connectionAttribute must be "
                                + RegistryViews.CLIENT_ID
                                + " or "
                                + RegistryViews.THING_NAME
                                + ", not "
                                + connectionAttribute);
            }
        }
    }

    private static void checkSame(ThingTypeRecord old, ThingTypeRecord made) {
        boolean same =
                Objects.equals(old.description(), made.description())
                        && old.searchableAttributes().equals(made.searchableAttributes())
                        && old.propagations().equals(made.propagations());
        if (!same) {
            throw Faults.exists("ThingType", old.name(), old.id(), old.arn(), "properties");
        }
    }

    private static ThingTypeProperties propertiesOf(@Nullable ThingTypeProperties properties) {
        return properties == null ? ThingTypeProperties.builder().build() : properties;
    }

    private static List<Propagation> propagationsOf(ThingTypeProperties properties) {
        if (properties.mqtt5Configuration() == null) {
            return List.of();
        }
        return properties.mqtt5Configuration().propagatingAttributes().stream()
                .map(ThingTypeOperations::propagationOf)
                .toList();
    }

    private static Propagation propagationOf(PropagatingAttribute attribute) {
        if (attribute.userPropertyKey() == null) {
            throw Faults.invalid("A propagating attribute needs a userPropertyKey");
        }
        return new Propagation(
                attribute.userPropertyKey(),
                attribute.thingAttribute(),
                attribute.connectionAttribute());
    }

    private static ThingTypeDefinition render(ThingTypeRecord type) {
        return ThingTypeDefinition.builder()
                .thingTypeName(type.name())
                .thingTypeArn(type.arn())
                .thingTypeProperties(renderProperties(type))
                .thingTypeMetadata(renderMetadata(type))
                .build();
    }

    private static ThingTypeProperties renderProperties(ThingTypeRecord type) {
        ThingTypeProperties.Builder properties =
                ThingTypeProperties.builder()
                        .thingTypeDescription(type.description())
                        .searchableAttributes(type.searchableAttributes());
        if (!type.propagations().isEmpty()) {
            List<PropagatingAttribute> attributes =
                    type.propagations().stream()
                            .map(propagation ->
                                    PropagatingAttribute.builder()
                                            .userPropertyKey(propagation.userPropertyKey())
                                            .thingAttribute(propagation.thingAttribute())
                                            .connectionAttribute(propagation.connectionAttribute())
                                            .build())
                            .toList();
            properties.mqtt5Configuration(c -> c.propagatingAttributes(attributes));
        }
        return properties.build();
    }

    private static ThingTypeMetadata renderMetadata(ThingTypeRecord type) {
        Long deprecatedAt = type.deprecatedAtMillis();
        return ThingTypeMetadata.builder()
                .deprecated(deprecatedAt != null)
                .deprecationDate(deprecatedAt == null ? null : Instant.ofEpochMilli(deprecatedAt))
                .creationDate(Instant.ofEpochMilli(type.createdAtMillis()))
                .build();
    }
}
