package io.homeport.functions;

import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.lambda.model.AliasConfiguration;
import software.amazon.awssdk.services.lambda.model.Architecture;
import software.amazon.awssdk.services.lambda.model.EnvironmentResponse;
import software.amazon.awssdk.services.lambda.model.EphemeralStorage;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.LogFormat;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.SnapStartApplyOn;
import software.amazon.awssdk.services.lambda.model.SnapStartOptimizationStatus;
import software.amazon.awssdk.services.lambda.model.State;

/// What is stored, as AWS shows it. Pure.
final class Shown {
    private Shown() {}

    /// A version. It is ready as soon as it is stored, so its state is what waiters wait for.
    static FunctionConfiguration configuration(VersionRecord version, boolean qualified) {
        VersionRecord.Configuration own = version.configuration();
        FunctionConfiguration.Builder shown =
                FunctionConfiguration.builder()
                        .functionName(version.name())
                        .functionArn(qualified ? version.versionArn() : version.functionArn())
                        .runtime(own.runtime())
                        .role(own.role())
                        .handler(own.handler())
                        .codeSize(version.code().size())
                        .codeSha256(version.code().sha256())
                        .description(own.description() == null ? "" : own.description())
                        .timeout(own.timeoutSeconds())
                        .memorySize(own.memoryMegabytes())
                        .lastModified(version.lastModified())
                        .version(version.version())
                        .tracingConfig(t -> t.mode(own.tracing()))
                        .revisionId(version.revisionId())
                        .state(State.ACTIVE)
                        .lastUpdateStatus(LastUpdateStatus.SUCCESSFUL)
                        .packageType(PackageType.ZIP)
                        .architectures(Architecture.fromValue(own.architecture()))
                        .ephemeralStorage(
                                EphemeralStorage.builder().size(own.storageMegabytes()).build())
                        .snapStart(s ->
                                s.applyOn(SnapStartApplyOn.NONE)
                                        .optimizationStatus(SnapStartOptimizationStatus.OFF))
                        .loggingConfig(l ->
                                l.logFormat(LogFormat.TEXT)
                                        .logGroup("/aws/lambda/" + version.name()));
        if (!own.environment().isEmpty()) {
            shown.environment(
                    EnvironmentResponse.builder().variables(version.environment()).build());
        }
        return shown.build();
    }

    /// Sets the members of a version's configuration in a response that has the same members.
    static <B extends SdkPojo> B into(B response, VersionRecord version, boolean qualified) {
        return copy(configuration(version, qualified), response);
    }

    /// Sets the members of an alias in a response that has the same members.
    static <B extends SdkPojo> B into(B response, AliasRecord alias) {
        return copy(alias(alias), response);
    }

    static <B extends SdkPojo> B copy(SdkPojo from, B to) {
        Map<String, SdkField<?>> targets = new HashMap<>();
        to.sdkFields().forEach(field -> targets.put(field.memberName(), field));
        for (SdkField<?> field : from.sdkFields()) {
            SdkField<?> target = targets.get(field.memberName());
            Object value = field.getValueOrDefault(from);
            if (target != null && value != null) {
                target.set(to, value);
            }
        }
        return to;
    }

    static AliasConfiguration alias(AliasRecord alias) {
        AliasConfiguration.Builder shown =
                AliasConfiguration.builder()
                        .aliasArn(alias.arn())
                        .name(alias.name())
                        .functionVersion(alias.version())
                        .description(alias.description() == null ? "" : alias.description())
                        .revisionId(alias.revisionId());
        Map<String, Double> weights = alias.weights();
        if (!weights.isEmpty()) {
            shown.routingConfig(r -> r.additionalVersionWeights(weights));
        }
        return shown.build();
    }
}
