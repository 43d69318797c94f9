package io.homeport.functions;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.core.Arn;
import io.homeport.core.Json;
import io.homeport.functions.PolicyRecord.Statement;
import io.homeport.storage.Key;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.AddPermissionRequest;
import software.amazon.awssdk.services.lambda.model.AddPermissionResponse;
import software.amazon.awssdk.services.lambda.model.GetPolicyRequest;
import software.amazon.awssdk.services.lambda.model.GetPolicyResponse;
import software.amazon.awssdk.services.lambda.model.PolicyLengthExceededException;
import software.amazon.awssdk.services.lambda.model.RemovePermissionRequest;
import software.amazon.awssdk.services.lambda.model.RemovePermissionResponse;

/// The operations on resource policies: who else may invoke a function. Each version and alias has
/// a policy of its own beside the function's. Thread-safe.
final class PermissionOperations {
    private static final PolicyRecord NONE = new PolicyRecord(List.of(), "");

    private final Functions functions;

    PermissionOperations(Functions functions) {
        this.functions = functions;
    }

    void register(OperationTable table) {
        table.add(AddPermissionRequest.class, AddPermissionRequest::builder, this::addPermission)
                .add(GetPolicyRequest.class, GetPolicyRequest::builder, this::getPolicy)
                .add(
                        RemovePermissionRequest.class,
                        RemovePermissionRequest::builder,
                        this::removePermission);
    }

    private static Key key(FunctionName name) {
        return Functions.key(name, name.qualifier() == null ? "" : name.qualifier());
    }

    AddPermissionResponse addPermission(AddPermissionRequest request, Caller caller) {
        FunctionName name = functions.name(request.functionName(), request.qualifier(), caller);
        if (VersionRecord.LATEST.equals(name.qualifier())) {
            throw Faults.invalid("We currently do not support adding policies for $LATEST.");
        }
        ConfigurationReader.refuseUnavailable(request);
        Statement statement =
                new Statement(
                        request.statementId(),
                        request.action(),
                        request.principal(),
                        name.arn(),
                        request.sourceArn(),
                        request.sourceAccount(),
                        request.eventSourceToken(),
                        request.principalOrgID());
        functions.database.update(transaction -> {
            functions.target(transaction, name);
            PolicyRecord old = orNone(functions.policies.get(transaction, key(name)));
            if (request.revisionId() != null) {
                Faults.checkRevision(request.revisionId(), old.revisionId());
            }
            if (old.statements().stream().anyMatch(s -> s.id().equals(statement.id()))) {
                throw Faults.conflict(
                        ("The statement id (%s) provided already exists. Please provide a new"
                                        + " statement id, or remove the existing statement.")
                                .formatted(statement.id()));
            }
            List<Statement> statements = new ArrayList<>(old.statements());
            statements.add(statement);
            PolicyRecord changed = new PolicyRecord(statements, functions.newId());
            int bytes = document(changed).getBytes(StandardCharsets.UTF_8).length;
            if (bytes > functions.limits.policyBytes()) {
                throw PolicyLengthExceededException.builder()
                        .message(
                                "The final policy size (%d) is bigger than the limit (%d)."
                                        .formatted(bytes, functions.limits.policyBytes()))
                        .type("User")
                        .build();
            }
            functions.policies.put(transaction, key(name), changed);
        });
        return AddPermissionResponse.builder()
                .statement(Json.MAPPER.writeValueAsString(shown(statement)))
                .build();
    }

    GetPolicyResponse getPolicy(GetPolicyRequest request, Caller caller) {
        FunctionName name = functions.name(request.functionName(), request.qualifier(), caller);
        PolicyRecord policy =
                functions.database.read(view -> {
                    functions.target(view, name);
                    return orNone(functions.policies.get(view, key(name)));
                });
        if (policy.statements().isEmpty()) {
            throw Faults.notFound("The resource you requested does not exist.");
        }
        return GetPolicyResponse.builder()
                .policy(document(policy))
                .revisionId(policy.revisionId())
                .build();
    }

