package io.homeport.aws;

import io.homeport.core.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Every service that the door knows, in the order in which unsigned requests try them. Immutable.
record ServiceModels(List<ServiceModel> services) {
    ServiceModels {
        services = List.copyOf(services);
    }

    /// Reads the index; what each service needs beyond it is read later.
    static ServiceModels load() {
        try (InputStream in = ServiceModels.class.getResourceAsStream("models/index.json")) {
            if (in == null) {
                throw new IllegalStateException("the resource models/index.json is missing");
            }
            List<ServiceModel> services = new ArrayList<>();
            for (JsonNode node : Json.MAPPER.readTree(in)) {
                services.add(new ServiceModel(node));
            }
            return new ServiceModels(services);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Optional<ServiceModel> byId(String id) {
        return services.stream().filter(s -> s.id().equals(id)).findFirst();
    }

    Optional<ServiceModel> byTargetPrefix(String prefix) {
        return services.stream()
                .filter(s -> s.isJsonRpc() && s.targetPrefix().equals(prefix))
                .findFirst();
    }

    Optional<ServiceModel> bySigningName(String name) {
        return services.stream().filter(s -> s.signingName().equals(name)).findFirst();
    }
}
