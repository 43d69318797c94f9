package io.homeport.server;

import io.homeport.aws.ApiResponse;
import io.homeport.core.AccountId;
import io.homeport.gateway.AdminRequest;
import io.homeport.gateway.Gateway;
import io.homeport.gateway.HttpAnswers;
import io.homeport.identity.InlinePolicies;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// The operator's calls that manage the inline policies of users and of roles, below the path of
/// their owner:
///
/// - `PUT .../{name}/policies/{policy}`, the body is an IAM-style policy document
/// - `GET` and `DELETE .../{name}/policies/{policy}`
record InlinePolicyCalls(InlinePolicies policies, AccountId account) {
    private static final String EXAMPLE = "{\"Version\": \"2012-10-17\", \"Statement\": [...]}";

    /// @param owner the path of a user or role, with `{name}` in it
    static void register(
            Gateway gateway, String owner, InlinePolicies policies, AccountId account) {
        InlinePolicyCalls calls = new InlinePolicyCalls(policies, account);
        String policy = owner + "/policies/{policy}";
        OperatorCalls.route(gateway, "PUT", policy, EXAMPLE, calls::put);
        OperatorCalls.route(gateway, "GET", policy, EXAMPLE, calls::document);
        OperatorCalls.route(gateway, "DELETE", policy, EXAMPLE, calls::delete);
    }

    private ApiResponse put(AdminRequest request) {
        policies.put(
                account,
                OperatorCalls.part(request, "name"),
                OperatorCalls.part(request, "policy"),
                new String(request.http().body(), StandardCharsets.UTF_8));
        return HttpAnswers.json(200, Map.of());
    }

    private ApiResponse document(AdminRequest request) {
        return HttpAnswers.text(
                200,
                "application/json",
                policies.document(
                        account,
                        OperatorCalls.part(request, "name"),
                        OperatorCalls.part(request, "policy")));
    }

    private ApiResponse delete(AdminRequest request) {
        policies.delete(
                account,
                OperatorCalls.part(request, "name"),
                OperatorCalls.part(request, "policy"));
        return HttpAnswers.json(200, Map.of());
    }
}
