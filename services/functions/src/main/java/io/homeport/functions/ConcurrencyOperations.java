package io.homeport.functions;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionConcurrencyResponse;
import software.amazon.awssdk.services.lambda.model.GetAccountSettingsRequest;
import software.amazon.awssdk.services.lambda.model.GetAccountSettingsResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConcurrencyResponse;
import software.amazon.awssdk.services.lambda.model.PutFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.PutFunctionConcurrencyResponse;

/// The operations on reserved concurrency and on what an account may use. Thread-safe.
final class ConcurrencyOperations {
    private final Functions functions;

    ConcurrencyOperations(Functions functions) {
        this.functions = functions;
    }

    void register(OperationTable table) {
        table.add(
                        PutFunctionConcurrencyRequest.class,
                        PutFunctionConcurrencyRequest::builder,
                        this::putFunctionConcurrency)
                .add(
                        GetFunctionConcurrencyRequest.class,
                        GetFunctionConcurrencyRequest::builder,
                        this::getFunctionConcurrency)
                .add(
                        DeleteFunctionConcurrencyRequest.class,
                        DeleteFunctionConcurrencyRequest::builder,
                        this::deleteFunctionConcurrency)
                .add(
                        GetAccountSettingsRequest.class,
                        GetAccountSettingsRequest::builder,
                        this::getAccountSettings);
    }

    PutFunctionConcurrencyResponse putFunctionConcurrency(
            PutFunctionConcurrencyRequest request, Caller caller) {
        FunctionName name = functions.name(request.functionName(), null, caller);
        int wanted = request.reservedConcurrentExecutions();
        functions.database.update(transaction -> {
            FunctionRecord function = functions.function(transaction, name);
            int others =
                    functions.reservedTotal(
                                    transaction, Key.of(function.account(), function.region()))
                            - function.reserved();
            int left = functions.limits.concurrentExecutions() - others - wanted;
            if (left < functions.limits.unreservedExecutions()) {
                throw Faults.invalid(
                        ("Specified ReservedConcurrentExecutions for function decreases account's"
                                        + " UnreservedConcurrentExecution below its minimum value of [%d].")
                                .formatted(functions.limits.unreservedExecutions()));
            }
            functions.functions.put(
                    transaction, Functions.key(name), function.withReservedExecutions(wanted));
        });
        return PutFunctionConcurrencyResponse.builder()
                .reservedConcurrentExecutions(wanted)
                .build();
    }

    GetFunctionConcurrencyResponse getFunctionConcurrency(
            GetFunctionConcurrencyRequest request, Caller caller) {
        FunctionName name = functions.name(request.functionName(), null, caller);
        FunctionRecord function = functions.database.read(view -> functions.function(view, name));
        return GetFunctionConcurrencyResponse.builder()
                .reservedConcurrentExecutions(function.reservedExecutions())
                .build();
    }

    DeleteFunctionConcurrencyResponse deleteFunctionConcurrency(
            DeleteFunctionConcurrencyRequest request, Caller caller) {
        FunctionName name = functions.name(request.functionName(), null, caller);
        functions.database.update(transaction -> {
            FunctionRecord function = functions.function(transaction, name);
            functions.functions.put(
                    transaction, Functions.key(name), function.withReservedExecutions(null));
        });
        return DeleteFunctionConcurrencyResponse.builder().build();
    }

    GetAccountSettingsResponse getAccountSettings(
            GetAccountSettingsRequest request, Caller caller) {
        FunctionLimits limits = functions.limits;
        Key region = Functions.region(caller.account(), caller.region());
        return functions.database.read(view -> {
            int count = functions.functions.list(view, region, null, limits.functions()).size();
            long bytes =
                    functions.versions.list(view, region, null, Integer.MAX_VALUE - 8).stream()
                            .map(Table.Row::value)
                            .mapToLong(version -> version.code().size())
                            .sum();
            int reserved = functions.reservedTotal(view, region);
            return GetAccountSettingsResponse.builder()
                    .accountLimit(l ->
                            l.totalCodeSize(limits.codeStorageBytes())
                                    .codeSizeZipped((long) limits.zipBytes())
                                    .codeSizeUnzipped(limits.unzippedBytes())
                                    .concurrentExecutions(limits.concurrentExecutions())
                                    .unreservedConcurrentExecutions(
                                            limits.concurrentExecutions() - reserved))
                    .accountUsage(u -> u.functionCount((long) count).totalCodeSize(bytes))
                    .build();
        });
    }
}
