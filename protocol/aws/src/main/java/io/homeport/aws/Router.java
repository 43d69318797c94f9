package io.homeport.aws;

import io.homeport.aws.UriTemplate.RequestPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Finds the operation that a request is for: by `X-Amz-Target`, else by method and path among the
/// services of the signing name and their siblings, which share one endpoint here. Thread-safe.
final class Router {
    /// Signing names that may stand for each other: the path decides between their services.
    private static final List<Set<String>> FAMILIES =
            List.of(
                    Set.of("iot", "iotdata", "iotdevicegateway", "iot-jobs-data"),
                    Set.of("iotevents", "ioteventsdata"));

    /// What a device may mean by a path when it signs nothing: the data planes come first.
    private static final List<String> DEVICE_SERVICES =
            List.of("iotdataplane", "iotjobsdataplane", "greengrass", "greengrassv2");

    private final ServiceModels models;
    private final Map<String, List<OperationModel>> byServiceAndMethod = new HashMap<>();
    private final List<RawRoute> rawRoutes = new CopyOnWriteArrayList<>();
    private final Set<String> signingNames = new HashSet<>();

    /// A route that isn't in the models.
    record RawRoute(
            ServiceModel service,
            String name,
            String method,
            UriTemplate uri,
            RawOperation operation) {}

    /// Where a request goes.
    sealed interface Match {
        /// The service, for errors and counting.
        ServiceModel service();

        /// AWS's name of the operation.
        String operationName();

        /// To an operation of the models.
        record Modelled(OperationModel operation, Map<String, String> labels) implements Match {
            @Override
            public ServiceModel service() {
                return operation.service();
            }

            @Override
            public String operationName() {
                return operation.name();
            }
        }

        /// To an operation that was added by hand.
        record Raw(RawRoute route, Map<String, String> labels) implements Match {
            @Override
            public ServiceModel service() {
                return route.service();
            }

            @Override
            public String operationName() {
                return route.name();
            }
        }
    }

    Router(ServiceModels models) {
        this.models = models;
        models.services().forEach(service -> signingNames.addAll(family(service.signingName())));
        for (ServiceModel service : models.services()) {
            for (OperationModel operation : service.operations().values()) {
                byServiceAndMethod
                        .computeIfAbsent(
                                service.id() + " " + operation.method(), k -> new ArrayList<>())
                        .add(greedyTopic(operation));
            }
        }
        byServiceAndMethod
                .values()
                .forEach(list -> list.sort((a, b) -> UriTemplate.bySpecificity(a.uri(), b.uri())));
    }

    /// AWS takes a topic's slashes in the path encoded, as SDKs send them, and plain, as people
    /// type them.
    private static OperationModel greedyTopic(OperationModel operation) {
        if (!operation.service().id().equals("iotdataplane")
                || !operation.uri().toString().endsWith("/{topic}")) {
            return operation;
        }
        String uri = operation.uri().toString().replace("{topic}", "{topic+}");
        return new OperationModel(
                operation.service(),
                operation.name(),
                operation.sdkName(),
                operation.method(),
                UriTemplate.parse(uri),
                operation.status(),
                operation.inputShape(),
                operation.invalidRequest());
    }

    /// Adds a route that the models don't have.
    void add(RawRoute route) {
        for (RawRoute other : rawRoutes) {
            if (other.method().equals(route.method()) && other.uri().equals(route.uri())) {
                throw new IllegalStateException(
                        "the route " + route.method() + " " + route.uri() + " is there already");
            }
        }
        rawRoutes.add(route);
    }

    List<RawRoute> rawRoutes() {
        return List.copyOf(rawRoutes);
    }

    /// The signing names that go with a service's endpoint.
    Set<String> signingNames(ServiceModel service) {
        return family(service.signingName());
    }

    /// The signing names of all services that requests are routed to.
    Set<String> signingNames() {
        return signingNames;
    }

    private static Set<String> family(String signingName) {
        return FAMILIES.stream()
                .filter(family -> family.contains(signingName))
                .findFirst()
                .orElse(Set.of(signingName));
    }

