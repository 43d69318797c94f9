package io.homeport.server;

import io.homeport.aws.ApiResponse;
import io.homeport.core.AccountId;
import io.homeport.gateway.AdminRequest;
import io.homeport.gateway.Gateway;
import io.homeport.gateway.HttpAnswers;
import io.homeport.identity.AccessKey;
import io.homeport.identity.ApiUsers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/// The operator's calls that manage API users, in the server's account:
///
/// - `GET /_homeport/users`
/// - `PUT /_homeport/users/{name}`, with an optional body `{"administrator": true}`
/// - `DELETE /_homeport/users/{name}`
/// - `/_homeport/users/{name}/policies/{policy}`, see {@link InlinePolicyCalls}
/// - `POST /_homeport/users/{name}/keys`, answers a new access key with its secret
/// - `DELETE /_homeport/users/{name}/keys/{accessKeyId}`
final class UserOperations {
    private final ApiUsers users;
    private final AccountId account;

    private UserOperations(ApiUsers users, AccountId account) {
        this.users = users;
        this.account = account;
    }

    static void register(Gateway gateway, ApiUsers users, AccountId account) {
        UserOperations operations = new UserOperations(users, account);
        String user = "/_homeport/users/{name}";
        route(gateway, "GET", "/_homeport/users", operations::list);
        route(gateway, "PUT", user, operations::create);
        route(gateway, "DELETE", user, operations::delete);
        InlinePolicyCalls.register(gateway, user, users.inlinePolicies(), account);
        route(gateway, "POST", user + "/keys", operations::createKey);
        route(gateway, "DELETE", user + "/keys/{key}", operations::deleteKey);
    }

    private static void route(
            Gateway gateway,
            String method,
            String pattern,
            Function<AdminRequest, ApiResponse> handler) {
        OperatorCalls.route(gateway, method, pattern, "{\"administrator\": true}", handler);
    }

    /// The body that makes a user.
    private record NewUser(boolean administrator) {}

    private static Map<String, Object> shown(ApiUsers.ApiUser user) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("account", user.account().value());
        members.put("name", user.name());
        members.put("administrator", user.administrator());
        members.put("policyNames", user.policyNames());
        members.put("accessKeyIds", user.accessKeyIds());
        return members;
    }

    private ApiResponse list(AdminRequest request) {
        return HttpAnswers.json(
                200,
                Map.of("users", users.users(account).stream().map(UserOperations::shown).toList()));
    }

    private ApiResponse create(AdminRequest request) {
        boolean administrator =
                request.http().body().length > 0
                        && OperatorCalls.body(request, NewUser.class).administrator();
        return HttpAnswers.json(
                200, shown(users.createUser(account, name(request), administrator)));
    }

    private ApiResponse delete(AdminRequest request) {
        users.deleteUser(account, name(request));
        return HttpAnswers.json(200, Map.of());
    }

    private ApiResponse createKey(AdminRequest request) {
        AccessKey key = users.createAccessKey(account, name(request));
        return HttpAnswers.json(
                200,
                Map.of(
                        "accessKeyId", key.accessKeyId(),
                        "secretAccessKey", key.secretAccessKey()));
    }

    private ApiResponse deleteKey(AdminRequest request) {
        users.deleteAccessKey(account, name(request), OperatorCalls.part(request, "key"));
        return HttpAnswers.json(200, Map.of());
    }

    private static String name(AdminRequest request) {
        return OperatorCalls.part(request, "name");
    }
}
