package io.homeport.functions;

import io.homeport.functions.VersionRecord.Configuration;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.lambda.model.Architecture;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;

/// Checks what a request asks of a function. What isn't there is refused by its name instead of
/// being stored and ignored. Thread-safe.
record ConfigurationReader(FunctionLimits limits, Runtimes runtimes) {
    private static final int DEFAULT_TIMEOUT_SECONDS = 3;
    private static final int MAXIMUM_TIMEOUT_SECONDS = 900;
    private static final int DEFAULT_MEMORY = 128;
    private static final int DEFAULT_STORAGE = 512;
    private static final Pattern VARIABLE = Pattern.compile("[a-zA-Z][a-zA-Z0-9_]+");

    /// Names that functions get from Lambda (developer guide, "Reserved environment variables").
    private static final Set<String> RESERVED =
            Set.of(
                    "_HANDLER",
                    "_X_AMZN_TRACE_ID",
                    "AWS_DEFAULT_REGION",
                    "AWS_REGION",
                    "AWS_EXECUTION_ENV",
                    "AWS_LAMBDA_FUNCTION_NAME",
                    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                    "AWS_LAMBDA_FUNCTION_VERSION",
                    "AWS_LAMBDA_INITIALIZATION_TYPE",
                    "AWS_LAMBDA_LOG_GROUP_NAME",
                    "AWS_LAMBDA_LOG_STREAM_NAME",
                    "AWS_ACCESS_KEY",
                    "AWS_ACCESS_KEY_ID",
                    "AWS_SECRET_ACCESS_KEY",
                    "AWS_SESSION_TOKEN",
                    "AWS_LAMBDA_RUNTIME_API",
                    "LAMBDA_TASK_ROOT",
                    "LAMBDA_RUNTIME_DIR");

    /// Members that say something only by what is in them.
    private static final List<String> UNAVAILABLE =
            List.of(
                    "VpcConfig",
                    "DeadLetterConfig",
                    "KMSKeyArn",
                    "SourceKMSKeyArn",
                    "Layers",
                    "FileSystemConfigs",
                    "ImageConfig",
                    "CodeSigningConfigArn",
                    "CapacityProviderConfig",
                    "DurableConfig",
                    "TenancyConfig",
                    "PublishTo",
                    "TenantId",
                    "DurableExecutionName",
                    "FunctionUrlAuthType",
                    "InvokedViaFunctionUrl");

    Configuration ofNew(CreateFunctionRequest request) {
        refuseUnavailable(request);
        if (request.packageType() == PackageType.IMAGE) {
            throw Faults.invalid(
                    "Container images are not available in this version of Homeport; use PackageType"
                            + " Zip");
        }
        if (request.runtime() == null) {
            throw Faults.invalid(
                    "Runtime is mandatory for functions created with deployment" + " packages.");
        }
        if (request.handler() == null) {
            throw Faults.invalid(
                    "Handler is mandatory for functions created with deployment" + " packages.");
        }
        checkSnapStart(request.snapStart() == null ? null : request.snapStart().applyOnAsString());
        checkLogFormat(
                request.loggingConfig() == null
                        ? null
                        : request.loggingConfig().logFormatAsString());
        runtimes.checkSupported(request.runtimeAsString());
        return new Configuration(
                request.runtimeAsString(),
                request.handler(),
                request.role(),
                request.description(),
                timeout(or(request.timeout(), DEFAULT_TIMEOUT_SECONDS)),
                or(request.memorySize(), DEFAULT_MEMORY),
                request.ephemeralStorage() == null
                        ? DEFAULT_STORAGE
                        : or(request.ephemeralStorage().size(), DEFAULT_STORAGE),
                architecture(request.architectures()),
                request.tracingConfig() == null || request.tracingConfig().mode() == null
                        ? "PassThrough"
                        : request.tracingConfig().modeAsString(),
                environment(
                        request.environment() == null
                                ? Map.of()
                                : request.environment().variables()));
    }

