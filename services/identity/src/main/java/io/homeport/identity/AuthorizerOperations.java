package io.homeport.identity;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.core.Arn;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.Transaction;
import io.homeport.storage.View;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.AuthorizerDescription;
import software.amazon.awssdk.services.iot.model.AuthorizerStatus;
import software.amazon.awssdk.services.iot.model.AuthorizerSummary;
import software.amazon.awssdk.services.iot.model.ClearDefaultAuthorizerRequest;
import software.amazon.awssdk.services.iot.model.ClearDefaultAuthorizerResponse;
import software.amazon.awssdk.services.iot.model.CreateAuthorizerRequest;
import software.amazon.awssdk.services.iot.model.CreateAuthorizerResponse;
import software.amazon.awssdk.services.iot.model.DeleteAuthorizerRequest;
import software.amazon.awssdk.services.iot.model.DeleteAuthorizerResponse;
import software.amazon.awssdk.services.iot.model.DescribeAuthorizerRequest;
import software.amazon.awssdk.services.iot.model.DescribeAuthorizerResponse;
import software.amazon.awssdk.services.iot.model.DescribeDefaultAuthorizerRequest;
import software.amazon.awssdk.services.iot.model.DescribeDefaultAuthorizerResponse;
import software.amazon.awssdk.services.iot.model.ListAuthorizersRequest;
import software.amazon.awssdk.services.iot.model.ListAuthorizersResponse;
import software.amazon.awssdk.services.iot.model.SetDefaultAuthorizerRequest;
import software.amazon.awssdk.services.iot.model.SetDefaultAuthorizerResponse;
import software.amazon.awssdk.services.iot.model.UpdateAuthorizerRequest;
import software.amazon.awssdk.services.iot.model.UpdateAuthorizerResponse;

/// Custom authorizers, and which one is the account's default. Thread-safe.
final class AuthorizerOperations {
    private static final int MOST_KEYS = 10;
    private static final int MOST_DOMAINS = 1_000;

    private final IdentityParts parts;
    private final Tables tables;
    private final AuthorizerTrial trial;

    AuthorizerOperations(IdentityParts parts, CustomAuthorizers authorizers) {
        this.parts = parts;
        this.tables = parts.tables();
        this.trial = new AuthorizerTrial(parts, authorizers);
    }

    void register(OperationTable table) {
        table.add(
                        CreateAuthorizerRequest.class,
                        CreateAuthorizerRequest::builder,
                        this::createAuthorizer)
                .add(
                        DescribeAuthorizerRequest.class,
                        DescribeAuthorizerRequest::builder,
                        this::describeAuthorizer)
                .add(
                        UpdateAuthorizerRequest.class,
                        UpdateAuthorizerRequest::builder,
                        this::updateAuthorizer)
                .add(
                        DeleteAuthorizerRequest.class,
                        DeleteAuthorizerRequest::builder,
                        this::deleteAuthorizer)
                .add(
                        ListAuthorizersRequest.class,
                        ListAuthorizersRequest::builder,
                        this::listAuthorizers)
                .add(
                        SetDefaultAuthorizerRequest.class,
                        SetDefaultAuthorizerRequest::builder,
                        this::setDefaultAuthorizer)
                .add(
                        DescribeDefaultAuthorizerRequest.class,
                        DescribeDefaultAuthorizerRequest::builder,
                        this::describeDefaultAuthorizer)
                .add(
                        ClearDefaultAuthorizerRequest.class,
                        ClearDefaultAuthorizerRequest::builder,
                        this::clearDefaultAuthorizer);
        trial.register(table);
    }

    CreateAuthorizerResponse createAuthorizer(CreateAuthorizerRequest request, Caller caller) {
        long now = parts.clock().millis();
        AuthorizerRecord authorizer =
                checked(
                        new AuthorizerRecord(
                                caller.account().value(),
                                caller.region(),
                                request.authorizerName(),
                                request.authorizerFunctionArn(),
                                request.tokenKeyName(),
                                request.tokenSigningPublicKeys(),
                                request.status() == AuthorizerStatus.ACTIVE,
                                Boolean.TRUE.equals(request.signingDisabled()),
                                Boolean.TRUE.equals(request.enableCachingForHttp()),
                                now,
                                now));
        parts.database()
                .update(transaction -> {
                    if (tables.authorizers.get(transaction, key(caller, authorizer.name()))
                            != null) {
                        throw Faults.exists(
                                "Authorizer already exists: " + authorizer.name(),
                                authorizer.name(),
                                authorizer.arn());
                    }
                    requireRoom(transaction, caller, authorizer, true);
                    tables.authorizers.put(transaction, key(caller, authorizer.name()), authorizer);
                });
        parts.tags()
                .putNew(
                        authorizer.arn(),
                        request.tags(),
                        () ->
                                parts.database()
                                        .update(transaction ->
                                                tables.authorizers.delete(
                                                        transaction,
                                                        key(caller, authorizer.name()))));
        return CreateAuthorizerResponse.builder()
                .authorizerName(authorizer.name())
                .authorizerArn(authorizer.arn())
                .build();
    }

