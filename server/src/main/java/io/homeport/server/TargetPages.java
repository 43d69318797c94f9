package io.homeport.server;

import io.homeport.aws.ApiResponse;
import io.homeport.core.AccountId;
import io.homeport.core.Json;
import io.homeport.core.targets.TargetFailedException;
import io.homeport.core.targets.TargetScope;
import io.homeport.core.targets.TargetService;
import io.homeport.gateway.AdminRequest;
import io.homeport.gateway.Gateway;
import io.homeport.gateway.HttpAnswers;
import io.homeport.targets.StandInView;
import io.homeport.targets.Subscription;
import io.homeport.targets.TargetsService;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The operator's pages on the services around AWS IoT. Each takes `account` and `region`, which
/// are the server's unless they are given.
///
/// - `GET /_homeport/aws`: which services have an endpoint, and what stand-ins keep
/// - `GET /_homeport/aws/{service}/{name}`, with `limit` (100, at most 10,000): the newest entries,
///   or keys; with `key`: that value
/// - `PUT /_homeport/aws/{service}/{name}?key=...`: the body becomes an object or secret
/// - `PUT /_homeport/aws/dynamodb/{table}`, with `{"keys": ["id", "sort"]}`: the table's key
/// - `POST /_homeport/aws/sns/{topic}/subscriptions`, with `{"protocol": "https", "endpoint":
///   "https://...", "raw": false}`, answers the subscription with its id
/// - `GET /_homeport/aws/sns/{topic}/subscriptions`, `DELETE .../subscriptions/{id}`
/// - `DELETE /_homeport/aws` and `DELETE /_homeport/aws/{service}/{name}`: forget
final class TargetPages {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAXIMUM_LIMIT = 10_000;

    private final TargetsService targets;
    private final AccountId account;
    private final String region;

    private TargetPages(TargetsService targets, AccountId account, String region) {
        this.targets = targets;
        this.account = account;
        this.region = region;
    }

    static void register(
            Gateway gateway, TargetsService targets, AccountId account, String region) {
        TargetPages pages = new TargetPages(targets, account, region);
        String one = "/_homeport/aws/{service}/{name}";
        gateway.adminRoute("GET", "/_homeport/aws", _ -> pages.list());
        gateway.adminRoute("DELETE", "/_homeport/aws", _ -> pages.clearAll());
        String subscriptions = "/_homeport/aws/sns/{name}/subscriptions";
        gateway.adminRoute("GET", subscriptions, request -> guarded(request, pages::subscriptions));
        gateway.adminRoute("POST", subscriptions, request -> guarded(request, pages::subscribe));
        gateway.adminRoute(
                "DELETE", subscriptions + "/{id}", request -> guarded(request, pages::unsubscribe));
        gateway.adminRoute("GET", one, request -> guarded(request, pages::read));
        gateway.adminRoute("PUT", one, request -> guarded(request, pages::put));
        gateway.adminRoute("DELETE", one, request -> guarded(request, pages::clear));
    }

    private static ApiResponse guarded(
            AdminRequest request, Function<AdminRequest, ApiResponse> page) {
        try {
            return page.apply(request);
        } catch (IllegalArgumentException e) {
            return OperatorCalls.refused(String.valueOf(e.getMessage()));
        } catch (JacksonException e) {
            return OperatorCalls.refused("the body is no JSON: " + e.getOriginalMessage());
        } catch (TargetFailedException e) {
            return OperatorCalls.refused(e.text());
        }
    }

    private ApiResponse list() {
        Map<String, String> services = new LinkedHashMap<>();
        for (TargetService service : TargetService.values()) {
            services.put(service.option(), targets.endpoint(service).orElse("stand-in"));
        }
        return HttpAnswers.json(
                200, Map.of("services", services, "targets", targets.standIns().targets()));
    }

    private ApiResponse clearAll() {
        targets.reset();
        return HttpAnswers.json(200, Map.of("status", "cleared"));
    }

