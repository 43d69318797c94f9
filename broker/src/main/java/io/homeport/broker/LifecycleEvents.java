package io.homeport.broker;

import io.homeport.core.AccountId;
import io.homeport.core.Json;
import io.homeport.core.Message;
import io.homeport.core.MessageProperties;
import io.homeport.storage.StorageException;
import io.homeport.storage.WriteBatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Publishes AWS IoT's lifecycle events below `$aws/events/` (developer guide, "Lifecycle events").
/// Thread-safe; never called with a session's monitor held.
///
/// Clients whose id has `#` or `+` get none, as their topic would not be one.
final class LifecycleEvents {
    private final Core core;

    LifecycleEvents(Core core) {
        this.core = core;
    }

    void connected(Connection connection, Session session) {
        Map<String, Object> event = common(connection.info(), session.clientId, "connected");
        event.put("sessionIdentifier", connection.sessionIdentifier());
        event.put("principalIdentifier", connection.info().principalId());
        event.put("ipAddress", connection.info().sourceIp());
        event.put("versionNumber", connection.versionNumber());
        publish(connection.info().account(), "presence/connected/", session.clientId, event);
    }

    void disconnected(Connection connection, String clientId, DisconnectReason reason) {
        Map<String, Object> event = common(connection.info(), clientId, "disconnected");
        event.put("sessionIdentifier", connection.sessionIdentifier());
        event.put("principalIdentifier", connection.info().principalId());
        event.put(
                "clientInitiatedDisconnect",
                reason == DisconnectReason.CLIENT_INITIATED_DISCONNECT);
        event.put("disconnectReason", reason.name());
        event.put("versionNumber", connection.versionNumber());
        publish(connection.info().account(), "presence/disconnected/", clientId, event);
    }

    void connectFailed(ConnectionInfo info, String clientId, String sessionIdentifier) {
        Map<String, Object> event = common(info, clientId, "connect_failed");
        event.put("sessionIdentifier", sessionIdentifier);
        event.put("principalIdentifier", info.principalId());
        event.put("ipAddress", info.sourceIp());
        event.put("connectFailureReason", "AUTHORIZATION_FAILED");
        publish(info.account(), "presence/connect_failed/", clientId, event);
    }

    void subscriptions(
            Connection connection, String clientId, boolean subscribed, List<String> filters) {
        String type = subscribed ? "subscribed" : "unsubscribed";
        Map<String, Object> event = common(connection.info(), clientId, type);
        event.put("sessionIdentifier", connection.sessionIdentifier());
        event.put("principalIdentifier", connection.info().principalId());
        event.put("topics", filters);
        publish(connection.info().account(), "subscriptions/" + type + "/", clientId, event);
    }

    private Map<String, Object> common(ConnectionInfo info, String clientId, String type) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("clientId", clientId);
        String thing = info.thingName();
        if (thing != null) {
            event.put("thingName", thing);
        }
        event.put("timestamp", core.clock.millis());
        event.put("eventType", type);
        return event;
    }

    private void publish(
            AccountId account,
            String prefix,
            @Nullable String clientId,
            Map<String, Object> event) {
        if (clientId == null || clientId.indexOf('#') >= 0 || clientId.indexOf('+') >= 0) {
            return;
        }
        String topic = "$aws/events/" + prefix + clientId;
        if (core.realm(account).index.match(topic).isEmpty()) {
            return;
        }
        Message message =
                new Message(
                        account,
                        topic,
                        Json.MAPPER.writeValueAsBytes(event),
                        1,
                        false,
                        MessageProperties.NONE,
                        null,
                        core.clock.millis());
        try {
            core.router.route(message, null, new WriteBatch());
        } catch (StorageException e) {
            core.counters.messagesDropped.increment();
            core.event(
                    new BrokerEvent.Dropped(
                            account, clientId, topic, 1, "store refused: " + e.getMessage()));
        }
    }
}