    DescribeAuthorizerResponse describeAuthorizer(
            DescribeAuthorizerRequest request, Caller caller) {
        AuthorizerRecord authorizer =
                parts.database().read(view -> existing(view, caller, request.authorizerName()));
        return DescribeAuthorizerResponse.builder()
                .authorizerDescription(description(authorizer))
                .build();
    }

    UpdateAuthorizerResponse updateAuthorizer(UpdateAuthorizerRequest request, Caller caller) {
        long now = parts.clock().millis();
        AuthorizerRecord changed =
                parts.database()
                        .write(transaction -> {
                            AuthorizerRecord old =
                                    existing(transaction, caller, request.authorizerName());
                            AuthorizerRecord next = checked(updated(old, request, now));
                            if (next.active() && !old.active()) {
                                requireRoom(transaction, caller, next, false);
                            }
                            tables.authorizers.put(transaction, key(caller, next.name()), next);
                            return next;
                        });
        return UpdateAuthorizerResponse.builder()
                .authorizerName(changed.name())
                .authorizerArn(changed.arn())
                .build();
    }

    private static AuthorizerRecord updated(
            AuthorizerRecord old, UpdateAuthorizerRequest request, long now) {
        String function = request.authorizerFunctionArn();
        String token = request.tokenKeyName();
        Boolean caching = request.enableCachingForHttp();
        return new AuthorizerRecord(
                old.account(),
                old.region(),
                old.name(),
                function == null ? old.functionArn() : function,
                token == null ? old.tokenKeyName() : token,
                request.hasTokenSigningPublicKeys()
                        ? request.tokenSigningPublicKeys()
                        : old.publicKeys(),
                request.status() == null
                        ? old.active()
                        : request.status() == AuthorizerStatus.ACTIVE,
                old.signingDisabled(),
                caching == null ? old.cachingForHttp() : caching,
                old.createdMillis(),
                now);
    }

    DeleteAuthorizerResponse deleteAuthorizer(DeleteAuthorizerRequest request, Caller caller) {
        String name = request.authorizerName();
        parts.database()
                .update(transaction -> {
                    existing(transaction, caller, name);
                    if (name.equals(defaultName(transaction, caller))) {
                        throw Faults.deleteConflict(
                                "The authorizer is the default authorizer: " + name);
                    }
                    boolean used =
                            tables
                                    .domains
                                    .list(transaction, realm(caller), null, MOST_DOMAINS)
                                    .stream()
                                    .anyMatch(row -> name.equals(row.value().defaultAuthorizer()));
                    if (used) {
                        throw Faults.deleteConflict(
                                "A domain configuration has the authorizer as its default: "
                                        + name);
                    }
                    tables.authorizers.delete(transaction, key(caller, name));
                });
        parts.tags().forget(AuthorizerRecord.arn(caller.account().value(), caller.region(), name));
        return DeleteAuthorizerResponse.builder().build();
    }

    ListAuthorizersResponse listAuthorizers(ListAuthorizersRequest request, Caller caller) {
        boolean ascending = Boolean.TRUE.equals(request.ascendingOrder());
        Key prefix = Tables.order(Key.of(caller.account().value(), caller.region()), ascending);
        AuthorizerStatus status = request.status();
        Paging.Page<AuthorizerRecord> page =
                parts.database()
                        .read(view ->
                                parts.paging()
                                        .page(
                                                "ListAuthorizers"
                                                        + String.join("/", prefix.parts())
                                                        + status,
                                                request.marker(),
                                                request.pageSize(),
                                                row -> status == null || status == status(row),
                                                (after, limit) ->
                                                        tables.authorizers.listBy(
                                                                view,
                                                                Tables.CREATED,
                                                                prefix,
                                                                after,
                                                                limit)));
        return ListAuthorizersResponse.builder()
                .authorizers(
                        page.items().stream()
                                .map(authorizer ->
                                        AuthorizerSummary.builder()
                                                .authorizerName(authorizer.name())
                                                .authorizerArn(authorizer.arn())
                                                .build())
                                .toList())
                .nextMarker(page.nextMarker())
                .build();
    }

    SetDefaultAuthorizerResponse setDefaultAuthorizer(
            SetDefaultAuthorizerRequest request, Caller caller) {
        AuthorizerRecord authorizer =
                parts.database()
                        .write(transaction -> {
                            AuthorizerRecord found =
                                    existing(transaction, caller, request.authorizerName());
                            if (found.name().equals(defaultName(transaction, caller))) {
                                throw Faults.exists(
                                        "The authorizer is the default already: " + found.name(),
                                        found.name(),
                                        found.arn());
                            }
                            tables.defaultAuthorizers.put(transaction, realm(caller), found.name());
                            return found;
                        });
        return SetDefaultAuthorizerResponse.builder()
                .authorizerName(authorizer.name())
                .authorizerArn(authorizer.arn())
                .build();
    }

