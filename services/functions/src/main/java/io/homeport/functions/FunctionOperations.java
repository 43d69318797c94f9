package io.homeport.functions;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.core.AccountId;
import io.homeport.functions.VersionRecord.Code;
import io.homeport.functions.VersionRecord.Configuration;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.Transaction;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.Concurrency;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionResponse;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.FunctionVersion;
import software.amazon.awssdk.services.lambda.model.GetFunctionCodeSigningConfigRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionCodeSigningConfigResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionResponse;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsResponse;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionRequest;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionResponse;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.PublishVersionResponse;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeResponse;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationResponse;

/// The operations on functions and their versions. Thread-safe.
final class FunctionOperations {
    private final Functions functions;
    private final CodeStore codes;
    private final ConfigurationReader configurations;
    private final FunctionsService.Variables roles;
    private final VersionEnd versionEnd;
    private final CodeLocation location;

    /// Hears of versions that changed or went, so that their processes end.
    interface VersionEnd {
        void ended(VersionRecord version);
    }

    /// Where the zip file of a version can be had.
    interface CodeLocation {
        String of(VersionRecord version);
    }

    FunctionOperations(
            Functions functions,
            CodeStore codes,
            ConfigurationReader configurations,
            FunctionsService.Variables roles,
            VersionEnd versionEnd,
            CodeLocation location) {
        this.functions = functions;
        this.codes = codes;
        this.configurations = configurations;
        this.roles = roles;
        this.versionEnd = versionEnd;
        this.location = location;
    }

    void register(OperationTable table) {
        table.add(CreateFunctionRequest.class, CreateFunctionRequest::builder, this::createFunction)
                .add(GetFunctionRequest.class, GetFunctionRequest::builder, this::getFunction)
                .add(
                        GetFunctionConfigurationRequest.class,
                        GetFunctionConfigurationRequest::builder,
                        this::getFunctionConfiguration)
                .add(
                        GetFunctionCodeSigningConfigRequest.class,
                        GetFunctionCodeSigningConfigRequest::builder,
                        this::getFunctionCodeSigningConfig)
                .add(ListFunctionsRequest.class, ListFunctionsRequest::builder, this::listFunctions)
                .add(
                        UpdateFunctionCodeRequest.class,
                        UpdateFunctionCodeRequest::builder,
                        this::updateFunctionCode)
                .add(
                        UpdateFunctionConfigurationRequest.class,
                        UpdateFunctionConfigurationRequest::builder,
                        this::updateFunctionConfiguration)
                .add(
                        DeleteFunctionRequest.class,
                        DeleteFunctionRequest::builder,
                        this::deleteFunction)
                .add(
                        PublishVersionRequest.class,
                        PublishVersionRequest::builder,
                        this::publishVersion)
                .add(
                        ListVersionsByFunctionRequest.class,
                        ListVersionsByFunctionRequest::builder,
                        this::listVersionsByFunction);
    }

    CreateFunctionResponse createFunction(CreateFunctionRequest request, Caller caller) {
        FunctionName name = functions.name(request.functionName(), null, caller);
        if (name.qualifier() != null) {
            throw Faults.invalid("A new function's name has no qualifier");
        }
        Configuration configuration = configurations.ofNew(request);
        checkRole(name, request.role());
        TagOperations.check(request.tags());
        Code code = codes.store(request.code());
        try {
            VersionRecord made =
                    functions.database.write(transaction -> {
                        checkNew(transaction, name);
                        VersionRecord latest =
                                new VersionRecord(
                                        name.account(),
                                        name.region(),
                                        name.name(),
                                        VersionRecord.LATEST,
                                        configuration,
                                        code,
                                        functions.clock.millis(),
                                        functions.newId());
                        FunctionRecord function =
                                new FunctionRecord(
                                        name.account(),
                                        name.region(),
                                        name.name(),
                                        0,
                                        null,
                                        request.tags());
                        functions.functions.put(transaction, Functions.key(name), function);
                        put(transaction, latest);
                        return Boolean.TRUE.equals(request.publish())
                                ? publish(transaction, function, latest, null)
                                : latest;
                    });
            return Shown.into(CreateFunctionResponse.builder(), made, !made.isLatest()).build();
        } finally {
            codes.release(code);
        }
    }

