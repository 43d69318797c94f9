package io.homeport.identity;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.core.Arn;
import io.homeport.storage.Key;
import io.homeport.storage.Transaction;
import io.homeport.storage.View;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.AttachPolicyRequest;
import software.amazon.awssdk.services.iot.model.AttachPolicyResponse;
import software.amazon.awssdk.services.iot.model.AttachPrincipalPolicyRequest;
import software.amazon.awssdk.services.iot.model.AttachPrincipalPolicyResponse;
import software.amazon.awssdk.services.iot.model.DetachPolicyRequest;
import software.amazon.awssdk.services.iot.model.DetachPolicyResponse;
import software.amazon.awssdk.services.iot.model.DetachPrincipalPolicyRequest;
import software.amazon.awssdk.services.iot.model.DetachPrincipalPolicyResponse;
import software.amazon.awssdk.services.iot.model.ListAttachedPoliciesRequest;
import software.amazon.awssdk.services.iot.model.ListAttachedPoliciesResponse;
import software.amazon.awssdk.services.iot.model.ListPolicyPrincipalsRequest;
import software.amazon.awssdk.services.iot.model.ListPolicyPrincipalsResponse;
import software.amazon.awssdk.services.iot.model.ListPrincipalPoliciesRequest;
import software.amazon.awssdk.services.iot.model.ListPrincipalPoliciesResponse;
import software.amazon.awssdk.services.iot.model.ListTargetsForPolicyRequest;
import software.amazon.awssdk.services.iot.model.ListTargetsForPolicyResponse;
import software.amazon.awssdk.services.iot.model.Policy;

/// Policies attached to certificates, thing groups and Cognito identities. Thread-safe.
final class PolicyAttachmentOperations {
    /// How many things of a certificate a recursive list looks at.
    private static final int THINGS = 100;

    private final IdentityParts parts;
    private final Tables tables;

    PolicyAttachmentOperations(IdentityParts parts) {
        this.parts = parts;
        this.tables = parts.tables();
    }

    void register(OperationTable table) {
        table.add(AttachPolicyRequest.class, AttachPolicyRequest::builder, this::attachPolicy)
                .add(DetachPolicyRequest.class, DetachPolicyRequest::builder, this::detachPolicy)
                .add(
                        AttachPrincipalPolicyRequest.class,
                        AttachPrincipalPolicyRequest::builder,
                        this::attachPrincipalPolicy)
                .add(
                        DetachPrincipalPolicyRequest.class,
                        DetachPrincipalPolicyRequest::builder,
                        this::detachPrincipalPolicy)
                .add(
                        ListAttachedPoliciesRequest.class,
                        ListAttachedPoliciesRequest::builder,
                        this::listAttachedPolicies)
                .add(
                        ListTargetsForPolicyRequest.class,
                        ListTargetsForPolicyRequest::builder,
                        this::listTargetsForPolicy)
                .add(
                        ListPrincipalPoliciesRequest.class,
                        ListPrincipalPoliciesRequest::builder,
                        this::listPrincipalPolicies)
                .add(
                        ListPolicyPrincipalsRequest.class,
                        ListPolicyPrincipalsRequest::builder,
                        this::listPolicyPrincipals);
    }

    AttachPolicyResponse attachPolicy(AttachPolicyRequest request, Caller caller) {
        attach(caller, request.policyName(), request.target());
        return AttachPolicyResponse.builder().build();
    }

    DetachPolicyResponse detachPolicy(DetachPolicyRequest request, Caller caller) {
        detach(caller, request.policyName(), request.target());
        return DetachPolicyResponse.builder().build();
    }

    AttachPrincipalPolicyResponse attachPrincipalPolicy(
            AttachPrincipalPolicyRequest request, Caller caller) {
        attach(caller, request.policyName(), request.principal());
        return AttachPrincipalPolicyResponse.builder().build();
    }

    DetachPrincipalPolicyResponse detachPrincipalPolicy(
            DetachPrincipalPolicyRequest request, Caller caller) {
        detach(caller, request.policyName(), request.principal());
        return DetachPrincipalPolicyResponse.builder().build();
    }

