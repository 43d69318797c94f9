package io.homeport.aws;

import io.homeport.core.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One AWS service: its operations, and its errors and constraints, which are read when the first
/// request needs them. Thread-safe.
final class ServiceModel {
    private final String id;
    private final String title;
    private final String signingName;
    private final String targetPrefix;
    private final String jsonVersion;
    private final Map<String, OperationModel> operations = new LinkedHashMap<>();
    private volatile @Nullable Details details;

    /// What only requests need.
    ///
    /// @param errors by name
    /// @param shapes the constrained shapes of requests, by name
    record Details(Map<String, ErrorModel> errors, Map<String, Shape> shapes) {}

    /// An error of a service.
    ///
    /// @param messageMember the body's member for the message
    record ErrorModel(int status, String messageMember) {}

    ServiceModel(JsonNode node) {
        this.id = node.get("id").asString();
        this.title = node.get("title").asString();
        this.signingName = node.get("signingName").asString();
        this.targetPrefix = node.path("targetPrefix").asString("");
        this.jsonVersion = node.path("jsonVersion").asString("");
        String invalid = node.get("invalid").asString();
        for (Map.Entry<String, JsonNode> entry : node.get("operations").properties()) {
            JsonNode operation = entry.getValue();
            operations.put(
                    entry.getKey(),
                    new OperationModel(
                            this,
                            entry.getKey(),
                            operation.path("sdk").asString(entry.getKey()),
                            operation.get("method").asString(),
                            UriTemplate.parse(operation.get("uri").asString()),
                            operation.path("status").asInt(200),
                            operation.path("input").asString(""),
                            operation.path("invalid").asString(invalid)));
        }
    }

    /// The name of the service's package in the SDK, for example `iotdataplane`.
    String id() {
        return id;
    }

    /// The service's name for people, for example `IoT Data Plane`.
    String title() {
        return title;
    }

    /// The service's name in SigV4 credential scopes.
    String signingName() {
        return signingName;
    }

    /// Whether operations are told apart by the header `X-Amz-Target` and not by path.
    boolean isJsonRpc() {
        return !targetPrefix.isEmpty();
    }

    /// The part of `X-Amz-Target` before the dot; empty for REST services.
    String targetPrefix() {
        return targetPrefix;
    }

    /// The content type of answers.
    String contentType() {
        return isJsonRpc() ? "application/x-amz-json-" + jsonVersion : "application/json";
    }

    /// The operations by AWS's name, sorted.
    Map<String, OperationModel> operations() {
        return operations;
    }

    /// The operation whose request class in the SDK is `<sdkName>Request`.
    Optional<OperationModel> bySdkName(String sdkName) {
        OperationModel same = operations.get(sdkName);
        if (same != null && same.sdkName().equals(sdkName)) {
            return Optional.of(same);
        }
        return operations.values().stream().filter(o -> o.sdkName().equals(sdkName)).findFirst();
    }

    /// The model of an error that this service declares.
    Optional<ErrorModel> error(String name) {
        return Optional.ofNullable(details().errors().get(name));
    }

    Details details() {
        Details read = details;
        if (read == null) {
            // Two threads may both read the file; they find the same.
            read = readDetails();
            details = read;
        }
        return read;
    }

    private Details readDetails() {
        String resource = "models/" + id + ".json";
        try (InputStream in = ServiceModel.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + resource + " is missing");
            }
            JsonNode node = Json.MAPPER.readTree(in);
            Map<String, ErrorModel> errors = new LinkedHashMap<>();
            node.get("errors")
                    .properties()
                    .forEach(entry ->
                            errors.put(
                                    entry.getKey(),
                                    new ErrorModel(
                                            entry.getValue().get("status").asInt(),
                                            entry.getValue().path("message").asString("message"))));
            Map<String, Shape> shapes = new LinkedHashMap<>();
            node.get("shapes")
                    .properties()
                    .forEach(e -> shapes.put(e.getKey(), Shape.read(e.getValue())));
            return new Details(Map.copyOf(errors), Map.copyOf(shapes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