    private void checkRole(FunctionName name, String role) {
        if (!roles.assumable(new AccountId(name.account()), name.arn(), role)) {
            throw Faults.invalid("The role defined for the function cannot be assumed by Lambda.");
        }
    }

    private void checkNew(Transaction transaction, FunctionName name) {
        if (functions.functions.get(transaction, Functions.key(name)) != null) {
            throw Faults.conflict("Function already exist: " + name.name());
        }
        int limit = functions.limits.functions();
        Key region = Key.of(name.account(), name.region());
        if (functions.functions.list(transaction, region, null, limit).size() >= limit) {
            throw Faults.invalid("An account can have at most " + limit + " functions in a region");
        }
    }

    GetFunctionResponse getFunction(GetFunctionRequest request, Caller caller) {
        FunctionName name = functions.name(request.functionName(), request.qualifier(), caller);
        return functions.database.read(view -> {
            VersionRecord version = functions.target(view, name);
            FunctionRecord function = functions.function(view, name);
            GetFunctionResponse.Builder response =
                    GetFunctionResponse.builder()
                            .configuration(Shown.configuration(version, name.qualifier() != null))
                            .code(c -> c.repositoryType("S3").location(location.of(version)));
            if (!function.tags().isEmpty()) {
                response.tags(function.tags());
            }
            Integer reserved = function.reservedExecutions();
            if (reserved != null) {
                response.concurrency(
                        Concurrency.builder().reservedConcurrentExecutions(reserved).build());
            }
            return response.build();
        });
    }

    GetFunctionConfigurationResponse getFunctionConfiguration(
            GetFunctionConfigurationRequest request, Caller caller) {
        FunctionName name = functions.name(request.functionName(), request.qualifier(), caller);
        VersionRecord version = functions.database.read(view -> functions.target(view, name));
        return Shown.into(
                        GetFunctionConfigurationResponse.builder(),
                        version,
                        name.qualifier() != null)
                .build();
    }

    /// No function has one: they are refused. Terraform asks for each function that it reads.
    GetFunctionCodeSigningConfigResponse getFunctionCodeSigningConfig(
            GetFunctionCodeSigningConfigRequest request, Caller caller) {
        FunctionName name = functions.name(request.functionName(), null, caller);
        FunctionRecord function = functions.database.read(view -> functions.function(view, name));
        return GetFunctionCodeSigningConfigResponse.builder().functionName(function.name()).build();
    }

    ListFunctionsResponse listFunctions(ListFunctionsRequest request, Caller caller) {
        boolean all = request.functionVersion() == FunctionVersion.ALL;
        Paging.Page<VersionRecord> page =
                functions.database.read(view ->
                        functions.paging.page(
                                view,
                                functions.versions,
                                Functions.region(caller.account(), caller.region()),
                                row -> all || row.value().isLatest(),
                                "ListFunctions",
                                caller,
                                request.marker(),
                                request.maxItems()));
        return ListFunctionsResponse.builder()
                .functions(shown(page.values(), all))
                .nextMarker(page.marker())
                .build();
    }

    UpdateFunctionCodeResponse updateFunctionCode(
            UpdateFunctionCodeRequest request, Caller caller) {
        FunctionName name = unqualified(request.functionName(), caller);
        configurations.checkCode(request);
        functions.database.read(view -> functions.function(view, name));
        Code code = codes.store(request);
        try {
            VersionRecord changed =
                    change(
                            name,
                            request.revisionId(),
                            Boolean.TRUE.equals(request.dryRun()),
                            Boolean.TRUE.equals(request.publish()),
                            latest ->
                                    latest.with(code, functions.clock.millis(), functions.newId()));
            return Shown.into(UpdateFunctionCodeResponse.builder(), changed, !changed.isLatest())
                    .build();
        } finally {
            codes.release(code);
        }
    }

