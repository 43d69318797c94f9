package io.homeport.rules;

import io.homeport.aws.JsonResponse;
import io.homeport.aws.StoredShapes;
import io.homeport.core.Json;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.iot.model.GetTopicRuleResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Carries http actions' `batchConfig.batchAcrossTopics`, which AWS's API has and the SDK's types
/// have not, beside them: from the request to what is stored, and from there to the answer.
/// Stateless; thread-safe.
final class BatchAcrossTopics {
    private static final String MEMBER = "batchAcrossTopics";

    private BatchAcrossTopics() {}

    /// @param body TopicRulePayload as it was sent
    /// @param payload what the SDK's type kept of it, as JSON
    /// @throws software.amazon.awssdk.services.iot.model.IotException where it isn't a boolean
    static String kept(JsonNode body, String payload) {
        JsonNode tree = Json.MAPPER.readTree(payload);
        return carry(body, tree) ? Json.MAPPER.writeValueAsString(tree) : payload;
    }

    /// @param payload as {@link #kept} made it
    static SdkPojo shown(String payload, GetTopicRuleResponse response) {
        JsonNode tree = Json.MAPPER.readTree(StoredShapes.write(response));
        return carry(Json.MAPPER.readTree(payload), tree.path("rule"))
                ? new JsonResponse(Json.MAPPER.writeValueAsString(tree))
                : response;
    }

    /// Whether there was something to carry between these structures with the same actions.
    private static boolean carry(JsonNode from, JsonNode to) {
        boolean carried = carry(from.path("errorAction"), to.path("errorAction"), "errorAction");
        for (int i = 0; i < from.path("actions").size(); i++) {
            carried |=
                    carry(
                            from.path("actions").path(i),
                            to.path("actions").path(i),
                            "actions." + (i + 1));
        }
        return carried;
    }

    private static boolean carry(JsonNode from, JsonNode to, String path) {
        JsonNode value = from.path("http").path("batchConfig").path(MEMBER);
        if (value.isMissingNode() || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw Faults.other(
                    400,
                    "SerializationException",
                    "%s_VALUE can not be converted to a Boolean at '%s.http.batchConfig.%s'"
                            .formatted(value.getNodeType(), path, MEMBER));
        }
        if (to.path("http").path("batchConfig") instanceof ObjectNode config) {
            config.set(MEMBER, value);
        }
        return true;
    }
}
