package io.homeport.functions;

import io.homeport.core.Clock;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;

/// The environment variables of a function's process (AWS Lambda developer guide, "Defined runtime
/// environment variables"). Thread-safe.
///
/// @param searchPath the value of `PATH`
record ProcessEnvironment(String searchPath, Path runtimeDirectory, Clock clock) {
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyy/MM/dd").withZone(ZoneOffset.UTC);

    /// Replaces what is there, so that nothing of the server's own environment leaks.
    ///
    /// @param given what the server gives: its endpoint and credentials
    /// @param temporary the process's own folder for temporary files
    /// @param id the process's, 32 hexadecimal digits
    /// @param api host and port of the runtime API
    void fill(
            Map<String, String> target,
            Map<String, String> given,
            VersionRecord version,
            Path task,
            Path temporary,
            String id,
            String api) {
        VersionRecord.Configuration own = version.configuration();
        target.clear();
        target.put("PATH", searchPath);
        target.put("LANG", "C.UTF-8");
        target.put("TZ", ":UTC");
        target.put("HOME", temporary.toString());
        target.put("TMPDIR", temporary.toString());
        target.put("LD_LIBRARY_PATH", task + ":" + task.resolve("lib"));
        target.put("NODE_PATH", task.resolve("node_modules").toString());
        target.putAll(given);
        target.putAll(own.environment());
        target.put("_HANDLER", own.handler());
        target.put("AWS_REGION", version.region());
        target.put("AWS_DEFAULT_REGION", version.region());
        target.put("AWS_EXECUTION_ENV", "AWS_Lambda_" + own.runtime());
        target.put("AWS_LAMBDA_FUNCTION_NAME", version.name());
        target.put("AWS_LAMBDA_FUNCTION_VERSION", version.version());
        target.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", String.valueOf(own.memoryMegabytes()));
        target.put("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
        target.put("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/" + version.name());
        target.put(
                "AWS_LAMBDA_LOG_STREAM_NAME",
                DAY.format(clock.now()) + "/[" + version.version() + "]" + id);
        target.put("AWS_LAMBDA_RUNTIME_API", api);
        target.put("LAMBDA_TASK_ROOT", task.toString());
        target.put("LAMBDA_RUNTIME_DIR", runtimeDirectory.toString());
    }
}
