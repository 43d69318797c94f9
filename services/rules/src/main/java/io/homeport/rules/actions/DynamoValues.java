package io.homeport.rules.actions;

import io.homeport.core.Json;
import java.util.Base64;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Plain JSON as DynamoDB's JSON, in which each value has its type: `{"S": "red"}`. Stateless.
final class DynamoValues {
    private DynamoValues() {}

    /// Reads JSON whose numbers stay as exact as they were written.
    static JsonNode parse(byte[] json) {
        return Json.MAPPER
                .readerFor(JsonNode.class)
                .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .readValue(json);
    }

    static ObjectNode of(JsonNode plain) {
        ObjectNode typed = Json.MAPPER.createObjectNode();
        switch (plain.getNodeType()) {
            case STRING -> typed.put("S", plain.asString());
            case NUMBER -> typed.put("N", plain.decimalValue().toString());
            case BOOLEAN -> typed.put("BOOL", plain.asBoolean());
            case OBJECT -> typed.set("M", attributes((ObjectNode) plain));
            case ARRAY -> {
                ArrayNode list = typed.putArray("L");
                plain.forEach(element -> list.add(of(element)));
            }
            case NULL, MISSING, BINARY, POJO -> typed.put("NULL", true);
        }
        return typed;
    }

    /// An object's members as attributes.
    static ObjectNode attributes(ObjectNode plain) {
        ObjectNode attributes = Json.MAPPER.createObjectNode();
        plain.properties()
                .forEach(member -> attributes.set(member.getKey(), of(member.getValue())));
        return attributes;
    }

    static ObjectNode binary(byte[] bytes) {
        return Json.MAPPER.createObjectNode().put("B", Base64.getEncoder().encodeToString(bytes));
    }
}