    RemovePermissionResponse removePermission(RemovePermissionRequest request, Caller caller) {
        FunctionName name = functions.name(request.functionName(), request.qualifier(), caller);
        functions.database.update(transaction -> {
            functions.target(transaction, name);
            PolicyRecord old = orNone(functions.policies.get(transaction, key(name)));
            if (old.statements().isEmpty()) {
                throw Faults.notFound("No policy is associated with the given resource.");
            }
            if (request.revisionId() != null) {
                Faults.checkRevision(request.revisionId(), old.revisionId());
            }
            List<Statement> left =
                    old.statements().stream()
                            .filter(s -> !s.id().equals(request.statementId()))
                            .toList();
            if (left.size() == old.statements().size()) {
                throw Faults.notFound(
                        "Statement " + request.statementId() + " is not found in resource policy.");
            }
            if (left.isEmpty()) {
                functions.policies.delete(transaction, key(name));
            } else {
                functions.policies.put(
                        transaction, key(name), new PolicyRecord(left, functions.newId()));
            }
        });
        return RemovePermissionResponse.builder().build();
    }

    private static PolicyRecord orNone(@Nullable PolicyRecord policy) {
        return policy == null ? NONE : policy;
    }

    private static String document(PolicyRecord policy) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("Version", "2012-10-17");
        document.put("Id", "default");
        document.put(
                "Statement",
                policy.statements().stream().map(PermissionOperations::shown).toList());
        return Json.MAPPER.writeValueAsString(document);
    }

    private static Map<String, Object> shown(Statement statement) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("Sid", statement.id());
        shown.put("Effect", "Allow");
        shown.put("Principal", principal(statement.principal()));
        shown.put("Action", statement.action());
        shown.put("Resource", statement.resource());
        Map<String, String> equal = new LinkedHashMap<>();
        putIf(equal, "AWS:SourceAccount", statement.sourceAccount());
        putIf(equal, "lambda:EventSourceToken", statement.eventSourceToken());
        putIf(equal, "aws:PrincipalOrgID", statement.principalOrganization());
        Map<String, Object> conditions = new LinkedHashMap<>();
        if (!equal.isEmpty()) {
            conditions.put("StringEquals", equal);
        }
        String sourceArn = statement.sourceArn();
        if (sourceArn != null) {
            conditions.put("ArnLike", Map.of("AWS:SourceArn", sourceArn));
        }
        if (!conditions.isEmpty()) {
            shown.put("Condition", conditions);
        }
        return shown;
    }

    private static void putIf(Map<String, String> map, String key, @Nullable String value) {
        if (value != null) {
            map.put(key, value);
        }
    }

    private static Object principal(String principal) {
        if (principal.equals("*")) {
            return principal;
        }
        if (principal.matches("\\d{12}")) {
            return Map.of("AWS", "arn:aws:iam::" + principal + ":root");
        }
        return Map.of(principal.startsWith("arn:") ? "AWS" : "Service", principal);
    }

    /// Whether the policy of exactly this function, version or alias lets a service invoke it.
    boolean allows(FunctionName name, String service, @Nullable String sourceArn) {
        PolicyRecord policy =
                functions.database.read(view -> orNone(functions.policies.get(view, key(name))));
        return policy.statements().stream().anyMatch(s -> allows(s, name, service, sourceArn));
    }

    private static boolean allows(
            Statement statement, FunctionName name, String service, @Nullable String sourceArn) {
        boolean action =
                List.of("lambda:InvokeFunction", "lambda:*", "*").contains(statement.action());
        boolean principal =
                statement.principal().equals(service) || statement.principal().equals("*");
        String pattern = statement.sourceArn();
        boolean source =
                pattern == null || (sourceArn != null && Wildcards.arnLike(pattern, sourceArn));
        String account = statement.sourceAccount();
        boolean sourceAccount = account == null || account.equals(accountOf(name, sourceArn));
        return action
                && principal
                && source
                && sourceAccount
                && statement.eventSourceToken() == null
                && statement.principalOrganization() == null;
    }

    /// Services of this server call within the account of what makes them call.
    private static String accountOf(FunctionName name, @Nullable String sourceArn) {
        return sourceArn == null
                ? name.account()
                : Arn.parse(sourceArn)
                        .map(Arn::account)
                        .filter(account -> !account.isEmpty())
                        .orElse(name.account());
    }
}
