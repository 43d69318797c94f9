package io.homeport.rules.actions;

import io.homeport.core.Json;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.TargetCall;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.Action;
import tools.jackson.databind.node.ObjectNode;

/// Writes the output into one column of a table of DynamoDB.
///
/// Source: AWS IoT developer guide, "DynamoDB".
final class DynamoDbAction {
    private static final Set<String> OPERATIONS = Set.of("INSERT", "UPDATE", "DELETE");

    private DynamoDbAction() {}

    static ActionType of(AwsTargets targets) {
        return new TargetAction<>(
                "dynamoDB",
                "DynamoDBAction",
                targets,
                Action::dynamoDB,
                DynamoDbAction::plan,
                DynamoDbAction::call);
    }

    /// A key attribute.
    private record KeyPart(TemplateParameter field, CheckedParameter value, boolean number) {
        static KeyPart of(
                String name,
                @Nullable String field,
                @Nullable String value,
                @Nullable String type,
                PlanContext context) {
            String kind = type == null ? "STRING" : type.toUpperCase(Locale.ROOT);
            if (!Set.of("STRING", "NUMBER").contains(kind)) {
                throw new InvalidActionException(
                        name + "KeyType has to be STRING or NUMBER, not '" + type + "'");
            }
            boolean number = kind.equals("NUMBER");
            TemplateParameter given = context.required(name + "KeyValue", value);
            return new KeyPart(
                    context.required(name + "KeyField", field),
                    number
                            ? CheckedParameter.number(given)
                            : new CheckedParameter(
                                    given, text -> !text.isEmpty(), "has to have characters"),
                    number);
        }

        void resolve(RuleMatch match, ObjectNode key) throws ActionFailure {
            key.putObject(field.in(match)).put(number ? "N" : "S", value.in(match));
        }
    }

    private static ActionPlan plan(
            software.amazon.awssdk.services.iot.model.DynamoDBAction action, PlanContext context) {
        context.literal("roleArn", action.roleArn());
        TemplateParameter table = context.required("tableName", action.tableName());
        KeyPart hash =
                KeyPart.of(
                        "hash",
                        action.hashKeyField(),
                        action.hashKeyValue(),
                        action.hashKeyTypeAsString(),
                        context);
        boolean ranged =
                action.rangeKeyField() != null
                        || action.rangeKeyValue() != null
                        || action.rangeKeyType() != null;
        KeyPart range =
                ranged
                        ? KeyPart.of(
                                "range",
                                action.rangeKeyField(),
                                action.rangeKeyValue(),
                                action.rangeKeyTypeAsString(),
                                context)
                        : null;
        CheckedParameter operation =
                new CheckedParameter(
                        context.required(
                                "operation",
                                action.operation() == null ? "INSERT" : action.operation()),
                        OPERATIONS::contains,
                        "has to be INSERT, UPDATE or DELETE");
        TemplateParameter column =
                context.required(
                        "payloadField",
                        action.payloadField() == null ? "payload" : action.payloadField());
        return match -> {
            ObjectNode parameters = Json.MAPPER.createObjectNode();
            String name = table.in(match);
            parameters.put("table", name).put("operation", operation.in(match));
            parameters.put("payloadField", column.in(match));
            ObjectNode key = parameters.putObject("key");
            hash.resolve(match, key);
            if (range != null) {
                range.resolve(match, key);
            }
            return new ActionPlan.Decision(name, parameters, match.output());
        };
    }

    private static TargetCall call(Delivery delivery) {
        String table = delivery.parameter("table");
        ObjectNode key = (ObjectNode) delivery.parameters().path("key");
        ObjectNode payload =
                delivery.isJson()
                        ? DynamoValues.of(DynamoValues.parse(delivery.body()))
                        : DynamoValues.binary(delivery.body());
        String column = delivery.parameter("payloadField");
        return switch (delivery.parameter("operation")) {
            case "DELETE" -> new TargetCall.DeleteItem(table, key);
            case "UPDATE" -> {
                ObjectNode attributes = Json.MAPPER.createObjectNode();
                attributes.set(column, payload);
                yield new TargetCall.UpdateItem(table, key, attributes);
            }
            default -> {
                ObjectNode item = key.deepCopy();
                item.set(column, payload);
                yield new TargetCall.PutItem(table, item, List.copyOf(key.propertyNames()));
            }
        };
    }
}
