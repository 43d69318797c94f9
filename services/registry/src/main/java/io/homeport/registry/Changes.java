package io.homeport.registry;

import io.homeport.aws.Caller;
import io.homeport.core.Message;
import io.homeport.core.MessageProperties;
import io.homeport.storage.Key;
import io.homeport.storage.Transaction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.EventType;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a transaction makes known after its commit: registry events, for those kinds that the
/// account has enabled, and whether rights may have changed. Owned by the transaction's thread.
///
/// JSON and topics: AWS IoT Core developer guide, "Registry events".
final class Changes {
    private final Registry registry;
    private final Caller caller;
    private final @Nullable EventConfigurationRecord configuration;
    private final List<Message> messages = new ArrayList<>();
    private boolean rightsChanged;

    Changes(Registry registry, Transaction transaction, Caller caller) {
        this.registry = registry;
        this.caller = caller;
        this.configuration =
                registry.tables.eventConfigurations.get(
                        transaction, Key.of(caller.account().value(), caller.region()));
    }

    List<Message> messages() {
        return messages;
    }

    boolean haveRightsChanged() {
        return rightsChanged;
    }

    /// What policies and connections see of the registry has changed.
    void rightsChanged() {
        rightsChanged = true;
    }

    void thing(String operation, ThingRecord thing) {
        if (!wanted(EventType.THING)) {
            return;
        }
        ObjectNode event = event("THING_EVENT", operation);
        event.put("accountId", thing.account());
        event.put("thingId", thing.id());
        event.put("thingName", thing.name());
        event.put("versionNumber", thing.version());
        event.put("thingTypeName", thing.typeName());
        putAttributes(event, thing.attributes());
        publish("thing/" + thing.name() + "/" + pathOf(operation), event);
    }

    void type(String operation, ThingTypeRecord type) {
        if (!wanted(EventType.THING_TYPE)) {
            return;
        }
        ObjectNode event = event("THING_TYPE_EVENT", operation);
        event.put("accountId", type.account());
        event.put("thingTypeId", type.id());
        event.put("thingTypeName", type.name());
        event.put("isDeprecated", type.deprecatedAtMillis() != null);
        event.put("deprecationDate", type.deprecatedAtMillis());
        ArrayNode searchable = event.putArray("searchableAttributes");
        type.searchableAttributes().forEach(searchable::add);
        ArrayNode propagating = event.putArray("propagatingAttributes");
        for (ThingTypeRecord.Propagation propagation : type.propagations()) {
            ObjectNode node = propagating.addObject();
            node.put("userPropertyKey", propagation.userPropertyKey());
            if (propagation.thingAttribute() != null) {
                node.put("thingAttribute", propagation.thingAttribute());
            }
            if (propagation.connectionAttribute() != null) {
                node.put("connectionAttribute", propagation.connectionAttribute());
            }
        }
        event.put("description", type.description());
        publish("thingType/" + type.name() + "/" + pathOf(operation), event);
    }

    /// @param operation `ADDED` or `REMOVED`
    void typeAssociation(String operation, ThingRecord thing, String typeName) {
        if (!wanted(EventType.THING_TYPE_ASSOCIATION)) {
            return;
        }
        ObjectNode event = event("THING_TYPE_ASSOCIATION_EVENT", operation);
        event.put("thingId", thing.id());
        event.put("thingName", thing.name());
        event.put("thingTypeName", typeName);
        publish(
                "thingTypeAssociation/thing/"
                        + thing.name()
                        + "/thingType/"
                        + typeName
                        + "/"
                        + pathOf(operation),
                event);
    }

    void group(String operation, ThingGroupRecord group) {
        if (!wanted(EventType.THING_GROUP)) {
            return;
        }
        GroupReference parent = group.parent();
        ObjectNode event = event("THING_GROUP_EVENT", operation);
        event.put("accountId", group.account());
        event.put("thingGroupId", group.id());
        event.put("thingGroupName", group.name());
        event.put("versionNumber", group.version());
        event.put("parentGroupName", parent == null ? null : parent.name());
        event.put("parentGroupId", parent == null ? null : parent.id());
        event.put("description", group.description());
        ArrayNode path = event.putArray("rootToParentThingGroups");
        for (GroupReference ancestor : group.ancestors()) {
            path.addObject()
                    .put(
                            "groupArn",
                            Arns.thingGroup(group.account(), group.region(), ancestor.name()))
                    .put("groupId", ancestor.id());
        }
        putAttributes(event, group.attributes());
        event.putNull("dynamicGroupMappingId");
        publish("thingGroup/" + group.name() + "/" + pathOf(operation), event);
    }

    /// @param operation `ADDED` or `REMOVED`
    void membership(
            String operation, ThingRecord thing, ThingGroupRecord group, String membershipId) {
        if (!wanted(EventType.THING_GROUP_MEMBERSHIP)) {
            return;
        }
        ObjectNode event = event("THING_GROUP_MEMBERSHIP_EVENT", operation);
        event.put("accountId", thing.account());
        event.put("groupArn", group.arn());
        event.put("groupId", group.id());
        event.put("thingArn", thing.arn());
        event.put("thingId", thing.id());
        event.put("membershipId", membershipId);
        publish(
                "thingGroupMembership/thingGroup/"
                        + group.name()
                        + "/thing/"
                        + thing.name()
                        + "/"
                        + pathOf(operation),
                event);
    }

    /// @param operation `ADDED` or `REMOVED`
    void hierarchy(String operation, GroupReference parent, ThingGroupRecord child) {
        if (!wanted(EventType.THING_GROUP_HIERARCHY)) {
            return;
        }
        ObjectNode event = event("THING_GROUP_HIERARCHY_EVENT", operation);
        event.put("accountId", child.account());
        event.put("thingGroupId", parent.id());
        event.put("thingGroupName", parent.name());
        event.put("childGroupId", child.id());
        event.put("childGroupName", child.name());
        publish(
                "thingGroupHierarchy/thingGroup/"
                        + parent.name()
                        + "/childThingGroup/"
                        + child.name()
                        + "/"
                        + pathOf(operation),
                event);
    }

    private boolean wanted(EventType type) {
        return configuration != null
                && configuration.enabled().getOrDefault(type.toString(), false);
    }

    private ObjectNode event(String eventType, String operation) {
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        event.put("eventType", eventType);
        event.put("eventId", registry.newId());
        event.put("timestamp", registry.clock.millis());
        event.put("operation", operation);
        return event;
    }

    private static void putAttributes(ObjectNode event, Map<String, String> attributes) {
        ObjectNode node = event.putObject("attributes");
        attributes.forEach(node::put);
    }

    private static String pathOf(String operation) {
        return switch (operation) {
            case "CREATED" -> "created";
            case "UPDATED" -> "updated";
            case "DELETED" -> "deleted";
            case "ADDED" -> "added";
            case "REMOVED" -> "removed";
            default -> throw new AssertionError("no such operation: " + operation);
        };
    }

    private void publish(String topic, ObjectNode event) {
        messages.add(
                new Message(
                        caller.account(),
                        "$aws/events/" + topic,
                        event.toString().getBytes(StandardCharsets.UTF_8),
                        1,
                        false,
                        MessageProperties.NONE,
                        null,
                        registry.clock.millis()));
    }
}
