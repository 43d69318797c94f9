package io.homeport.gateway;

import io.homeport.aws.ApiRequest;
import io.homeport.core.Json;
import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttEncoder;
import io.homeport.mqtt.Topics;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iotdataplane.model.InvalidRequestException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// Reads the query and header fields of Publish and its kin. Immutable.
///
/// @param parameters of path and query
record PublishParameters(Map<String, String> parameters, ApiRequest request) {
    private static final int MAXIMUM_STRING_BYTES = 65_535;

    String topic() {
        String topic = parameters.getOrDefault("topic", "");
        if (!Topics.isValidTopicName(topic)) {
            throw invalid("'" + topic + "' is no topic to publish to");
        }
        return topic;
    }

    int qos() {
        Integer qos = number("qos");
        if (qos != null && qos != 0 && qos != 1) {
            throw invalid("qos is 0 or 1, not " + qos);
        }
        return qos == null ? 0 : qos;
    }

    /// A boolean that is false where it is absent.
    boolean flag(String name) {
        String text = parameters.getOrDefault(name, "false");
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw invalid(name + " is true or false, not '" + text + "'");
        };
    }

    @Nullable Integer number(String name) {
        String text = parameters.get(name);
        if (text == null) {
            return null;
        }
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException e) {
            throw invalid(name + " is a number, not '" + text + "'");
        }
    }

    MessageProperties properties() {
        return new MessageProperties(
                payloadFormat(),
                messageExpiry(),
                text("contentType"),
                responseTopic(),
                correlationData(),
                userProperties());
    }

    private @Nullable Integer payloadFormat() {
        String value = request.header("x-amz-mqtt5-payload-format-indicator");
        if (value == null) {
            return null;
        }
        return switch (value) {
            case "UNSPECIFIED_BYTES" -> 0;
            case "UTF8_DATA" -> 1;
            default ->
                    throw invalid(
                            "x-amz-mqtt5-payload-format-indicator is UNSPECIFIED_BYTES or"
                                    + " UTF8_DATA, not '"
                                    + value
                                    + "'");
        };
    }

    /// In the HTTP API 0 stands for a message that doesn't expire.
    private @Nullable Long messageExpiry() {
        String value = parameters.get("messageExpiry");
        if (value == null) {
            return null;
        }
        try {
            long seconds = Long.parseLong(value);
            if (seconds >= 0 && seconds <= 0xFFFF_FFFFL) {
                return seconds == 0 ? null : seconds;
            }
        } catch (NumberFormatException e) {
            throw invalid("messageExpiry is a number of seconds, not '" + value + "'");
        }
        throw invalid("messageExpiry is 0 to 4294967295 seconds, not " + value);
    }

    private @Nullable String responseTopic() {
        String topic = text("responseTopic");
        if (topic != null && !Topics.isValidTopicName(topic)) {
            throw invalid("responseTopic '" + topic + "' is no topic to publish to");
        }
        return topic;
    }

    private byte @Nullable [] correlationData() {
        String value = request.header("x-amz-mqtt5-correlation-data");
        if (value == null) {
            return null;
        }
        byte[] data = base64("x-amz-mqtt5-correlation-data", value);
        if (data.length > MAXIMUM_STRING_BYTES) {
            throw invalid("x-amz-mqtt5-correlation-data is too long");
        }
        return data;
    }

    /// A base64 JSON array of objects with one member each.
    private List<UserProperty> userProperties() {
        String value = request.header("x-amz-mqtt5-user-properties");
        if (value == null) {
            return List.of();
        }
        JsonNode root;
        try {
            root = Json.MAPPER.readTree(base64("x-amz-mqtt5-user-properties", value));
        } catch (JacksonException e) {
            throw invalid("x-amz-mqtt5-user-properties isn't JSON: " + e.getOriginalMessage());
        }
        if (!(root instanceof ArrayNode array)) {
            throw invalid("x-amz-mqtt5-user-properties isn't a JSON array");
        }
        List<UserProperty> properties = new ArrayList<>();
        for (JsonNode element : array) {
            if (!element.isObject()) {
                throw invalid("x-amz-mqtt5-user-properties holds something that is no object");
            }
            for (Map.Entry<String, JsonNode> member : element.properties()) {
                if (!member.getValue().isString()) {
                    throw invalid("user property '" + member.getKey() + "' isn't a string");
                }
                properties.add(
                        new UserProperty(
                                encodable(member.getKey()),
                                encodable(member.getValue().stringValue())));
            }
        }
        return properties;
    }

    /// The form in which the API shows user properties, before base64.
    static byte[] userPropertiesJson(List<UserProperty> properties) {
        List<Map<String, String>> array = new ArrayList<>();
        for (UserProperty property : properties) {
            array.add(Map.of(property.name(), property.value()));
        }
        return Json.MAPPER.writeValueAsBytes(array);
    }

    private @Nullable String text(String name) {
        String value = parameters.get(name);
        return value == null || value.isEmpty() ? null : encodable(value);
    }

    private static String encodable(String text) {
        if (!MqttEncoder.isEncodable(text)) {
            throw invalid("MQTT can't carry this text: too long, or U+0000 in it");
        }
        return text;
    }

    private static byte[] base64(String header, String value) {
        try {
            return Base64.getDecoder().decode(value);
        } catch (IllegalArgumentException e) {
            throw invalid(header + " isn't base64: " + e.getMessage());
        }
    }

    private static InvalidRequestException invalid(String message) {
        return InvalidRequestException.builder().message(message).build();
    }
}