    ListAttachedPoliciesResponse listAttachedPolicies(
            ListAttachedPoliciesRequest request, Caller caller) {
        Paging.Page<Policy> page =
                parts.database()
                        .read(view -> {
                            requireTarget(view, caller, request.target());
                            boolean recursive = Boolean.TRUE.equals(request.recursive());
                            return parts.paging()
                                    .page(
                                            scope(
                                                    "ListAttachedPolicies",
                                                    caller,
                                                    request.target() + recursive),
                                            request.marker(),
                                            request.pageSize(),
                                            attached(view, caller, request.target(), recursive),
                                            Policy::policyName);
                        });
        return ListAttachedPoliciesResponse.builder()
                .policies(page.items())
                .nextMarker(page.nextMarker())
                .build();
    }

    ListTargetsForPolicyResponse listTargetsForPolicy(
            ListTargetsForPolicyRequest request, Caller caller) {
        Paging.Page<AttachmentRecord> page =
                targets(caller, request.policyName(), true, request.marker(), request.pageSize());
        return ListTargetsForPolicyResponse.builder()
                .targets(page.items().stream().map(AttachmentRecord::target).toList())
                .nextMarker(page.nextMarker())
                .build();
    }

    ListPrincipalPoliciesResponse listPrincipalPolicies(
            ListPrincipalPoliciesRequest request, Caller caller) {
        boolean ascending = Boolean.TRUE.equals(request.ascendingOrder());
        Key prefix =
                Tables.order(
                        Key.of(caller.account().value(), caller.region(), request.principal()),
                        ascending);
        Paging.Page<AttachmentRecord> page =
                parts.database()
                        .read(view ->
                                parts.paging()
                                        .page(
                                                scope(
                                                        "ListPrincipalPolicies",
                                                        caller,
                                                        request.principal() + ascending),
                                                request.marker(),
                                                request.pageSize(),
                                                row -> true,
                                                (after, limit) ->
                                                        tables.attachments.listBy(
                                                                view,
                                                                Tables.CREATED,
                                                                prefix,
                                                                after,
                                                                limit)));
        return ListPrincipalPoliciesResponse.builder()
                .policies(page.items().stream().map(PolicyAttachmentOperations::summary).toList())
                .nextMarker(page.nextMarker())
                .build();
    }

    ListPolicyPrincipalsResponse listPolicyPrincipals(
            ListPolicyPrincipalsRequest request, Caller caller) {
        Paging.Page<AttachmentRecord> page =
                targets(
                        caller,
                        request.policyName(),
                        Boolean.TRUE.equals(request.ascendingOrder()),
                        request.marker(),
                        request.pageSize());
        return ListPolicyPrincipalsResponse.builder()
                .principals(page.items().stream().map(AttachmentRecord::target).toList())
                .nextMarker(page.nextMarker())
                .build();
    }

    private void attach(Caller caller, String policyName, String target) {
        boolean added =
                parts.database()
                        .write(transaction -> {
                            requirePolicy(transaction, caller, policyName);
                            boolean group = requireTarget(transaction, caller, target);
                            return put(transaction, caller, policyName, target, group);
                        });
        if (added) {
            parts.changes().rightsChanged();
        }
    }

    /// False where the policy is attached already, which is no mistake.
    private boolean put(
            Transaction transaction,
            Caller caller,
            String policyName,
            String target,
            boolean group) {
        String account = caller.account().value();
        Key key = Key.of(account, caller.region(), target, policyName);
        if (tables.attachments.get(transaction, key) != null) {
            return false;
        }
        int limit = group ? parts.limits().policiesPerGroup() : parts.limits().policiesPerTarget();
        int count = tables.attachedTo(transaction, account, caller.region(), target).size();
        if (count >= limit) {
            throw Faults.limit(
                    "The target has the maximum number of policies attached ("
                            + limit
                            + "): "
                            + target);
        }
        tables.attachments.put(
                transaction,
                key,
                new AttachmentRecord(
                        account, caller.region(), target, policyName, parts.clock().millis()));
        return true;
    }

