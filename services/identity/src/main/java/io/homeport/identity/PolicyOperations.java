package io.homeport.identity;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.policy.PolicyDocument;
import io.homeport.policy.PolicySyntaxException;
import io.homeport.storage.Key;
import io.homeport.storage.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import software.amazon.awssdk.services.iot.model.CreatePolicyRequest;
import software.amazon.awssdk.services.iot.model.CreatePolicyResponse;
import software.amazon.awssdk.services.iot.model.CreatePolicyVersionRequest;
import software.amazon.awssdk.services.iot.model.CreatePolicyVersionResponse;
import software.amazon.awssdk.services.iot.model.DeletePolicyRequest;
import software.amazon.awssdk.services.iot.model.DeletePolicyResponse;
import software.amazon.awssdk.services.iot.model.DeletePolicyVersionRequest;
import software.amazon.awssdk.services.iot.model.DeletePolicyVersionResponse;
import software.amazon.awssdk.services.iot.model.GetPolicyRequest;
import software.amazon.awssdk.services.iot.model.GetPolicyResponse;
import software.amazon.awssdk.services.iot.model.GetPolicyVersionRequest;
import software.amazon.awssdk.services.iot.model.GetPolicyVersionResponse;
import software.amazon.awssdk.services.iot.model.ListPoliciesRequest;
import software.amazon.awssdk.services.iot.model.ListPoliciesResponse;
import software.amazon.awssdk.services.iot.model.ListPolicyVersionsRequest;
import software.amazon.awssdk.services.iot.model.ListPolicyVersionsResponse;
import software.amazon.awssdk.services.iot.model.Policy;
import software.amazon.awssdk.services.iot.model.PolicyVersion;
import software.amazon.awssdk.services.iot.model.SetDefaultPolicyVersionRequest;
import software.amazon.awssdk.services.iot.model.SetDefaultPolicyVersionResponse;

/// IoT policies and their versions. Thread-safe.
final class PolicyOperations {
    private final IdentityParts parts;
    private final Tables tables;

    PolicyOperations(IdentityParts parts) {
        this.parts = parts;
        this.tables = parts.tables();
    }

    void register(OperationTable table) {
        table.add(CreatePolicyRequest.class, CreatePolicyRequest::builder, this::createPolicy)
                .add(GetPolicyRequest.class, GetPolicyRequest::builder, this::getPolicy)
                .add(ListPoliciesRequest.class, ListPoliciesRequest::builder, this::listPolicies)
                .add(DeletePolicyRequest.class, DeletePolicyRequest::builder, this::deletePolicy)
                .add(
                        CreatePolicyVersionRequest.class,
                        CreatePolicyVersionRequest::builder,
                        this::createPolicyVersion)
                .add(
                        GetPolicyVersionRequest.class,
                        GetPolicyVersionRequest::builder,
                        this::getPolicyVersion)
                .add(
                        ListPolicyVersionsRequest.class,
                        ListPolicyVersionsRequest::builder,
                        this::listPolicyVersions)
                .add(
                        DeletePolicyVersionRequest.class,
                        DeletePolicyVersionRequest::builder,
                        this::deletePolicyVersion)
                .add(
                        SetDefaultPolicyVersionRequest.class,
                        SetDefaultPolicyVersionRequest::builder,
                        this::setDefaultPolicyVersion);
    }

    CreatePolicyResponse createPolicy(CreatePolicyRequest request, Caller caller) {
        checkDocument(request.policyDocument());
        long now = parts.clock().millis();
        PolicyRecord policy =
                new PolicyRecord(
                        caller.account().value(),
                        caller.region(),
                        request.policyName(),
                        "1",
                        1,
                        List.of(new PolicyRecord.Version("1", request.policyDocument(), now)),
                        now,
                        now,
                        UUID.randomUUID().toString());
        parts.database()
                .update(transaction -> {
                    if (tables.policies.get(transaction, key(caller, policy.name())) != null) {
                        throw Faults.exists(
                                "Policy cannot be created - name already exists (name="
                                        + policy.name()
                                        + ")",
                                policy.name(),
                                policy.arn());
                    }
                    tables.put(transaction, policy);
                });
        parts.tags()
                .putNew(
                        policy.arn(),
                        request.tags(),
                        () ->
                                parts.database()
                                        .update(transaction ->
                                                tables.policies.delete(
                                                        transaction, key(caller, policy.name()))));
        return CreatePolicyResponse.builder()
                .policyName(policy.name())
                .policyArn(policy.arn())
                .policyDocument(request.policyDocument())
                .policyVersionId("1")
                .build();
    }

