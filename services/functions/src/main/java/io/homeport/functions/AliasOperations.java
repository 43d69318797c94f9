package io.homeport.functions;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.storage.Transaction;
import io.homeport.storage.View;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.AliasRoutingConfiguration;
import software.amazon.awssdk.services.lambda.model.CreateAliasRequest;
import software.amazon.awssdk.services.lambda.model.CreateAliasResponse;
import software.amazon.awssdk.services.lambda.model.DeleteAliasRequest;
import software.amazon.awssdk.services.lambda.model.DeleteAliasResponse;
import software.amazon.awssdk.services.lambda.model.GetAliasRequest;
import software.amazon.awssdk.services.lambda.model.GetAliasResponse;
import software.amazon.awssdk.services.lambda.model.ListAliasesRequest;
import software.amazon.awssdk.services.lambda.model.ListAliasesResponse;
import software.amazon.awssdk.services.lambda.model.UpdateAliasRequest;
import software.amazon.awssdk.services.lambda.model.UpdateAliasResponse;

/// The operations on aliases. Thread-safe.
final class AliasOperations {
    private final Functions functions;

    AliasOperations(Functions functions) {
        this.functions = functions;
    }

    void register(OperationTable table) {
        table.add(CreateAliasRequest.class, CreateAliasRequest::builder, this::createAlias)
                .add(GetAliasRequest.class, GetAliasRequest::builder, this::getAlias)
                .add(UpdateAliasRequest.class, UpdateAliasRequest::builder, this::updateAlias)
                .add(DeleteAliasRequest.class, DeleteAliasRequest::builder, this::deleteAlias)
                .add(ListAliasesRequest.class, ListAliasesRequest::builder, this::listAliases);
    }

    CreateAliasResponse createAlias(CreateAliasRequest request, Caller caller) {
        FunctionName name = name(request.functionName(), request.name(), caller);
        AliasRecord alias =
                functions.database.write(transaction -> {
                    functions.function(transaction, name);
                    AliasRecord made =
                            new AliasRecord(
                                    name.account(),
                                    name.region(),
                                    name.name(),
                                    request.name(),
                                    request.functionVersion(),
                                    request.description(),
                                    weights(request.routingConfig(), Map.of()),
                                    functions.newId());
                    if (functions.aliases.get(transaction, Functions.key(name, request.name()))
                            != null) {
                        throw Faults.conflict("Alias already exists: " + made.arn());
                    }
                    int limit = functions.limits.aliasesPerFunction();
                    int there =
                            functions
                                    .aliases
                                    .list(transaction, Functions.key(name), null, limit)
                                    .size();
                    if (there >= limit) {
                        throw Faults.invalid("A function can have at most " + limit + " aliases");
                    }
                    put(transaction, name, made);
                    return made;
                });
        return Shown.into(CreateAliasResponse.builder(), alias).build();
    }

    GetAliasResponse getAlias(GetAliasRequest request, Caller caller) {
        FunctionName name = name(request.functionName(), request.name(), caller);
        AliasRecord alias = functions.database.read(view -> alias(view, name, request.name()));
        return Shown.into(GetAliasResponse.builder(), alias).build();
    }

    UpdateAliasResponse updateAlias(UpdateAliasRequest request, Caller caller) {
        FunctionName name = name(request.functionName(), request.name(), caller);
        AliasRecord alias =
                functions.database.write(transaction -> {
                    AliasRecord old = alias(transaction, name, request.name());
                    if (request.revisionId() != null) {
                        Faults.checkRevision(request.revisionId(), old.revisionId());
                    }
                    AliasRecord changed =
                            new AliasRecord(
                                    old.account(),
                                    old.region(),
                                    old.function(),
                                    old.name(),
                                    request.functionVersion() == null
                                            ? old.version()
                                            : request.functionVersion(),
                                    request.description() == null
                                            ? old.description()
                                            : request.description(),
                                    weights(request.routingConfig(), old.weights()),
                                    functions.newId());
                    put(transaction, name, changed);
                    return changed;
                });
        return Shown.into(UpdateAliasResponse.builder(), alias).build();
    }

    DeleteAliasResponse deleteAlias(DeleteAliasRequest request, Caller caller) {
        FunctionName name = name(request.functionName(), request.name(), caller);
        functions.database.update(transaction -> {
            functions.function(transaction, name);
            functions.aliases.delete(transaction, Functions.key(name, request.name()));
            functions.policies.delete(transaction, Functions.key(name, request.name()));
            functions.eventSettings.delete(transaction, Functions.key(name, request.name()));
        });
        return DeleteAliasResponse.builder().build();
    }

    ListAliasesResponse listAliases(ListAliasesRequest request, Caller caller) {
        FunctionName name = functions.name(request.functionName(), null, caller).unqualified();
        String version = request.functionVersion();
        Paging.Page<AliasRecord> page =
                functions.database.read(view -> {
                    functions.function(view, name);
                    return functions.paging.page(
                            view,
                            functions.aliases,
                            Functions.key(name),
                            row -> version == null || row.value().refersTo(version),
                            "ListAliases",
                            caller,
                            request.marker(),
                            request.maxItems());
                });
        return ListAliasesResponse.builder()
                .aliases(page.values().stream().map(Shown::alias).toList())
                .nextMarker(page.marker())
                .build();
    }

    private FunctionName name(String function, String alias, Caller caller) {
        return functions.name(function, null, caller).qualifiedAs(alias);
    }

    private AliasRecord alias(View view, FunctionName name, String alias) {
        functions.function(view, name);
        AliasRecord found = functions.aliases.get(view, Functions.key(name, alias));
        if (found == null) {
            throw Faults.notFound("Cannot find alias arn: " + name.arn());
        }
        return found;
    }

    /// All versions that an alias names have to be there.
    private void put(Transaction transaction, FunctionName name, AliasRecord alias) {
        functions.version(transaction, name.qualifiedAs(alias.version()), alias.version());
        for (String version : alias.weights().keySet()) {
            functions.version(transaction, name.qualifiedAs(version), version);
        }
        functions.aliases.put(transaction, Functions.key(name, alias.name()), alias);
    }

    private static Map<String, Double> weights(
            @Nullable AliasRoutingConfiguration routing, Map<String, Double> old) {
        if (routing == null) {
            return old;
        }
        Map<String, Double> weights = routing.additionalVersionWeights();
        if (weights.size() > 1) {
            throw Faults.invalid(
                    "Number of items in AdditionalVersionWeights cannot be greater" + " than 1");
        }
        return weights;
    }
}
