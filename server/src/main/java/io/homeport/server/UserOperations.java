package io.homeport.server;

import io.homeport.aws.ApiResponse;
import io.homeport.core.AccountId;
import io.homeport.core.Json;
import io.homeport.gateway.AdminRequest;
import io.homeport.gateway.Gateway;
import io.homeport.gateway.HttpAnswers;
import io.homeport.identity.AccessKey;
import io.homeport.identity.ApiUsers;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import tools.jackson.core.JacksonException;

/// The operator's calls that manage API users, in the server's account:
///
/// - `GET /_homeport/users`
/// - `PUT /_homeport/users/{name}`, with an optional body `{"administrator": true}`
/// - `DELETE /_homeport/users/{name}`
/// - `PUT /_homeport/users/{name}/policies/{policy}`, the body is an IAM-style policy document
/// - `GET` and `DELETE /_homeport/users/{name}/policies/{policy}`
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
        route(gateway, "PUT", user + "/policies/{policy}", operations::putPolicy);
        route(gateway, "GET", user + "/policies/{policy}", operations::policy);
        route(gateway, "DELETE", user + "/policies/{policy}", operations::deletePolicy);
        route(gateway, "POST", user + "/keys", operations::createKey);
        route(gateway, "DELETE", user + "/keys/{key}", operations::deleteKey);
    }

    private static void route(
            Gateway gateway,
            String method,
            String pattern,
            Function<AdminRequest, ApiResponse> handler) {
        route(gateway, method, pattern, "{\"administrator\": true}", handler);
    }

    /// Adds a call whose faults are answered as AWS answers them.
    ///
    /// @param example of a body, for whoever sends another
    static void route(
            Gateway gateway,
            String method,
            String pattern,
            String example,
            Function<AdminRequest, ApiResponse> handler) {
        gateway.adminRoute(
                method,
                pattern,
                request -> {
                    try {
                        return handler.apply(request);
                    } catch (AwsServiceException e) {
                        String type = e.getClass().getSimpleName();
                        String message =
                                e.awsErrorDetails() == null
                                        ? String.valueOf(e.getMessage())
                                        : String.valueOf(e.awsErrorDetails().errorMessage());
                        return HttpAnswers.error(status(type), type, message);
                    } catch (JacksonException e) {
                        return HttpAnswers.error(
                                400,
                                "BadRequestException",
                                "the body isn't like " + example + ": " + e.getOriginalMessage());
                    }
                });
    }

    private static int status(String type) {
        return switch (type) {
            case "ResourceNotFoundException" -> 404;
            case "ResourceAlreadyExistsException" -> 409;
            default -> 400;
        };
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
        byte[] body = request.http().body();
        boolean administrator =
                body.length > 0 && Json.MAPPER.readValue(body, NewUser.class).administrator();
        return HttpAnswers.json(
                200, shown(users.createUser(account, name(request), administrator)));
    }

    private ApiResponse delete(AdminRequest request) {
        users.deleteUser(account, name(request));
        return HttpAnswers.json(200, Map.of());
    }

    private ApiResponse putPolicy(AdminRequest request) {
        users.putPolicy(
                account,
                name(request),
                part(request, "policy"),
                new String(request.http().body(), StandardCharsets.UTF_8));
        return HttpAnswers.json(200, Map.of());
    }

    private ApiResponse policy(AdminRequest request) {
        return HttpAnswers.text(
                200,
                "application/json",
                users.policy(account, name(request), part(request, "policy")));
    }

    private ApiResponse deletePolicy(AdminRequest request) {
        users.deletePolicy(account, name(request), part(request, "policy"));
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
        users.deleteAccessKey(account, name(request), part(request, "key"));
        return HttpAnswers.json(200, Map.of());
    }

    private static String name(AdminRequest request) {
        return part(request, "name");
    }

    private static String part(AdminRequest request, String name) {
        return request.path().getOrDefault(name, "");
    }
}
