package io.homeport.rules.actions;

import io.homeport.core.Json;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.TargetCall;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.services.iot.model.Action;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Loads the output into a delivery stream of Firehose.
///
/// Source: AWS IoT developer guide, "Kinesis Data Firehose".
final class FirehoseAction {
    private static final Set<String> SEPARATORS = Set.of("\n", "\t", "\r\n", ",");
    private static final int MAXIMUM_RECORDS = 500;

    private FirehoseAction() {}

    static ActionType of(AwsTargets targets) {
        return new TargetAction<>(
                "firehose",
                "FirehoseAction",
                targets,
                Action::firehose,
                FirehoseAction::plan,
                FirehoseAction::call);
    }

    private static ActionPlan plan(
            software.amazon.awssdk.services.iot.model.FirehoseAction action, PlanContext context) {
        context.literal("roleArn", action.roleArn());
        TemplateParameter stream =
                context.required("deliveryStreamName", action.deliveryStreamName());
        String separator = action.separator() == null ? "" : action.separator();
        if (!separator.isEmpty() && !SEPARATORS.contains(separator)) {
            throw new InvalidActionException(
                    "separator has to be a new line (\\n or \\r\\n), a tab or a comma");
        }
        boolean batch = Boolean.TRUE.equals(action.batchMode());
        return match -> {
            if (batch) {
                int records = match.json().filter(JsonNode::isArray).map(JsonNode::size).orElse(-1);
                if (records < 1 || records > MAXIMUM_RECORDS) {
                    throw ActionFailure.permanent(
                            "with batchMode the output has to be an array of 1 to "
                                    + MAXIMUM_RECORDS
                                    + " records");
                }
            }
            ObjectNode parameters = Json.MAPPER.createObjectNode();
            String name = stream.in(match);
            parameters.put("stream", name).put("separator", separator).put("batch", batch);
            return new ActionPlan.Decision(name, parameters, match.output());
        };
    }

    private static TargetCall call(Delivery delivery) {
        byte[] separator = delivery.parameter("separator").getBytes(StandardCharsets.UTF_8);
        List<byte[]> records = new ArrayList<>();
        if (delivery.parameters().path("batch").asBoolean()) {
            for (JsonNode element : (ArrayNode) Json.MAPPER.readTree(delivery.body())) {
                records.add(joined(Json.MAPPER.writeValueAsBytes(element), separator));
            }
        } else {
            records.add(joined(delivery.body(), separator));
        }
        return new TargetCall.Load(delivery.parameter("stream"), records);
    }

    private static byte[] joined(byte[] data, byte[] separator) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream(data.length + separator.length);
        joined.writeBytes(data);
        joined.writeBytes(separator);
        return joined.toByteArray();
    }
}
