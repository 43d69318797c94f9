package io.homeport.sql;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What SQL asks from outside, for one rule's account and region. Calls may block; a statement that
/// makes none says so ({@link SqlStatement#external}). Every method throws {@link
/// ExternalCallFailed} where the call fails, which ends the rule unless `get_or_default` is around
/// it. Answers are JSON in UTF-8. Implementations are thread-safe.
public interface ExternalFunctions {
    /// For evaluations that need none: each call fails.
    ExternalFunctions NONE = new NoExternalFunctions();

    /// `aws_lambda(arn, input)`: a synchronous call of at most 2000 ms.
    ///
    /// @param input JSON, or the message's payload as it came for `aws_lambda(arn, *)`
    byte[] lambda(String functionArn, byte[] input);

    /// `get_thing_shadow(thing, [shadow,] role)`: the whole document.
    ///
    /// @param shadowName null for the classic shadow
    byte[] thingShadow(String thingName, @Nullable String shadowName, String roleArn);

    /// `get_dynamodb(...)`: the item as a JSON object of plain values; empty where there is none,
    /// which makes the function Undefined.
    Optional<byte[]> dynamoItem(
            String table, KeyValue partitionKey, @Nullable KeyValue sortKey, String roleArn);

    /// `get_registry_data(operation, thing, role)`: the response of that operation.
    ///
    /// @param operation `DescribeThing` or `ListThingGroupsForThing`
    byte[] registryData(String operation, String thingName, String roleArn);

    /// `get_secret(...)`: the current version of a secret, cached for at most 15 minutes.
    Secret secret(String secretId, String roleArn);

    /// `machinelearning_predict(model, role, record)`: the prediction object.
    ///
    /// @param record one level deep, values as text
    byte[] predict(String modelId, String roleArn, Map<String, String> record);

    /// The descriptor set that `decode(..., 'proto', bucket, key, ...)` names, cached for at most
    /// 15 minutes; made by {@link ProtobufSchema#parse}.
    ProtobufSchema protobufSchema(String bucket, String key);

    /// A key attribute of a DynamoDB item.
    ///
    /// @param number whether the value was a number in SQL (DynamoDB type N, else S)
    record KeyValue(String name, String value, boolean number) {}

    /// A secret has one of the two.
    ///
    /// @param text its SecretString
    /// @param binary its SecretBinary
    record Secret(@Nullable String text, byte @Nullable [] binary) {}
}