    GetPolicyResponse getPolicy(GetPolicyRequest request, Caller caller) {
        PolicyRecord policy = read(caller, request.policyName());
        return GetPolicyResponse.builder()
                .policyName(policy.name())
                .policyArn(policy.arn())
                .policyDocument(policy.document())
                .defaultVersionId(policy.defaultVersionId())
                .creationDate(Instant.ofEpochMilli(policy.createdMillis()))
                .lastModifiedDate(Instant.ofEpochMilli(policy.modifiedMillis()))
                .generationId(policy.generationId())
                .build();
    }

    ListPoliciesResponse listPolicies(ListPoliciesRequest request, Caller caller) {
        boolean ascending = Boolean.TRUE.equals(request.ascendingOrder());
        Key prefix = Tables.order(Key.of(caller.account().value(), caller.region()), ascending);
        Paging.Page<PolicyRecord> page =
                parts.database()
                        .read(view ->
                                parts.paging()
                                        .page(
                                                "ListPolicies" + String.join("/", prefix.parts()),
                                                request.marker(),
                                                request.pageSize(),
                                                row -> true,
                                                (after, limit) ->
                                                        tables.policies.listBy(
                                                                view,
                                                                Tables.CREATED,
                                                                prefix,
                                                                after,
                                                                limit)));
        return ListPoliciesResponse.builder()
                .policies(page.items().stream().map(PolicyOperations::summary).toList())
                .nextMarker(page.nextMarker())
                .build();
    }

    DeletePolicyResponse deletePolicy(DeletePolicyRequest request, Caller caller) {
        parts.database()
                .update(transaction -> {
                    PolicyRecord policy = existing(transaction, caller, request.policyName());
                    if (!targets(transaction, caller, policy.name()).isEmpty()) {
                        throw Faults.deleteConflict(
                                "The policy cannot be deleted as the policy is attached to"
                                        + " one or more principals (name="
                                        + policy.name()
                                        + ")");
                    }
                    if (policy.versions().size() > 1) {
                        throw Faults.deleteConflict(
                                "Cannot delete the policy because it has one or more"
                                        + " policy versions attached to it (name="
                                        + policy.name()
                                        + ")");
                    }
                    tables.policies.delete(transaction, key(caller, policy.name()));
                });
        parts.tags()
                .forget(
                        PolicyRecord.arn(
                                caller.account().value(), caller.region(), request.policyName()));
        return DeletePolicyResponse.builder().build();
    }

    CreatePolicyVersionResponse createPolicyVersion(
            CreatePolicyVersionRequest request, Caller caller) {
        checkDocument(request.policyDocument());
        boolean setAsDefault = Boolean.TRUE.equals(request.setAsDefault());
        long now = parts.clock().millis();
        PolicyRecord policy =
                parts.database()
                        .write(transaction -> {
                            PolicyRecord changed =
                                    withNewVersion(
                                            existing(transaction, caller, request.policyName()),
                                            request.policyDocument(),
                                            setAsDefault,
                                            now);
                            tables.put(transaction, changed);
                            return changed;
                        });
        if (setAsDefault) {
            parts.changes().rightsChanged();
        }
        return CreatePolicyVersionResponse.builder()
                .policyArn(policy.arn())
                .policyDocument(request.policyDocument())
                .policyVersionId(policy.versions().getLast().id())
                .isDefaultVersion(setAsDefault)
                .build();
    }

    GetPolicyVersionResponse getPolicyVersion(GetPolicyVersionRequest request, Caller caller) {
        PolicyRecord policy = read(caller, request.policyName());
        PolicyRecord.Version version = version(policy, request.policyVersionId());
        return GetPolicyVersionResponse.builder()
                .policyName(policy.name())
                .policyArn(policy.arn())
                .policyDocument(version.document())
                .policyVersionId(version.id())
                .isDefaultVersion(version.id().equals(policy.defaultVersionId()))
                .creationDate(Instant.ofEpochMilli(version.createdMillis()))
                .lastModifiedDate(Instant.ofEpochMilli(version.createdMillis()))
                .generationId(policy.generationId())
                .build();
    }