    /// The operation of a request.
    ///
    /// @param signingName of the request's signature; null where it has none
    /// @param available which operations are registered: between two services with the same path
    ///   that one wins which has it
    Optional<Match> find(
            ApiRequest request,
            Map<String, List<String>> query,
            @Nullable String signingName,
            Predicate<OperationModel> available) {
        String target = request.header("x-amz-target");
        if (target != null) {
            return byTarget(target);
        }
        RequestPath path = RequestPath.of(request.rawPath());
        List<ServiceModel> services = services(signingName, request.deviceCaller() != null);
        for (RawRoute route : rawRoutes) {
            if (route.method().equals(request.method()) && services.contains(route.service())) {
                Optional<Map<String, String>> labels = route.uri().match(path, query);
                if (labels.isPresent()) {
                    return Optional.of(new Match.Raw(route, labels.get()));
                }
            }
        }
        List<Match.Modelled> matches = new ArrayList<>();
        for (ServiceModel service : services) {
            byPath(service, request.method(), path, query).ifPresent(matches::add);
        }
        return choose(matches, available);
    }

    private Optional<Match> byTarget(String target) {
        int dot = target.lastIndexOf('.');
        if (dot < 0) {
            return Optional.empty();
        }
        return models.byTargetPrefix(target.substring(0, dot))
                .map(service -> service.operations().get(target.substring(dot + 1)))
                .map(operation -> new Match.Modelled(operation, Map.of()));
    }

    private Optional<Match.Modelled> byPath(
            ServiceModel service,
            String method,
            RequestPath path,
            Map<String, List<String>> query) {
        if (service.isJsonRpc()) {
            return Optional.empty();
        }
        for (OperationModel operation :
                byServiceAndMethod.getOrDefault(service.id() + " " + method, List.of())) {
            Optional<Map<String, String>> labels = operation.uri().match(path, query);
            if (labels.isPresent()) {
                return Optional.of(new Match.Modelled(operation, labels.get()));
            }
        }
        return Optional.empty();
    }

    private static Optional<Match> choose(
            List<Match.Modelled> matches, Predicate<OperationModel> available) {
        if (matches.size() < 2) {
            return matches.stream().<Match>map(match -> match).findFirst();
        }
        String hinted = serviceOfArn(matches.getFirst().labels().values());
        return matches.stream()
                .filter(match -> match.service().id().equals(hinted))
                .findFirst()
                .or(() ->
                        matches.stream()
                                .filter(match -> available.test(match.operation()))
                                .findFirst())
                .or(() -> Optional.of(matches.getFirst()))
                .map(match -> match);
    }

    /// The service whose resource a label names, where two of one signing name share paths.
    private static String serviceOfArn(Iterable<String> labels) {
        for (String label : labels) {
            if (label.startsWith("arn:") && label.contains(":iot1click:")) {
                return label.contains(":projects/") ? "iot1clickprojects" : "iot1clickdevices";
            }
            if (label.startsWith("arn:") && label.contains(":greengrass:")) {
                return label.contains(":/greengrass/") ? "greengrass" : "greengrassv2";
            }
        }
        return "";
    }

    private List<ServiceModel> services(@Nullable String signingName, boolean device) {
        if (signingName == null) {
            LinkedHashSet<ServiceModel> ordered = new LinkedHashSet<>();
            if (device) {
                DEVICE_SERVICES.forEach(id -> models.byId(id).ifPresent(ordered::add));
            }
            ordered.addAll(models.services());
            return new ArrayList<>(ordered);
        }
        String own = signingName.equals("iotdevicegateway") ? "iotdata" : signingName;
        LinkedHashSet<ServiceModel> ordered = new LinkedHashSet<>();
        models.services().stream()
                .filter(service -> service.signingName().equals(own))
                .forEach(ordered::add);
        models.services().stream()
                .filter(service -> family(signingName).contains(service.signingName()))
                .forEach(ordered::add);
        return new ArrayList<>(ordered);
    }
}
