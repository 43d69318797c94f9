package io.homeport.aws;

import java.util.List;
import java.util.Properties;

/// Writes `docs/api-map.md`: every operation that AWS has, whether it is there, and the test that
/// shows it. Pure.
public final class ApiMap {
    private ApiMap() {}

    /// The page in Markdown.
    ///
    /// @param door with everything registered
    /// @param tests the test of an operation by `<service>.<operation>`, for example
    ///   `iot.CreateThing=ThingCompatTest`; an operation without a line has no test
    public static String render(ApiDoor door, Properties tests) {
        StringBuilder page = new StringBuilder(100_000);
        page.append("# AWS API operations\n\n");
        page.append("Made from the service models and what is registered; the build checks it.\n");
        page.append(
                "`yes`: available. `501`: answered with status 501 and a body that names it.\n");
        page.append("\n| service | available | of |\n|---|---|---|\n");
        for (ServiceModel service : door.models().services()) {
            page.append(
                    "| [%s](#%s) | %d | %d |%n"
                            .formatted(
                                    service.title(),
                                    service.id(),
                                    available(door, service),
                                    service.operations().size() + rawRoutes(door, service).size()));
        }
        for (ServiceModel service : door.models().services()) {
            service(page, door, service, tests);
        }
        return page.toString().replace("\r\n", "\n");
    }

    private static void service(
            StringBuilder page, ApiDoor door, ServiceModel service, Properties tests) {
        List<Router.RawRoute> rawRoutes = rawRoutes(door, service);
        page.append("%n## %s%n%n".formatted(service.id()));
        page.append(
                "%s, signs as `%s`: %d of %d operations.%n%n"
                        .formatted(
                                service.title(),
                                service.signingName(),
                                available(door, service),
                                service.operations().size() + rawRoutes.size()));
        page.append("| operation | request | status | test |\n|---|---|---|---|\n");
        for (OperationModel operation : service.operations().values()) {
            String request =
                    service.isJsonRpc()
                            ? "X-Amz-Target " + service.targetPrefix() + "." + operation.name()
                            : operation.method() + " " + operation.uri();
            String status = door.isRegistered(operation) ? "yes" : "501";
            row(page, service, operation.name(), request, status, tests);
        }
        for (Router.RawRoute route : rawRoutes) {
            row(page, service, route.name(), route.method() + " " + route.uri(), "yes", tests);
        }
    }

    private static void row(
            StringBuilder page,
            ServiceModel service,
            String operation,
            String request,
            String status,
            Properties tests) {
        String test = tests.getProperty(service.id() + "." + operation, "");
        page.append("| %s | `%s` | %s | %s |%n".formatted(operation, request, status, test));
    }

    /// The operations that the models don't have.
    private static List<Router.RawRoute> rawRoutes(ApiDoor door, ServiceModel service) {
        return door.rawRoutes().stream()
                .filter(route -> route.service() == service)
                .filter(route -> !service.operations().containsKey(route.name()))
                .toList();
    }

    private static long available(ApiDoor door, ServiceModel service) {
        return service.operations().values().stream().filter(door::isRegistered).count()
                + rawRoutes(door, service).size();
    }
}