    private void detach(Caller caller, String policyName, String target) {
        boolean removed =
                parts.database()
                        .write(transaction -> {
                            requirePolicy(transaction, caller, policyName);
                            return tables.attachments.delete(
                                    transaction,
                                    Key.of(
                                            caller.account().value(),
                                            caller.region(),
                                            target,
                                            policyName));
                        });
        if (removed) {
            parts.changes().rightsChanged();
        }
    }

    private void requirePolicy(View view, Caller caller, String name) {
        Key key = Key.of(caller.account().value(), caller.region(), name);
        if (tables.policies.get(view, key) == null) {
            throw Faults.noPolicy(name);
        }
    }

    /// Whether the target is a thing group; throws where it isn't there.
    private boolean requireTarget(View view, Caller caller, String target) {
        if (Certificates.isCognitoId(target)) {
            return false;
        }
        Arn arn =
                Arn.parse(target)
                        .filter(parsed -> parsed.service().equals("iot"))
                        .filter(parsed -> parsed.account().equals(caller.account().value()))
                        .filter(parsed -> parsed.region().equals(caller.region()))
                        .orElseThrow(() -> badTarget(target));
        return switch (arn.resourceType()) {
            case "cert" -> {
                if (tables.certificate(view, arn.account(), arn.region(), arn.resourceId())
                        .isEmpty()) {
                    throw Faults.noCertificate(arn.resourceId());
                }
                yield false;
            }
            case "thinggroup" -> {
                if (!parts.things()
                        .groupExists(caller.account(), caller.region(), arn.resourceId())) {
                    throw Faults.notFound("Thing group " + arn.resourceId() + " does not exist");
                }
                yield true;
            }
            default -> throw badTarget(target);
        };
    }

    private static RuntimeException badTarget(String target) {
        return Faults.invalid(
                "Invalid target '"
                        + target
                        + "': it must be the ARN of a certificate or thing group of this account"
                        + " and region, or a Cognito identity id");
    }

    private List<Policy> attached(View view, Caller caller, String target, boolean recursive) {
        TreeSet<String> targets = new TreeSet<>(List.of(target));
        if (recursive) {
            targets.addAll(inherited(caller, target));
        }
        TreeSet<Policy> policies = new TreeSet<>(Comparator.comparing(Policy::policyName));
        for (String each : targets) {
            tables.attachedTo(view, caller.account().value(), caller.region(), each)
                    .forEach(attachment -> policies.add(summary(attachment)));
        }
        return List.copyOf(policies);
    }

    /// The groups whose policies hold for a target too.
    private List<String> inherited(Caller caller, String target) {
        ThingDirectory things = parts.things();
        Arn arn = Arn.parse(target).orElse(null);
        if (arn != null && arn.resourceType().equals("thinggroup")) {
            return things.ancestorGroupArns(caller.account(), caller.region(), arn.resourceId());
        }
        return things.thingsOf(caller.account(), caller.region(), target, THINGS).stream()
                .flatMap(name -> things.thing(caller.account(), caller.region(), name).stream())
                .flatMap(thing -> thing.groupArns().stream())
                .toList();
    }

    private Paging.Page<AttachmentRecord> targets(
            Caller caller,
            String policyName,
            boolean ascending,
            @Nullable String marker,
            @Nullable Integer pageSize) {
        Key prefix =
                Tables.order(
                        Key.of(caller.account().value(), caller.region(), policyName), ascending);
        return parts.database()
                .read(view -> {
                    requirePolicy(view, caller, policyName);
                    return parts.paging()
                            .page(
                                    scope("targets", caller, policyName + ascending),
                                    marker,
                                    pageSize,
                                    row -> true,
                                    (after, limit) ->
                                            tables.attachments.listBy(
                                                    view, Tables.BY_POLICY, prefix, after, limit));
                });
    }

    private static Policy summary(AttachmentRecord attachment) {
        return Policy.builder()
                .policyName(attachment.policyName())
                .policyArn(
                        PolicyRecord.arn(
                                attachment.account(), attachment.region(), attachment.policyName()))
                .build();
    }

    private static String scope(String operation, Caller caller, String of) {
        return operation + "/" + caller.account() + "/" + caller.region() + "/" + of;
    }
}
