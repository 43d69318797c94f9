package io.homeport.registry;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.storage.Key;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.services.iot.model.Configuration;
import software.amazon.awssdk.services.iot.model.DescribeEventConfigurationsRequest;
import software.amazon.awssdk.services.iot.model.DescribeEventConfigurationsResponse;
import software.amazon.awssdk.services.iot.model.EventType;
import software.amazon.awssdk.services.iot.model.UpdateEventConfigurationsRequest;
import software.amazon.awssdk.services.iot.model.UpdateEventConfigurationsResponse;

/// The operations on which events an account wants. Thread-safe.
final class EventConfigurationOperations {
    private final Registry registry;
    private final Tables tables;

    EventConfigurationOperations(Registry registry) {
        this.registry = registry;
        this.tables = registry.tables;
    }

    void register(OperationTable table) {
        table.add(
                        UpdateEventConfigurationsRequest.class,
                        UpdateEventConfigurationsRequest::builder,
                        this::updateEventConfigurations)
                .add(
                        DescribeEventConfigurationsRequest.class,
                        DescribeEventConfigurationsRequest::builder,
                        this::describeEventConfigurations);
    }

    UpdateEventConfigurationsResponse updateEventConfigurations(
            UpdateEventConfigurationsRequest request, Caller caller) {
        request.eventConfigurationsAsStrings()
                .keySet()
                .forEach(EventConfigurationOperations::checkKind);
        registry.write(
                caller,
                (transaction, changes) -> {
                    Key key = Registry.key(caller);
                    EventConfigurationRecord old = tables.eventConfigurations.get(transaction, key);
                    long now = registry.clock.millis();
                    Map<String, Boolean> enabled =
                            new HashMap<>(old == null ? Map.of() : old.enabled());
                    request.eventConfigurationsAsStrings()
                            .forEach((kind, configuration) ->
                                    enabled.put(
                                            kind, Boolean.TRUE.equals(configuration.enabled())));
                    tables.eventConfigurations.put(
                            transaction,
                            key,
                            new EventConfigurationRecord(
                                    enabled, old == null ? now : old.createdAtMillis(), now));
                    return true;
                });
        return UpdateEventConfigurationsResponse.builder().build();
    }

    DescribeEventConfigurationsResponse describeEventConfigurations(
            DescribeEventConfigurationsRequest request, Caller caller) {
        EventConfigurationRecord stored =
                registry.read(view -> tables.eventConfigurations.get(view, Registry.key(caller)));
        Map<String, Configuration> configurations = new TreeMap<>();
        for (EventType kind : EventType.knownValues()) {
            boolean enabled =
                    stored != null && stored.enabled().getOrDefault(kind.toString(), false);
            configurations.put(kind.toString(), Configuration.builder().enabled(enabled).build());
        }
        DescribeEventConfigurationsResponse.Builder response =
                DescribeEventConfigurationsResponse.builder()
                        .eventConfigurationsWithStrings(configurations);
        if (stored != null) {
            response.creationDate(Instant.ofEpochMilli(stored.createdAtMillis()))
                    .lastModifiedDate(Instant.ofEpochMilli(stored.modifiedAtMillis()));
        }
        return response.build();
    }

    private static void checkKind(String kind) {
        if (EventType.fromValue(kind) == EventType.UNKNOWN_TO_SDK_VERSION) {
            throw Faults.invalid("Unknown event type: " + kind);
        }
    }
}
