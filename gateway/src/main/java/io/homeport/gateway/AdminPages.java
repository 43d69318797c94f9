package io.homeport.gateway;

import io.homeport.aws.ApiRequest;
import io.homeport.aws.ApiResponse;
import io.homeport.aws.Authentication;
import io.homeport.aws.Caller;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The operator's pages on the API port: `/health`, `/ready`, `/metrics` and what lies below
/// `/_homeport/`. Thread-safe.
///
/// The first three are for everybody who reaches the port. The others are for callers on this
/// machine, without a signature, and from elsewhere for an administrator's signature. A web page in
/// a browser on this machine is a caller on this machine too, so requests that another site made
/// are refused (`Origin`, `Sec-Fetch-Site`), and so are those for a host name that isn't this
/// machine's, by which a site could pass for the same one.
final class AdminPages {
    private static final String PREFIX = "/_homeport/";
    private static final Set<String> PUBLIC = Set.of("/health", "/ready", "/metrics");
    private static final Set<String> SIGNING_NAMES = Set.of("iot", "homeport");
    private static final Set<String> OWN_SITES = Set.of("none", "same-origin");

    private record Route(
            String method, List<String> segments, Function<AdminRequest, ApiResponse> handler) {}

    private final ApiPort door;
    private final List<Route> routes = new CopyOnWriteArrayList<>();
    private final Map<String, SharedAnswer> shared = new ConcurrentHashMap<>();

    AdminPages(ApiPort door) {
        this.door = door;
    }

    /// @param pattern a path whose segments may be `{names}`
    void add(String method, String pattern, Function<AdminRequest, ApiResponse> handler) {
        if (!owns(pattern)) {
            throw new IllegalArgumentException(
                    "an operator's page is " + PUBLIC + " or below " + PREFIX + ": " + pattern);
        }
        routes.add(new Route(method, List.of(pattern.split("/")), handler));
    }

    /// Adds a page that is for everybody and the same for all who get it at about the same time.
    void share(String path, SharedAnswer answer) {
        if (!PUBLIC.contains(path)) {
            throw new IllegalArgumentException(path + " isn't for everybody");
        }
        shared.put(path, answer);
    }

    /// The page that a request asks for, where that is a shared one; else {@link #handle} answers.
    @Nullable SharedAnswer shared(ApiRequest request) {
        boolean gets = request.method().equals("GET") || request.method().equals("HEAD");
        return gets ? shared.get(request.rawPath()) : null;
    }

    boolean owns(String path) {
        return PUBLIC.contains(path) || path.startsWith(PREFIX);
    }

    ApiResponse handle(ApiRequest request) {
        ApiResponse refusal = PUBLIC.contains(request.rawPath()) ? null : refusal(request);
        if (refusal != null) {
            return refusal;
        }
        String[] segments = request.rawPath().split("/");
        String method = request.method().equals("HEAD") ? "GET" : request.method();
        boolean known = shared.containsKey(request.rawPath());
        for (Route route : routes) {
            Map<String, String> values = match(route.segments(), segments);
            if (values == null) {
                continue;
            }
            known = true;
            if (route.method().equals(method)) {
                return run(route, request, values);
            }
        }
        return known
                ? HttpAnswers.error(
                        405,
                        "MethodNotAllowedException",
                        request.rawPath() + " doesn't take " + request.method())
                : HttpAnswers.error(
                        404, "ResourceNotFoundException", "There is no " + request.rawPath());
    }

    private static ApiResponse run(Route route, ApiRequest request, Map<String, String> values) {
        Map<String, String> query;
        try {
            values.replaceAll((_, value) -> decode(value.replace("+", "%2B")));
            query = query(request.rawQuery());
        } catch (IllegalArgumentException e) {
            return HttpAnswers.error(
                    400, "BadRequestException", "Malformed percent-encoding: " + e.getMessage());
        }
        return route.handler().apply(new AdminRequest(request, values, query));
    }

    private @Nullable ApiResponse refusal(ApiRequest request) {
        if (!Addresses.isLoopback(request.sourceIp())) {
            return administratorOnly(request);
        }
        String host = request.header("host");
        if (host == null || !Addresses.isLocalName(host)) {
            return forbidden("the Host header isn't a name of this machine: " + host);
        }
        String site = request.header("sec-fetch-site");
        if (site != null && !OWN_SITES.contains(site.toLowerCase(Locale.ROOT))) {
            return forbidden("another web site made this request");
        }
        String origin = request.header("origin");
        if (origin != null && !origin.equals("http://" + host)) {
            return forbidden("a page of " + origin + " made this request");
        }
        return null;
    }

    private @Nullable ApiResponse administratorOnly(ApiRequest request) {
        return switch (door.authenticate(request, SIGNING_NAMES)) {
            case Authentication.Refused refused -> refused.response();
            case Authentication.Accepted accepted ->
                    accepted.caller().principal() instanceof Caller.Principal.ApiUser user
                                    && user.administrator()
                            ? null
                            : forbidden("only an administrator may from another machine");
        };
    }

    private static ApiResponse forbidden(String why) {
        return HttpAnswers.error(403, "AccessDeniedException", "Refused: " + why);
    }

    private static @Nullable Map<String, String> match(List<String> pattern, String[] segments) {
        if (pattern.size() != segments.length) {
            return null;
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < segments.length; i++) {
            String expected = pattern.get(i);
            if (expected.startsWith("{")) {
                values.put(expected.substring(1, expected.length() - 1), segments[i]);
            } else if (!expected.equals(segments[i])) {
                return null;
            }
        }
        return values;
    }

    private static Map<String, String> query(String rawQuery) {
        Map<String, String> query = new HashMap<>();
        for (String pair : rawQuery.split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                query.put(
                        decode(equals < 0 ? pair : pair.substring(0, equals)),
                        equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
        }
        return query;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