    UpdateFunctionConfigurationResponse updateFunctionConfiguration(
            UpdateFunctionConfigurationRequest request, Caller caller) {
        FunctionName name = unqualified(request.functionName(), caller);
        if (request.role() != null) {
            checkRole(name, request.role());
        }
        VersionRecord changed =
                change(
                        name,
                        request.revisionId(),
                        false,
                        false,
                        latest ->
                                latest.with(
                                        configurations.changed(latest.configuration(), request),
                                        functions.clock.millis(),
                                        functions.newId()));
        return Shown.into(UpdateFunctionConfigurationResponse.builder(), changed, false).build();
    }

    private VersionRecord change(
            FunctionName name,
            @Nullable String revisionId,
            boolean dryRun,
            boolean publish,
            UnaryOperator<VersionRecord> change) {
        record Outcome(VersionRecord before, VersionRecord after) {}
        Outcome outcome =
                functions.database.write(transaction -> {
                    FunctionRecord function = functions.function(transaction, name);
                    VersionRecord latest =
                            functions.version(transaction, name, VersionRecord.LATEST);
                    if (revisionId != null) {
                        Faults.checkRevision(revisionId, latest.revisionId());
                    }
                    VersionRecord changed = change.apply(latest);
                    if (dryRun) {
                        return new Outcome(changed, changed);
                    }
                    put(transaction, changed);
                    return new Outcome(
                            latest,
                            publish ? publish(transaction, function, changed, null) : changed);
                });
        if (outcome.before != outcome.after) {
            versionEnd.ended(outcome.before);
            codes.collect(outcome.before.code());
        }
        return outcome.after;
    }

    DeleteFunctionResponse deleteFunction(DeleteFunctionRequest request, Caller caller) {
        FunctionName name = functions.name(request.functionName(), request.qualifier(), caller);
        String qualifier = name.qualifier();
        List<VersionRecord> gone =
                functions.database.write(transaction -> {
                    functions.function(transaction, name);
                    return qualifier == null
                            ? deleteWhole(transaction, name)
                            : List.of(deleteVersion(transaction, name, qualifier));
                });
        gone.forEach(versionEnd::ended);
        gone.forEach(version -> codes.collect(version.code()));
        return DeleteFunctionResponse.builder().statusCode(204).build();
    }

    private List<VersionRecord> deleteWhole(Transaction transaction, FunctionName name) {
        Key key = Functions.key(name);
        List<VersionRecord> gone =
                functions.versions.list(transaction, key, null, Integer.MAX_VALUE - 8).stream()
                        .map(Table.Row::value)
                        .toList();
        functions.functions.delete(transaction, key);
        for (Table<?> table :
                List.of(
                        functions.versions,
                        functions.aliases,
                        functions.policies,
                        functions.eventSettings)) {
            deleteAll(transaction, table, key);
        }
        return gone;
    }

    private static <V> void deleteAll(Transaction transaction, Table<V> table, Key prefix) {
        table.list(transaction, prefix, null, Integer.MAX_VALUE - 8)
                .forEach(row -> table.delete(transaction, row.key()));
    }

    private VersionRecord deleteVersion(
            Transaction transaction, FunctionName name, String qualifier) {
        if (qualifier.equals(VersionRecord.LATEST)) {
            throw Faults.invalid(
                    "$LATEST version cannot be deleted without deleting the function.");
        }
        if (!FunctionName.isVersion(qualifier)) {
            throw Faults.invalid("Deletion of aliases is not currently supported.");
        }
        VersionRecord version = functions.version(transaction, name, qualifier);
        Set<String> users = new HashSet<>();
        functions
                .aliases
                .list(transaction, Functions.key(name), null, functions.limits.aliasesPerFunction())
                .stream()
                .map(Table.Row::value)
                .filter(alias -> alias.refersTo(qualifier))
                .forEach(alias -> users.add(alias.name()));
        if (!users.isEmpty()) {
            throw Faults.conflict(
                    "Version %s is used by the aliases %s".formatted(qualifier, users));
        }
        functions.versions.delete(transaction, Functions.versionKey(name, qualifier));
        functions.policies.delete(transaction, Functions.key(name, qualifier));
        functions.eventSettings.delete(transaction, Functions.key(name, qualifier));
        return version;
    }

