package io.homeport.sql;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Refuses every call. Immutable.
final class NoExternalFunctions implements ExternalFunctions {
    private static ExternalCallFailed refuse(String function, String resource) {
        return new ExternalCallFailed(function, resource, "no external functions here");
    }

    @Override
    public byte[] lambda(String functionArn, byte[] input) {
        throw refuse("aws_lambda", functionArn);
    }

    @Override
    public byte[] thingShadow(String thingName, @Nullable String shadowName, String roleArn) {
        throw refuse("get_thing_shadow", thingName);
    }

    @Override
    public Optional<byte[]> dynamoItem(
            String table, KeyValue partitionKey, @Nullable KeyValue sortKey, String roleArn) {
        throw refuse("get_dynamodb", table);
    }

    @Override
    public byte[] registryData(String operation, String thingName, String roleArn) {
        throw refuse("get_registry_data", thingName);
    }

    @Override
    public Secret secret(String secretId, String roleArn) {
        throw refuse("get_secret", secretId);
    }

    @Override
    public byte[] predict(String modelId, String roleArn, Map<String, String> record) {
        throw refuse("machinelearning_predict", modelId);
    }

    @Override
    public ProtobufSchema protobufSchema(String bucket, String key) {
        throw refuse("decode", bucket + "/" + key);
    }
}
