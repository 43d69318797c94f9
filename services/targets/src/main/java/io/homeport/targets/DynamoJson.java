package io.homeport.targets;

import io.homeport.core.Json;
import io.homeport.core.targets.TargetFailedException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// DynamoDB's JSON (`{"id": {"S": "lamp"}}`) as the SDK's attribute values and back. Stateless.
final class DynamoJson {
    private DynamoJson() {}

    static Map<String, AttributeValue> attributes(ObjectNode item) {
        Map<String, AttributeValue> attributes = new LinkedHashMap<>();
        item.properties().forEach(one -> attributes.put(one.getKey(), value(one.getValue())));
        return attributes;
    }

    private static AttributeValue value(JsonNode typed) {
        String type = typed.propertyNames().iterator().next();
        JsonNode value = typed.path(type);
        return switch (type) {
            case "S" -> AttributeValue.fromS(value.asString());
            case "N" -> AttributeValue.fromN(value.asString());
            case "BOOL" -> AttributeValue.fromBool(value.asBoolean());
            case "NULL" -> AttributeValue.fromNul(true);
            case "B" ->
                    AttributeValue.fromB(
                            SdkBytes.fromByteArray(Base64.getDecoder().decode(value.asString())));
            case "M" -> AttributeValue.fromM(attributes((ObjectNode) value));
            case "L" -> {
                List<AttributeValue> list = new ArrayList<>();
                value.forEach(element -> list.add(value(element)));
                yield AttributeValue.fromL(list);
            }
            default -> throw TargetFailedException.refused("DynamoDB has no type " + type);
        };
    }

    static ObjectNode item(Map<String, AttributeValue> attributes) {
        ObjectNode item = Json.MAPPER.createObjectNode();
        attributes.forEach((name, value) -> item.set(name, node(value)));
        return item;
    }

    private static ObjectNode node(AttributeValue value) {
        ObjectNode node = Json.MAPPER.createObjectNode();
        switch (value.type()) {
            case S -> node.put("S", value.s());
            case N -> node.put("N", value.n());
            case BOOL -> node.put("BOOL", value.bool());
            case NUL -> node.put("NULL", true);
            case B -> node.put("B", Base64.getEncoder().encodeToString(value.b().asByteArray()));
            case M -> node.set("M", item(value.m()));
            case L -> {
                ArrayNode list = node.putArray("L");
                value.l().forEach(element -> list.add(node(element)));
            }
            case SS -> value.ss().forEach(node.putArray("SS")::add);
            case NS -> value.ns().forEach(node.putArray("NS")::add);
            case BS -> {
                ArrayNode list = node.putArray("BS");
                value.bs()
                        .forEach(element ->
                                list.add(
                                        Base64.getEncoder().encodeToString(element.asByteArray())));
            }
            case UNKNOWN_TO_SDK_VERSION ->
                    throw TargetFailedException.refused("an attribute has a type that is unknown");
        }
        return node;
    }
}
