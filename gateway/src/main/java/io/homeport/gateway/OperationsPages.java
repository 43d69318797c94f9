package io.homeport.gateway;

import io.homeport.aws.ApiResponse;
import io.homeport.broker.ClientState;
import io.homeport.core.AccountId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The operator's pages that the gateway has itself. Stateless.
final class OperationsPages {
    private static final int STANDARD_LIMIT = 100;
    private static final int MAXIMUM_LIMIT = 1000;
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    /// To write all metrics takes milliseconds: who asks for them in a loop gets a fiftieth of a
    /// processor, and who asks every second gets them at once.
    private static final int METRICS_PAUSE_TIMES = 50;

    private static final Duration LONGEST_METRICS_PAUSE = Duration.ofMillis(500);

    private OperationsPages() {}

    static void register(
            AdminPages pages, HttpDesk desk, Gateway.Seams ports, BooleanSupplier ready) {
        pages.add("GET", "/health", _ -> HttpAnswers.json(200, Map.of("status", "up")));
        pages.add(
                "GET",
                "/ready",
                _ ->
                        ready.getAsBoolean()
                                ? HttpAnswers.json(200, Map.of("status", "ready"))
                                : HttpAnswers.json(503, Map.of("status", "not ready")));
        SharedAnswer metrics =
                new SharedAnswer(
                        desk,
                        ports.timers(),
                        METRICS_PAUSE_TIMES,
                        LONGEST_METRICS_PAUSE,
                        () -> HttpAnswers.text(200, PROMETHEUS_TEXT, ports.registry().scrape()));
        pages.share("/metrics", metrics);
        pages.add("GET", "/_homeport/denials", request -> denials(request, ports.explanations()));
        pages.add("GET", "/_homeport/clients/{clientId}", request -> client(request, ports));
    }

    private static ApiResponse denials(AdminRequest request, Explanations explanations) {
        String text = request.parameter("limit");
        int limit = text == null ? STANDARD_LIMIT : number(text);
        if (limit < 1 || limit > MAXIMUM_LIMIT) {
            return HttpAnswers.error(
                    400, "BadRequestException", "limit is 1 to " + MAXIMUM_LIMIT + ", not " + text);
        }
        return HttpAnswers.json(
                200, Map.of("denials", explanations.last(request.parameter("clientId"), limit)));
    }

    private static ApiResponse client(AdminRequest request, Gateway.Seams ports) {
        String clientId = request.path().getOrDefault("clientId", "");
        AccountId account;
        try {
            String text = request.parameter("account");
            account = text == null ? AccountId.DEFAULT : new AccountId(text);
        } catch (IllegalArgumentException e) {
            return HttpAnswers.error(400, "BadRequestException", String.valueOf(e.getMessage()));
        }
        Optional<ClientState> state =
                ports.broker().client(account, clientId).orTimeout(10, TimeUnit.SECONDS).join();
        List<Explanations.Explanation> denials =
                ports.explanations().last(clientId, STANDARD_LIMIT);
        if (state.isEmpty() && denials.isEmpty()) {
            return HttpAnswers.error(
                    404, "ResourceNotFoundException", "Nothing is known of client " + clientId);
        }
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("clientId", clientId);
        answer.put("state", state.orElse(null));
        answer.put("denials", denials);
        return HttpAnswers.json(200, answer);
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
