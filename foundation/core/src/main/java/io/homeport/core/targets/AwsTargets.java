package io.homeport.core.targets;

import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// What AWS has around IoT. Every method blocks and may throw {@link TargetFailedException}; an
/// interrupt ends a call as one that can be tried again. Thread-safe.
public interface AwsTargets {
    /// Carries out a call. Once this returns, the target has it durably.
    void send(TargetScope scope, TargetCall call);

    /// An item of a DynamoDB table in DynamoDB's JSON; empty where there is none.
    ///
    /// @param key the key attributes in DynamoDB's JSON
    Optional<ObjectNode> item(TargetScope scope, String table, ObjectNode key);

    /// An object of a bucket.
    ///
    /// @param maximumBytes larger ones are refused
    byte[] object(TargetScope scope, String bucket, String key, int maximumBytes);

    /// The current version of a secret.
    ///
    /// @param secretId name or ARN
    SecretValue secret(TargetScope scope, String secretId);

    /// The prediction of a model of Amazon Machine Learning.
    ObjectNode predict(TargetScope scope, String modelId, Map<String, String> record);

    /// Whether there is somebody to ask {@link #predict} of.
    boolean predicts();
}
