package io.homeport.identity;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.core.AccountId;
import io.homeport.storage.Key;
import io.homeport.storage.View;
import java.time.Instant;
import java.util.Objects;
import software.amazon.awssdk.services.iot.model.CreateRoleAliasRequest;
import software.amazon.awssdk.services.iot.model.CreateRoleAliasResponse;
import software.amazon.awssdk.services.iot.model.DeleteRoleAliasRequest;
import software.amazon.awssdk.services.iot.model.DeleteRoleAliasResponse;
import software.amazon.awssdk.services.iot.model.DescribeRoleAliasRequest;
import software.amazon.awssdk.services.iot.model.DescribeRoleAliasResponse;
import software.amazon.awssdk.services.iot.model.ListRoleAliasesRequest;
import software.amazon.awssdk.services.iot.model.ListRoleAliasesResponse;
import software.amazon.awssdk.services.iot.model.RoleAliasDescription;
import software.amazon.awssdk.services.iot.model.UpdateRoleAliasRequest;
import software.amazon.awssdk.services.iot.model.UpdateRoleAliasResponse;

/// Role aliases. Thread-safe. The role needn't be here yet; whether it is, and trusts the
/// credential provider, is asked whenever a device wants credentials.
final class RoleAliasOperations {
    private static final int DEFAULT_SECONDS = 3600;

    private final IdentityParts parts;
    private final Tables tables;
    private final Roles roles;

    RoleAliasOperations(IdentityParts parts, Roles roles) {
        this.parts = parts;
        this.tables = parts.tables();
        this.roles = roles;
    }

    void register(OperationTable table) {
        table.add(
                        CreateRoleAliasRequest.class,
                        CreateRoleAliasRequest::builder,
                        this::createRoleAlias)
                .add(
                        DescribeRoleAliasRequest.class,
                        DescribeRoleAliasRequest::builder,
                        this::describeRoleAlias)
                .add(
                        UpdateRoleAliasRequest.class,
                        UpdateRoleAliasRequest::builder,
                        this::updateRoleAlias)
                .add(
                        DeleteRoleAliasRequest.class,
                        DeleteRoleAliasRequest::builder,
                        this::deleteRoleAlias)
                .add(
                        ListRoleAliasesRequest.class,
                        ListRoleAliasesRequest::builder,
                        this::listRoleAliases);
    }

    CreateRoleAliasResponse createRoleAlias(CreateRoleAliasRequest request, Caller caller) {
        long now = parts.clock().millis();
        RoleAliasRecord made =
                new RoleAliasRecord(
                        caller.account().value(),
                        caller.region(),
                        request.roleAlias(),
                        request.roleArn(),
                        Objects.requireNonNullElse(
                                request.credentialDurationSeconds(), DEFAULT_SECONDS),
                        now,
                        now);
        check(made);
        parts.database()
                .update(transaction -> {
                    Key key = key(caller, made.alias());
                    if (tables.roleAliases.get(transaction, key) != null) {
                        throw Faults.exists(
                                "Role alias already exists: " + made.alias(),
                                made.alias(),
                                made.arn());
                    }
                    int most = parts.limits().roleAliases();
                    Key all = Key.of(caller.account().value(), caller.region());
                    if (tables.roleAliases.list(transaction, all, null, most).size() >= most) {
                        throw Faults.limit(
                                "An account can have " + most + " role aliases in a region");
                    }
                    tables.roleAliases.put(transaction, key, made);
                });
        parts.tags()
                .putNew(
                        made.arn(),
                        request.tags(),
                        () ->
                                parts.database()
                                        .update(transaction ->
                                                tables.roleAliases.delete(
                                                        transaction, key(caller, made.alias()))));
        return CreateRoleAliasResponse.builder()
                .roleAlias(made.alias())
                .roleAliasArn(made.arn())
                .build();
    }

