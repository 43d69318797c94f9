package io.homeport.rules.actions;

import io.homeport.core.Json;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.TargetCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.TimestreamDimension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes each member of the output as a record of a Timestream table.
///
/// Source: AWS IoT developer guide, "Timestream".
final class TimestreamAction {
    private static final int MAXIMUM_MEASURES = 100;
    private static final int MAXIMUM_DIMENSIONS = 128;

    private TimestreamAction() {}

    static ActionType of(AwsTargets targets) {
        return new TargetAction<>(
                "timestream",
                "TimestreamAction",
                targets,
                Action::timestream,
                TimestreamAction::plan,
                TimestreamAction::call);
    }

    private static ActionPlan plan(
            software.amazon.awssdk.services.iot.model.TimestreamAction action,
            PlanContext context) {
        context.literal("roleArn", action.roleArn());
        TemplateParameter database = context.required("databaseName", action.databaseName());
        TemplateParameter table = context.required("tableName", action.tableName());
        Map<String, TemplateParameter> dimensions = dimensions(action.dimensions(), context);
        Timestamp timestamp =
                action.timestamp() == null
                        ? Timestamp.ARRIVAL
                        : Timestamp.of(
                                action.timestamp().value(), action.timestamp().unit(), context);
        return match -> {
            checkMeasures(match);
            ObjectNode parameters = Json.MAPPER.createObjectNode();
            String resource = table.in(match);
            parameters.put("database", database.in(match)).put("table", resource);
            timestamp.resolve(match, parameters);
            ObjectNode resolved = parameters.putObject("dimensions");
            for (Map.Entry<String, TemplateParameter> dimension : dimensions.entrySet()) {
                resolved.put(dimension.getKey(), dimension.getValue().in(match));
            }
            return new ActionPlan.Decision(resource, parameters, match.output());
        };
    }

    private static Map<String, TemplateParameter> dimensions(
            List<TimestreamDimension> given, PlanContext context) {
        if (given.isEmpty() || given.size() > MAXIMUM_DIMENSIONS) {
            throw new InvalidActionException(
                    "dimensions has to have 1 to " + MAXIMUM_DIMENSIONS + " entries");
        }
        Map<String, TemplateParameter> dimensions = new LinkedHashMap<>();
        for (TimestreamDimension dimension : given) {
            String name = context.literal("dimensions.name", dimension.name());
            if (dimensions.put(name, context.required("dimensions.value", dimension.value()))
                    != null) {
                throw new InvalidActionException("dimensions has '" + name + "' twice");
            }
        }
        return dimensions;
    }

    private static void checkMeasures(RuleMatch match) throws ActionFailure {
        int measures =
                match.json()
                        .filter(JsonNode::isObject)
                        .map(output -> measures((ObjectNode) output).size())
                        .orElse(0);
        if (measures < 1 || measures > MAXIMUM_MEASURES) {
            throw ActionFailure.permanent(
                    "the output has to be an object with 1 to " + MAXIMUM_MEASURES + " values");
        }
    }

    private static List<TargetCall.Measure> measures(ObjectNode output) {
        List<TargetCall.Measure> measures = new ArrayList<>();
        output.properties()
                .forEach(member -> {
                    JsonNode value = member.getValue();
                    if (!value.isNull()) {
                        measures.add(
                                new TargetCall.Measure(
                                        member.getKey(),
                                        value.isContainer() ? value.toString() : value.asString(),
                                        typeOf(value)));
                    }
                });
        return measures;
    }

    private static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case BOOLEAN -> "BOOLEAN";
            case NUMBER ->
                    value.isIntegralNumber() && value.canConvertToLong() ? "BIGINT" : "DOUBLE";
            default -> "VARCHAR";
        };
    }

    private static TargetCall call(Delivery delivery) {
        Map<String, String> dimensions = new LinkedHashMap<>();
        delivery.parameters()
                .path("dimensions")
                .properties()
                .forEach(entry -> dimensions.put(entry.getKey(), entry.getValue().asString()));
        return new TargetCall.WriteMeasures(
                delivery.parameter("database"),
                delivery.parameter("table"),
                dimensions,
                delivery.parameter("time"),
                delivery.parameter("timeUnit"),
                measures((ObjectNode) DynamoValues.parse(delivery.body())));
    }
}
