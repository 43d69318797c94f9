package io.homeport.server;

import io.homeport.broker.BrokerEvent;
import io.homeport.rules.logging.IotLog;
import io.homeport.rules.logging.Level;
import io.homeport.rules.logging.LogEntry;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Tells AWS IoT's log what clients do. Thread-safe; returns at once.
///
/// Source: AWS IoT developer guide, "CloudWatch Logs AWS IoT log entries", data plane events.
final class LogEvents implements BrokerEvent.Listener {
    private final IotLog log;

    LogEvents(IotLog log) {
        this.log = log;
    }

    @Override
    public void onEvent(BrokerEvent event) {
        if (!log.isOn()) {
            return;
        }
        switch (event) {
            case BrokerEvent.Connected e ->
                    entry(e, "Connect", null, e.principalId(), e.sourceIp(), e.thingName());
            case BrokerEvent.ConnectFailed e ->
                    entry(e, "Connect", e.reason(), e.principalId(), e.sourceIp(), null);
            case BrokerEvent.Disconnected e ->
                    entry(
                            e,
                            "Disconnect",
                            null,
                            e.principalId(),
                            null,
                            null,
                            "disconnectReason",
                            e.reason().name(),
                            "details",
                            e.detail());
            case BrokerEvent.Subscribed e ->
                    e.topicFilters()
                            .forEach(topic ->
                                    entry(
                                            e,
                                            "Subscribe",
                                            null,
                                            null,
                                            null,
                                            null,
                                            "topicName",
                                            topic));
            case BrokerEvent.Unsubscribed e ->
                    e.topicFilters()
                            .forEach(topic ->
                                    entry(
                                            e,
                                            "Unsubscribe",
                                            null,
                                            null,
                                            null,
                                            null,
                                            "topicName",
                                            topic));
            case BrokerEvent.Denied e ->
                    entry(
                            e,
                            eventType(e.action()),
                            e.reason(),
                            null,
                            null,
                            null,
                            "topicName",
                            e.resource());
            case BrokerEvent.Dropped e ->
                    entry(e, "Publish-Out", e.reason(), null, null, null, "topicName", e.topic());
        }
    }

    private static String eventType(String action) {
        return switch (action) {
            case "iot:Publish", "iot:RetainPublish" -> "Publish-In";
            case "iot:Receive" -> "Publish-Out";
            default -> action.substring(action.indexOf(':') + 1);
        };
    }

    private void entry(
            BrokerEvent event,
            String eventType,
            @Nullable String failure,
            @Nullable String principalId,
            @Nullable String sourceIp,
            @Nullable String thingName,
            String... details) {
        Map<String, String> fields = new HashMap<>();
        fields.put("protocol", "MQTT");
        if (failure != null) {
            fields.put("reason", failure);
        }
        for (int i = 0; i < details.length; i += 2) {
            fields.put(details[i], details[i + 1]);
        }
        log.log(
                new LogEntry(
                        event.account().value(),
                        // A client's connection has none.
                        "",
                        failure == null ? Level.INFO : Level.ERROR,
                        eventType,
                        failure == null,
                        UUID.randomUUID().toString(),
                        event.clientId(),
                        principalId,
                        sourceIp,
                        thingName,
                        fields));
    }
}
