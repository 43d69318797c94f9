package io.homeport.server;

import io.homeport.core.AccountId;
import io.homeport.core.FunctionInvoker;
import io.homeport.core.Json;
import io.homeport.core.targets.TargetScope;
import io.homeport.registry.RegistryService;
import io.homeport.rules.ExternalCalls;
import io.homeport.rules.actions.LambdaAction;
import io.homeport.shadow.ShadowViews;
import io.homeport.sql.ExternalCallFailed;
import io.homeport.sql.ExternalFunctions;
import io.homeport.sql.ProtobufSchema;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.IotException;
import software.amazon.awssdk.services.iot.model.IotResponse;

/// What the SQL of rules can ask of this server. Thread-safe.
record RuleFunctions(
        ShadowViews shadows, FunctionInvoker functions, RegistryService registry, RuleReads reads)
        implements ExternalCalls {
    /// How long `aws_lambda` may take (iot-sql-functions).
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    @Override
    public Set<String> answered() {
        Set<String> answered =
                new HashSet<>(
                        Set.of(
                                "get_thing_shadow",
                                "aws_lambda",
                                "get_registry_data",
                                "get_dynamodb",
                                "get_secret",
                                "decode"));
        if (reads.predicts()) {
            answered.add("machinelearning_predict");
        }
        return answered;
    }

    @Override
    public ExternalFunctions of(AccountId account, String region, String ruleArn) {
        return new Functions(this, account, region, ruleArn);
    }

    private record Functions(RuleFunctions all, AccountId account, String region, String ruleArn)
            implements ExternalFunctions {
        private TargetScope scope() {
            return new TargetScope(account, region);
        }

        @Override
        public byte[] thingShadow(String thingName, @Nullable String shadowName, String roleArn) {
            return Json.MAPPER.writeValueAsBytes(
                    all.shadows
                            .shadow(account, region, thingName, shadowName)
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
            return switch (all.functions.invoke(
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

        @Override
        public Optional<byte[]> dynamoItem(
                String table, KeyValue partitionKey, @Nullable KeyValue sortKey, String roleArn) {
            return all.reads.dynamoItem(scope(), table, partitionKey, sortKey);
        }

        @Override
        public byte[] registryData(String operation, String thingName, String roleArn) {
            try {
                IotResponse response =
                        all.registry
                                .ask(operation, account, region, thingName)
                                .orElseThrow(() ->
                                        new ExternalCallFailed(
                                                "get_registry_data",
                                                thingName,
                                                "it answers DescribeThing and"
                                                        + " ListThingGroupsForThing, not "
                                                        + operation));
                return RegistryJson.of(response);
            } catch (IotException e) {
                throw new ExternalCallFailed(
                        "get_registry_data", thingName, String.valueOf(e.getMessage()));
            }
        }

        @Override
        public Secret secret(String secretId, String roleArn) {
            return all.reads.secret(scope(), secretId);
        }

        @Override
        public byte[] predict(String modelId, String roleArn, Map<String, String> record) {
            return all.reads.predict(scope(), modelId, record);
        }

        @Override
        public ProtobufSchema protobufSchema(String bucket, String key) {
            return all.reads.protobufSchema(scope(), bucket, key);
        }
    }
}