    ListPolicyVersionsResponse listPolicyVersions(
            ListPolicyVersionsRequest request, Caller caller) {
        PolicyRecord policy = read(caller, request.policyName());
        return ListPolicyVersionsResponse.builder()
                .policyVersions(
                        policy.versions().reversed().stream()
                                .map(version ->
                                        PolicyVersion.builder()
                                                .versionId(version.id())
                                                .isDefaultVersion(
                                                        version.id()
                                                                .equals(policy.defaultVersionId()))
                                                .createDate(
                                                        Instant.ofEpochMilli(
                                                                version.createdMillis()))
                                                .build())
                                .toList())
                .build();
    }

    DeletePolicyVersionResponse deletePolicyVersion(
            DeletePolicyVersionRequest request, Caller caller) {
        parts.database()
                .update(transaction -> {
                    PolicyRecord policy = existing(transaction, caller, request.policyName());
                    PolicyRecord.Version version = version(policy, request.policyVersionId());
                    if (version.id().equals(policy.defaultVersionId())) {
                        throw Faults.invalid("Cannot delete the default version of a policy");
                    }
                    List<PolicyRecord.Version> rest = new ArrayList<>(policy.versions());
                    rest.remove(version);
                    tables.put(
                            transaction,
                            policy.with(
                                    rest,
                                    policy.defaultVersionId(),
                                    policy.lastVersion(),
                                    parts.clock().millis()));
                });
        return DeletePolicyVersionResponse.builder().build();
    }

    SetDefaultPolicyVersionResponse setDefaultPolicyVersion(
            SetDefaultPolicyVersionRequest request, Caller caller) {
        parts.database()
                .update(transaction -> {
                    PolicyRecord policy = existing(transaction, caller, request.policyName());
                    PolicyRecord.Version version = version(policy, request.policyVersionId());
                    tables.put(
                            transaction,
                            policy.with(
                                    policy.versions(),
                                    version.id(),
                                    policy.lastVersion(),
                                    parts.clock().millis()));
                });
        parts.changes().rightsChanged();
        return SetDefaultPolicyVersionResponse.builder().build();
    }

    static Policy summary(PolicyRecord policy) {
        return Policy.builder().policyName(policy.name()).policyArn(policy.arn()).build();
    }

    private PolicyRecord withNewVersion(
            PolicyRecord policy, String document, boolean setAsDefault, long now) {
        if (policy.versions().size() >= parts.limits().policyVersions()) {
            throw Faults.versionsLimit(
                    "The policy "
                            + policy.name()
                            + " already has the maximum number of versions ("
                            + parts.limits().policyVersions()
                            + ")");
        }
        int number = policy.lastVersion() + 1;
        String id = Integer.toString(number);
        List<PolicyRecord.Version> versions = new ArrayList<>(policy.versions());
        versions.add(new PolicyRecord.Version(id, document, now));
        return policy.with(versions, setAsDefault ? id : policy.defaultVersionId(), number, now);
    }

    private void checkDocument(String document) {
        long size = document.chars().filter(c -> !Character.isWhitespace(c)).count();
        if (size > parts.limits().policyCharacters()) {
            throw Faults.malformedPolicy(
                    "Policy document is too long: it has "
                            + size
                            + " characters without white space, the limit is "
                            + parts.limits().policyCharacters());
        }
        try {
            PolicyDocument.parse(document);
        } catch (PolicySyntaxException e) {
            throw Faults.malformedPolicy("Policy document is malformed: " + e.getMessage());
        }
    }

    private PolicyRecord read(Caller caller, String name) {
        return parts.database().read(view -> existing(view, caller, name));
    }

    private PolicyRecord existing(View view, Caller caller, String name) {
        PolicyRecord policy = tables.policies.get(view, key(caller, name));
        if (policy == null) {
            throw Faults.noPolicy(name);
        }
        return policy;
    }

    private List<?> targets(View view, Caller caller, String name) {
        Key prefix = Tables.order(Key.of(caller.account().value(), caller.region(), name), true);
        return tables.attachments.listBy(view, Tables.BY_POLICY, prefix, null, 1);
    }

    private static PolicyRecord.Version version(PolicyRecord policy, String id) {
        return policy.version(id)
                .orElseThrow(() ->
                        Faults.notFound(
                                "The policy " + policy.name() + " has no version with id " + id));
    }

    private static Key key(Caller caller, String name) {
        return Key.of(caller.account().value(), caller.region(), name);
    }
}