    private ApiResponse read(AdminRequest request) {
        TargetScope scope = scopeOf(request);
        TargetService service = serviceOf(request);
        String name = nameOf(request);
        StandInView standIns = targets.standIns();
        String key = request.parameter("key");
        if (key != null) {
            return standIns.value(scope, service, name, key)
                    .map(value ->
                            new ApiResponse(
                                    200,
                                    Map.of("content-type", List.of("application/octet-stream")),
                                    value))
                    .orElseGet(() -> absent(service, name + " " + key));
        }
        int limit = OperatorCalls.number(request, "limit", DEFAULT_LIMIT, MAXIMUM_LIMIT);
        Optional<List<JsonNode>> entries = standIns.entries(scope, service, name, limit);
        if (entries.isPresent()) {
            return HttpAnswers.json(200, Map.of("entries", entries.get()));
        }
        return standIns.values(scope, service, name, limit)
                .map(values -> HttpAnswers.json(200, Map.of("values", values)))
                .orElseGet(() -> absent(service, name));
    }

    private ApiResponse put(AdminRequest request) {
        TargetScope scope = scopeOf(request);
        TargetService service = serviceOf(request);
        String name = nameOf(request);
        switch (service) {
            case DYNAMODB -> targets.standIns().define(scope, name, keysOf(request));
            case S3, SECRETS -> {
                String key = request.parameter("key");
                if (key == null || key.isEmpty()) {
                    throw new IllegalArgumentException("the query has to name a key");
                }
                targets.standIns().put(scope, service, name, key, request.http().body());
            }
            default ->
                    throw new IllegalArgumentException(
                            "nothing can be put into the stand-in of " + service.option());
        }
        return HttpAnswers.json(200, Map.of("status", "put"));
    }

    private static List<String> keysOf(AdminRequest request) {
        List<String> keys = new ArrayList<>();
        JsonNode body = Json.MAPPER.readTree(request.http().body());
        body.path("keys").forEach(key -> keys.add(key.asString("")));
        if (keys.isEmpty() || keys.size() > 2 || keys.contains("")) {
            throw new IllegalArgumentException(
                    "the body has to be like {\"keys\": [\"id\", \"sort\"]}, with one or two names");
        }
        return keys;
    }

    private ApiResponse subscriptions(AdminRequest request) {
        return HttpAnswers.json(
                200,
                Map.of(
                        "subscriptions",
                        targets.notifications().subscriptions(scopeOf(request), nameOf(request))));
    }

    private ApiResponse subscribe(AdminRequest request) {
        JsonNode body = Json.MAPPER.readTree(request.http().body());
        String named = body.path("protocol").asString("");
        Subscription.Protocol protocol = null;
        for (Subscription.Protocol one : Subscription.Protocol.values()) {
            protocol = one.text().equals(named) ? one : protocol;
        }
        if (protocol == null) {
            throw new IllegalArgumentException(
                    "protocol has to be http, https, email, email-json, sqs, lambda or mqtt, not '"
                            + named
                            + "'");
        }
        return HttpAnswers.json(
                200,
                targets.notifications()
                        .subscribe(
                                scopeOf(request),
                                nameOf(request),
                                protocol,
                                body.path("endpoint").asString(""),
                                body.path("raw").asBoolean(false)));
    }

    private ApiResponse unsubscribe(AdminRequest request) {
        String id = OperatorCalls.part(request, "id");
        return targets.notifications().unsubscribe(scopeOf(request), nameOf(request), id)
                ? HttpAnswers.json(200, Map.of("status", "unsubscribed"))
                : absent(TargetService.SNS, "subscription " + id);
    }

    private ApiResponse clear(AdminRequest request) {
        TargetService service = serviceOf(request);
        String name = nameOf(request);
        return targets.standIns().clear(scopeOf(request), service, name)
                ? HttpAnswers.json(200, Map.of("status", "cleared"))
                : absent(service, name);
    }

    private static ApiResponse absent(TargetService service, String name) {
        return HttpAnswers.error(
                404,
                "ResourceNotFoundException",
                "the stand-in of " + service.option() + " has no " + name);
    }

    private static String nameOf(AdminRequest request) {
        return OperatorCalls.part(request, "name");
    }

    private static TargetService serviceOf(AdminRequest request) {
        String name = OperatorCalls.part(request, "service");
        return TargetService.named(name)
                .orElseThrow(() -> new IllegalArgumentException("there is no service " + name));
    }

    private TargetScope scopeOf(AdminRequest request) {
        return new TargetScope(
                OperatorCalls.account(request, account), OperatorCalls.region(request, region));
    }
}
