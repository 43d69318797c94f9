package io.homeport.server;

import io.homeport.core.AccountId;
import io.homeport.core.FunctionInvoker;
import io.homeport.core.Json;
import io.homeport.rules.ExternalCalls;
import io.homeport.rules.actions.LambdaAction;
import io.homeport.shadow.ShadowViews;
import io.homeport.sql.ExternalCallFailed;
import io.homeport.sql.ExternalFunctions;
import io.homeport.sql.ProtobufSchema;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the SQL of rules can ask of this server. Thread-safe.
record RuleFunctions(ShadowViews shadows, FunctionInvoker functions) implements ExternalCalls {
    /// How long `aws_lambda` may take (iot-sql-functions).
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    @Override
    public Set<String> answered() {
        return Set.of("get_thing_shadow", "aws_lambda");
    }

    @Override
    public ExternalFunctions of(AccountId account, String region, String ruleArn) {
        return new Functions(shadows, functions, account, region, ruleArn);
    }

    private record Functions(
            ShadowViews shadows,
            FunctionInvoker functions,
            AccountId account,
            String region,
            String ruleArn)
            implements ExternalFunctions {
        @Override
        public byte[] thingShadow(String thingName, @Nullable String shadowName, String roleArn) {
            return Json.MAPPER.writeValueAsBytes(
                    shadows.shadow(account, region, thingName, shadowName)
                            .orElseThrow(() ->
                                    new ExternalCallFailed(
                                            "get_thing_shadow",
                                            thingName,
                                            shadowName == null
                                                    ? "it has no classic shadow"
                                                    : "it has no shadow named " + shadowName)));
        }

        @Override
        public byte[] lambda(String functionArn, byte[] input) {
            FunctionInvoker.Source rules = new FunctionInvoker.Source(LambdaAction.CALLER, ruleArn);
            return switch (functions.invoke(
                    new FunctionInvoker.Call(account, region, functionArn, input, rules),
                    PATIENCE)) {
                case FunctionInvoker.Succeeded(byte[] payload, String _) -> payload;
                case FunctionInvoker.Failed(String type, String message, byte[] _) ->
                        throw new ExternalCallFailed(
                                "aws_lambda", functionArn, type + ": " + message);
                case FunctionInvoker.Refused(var _, String message) ->
                        throw new ExternalCallFailed("aws_lambda", functionArn, message);
            };
        }

        // Rules that call the others are refused when they are made.

        @Override
        public Optional<byte[]> dynamoItem(
                String table, KeyValue partitionKey, @Nullable KeyValue sortKey, String roleArn) {
            return NONE.dynamoItem(table, partitionKey, sortKey, roleArn);
        }

        @Override
        public byte[] registryData(String operation, String thingName, String roleArn) {
            return NONE.registryData(operation, thingName, roleArn);
        }

        @Override
        public Secret secret(String secretId, String roleArn) {
            return NONE.secret(secretId, roleArn);
        }

        @Override
        public byte[] predict(String modelId, String roleArn, Map<String, String> record) {
            return NONE.predict(modelId, roleArn, record);
        }

        @Override
        public ProtobufSchema protobufSchema(String bucket, String key) {
            return NONE.protobufSchema(bucket, key);
        }
    }
}
