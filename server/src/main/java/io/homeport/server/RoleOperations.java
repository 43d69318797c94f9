package io.homeport.server;

import io.homeport.aws.ApiResponse;
import io.homeport.core.AccountId;
import io.homeport.core.Json;
import io.homeport.gateway.AdminRequest;
import io.homeport.gateway.Gateway;
import io.homeport.gateway.HttpAnswers;
import io.homeport.identity.Roles;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The operator's calls that manage roles, in the server's account:
///
/// - `GET /_homeport/roles`
/// - `PUT /_homeport/roles/{name}`, with the body that {@link NewRole} describes
/// - `GET` and `DELETE /_homeport/roles/{name}`
/// - `/_homeport/roles/{name}/policies/{policy}`, see {@link InlinePolicyCalls}
final class RoleOperations {
    private static final String EXAMPLE =
            "{\"assumeRolePolicyDocument\": {...}, \"maxSessionDuration\": 3600}";

    private final Roles roles;
    private final AccountId account;

    private RoleOperations(Roles roles, AccountId account) {
        this.roles = roles;
        this.account = account;
    }

    static void register(Gateway gateway, Roles roles, AccountId account) {
        RoleOperations operations = new RoleOperations(roles, account);
        String role = "/_homeport/roles/{name}";
        route(gateway, "GET", "/_homeport/roles", operations::list);
        route(gateway, "PUT", role, operations::put);
        route(gateway, "GET", role, operations::role);
        route(gateway, "DELETE", role, operations::delete);
        InlinePolicyCalls.register(gateway, role, roles.inlinePolicies(), account);
    }

    private static void route(
            Gateway gateway,
            String method,
            String pattern,
            Function<AdminRequest, ApiResponse> handler) {
        OperatorCalls.route(gateway, method, pattern, EXAMPLE, handler);
    }

    /// The body that makes or changes a role, with IAM's names.
    ///
    /// @param assumeRolePolicyDocument the trust policy, as an object or as its text
    /// @param maxSessionDuration in seconds
    private record NewRole(
            @Nullable JsonNode assumeRolePolicyDocument,
            @Nullable Integer maxSessionDuration,
            @Nullable String path) {

        @Nullable String trustPolicy() {
            JsonNode document = assumeRolePolicyDocument;
            if (document == null || document.isNull()) {
                return null;
            }
            return document.isString() ? document.asString() : document.toString();
        }
    }

    private static Map<String, Object> shown(Roles.Role role) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("account", role.account().value());
        members.put("name", role.name());
        members.put("path", role.path());
        members.put("arn", role.arn());
        members.put("id", role.id());
        members.put("assumeRolePolicyDocument", Json.MAPPER.readTree(role.trustPolicy()));
        members.put("maxSessionDuration", role.maximumSession().toSeconds());
        members.put("policyNames", role.policyNames());
        return members;
    }

    private ApiResponse list(AdminRequest request) {
        return HttpAnswers.json(
                200,
                Map.of("roles", roles.roles(account).stream().map(RoleOperations::shown).toList()));
    }

    private ApiResponse put(AdminRequest request) {
        NewRole wanted =
                request.http().body().length == 0
                        ? new NewRole(null, null, null)
                        : OperatorCalls.body(request, NewRole.class);
        Integer seconds = wanted.maxSessionDuration();
        return HttpAnswers.json(
                200,
                shown(
                        roles.put(
                                account,
                                name(request),
                                wanted.path(),
                                wanted.trustPolicy(),
                                seconds == null ? null : Duration.ofSeconds(seconds))));
    }

    private ApiResponse role(AdminRequest request) {
        return HttpAnswers.json(200, shown(roles.role(account, name(request))));
    }

    private ApiResponse delete(AdminRequest request) {
        roles.delete(account, name(request));
        return HttpAnswers.json(200, Map.of());
    }

    private static String name(AdminRequest request) {
        return OperatorCalls.part(request, "name");
    }
}
