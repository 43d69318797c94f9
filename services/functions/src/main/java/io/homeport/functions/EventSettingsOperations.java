package io.homeport.functions;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.core.AccountId;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.View;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionEventInvokeConfigRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionEventInvokeConfigResponse;
import software.amazon.awssdk.services.lambda.model.DestinationConfig;
import software.amazon.awssdk.services.lambda.model.FunctionEventInvokeConfig;
import software.amazon.awssdk.services.lambda.model.GetFunctionEventInvokeConfigRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionEventInvokeConfigResponse;
import software.amazon.awssdk.services.lambda.model.ListFunctionEventInvokeConfigsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionEventInvokeConfigsResponse;
import software.amazon.awssdk.services.lambda.model.OnFailure;
import software.amazon.awssdk.services.lambda.model.OnSuccess;
import software.amazon.awssdk.services.lambda.model.PutFunctionEventInvokeConfigRequest;
import software.amazon.awssdk.services.lambda.model.PutFunctionEventInvokeConfigResponse;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionEventInvokeConfigRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionEventInvokeConfigResponse;

/// The operations on how asynchronous invocations are tried again and where they end. Destinations
/// are functions. Thread-safe.
final class EventSettingsOperations {
    private final Functions functions;

    EventSettingsOperations(Functions functions) {
        this.functions = functions;
    }

    void register(OperationTable table) {
        table.add(
                        PutFunctionEventInvokeConfigRequest.class,
                        PutFunctionEventInvokeConfigRequest::builder,
                        this::putFunctionEventInvokeConfig)
                .add(
                        UpdateFunctionEventInvokeConfigRequest.class,
                        UpdateFunctionEventInvokeConfigRequest::builder,
                        this::updateFunctionEventInvokeConfig)
                .add(
                        GetFunctionEventInvokeConfigRequest.class,
                        GetFunctionEventInvokeConfigRequest::builder,
                        this::getFunctionEventInvokeConfig)
                .add(
                        DeleteFunctionEventInvokeConfigRequest.class,
                        DeleteFunctionEventInvokeConfigRequest::builder,
                        this::deleteFunctionEventInvokeConfig)
                .add(
                        ListFunctionEventInvokeConfigsRequest.class,
                        ListFunctionEventInvokeConfigsRequest::builder,
                        this::listFunctionEventInvokeConfigs);
    }

    PutFunctionEventInvokeConfigResponse putFunctionEventInvokeConfig(
            PutFunctionEventInvokeConfigRequest request, Caller caller) {
        FunctionName name = functions.name(request.functionName(), request.qualifier(), caller);
        EventSettingsRecord settings =
                changed(
                        EventSettingsRecord.DEFAULT,
                        request.maximumRetryAttempts(),
                        request.maximumEventAgeInSeconds(),
                        request.destinationConfig(),
                        name);
        functions.database.update(transaction -> {
            functions.target(transaction, name);
            functions.eventSettings.put(transaction, key(name), settings);
        });
        return Shown.copy(shown(name, settings), PutFunctionEventInvokeConfigResponse.builder())
                .build();
    }

    UpdateFunctionEventInvokeConfigResponse updateFunctionEventInvokeConfig(
            UpdateFunctionEventInvokeConfigRequest request, Caller caller) {
        FunctionName name = functions.name(request.functionName(), request.qualifier(), caller);
        EventSettingsRecord settings =
                functions.database.write(transaction -> {
                    EventSettingsRecord made =
                            changed(
                                    settings(transaction, name),
                                    request.maximumRetryAttempts(),
                                    request.maximumEventAgeInSeconds(),
                                    request.destinationConfig(),
                                    name);
                    functions.eventSettings.put(transaction, key(name), made);
                    return made;
                });
        return Shown.copy(shown(name, settings), UpdateFunctionEventInvokeConfigResponse.builder())
                .build();
    }

    GetFunctionEventInvokeConfigResponse getFunctionEventInvokeConfig(
            GetFunctionEventInvokeConfigRequest request, Caller caller) {
        FunctionName name = functions.name(request.functionName(), request.qualifier(), caller);
        EventSettingsRecord settings = functions.database.read(view -> settings(view, name));
        return Shown.copy(shown(name, settings), GetFunctionEventInvokeConfigResponse.builder())
                .build();
    }

