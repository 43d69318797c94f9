package io.homeport.functions;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A version of a function as it is stored: `$LATEST`, which changes, or a published one, which
/// doesn't. Immutable.
///
/// @param revisionId changes with every change
record VersionRecord(
        String account,
        String region,
        String name,
        String version,
        Configuration configuration,
        Code code,
        long lastModifiedMillis,
        String revisionId) {
    static final String LATEST = "$LATEST";

    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxx").withZone(ZoneOffset.UTC);

    /// What a user sets.
    ///
    /// @param timeoutSeconds 1 to 900
    /// @param memoryMegabytes 128 to 10240
    /// @param storageMegabytes the size of `/tmp` as it is asked for, which isn't enforced
    record Configuration(
            String runtime,
            String handler,
            String role,
            @Nullable String description,
            int timeoutSeconds,
            int memoryMegabytes,
            int storageMegabytes,
            String architecture,
            String tracing,
            Map<String, String> environment) {

        Configuration {
            environment = Map.copyOf(environment);
        }

        Configuration describedAs(@Nullable String other) {
            return new Configuration(
                    runtime,
                    handler,
                    role,
                    other,
                    timeoutSeconds,
                    memoryMegabytes,
                    storageMegabytes,
                    architecture,
                    tracing,
                    environment);
        }
    }

    /// Where the code is.
    ///
    /// @param sha256 of the zip file, in base64; of the path for a folder
    /// @param size of the zip file in bytes; 0 for a folder
    /// @param folder an absolute path, whose files are used as they are; null for a zip file
    record Code(String sha256, long size, @Nullable String folder) {}

    boolean isLatest() {
        return version.equals(LATEST);
    }

    String functionArn() {
        return FunctionName.arn(account, region, name);
    }

    String versionArn() {
        return functionArn() + ":" + version;
    }

    /// As AWS shows it, for example `2026-01-01T00:00:00.000+0000`.
    String lastModified() {
        return TIMESTAMP.format(Instant.ofEpochMilli(lastModifiedMillis));
    }

    /// Environment variables in the order of their names.
    Map<String, String> environment() {
        return new TreeMap<>(configuration.environment());
    }

    VersionRecord with(Configuration changed, long nowMillis, String newRevisionId) {
        return new VersionRecord(
                account, region, name, version, changed, code, nowMillis, newRevisionId);
    }

    VersionRecord with(Code changed, long nowMillis, String newRevisionId) {
        return new VersionRecord(
                account, region, name, version, configuration, changed, nowMillis, newRevisionId);
    }

    /// The published form of `$LATEST`.
    VersionRecord published(
            int number, @Nullable String description, long nowMillis, String newRevisionId) {
        return new VersionRecord(
                account,
                region,
                name,
                String.valueOf(number),
                description == null ? configuration : configuration.describedAs(description),
                code,
                nowMillis,
                newRevisionId);
    }

    /// Whether both run the same code in the same way; descriptions don't count.
    boolean runsLike(VersionRecord other) {
        return code.equals(other.code)
                && configuration.describedAs(null).equals(other.configuration.describedAs(null));
    }
}