    DescribeDefaultAuthorizerResponse describeDefaultAuthorizer(
            DescribeDefaultAuthorizerRequest request, Caller caller) {
        AuthorizerRecord authorizer =
                parts.database()
                        .read(view -> {
                            String name = defaultName(view, caller);
                            if (name == null) {
                                throw Faults.notFound("There is no default authorizer");
                            }
                            return existing(view, caller, name);
                        });
        return DescribeDefaultAuthorizerResponse.builder()
                .authorizerDescription(description(authorizer))
                .build();
    }

    ClearDefaultAuthorizerResponse clearDefaultAuthorizer(
            ClearDefaultAuthorizerRequest request, Caller caller) {
        parts.database()
                .update(transaction -> {
                    if (!tables.defaultAuthorizers.delete(transaction, realm(caller))) {
                        throw Faults.notFound("There is no default authorizer");
                    }
                });
        return ClearDefaultAuthorizerResponse.builder().build();
    }

    private @Nullable String defaultName(View view, Caller caller) {
        return tables.defaultAuthorizers.get(view, realm(caller));
    }

    private AuthorizerRecord existing(View view, Caller caller, String name) {
        AuthorizerRecord found = tables.authorizers.get(view, key(caller, name));
        if (found == null) {
            throw Faults.noAuthorizer(name);
        }
        return found;
    }

    private void requireRoom(
            Transaction transaction, Caller caller, AuthorizerRecord added, boolean isNew) {
        int most = parts.limits().authorizers();
        int active = 0;
        int all = 0;
        for (Table.Row<AuthorizerRecord> row :
                tables.authorizers.list(transaction, realm(caller), null, most + 1)) {
            all++;
            active += row.value().active() ? 1 : 0;
        }
        if (isNew && all >= most) {
            throw Faults.limit("The account has the maximum of " + most + " authorizers");
        }
        if (added.active() && active >= parts.limits().activeAuthorizers()) {
            throw Faults.limit(
                    "The account has the maximum of "
                            + parts.limits().activeAuthorizers()
                            + " active authorizers");
        }
    }

    private static AuthorizerRecord checked(AuthorizerRecord authorizer) {
        boolean function =
                Arn.parse(authorizer.functionArn())
                        .filter(arn -> arn.service().equals("lambda"))
                        .filter(arn -> arn.resource().startsWith("function:"))
                        .isPresent();
        if (!function) {
            throw Faults.invalid(
                    "authorizerFunctionArn is no ARN of a Lambda function: "
                            + authorizer.functionArn());
        }
        if (authorizer.publicKeys().size() > MOST_KEYS) {
            throw Faults.invalid("tokenSigningPublicKeys has more than " + MOST_KEYS + " keys");
        }
        for (Map.Entry<String, String> key : authorizer.publicKeys().entrySet()) {
            TokenSignature.flaw(key.getValue())
                    .ifPresent(flaw -> {
                        throw Faults.invalid(
                                "tokenSigningPublicKeys." + key.getKey() + ": " + flaw);
                    });
        }
        boolean signing = !authorizer.signingDisabled();
        if (signing && authorizer.tokenKeyName() == null) {
            throw Faults.invalid("tokenKeyName is required where signing is enabled");
        }
        if (signing && authorizer.publicKeys().isEmpty()) {
            throw Faults.invalid("tokenSigningPublicKeys is required where signing is enabled");
        }
        return authorizer;
    }

    private static AuthorizerStatus status(AuthorizerRecord authorizer) {
        return authorizer.active() ? AuthorizerStatus.ACTIVE : AuthorizerStatus.INACTIVE;
    }

    private static AuthorizerDescription description(AuthorizerRecord authorizer) {
        return AuthorizerDescription.builder()
                .authorizerName(authorizer.name())
                .authorizerArn(authorizer.arn())
                .authorizerFunctionArn(authorizer.functionArn())
                .tokenKeyName(authorizer.tokenKeyName())
                .tokenSigningPublicKeys(
                        authorizer.publicKeys().isEmpty() ? null : authorizer.publicKeys())
                .status(status(authorizer))
                .creationDate(Instant.ofEpochMilli(authorizer.createdMillis()))
                .lastModifiedDate(Instant.ofEpochMilli(authorizer.modifiedMillis()))
                .signingDisabled(authorizer.signingDisabled())
                .enableCachingForHttp(authorizer.cachingForHttp())
                .build();
    }

    private static Key realm(Caller caller) {
        return Key.of(caller.account().value(), caller.region());
    }

    private static Key key(Caller caller, String name) {
        return Key.of(caller.account().value(), caller.region(), name);
    }
}
