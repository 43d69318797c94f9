package io.homeport.server;

import io.homeport.aws.ApiResponse;
import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import io.homeport.core.Json;
import io.homeport.gateway.AdminRequest;
import io.homeport.gateway.Gateway;
import io.homeport.gateway.HttpAnswers;
import io.homeport.registry.RegistryViews;
import io.homeport.rules.logging.IotLog;
import io.homeport.storage.Database;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// How AWS IoT's log is put together, and its page.
final class LogWiring {
    private static final int DEFAULT_LINES = 100;
    private static final int MOST_LINES = 10_000;

    private LogWiring() {}

    static IotLog log(
            Settings settings, Database database, Clock clock, Supplier<RegistryViews> registry) {
        return new IotLog(
                new IotLog.Ports(
                        database,
                        clock,
                        Executors.newVirtualThreadPerTaskExecutor(),
                        settings.dataDir().resolve("logs"),
                        (account, region, thing) ->
                                groupsOf(registry.get(), account, region, thing),
                        settings.region()));
    }

    private static Set<String> groupsOf(
            RegistryViews registry, String account, String region, String thing) {
        return registry.thing(new AccountId(account), region, thing)
                .map(found ->
                        found.groupArns().stream()
                                .map(arn -> arn.substring(arn.lastIndexOf('/') + 1))
                                .collect(Collectors.toSet()))
                .orElse(Set.of());
    }

    /// `GET /_homeport/logs`, with `lines` (100, at most 10,000): the newest entries.
    static void page(Gateway gateway, IotLog log) {
        gateway.adminRoute("GET", "/_homeport/logs", request -> newest(request, log));
    }

    private static ApiResponse newest(AdminRequest request, IotLog log) {
        int lines;
        try {
            lines = OperatorCalls.number(request, "lines", DEFAULT_LINES, MOST_LINES);
        } catch (IllegalArgumentException e) {
            return OperatorCalls.refused(String.valueOf(e.getMessage()));
        }
        ObjectNode page = Json.MAPPER.createObjectNode();
        ArrayNode entries = page.putArray("entries");
        log.newest(lines).forEach(line -> entries.add(Json.MAPPER.readTree(line)));
        page.put("lost", log.lost());
        return HttpAnswers.json(200, page);
    }
}