    Configuration changed(Configuration old, UpdateFunctionConfigurationRequest request) {
        refuseUnavailable(request);
        checkSnapStart(request.snapStart() == null ? null : request.snapStart().applyOnAsString());
        checkLogFormat(
                request.loggingConfig() == null
                        ? null
                        : request.loggingConfig().logFormatAsString());
        if (request.runtime() != null) {
            runtimes.checkSupported(request.runtimeAsString());
        }
        return new Configuration(
                or(request.runtimeAsString(), old.runtime()),
                or(request.handler(), old.handler()),
                or(request.role(), old.role()),
                request.description() == null ? old.description() : request.description(),
                timeout(or(request.timeout(), old.timeoutSeconds())),
                or(request.memorySize(), old.memoryMegabytes()),
                request.ephemeralStorage() == null
                        ? old.storageMegabytes()
                        : or(request.ephemeralStorage().size(), old.storageMegabytes()),
                old.architecture(),
                request.tracingConfig() == null || request.tracingConfig().mode() == null
                        ? old.tracing()
                        : request.tracingConfig().modeAsString(),
                request.environment() == null
                        ? old.environment()
                        : environment(request.environment().variables()));
    }

    void checkCode(UpdateFunctionCodeRequest request) {
        refuseUnavailable(request);
        architecture(request.architectures());
    }

    private static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    /// Refuses a request that has a member of which nothing is here.
    static void refuseUnavailable(SdkPojo request) {
        for (SdkField<?> field : request.sdkFields()) {
            if (UNAVAILABLE.contains(field.memberName())
                    && saysSomething(field.getValueOrDefault(request))) {
                throw Faults.invalid(
                        field.memberName() + " is not available in this version of Homeport");
            }
        }
    }

    /// Terraform and others send empty structures for what isn't wanted.
    private static boolean saysSomething(@Nullable Object value) {
        return switch (value) {
            case null -> false;
            case String text -> !text.isEmpty();
            case Boolean yes -> yes;
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            case SdkPojo structure ->
                    structure.sdkFields().stream()
                            .anyMatch(field -> saysSomething(field.getValueOrDefault(structure)));
            default -> true;
        };
    }

    private static void checkSnapStart(@Nullable String applyOn) {
        if (applyOn != null && !applyOn.equals("None")) {
            throw Faults.invalid("SnapStart is not available in this version of Homeport");
        }
    }

    private static void checkLogFormat(@Nullable String format) {
        if (format != null && !format.equals("Text")) {
            throw Faults.invalid(
                    "LogFormat " + format + " is not available in this version of Homeport");
        }
    }

    private static int timeout(int seconds) {
        if (seconds < 1 || seconds > MAXIMUM_TIMEOUT_SECONDS) {
            throw Faults.invalid(
                    "Timeout must be between 1 and %d seconds, not %d"
                            .formatted(MAXIMUM_TIMEOUT_SECONDS, seconds));
        }
        return seconds;
    }

    /// Functions run on this machine, whatever its processor is: the name is kept for clients.
    private static String architecture(List<Architecture> asked) {
        if (asked.size() > 1) {
            throw Faults.invalid("A function has one architecture");
        }
        return asked.isEmpty() ? "x86_64" : asked.getFirst().toString();
    }

    private Map<String, String> environment(Map<String, String> variables) {
        Set<String> reserved = new TreeSet<>(variables.keySet());
        reserved.retainAll(RESERVED);
        if (!reserved.isEmpty()) {
            throw Faults.invalid(
                    "Lambda was unable to configure your environment variables because the"
                            + " environment variables you have provided contains reserved keys that"
                            + " are currently not supported for modification. Reserved keys used in"
                            + " this request: "
                            + String.join(", ", reserved));
        }
        int bytes = 0;
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            if (!VARIABLE.matcher(variable.getKey()).matches()
                    || variable.getValue().indexOf('\0') >= 0) {
                throw Faults.invalid(
                        "'" + variable.getKey() + "' can not be an environment variable");
            }
            bytes +=
                    variable.getKey().getBytes(StandardCharsets.UTF_8).length
                            + variable.getValue().getBytes(StandardCharsets.UTF_8).length;
        }
        if (bytes > limits.environmentBytes()) {
            throw Faults.invalid(
                    "Lambda was unable to configure your environment variables because the"
                            + " environment variables you have provided exceeded the %d bytes limit."
                                    .formatted(limits.environmentBytes()));
        }
        return variables;
    }
}
