package io.homeport.server;

import io.homeport.core.Json;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.DescribeThingResponse;
import software.amazon.awssdk.services.iot.model.IotResponse;
import software.amazon.awssdk.services.iot.model.ListThingGroupsForThingResponse;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What the registry answers, as its API writes it: members that aren't there are left out.
/// Stateless.
final class RegistryJson {
    private RegistryJson() {}

    static byte[] of(IotResponse response) {
        ObjectNode json = Json.MAPPER.createObjectNode();
        switch (response) {
            case DescribeThingResponse thing -> describe(thing, json);
            case ListThingGroupsForThingResponse groups -> list(groups, json);
            default -> throw new IllegalArgumentException("unexpected " + response.getClass());
        }
        return Json.MAPPER.writeValueAsBytes(json);
    }

    private static void describe(DescribeThingResponse thing, ObjectNode json) {
        put(json, "defaultClientId", thing.defaultClientId());
        put(json, "thingName", thing.thingName());
        put(json, "thingId", thing.thingId());
        put(json, "thingArn", thing.thingArn());
        put(json, "thingTypeName", thing.thingTypeName());
        ObjectNode attributes = json.putObject("attributes");
        thing.attributes().forEach(attributes::put);
        json.put("version", thing.version());
        put(json, "billingGroupName", thing.billingGroupName());
    }

    private static void list(ListThingGroupsForThingResponse groups, ObjectNode json) {
        ArrayNode list = json.putArray("thingGroups");
        groups.thingGroups()
                .forEach(group ->
                        list.addObject()
                                .put("groupName", group.groupName())
                                .put("groupArn", group.groupArn()));
        put(json, "nextToken", groups.nextToken());
    }

    private static void put(ObjectNode json, String name, @Nullable String value) {
        if (value != null) {
            json.put(name, value);
        }
    }
}
