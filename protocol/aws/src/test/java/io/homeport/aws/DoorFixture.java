package io.homeport.aws;

import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import io.homeport.testkit.SimTimers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A door with two access keys, a clock that stands still, and a list of what it answered.
final class DoorFixture {
    static final AccountId ACCOUNT = new AccountId("123456789012");
    static final String KEY = "AKIDEXAMPLE";
    static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    static final String TEMPORARY_KEY = "ASIAEXAMPLE";
    static final String TOKEN = "a session/token+with=specials";
    static final CallAuthorizer EVERYTHING =
            (caller, service, operation, request) -> Optional.empty();

    final SimTimers time = new SimTimers();
    final List<ApiEvents.Answered> answered = new ArrayList<>();
    final Map<String, CredentialStore.Credential> credentials = new HashMap<>();

    DoorFixture() {
        Caller.Principal ada = new Caller.Principal.ApiUser("ada", KEY, true);
        credentials.put(
                KEY, new CredentialStore.Credential(KEY, SECRET, ACCOUNT, ada, null, false));
        credentials.put(
                TEMPORARY_KEY,
                new CredentialStore.Credential(TEMPORARY_KEY, SECRET, ACCOUNT, ada, TOKEN, false));
    }

    ApiDoor door() {
        return door(ApiSettings.DEFAULT, EVERYTHING);
    }

    /// A door that takes every request as the administrator's.
    ApiDoor openDoor() {
        return door(new ApiSettings(AccountId.DEFAULT, "us-east-1", true), EVERYTHING);
    }

    ApiDoor door(ApiSettings settings, CallAuthorizer authorizer) {
        return door(settings, time, authorizer);
    }

    ApiDoor door(ApiSettings settings, Clock clock, CallAuthorizer authorizer) {
        return new ApiDoor(
                settings,
                clock,
                (key, _) -> Optional.ofNullable(credentials.get(key)),
                authorizer,
                answered::add);
    }

    /// A request without signature; `path` may have a query.
    static ApiRequest request(String method, String path, String body, String... headers) {
        Map<String, List<String>> map = new LinkedHashMap<>();
        map.put("host", List.of("localhost:4566"));
        for (int i = 0; i < headers.length; i += 2) {
            map.put(headers[i].toLowerCase(Locale.ROOT), List.of(headers[i + 1]));
        }
        int mark = path.indexOf('?');
        return new ApiRequest(
                method,
                mark < 0 ? path : path.substring(0, mark),
                mark < 0 ? "" : path.substring(mark + 1),
                map,
                body.getBytes(StandardCharsets.UTF_8),
                "127.0.0.1",
                null);
    }

    static ApiRequest ofDevice(ApiRequest request) {
        Caller device =
                new Caller(
                        ACCOUNT,
                        "eu-central-1",
                        new Caller.Principal.Device("ab12", null),
                        "",
                        "127.0.0.1");
        return new ApiRequest(
                request.method(),
                request.rawPath(),
                request.rawQuery(),
                request.headers(),
                request.body(),
                request.sourceIp(),
                device);
    }

    static String body(ApiResponse response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    static String errorType(ApiResponse response) {
        return response.headers().getOrDefault("x-amzn-errortype", List.of("")).getFirst();
    }

    static Set<String> deviceGateway() {
        return Set.of("iotdevicegateway", "iotdata");
    }
}
