package io.homeport.server;

import io.homeport.core.Clock;
import io.homeport.core.Json;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.SecretValue;
import io.homeport.core.targets.TargetFailedException;
import io.homeport.core.targets.TargetScope;
import io.homeport.sql.ExternalCallFailed;
import io.homeport.sql.ExternalFunctions.KeyValue;
import io.homeport.sql.ExternalFunctions.Secret;
import io.homeport.sql.ProtobufSchema;
import io.homeport.sql.SqlLimits;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What the SQL of rules reads from AWS's services. Thread-safe.
final class RuleReads {
    private final AwsTargets targets;
    private final FreshValues<SecretValue> secrets;
    private final FreshValues<ProtobufSchema> schemas;

    RuleReads(AwsTargets targets, Clock clock) {
        this.targets = targets;
        this.secrets = new FreshValues<>(clock);
        this.schemas = new FreshValues<>(clock);
    }

    /// Whether there is an endpoint for models.
    boolean predicts() {
        return targets.predicts();
    }

    Optional<byte[]> dynamoItem(
            TargetScope scope, String table, KeyValue partitionKey, @Nullable KeyValue sortKey) {
        ObjectNode key = Json.MAPPER.createObjectNode();
        put(key, partitionKey);
        if (sortKey != null) {
            put(key, sortKey);
        }
        return asked("get_dynamodb", table, () -> targets.item(scope, table, key))
                .map(item -> Json.MAPPER.writeValueAsBytes(plain(item)));
    }

    private static void put(ObjectNode key, KeyValue part) {
        key.putObject(part.name()).put(part.number() ? "N" : "S", part.value());
    }

    private static ObjectNode plain(ObjectNode item) {
        ObjectNode plain = Json.MAPPER.createObjectNode();
        item.properties().forEach(one -> plain.set(one.getKey(), plainValue(one.getValue())));
        return plain;
    }

    /// A value without its type; binary stays base64.
    private static JsonNode plainValue(JsonNode typed) {
        String type = typed.propertyNames().iterator().next();
        JsonNode value = typed.path(type);
        return switch (type) {
            case "N" -> number(value);
            case "NULL" -> Json.MAPPER.nullNode();
            case "M" -> plain((ObjectNode) value);
            case "L" -> {
                ArrayNode list = Json.MAPPER.createArrayNode();
                value.forEach(element -> list.add(plainValue(element)));
                yield list;
            }
            case "NS" -> {
                ArrayNode list = Json.MAPPER.createArrayNode();
                value.forEach(element -> list.add(number(element)));
                yield list;
            }
            default -> value;
        };
    }

    private static JsonNode number(JsonNode text) {
        return Json.MAPPER.getNodeFactory().numberNode(new BigDecimal(text.asString()));
    }

    Secret secret(TargetScope scope, String secretId) {
        SecretValue secret =
                secrets.get(
                        new FreshValues.Key(scope, secretId, ""),
                        () -> asked("get_secret", secretId, () -> targets.secret(scope, secretId)));
        return new Secret(secret.text(), secret.binary());
    }

    byte[] predict(TargetScope scope, String modelId, Map<String, String> record) {
        return Json.MAPPER.writeValueAsBytes(
                asked(
                        "machinelearning_predict",
                        modelId,
                        () -> targets.predict(scope, modelId, record)));
    }

    ProtobufSchema protobufSchema(TargetScope scope, String bucket, String key) {
        return schemas.get(
                new FreshValues.Key(scope, bucket, key),
                () -> {
                    byte[] descriptors =
                            asked(
                                    "decode",
                                    bucket + "/" + key,
                                    () ->
                                            targets.object(
                                                    scope,
                                                    bucket,
                                                    key,
                                                    SqlLimits.DESCRIPTOR_BYTES));
                    try {
                        return ProtobufSchema.parse(descriptors);
                    } catch (ProtobufSchema.Invalid e) {
                        throw new ExternalCallFailed("decode", bucket + "/" + key, e.problem());
                    }
                });
    }

    private static <T> T asked(String function, String resource, Supplier<T> call) {
        try {
            return call.get();
        } catch (TargetFailedException e) {
            throw new ExternalCallFailed(function, resource, e.text());
        }
    }
}