    DescribeRoleAliasResponse describeRoleAlias(DescribeRoleAliasRequest request, Caller caller) {
        RoleAliasRecord alias =
                parts.database().read(view -> existing(view, caller, request.roleAlias()));
        return DescribeRoleAliasResponse.builder()
                .roleAliasDescription(
                        RoleAliasDescription.builder()
                                .roleAlias(alias.alias())
                                .roleAliasArn(alias.arn())
                                .roleArn(alias.roleArn())
                                .owner(alias.account())
                                .credentialDurationSeconds(alias.durationSeconds())
                                .creationDate(Instant.ofEpochMilli(alias.createdMillis()))
                                .lastModifiedDate(Instant.ofEpochMilli(alias.modifiedMillis()))
                                .build())
                .build();
    }

    UpdateRoleAliasResponse updateRoleAlias(UpdateRoleAliasRequest request, Caller caller) {
        RoleAliasRecord updated =
                parts.database()
                        .write(transaction -> {
                            RoleAliasRecord old =
                                    existing(transaction, caller, request.roleAlias());
                            RoleAliasRecord alias =
                                    new RoleAliasRecord(
                                            old.account(),
                                            old.region(),
                                            old.alias(),
                                            Objects.requireNonNullElse(
                                                    request.roleArn(), old.roleArn()),
                                            Objects.requireNonNullElse(
                                                    request.credentialDurationSeconds(),
                                                    old.durationSeconds()),
                                            old.createdMillis(),
                                            parts.clock().millis());
                            check(alias);
                            tables.roleAliases.put(transaction, key(caller, alias.alias()), alias);
                            return alias;
                        });
        return UpdateRoleAliasResponse.builder()
                .roleAlias(updated.alias())
                .roleAliasArn(updated.arn())
                .build();
    }

    DeleteRoleAliasResponse deleteRoleAlias(DeleteRoleAliasRequest request, Caller caller) {
        RoleAliasRecord deleted =
                parts.database()
                        .write(transaction -> {
                            RoleAliasRecord alias =
                                    existing(transaction, caller, request.roleAlias());
                            tables.roleAliases.delete(transaction, key(caller, alias.alias()));
                            return alias;
                        });
        parts.tags().forget(deleted.arn());
        return DeleteRoleAliasResponse.builder().build();
    }

    ListRoleAliasesResponse listRoleAliases(ListRoleAliasesRequest request, Caller caller) {
        boolean ascending = Boolean.TRUE.equals(request.ascendingOrder());
        Key prefix = Tables.order(Key.of(caller.account().value(), caller.region()), ascending);
        Paging.Page<RoleAliasRecord> page =
                parts.database()
                        .read(view ->
                                parts.paging()
                                        .page(
                                                "ListRoleAliases"
                                                        + String.join("/", prefix.parts()),
                                                request.marker(),
                                                request.pageSize(),
                                                row -> true,
                                                (after, limit) ->
                                                        tables.roleAliases.listBy(
                                                                view,
                                                                Tables.CREATED,
                                                                prefix,
                                                                after,
                                                                limit)));
        return ListRoleAliasesResponse.builder()
                .roleAliases(page.items().stream().map(RoleAliasRecord::alias).toList())
                .nextMarker(page.nextMarker())
                .build();
    }

    private void check(RoleAliasRecord alias) {
        AccountId account = new AccountId(alias.account());
        Roles.checkArn(account, alias.roleArn());
        boolean tooLong =
                roles.byArn(account, alias.roleArn())
                        .filter(role -> role.maximumSessionSeconds() < alias.durationSeconds())
                        .isPresent();
        if (tooLong) {
            throw Faults.invalid(CredentialProvider.TOO_LONG);
        }
    }

    private RoleAliasRecord existing(View view, Caller caller, String alias) {
        RoleAliasRecord record = tables.roleAliases.get(view, key(caller, alias));
        if (record == null) {
            throw Faults.notFound("Role alias does not exist: " + alias);
        }
        return record;
    }

    private static Key key(Caller caller, String alias) {
        return Key.of(caller.account().value(), caller.region(), alias);
    }
}