    PublishVersionResponse publishVersion(PublishVersionRequest request, Caller caller) {
        ConfigurationReader.refuseUnavailable(request);
        FunctionName name = unqualified(request.functionName(), caller);
        VersionRecord published =
                functions.database.write(transaction -> {
                    FunctionRecord function = functions.function(transaction, name);
                    VersionRecord latest =
                            functions.version(transaction, name, VersionRecord.LATEST);
                    if (request.revisionId() != null) {
                        Faults.checkRevision(request.revisionId(), latest.revisionId());
                    }
                    String sha = request.codeSha256();
                    if (sha != null && !sha.isEmpty() && !sha.equals(latest.code().sha256())) {
                        throw Faults.invalid(
                                ("CodeSHA256 (%s) is different from current CodeSHA256 in $LATEST"
                                                + " (%s). Please try again with the CodeSHA256 in $LATEST.")
                                        .formatted(sha, latest.code().sha256()));
                    }
                    return publish(transaction, function, latest, request.description());
                });
        return Shown.into(PublishVersionResponse.builder(), published, true).build();
    }

    /// Publishes `$LATEST` unless the newest version is the same.
    private VersionRecord publish(
            Transaction transaction,
            FunctionRecord function,
            VersionRecord latest,
            @Nullable String description) {
        FunctionName name =
                new FunctionName(latest.account(), latest.region(), latest.name(), null);
        VersionRecord newest =
                functions.versions.get(
                        transaction,
                        Functions.versionKey(name, String.valueOf(function.lastVersion())));
        if (newest != null && newest.runsLike(latest)) {
            return newest;
        }
        int limit = functions.limits.versionsPerFunction();
        int there =
                functions.versions.list(transaction, Functions.key(name), null, limit + 1).size();
        if (there > limit) {
            throw Faults.invalid("A function can have at most " + limit + " published versions");
        }
        int number = function.lastVersion() + 1;
        VersionRecord made =
                latest.published(number, description, functions.clock.millis(), functions.newId());
        put(transaction, made);
        functions.functions.put(transaction, Functions.key(name), function.withLastVersion(number));
        return made;
    }

    ListVersionsByFunctionResponse listVersionsByFunction(
            ListVersionsByFunctionRequest request, Caller caller) {
        FunctionName name = unqualified(request.functionName(), caller);
        Paging.Page<VersionRecord> page =
                functions.database.read(view -> {
                    functions.function(view, name);
                    return functions.paging.page(
                            view,
                            functions.versions,
                            Functions.key(name),
                            row -> true,
                            "ListVersionsByFunction",
                            caller,
                            request.marker(),
                            request.maxItems());
                });
        return ListVersionsByFunctionResponse.builder()
                .versions(shown(page.values(), true))
                .nextMarker(page.marker())
                .build();
    }

    private void put(Transaction transaction, VersionRecord version) {
        FunctionName name =
                new FunctionName(version.account(), version.region(), version.name(), null);
        functions.versions.put(transaction, Functions.versionKey(name, version.version()), version);
    }

    private FunctionName unqualified(String text, Caller caller) {
        FunctionName name = functions.name(text, null, caller);
        if (name.qualifier() != null && !VersionRecord.LATEST.equals(name.qualifier())) {
            throw Faults.invalid("This operation is for the function itself, not for " + text);
        }
        return name.unqualified();
    }

    private static List<FunctionConfiguration> shown(
            List<VersionRecord> versions, boolean qualified) {
        return versions.stream().map(version -> Shown.configuration(version, qualified)).toList();
    }
}