    DeleteFunctionEventInvokeConfigResponse deleteFunctionEventInvokeConfig(
            DeleteFunctionEventInvokeConfigRequest request, Caller caller) {
        FunctionName name = functions.name(request.functionName(), request.qualifier(), caller);
        functions.database.update(transaction -> {
            settings(transaction, name);
            functions.eventSettings.delete(transaction, key(name));
        });
        return DeleteFunctionEventInvokeConfigResponse.builder().build();
    }

    ListFunctionEventInvokeConfigsResponse listFunctionEventInvokeConfigs(
            ListFunctionEventInvokeConfigsRequest request, Caller caller) {
        FunctionName name = functions.name(request.functionName(), null, caller).unqualified();
        int limit = functions.limits.aliasesPerFunction() + functions.limits.versionsPerFunction();
        List<FunctionEventInvokeConfig> all =
                functions.database.read(view -> {
                    functions.function(view, name);
                    List<Table.Row<EventSettingsRecord>> rows =
                            functions.eventSettings.list(view, Functions.key(name), null, limit);
                    return rows.stream()
                            .map(row -> shown(qualified(name, row.key().last()), row.value()))
                            .toList();
                });
        return ListFunctionEventInvokeConfigsResponse.builder()
                .functionEventInvokeConfigs(all)
                .build();
    }

    private static FunctionName qualified(FunctionName name, String qualifier) {
        return qualifier.isEmpty() ? name : name.qualifiedAs(qualifier);
    }

    private static Key key(FunctionName name) {
        return Functions.key(name, name.qualifier() == null ? "" : name.qualifier());
    }

    private EventSettingsRecord settings(View view, FunctionName name) {
        functions.target(view, name);
        EventSettingsRecord settings = functions.eventSettings.get(view, key(name));
        if (settings == null) {
            throw Faults.notFound(
                    "The function "
                            + name.qualifiedAs(name.target()).arn()
                            + " doesn't have an EventInvokeConfig");
        }
        return settings;
    }

    private EventSettingsRecord changed(
            EventSettingsRecord old,
            @Nullable Integer attempts,
            @Nullable Integer ageSeconds,
            @Nullable DestinationConfig destinations,
            FunctionName name) {
        OnSuccess success = destinations == null ? null : destinations.onSuccess();
        OnFailure failure = destinations == null ? null : destinations.onFailure();
        return new EventSettingsRecord(
                attempts == null ? old.attempts() : attempts,
                ageSeconds == null ? old.ageSeconds() : ageSeconds,
                success == null ? old.onSuccess() : destination(success.destination(), name),
                failure == null ? old.onFailure() : destination(failure.destination(), name),
                functions.clock.millis());
    }

    private static @Nullable String destination(@Nullable String arn, FunctionName name) {
        if (arn == null || arn.isEmpty()) {
            return null;
        }
        boolean own =
                FunctionName.parse(arn, new AccountId(name.account()), name.region())
                        .filter(target -> arn.startsWith("arn:"))
                        .filter(target -> target.account().equals(name.account()))
                        .isPresent();
        if (!own) {
            throw Faults.invalid(
                    "The destination '"
                            + arn
                            + "' is no function of this account, which is all that this version of"
                            + " Homeport delivers to");
        }
        return arn;
    }

    private static FunctionEventInvokeConfig shown(
            FunctionName name, EventSettingsRecord settings) {
        return FunctionEventInvokeConfig.builder()
                .functionArn(name.qualifiedAs(name.target()).arn())
                .lastModified(Instant.ofEpochMilli(settings.modifiedMillis()))
                .maximumRetryAttempts(settings.attempts())
                .maximumEventAgeInSeconds(settings.ageSeconds())
                .destinationConfig(d ->
                        d.onSuccess(s -> s.destination(settings.onSuccess()))
                                .onFailure(f -> f.destination(settings.onFailure())))
                .build();
    }
}
