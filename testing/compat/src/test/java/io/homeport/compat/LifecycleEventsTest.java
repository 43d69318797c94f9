package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.homeport.core.Json;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Configuration;
import software.amazon.awssdk.services.iot.model.EventType;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;
import software.amazon.awssdk.services.iotdataplane.model.ResourceNotFoundException;
import tools.jackson.databind.JsonNode;

/// The events below `$aws/events/`
/// (docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html, registry-events.html).
class LifecycleEventsTest {
    private static TestServer server;
    private static TestServer.Device device;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        device =
                server.device(
                        "device",
                        """
                        {"Version": "2012-10-17", "Statement": [
                          {"Effect": "Allow", "Action": "iot:*", "Resource": "*"},
                          {"Effect": "Deny", "Action": "iot:Connect", "Resource": "%s"}]}
                        """
                                .formatted(server.arn("client/forbidden")));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Mqtt5BlockingClient watcher(String id) {
        Mqtt5BlockingClient watcher = Hive.plain(server, id).buildBlocking();
        watcher.connect();
        return watcher;
    }

    private static JsonNode next(Inbox<Mqtt5Publish> inbox, String topic) throws Exception {
        Mqtt5Publish event = inbox.next();
        assertThat(event.getTopic()).hasToString("$aws/events/" + topic);
        return Json.MAPPER.readTree(event.getPayloadAsBytes());
    }

    @Test
    void connectionsAndSubscriptionsAreTold() throws Exception {
        Mqtt5BlockingClient watcher = watcher("watcher");
        Inbox<Mqtt5Publish> presence = Hive.subscribe(watcher, "$aws/events/presence/+/sensor");
        watcher.subscribeWith().topicFilter("$aws/events/subscriptions/+/sensor").send();

        Mqtt5BlockingClient sensor = Hive.device(server, device, "sensor").buildBlocking();
        long before = System.currentTimeMillis();
        sensor.connect();
        JsonNode connected = next(presence, "presence/connected/sensor");
        assertThat(connected.get("eventType").asString()).isEqualTo("connected");
        assertThat(connected.get("clientId").asString()).isEqualTo("sensor");
        assertThat(connected.get("principalIdentifier").asString())
                .isEqualTo(device.certificateId());
        assertThat(connected.get("ipAddress").asString()).isNotBlank();
        assertThat(connected.get("timestamp").asLong()).isGreaterThanOrEqualTo(before);
        String session = connected.get("sessionIdentifier").asString();

        sensor.subscribeWith().topicFilter("a/#").send();
        JsonNode subscribed = next(presence, "subscriptions/subscribed/sensor");
        assertThat(subscribed.get("topics")).hasSize(1);
        assertThat(subscribed.get("topics").get(0).asString()).isEqualTo("a/#");
        assertThat(subscribed.get("sessionIdentifier").asString()).isEqualTo(session);
        sensor.unsubscribeWith().topicFilter("a/#").send();
        assertThat(next(presence, "subscriptions/unsubscribed/sensor").get("eventType").asString())
                .isEqualTo("unsubscribed");

        sensor.disconnect();
        JsonNode disconnected = next(presence, "presence/disconnected/sensor");
        assertThat(disconnected.get("clientInitiatedDisconnect").asBoolean()).isTrue();
        assertThat(disconnected.get("disconnectReason").asString())
                .isEqualTo("CLIENT_INITIATED_DISCONNECT");
        assertThat(disconnected.get("versionNumber")).isEqualTo(connected.get("versionNumber"));
        assertThat(disconnected.has("ipAddress")).isFalse();
        watcher.disconnect();
    }

    @Test
    void everyEndHasItsReason() throws Exception {
        Mqtt5BlockingClient watcher = watcher("watcher2");
        Inbox<Mqtt5Publish> presence =
                Hive.subscribe(watcher, "$aws/events/presence/disconnected/twin");
        Mqtt5BlockingClient first = Hive.device(server, device, "twin").buildBlocking();
        Mqtt5BlockingClient second = Hive.device(server, device, "twin").buildBlocking();
        first.connect();
        second.connect();
        assertThat(reason(presence)).isEqualTo("DUPLICATE_CLIENTID");
        try (IotDataPlaneClient data = server.iotData()) {
            data.deleteConnection(r -> r.clientId("twin"));
            assertThat(reason(presence)).isEqualTo("API_INITIATED_DISCONNECT");
            assertThatThrownBy(() -> data.deleteConnection(r -> r.clientId("nobody")))
                    .isInstanceOf(ResourceNotFoundException.class);
        }
        watcher.disconnect();
    }

    private static String reason(Inbox<Mqtt5Publish> inbox) throws Exception {
        return next(inbox, "presence/disconnected/twin").get("disconnectReason").asString();
    }

    @Test
    void aConnectionThatIsNotAllowedIsTold() throws Exception {
        Mqtt5BlockingClient watcher = watcher("watcher3");
        Inbox<Mqtt5Publish> presence =
                Hive.subscribe(watcher, "$aws/events/presence/connect_failed/+");
        Mqtt5BlockingClient forbidden = Hive.device(server, device, "forbidden").buildBlocking();
        assertThatThrownBy(forbidden::connect).isInstanceOf(RuntimeException.class);
        assertThat(
                        next(presence, "presence/connect_failed/forbidden")
                                .get("connectFailureReason")
                                .asString())
                .isEqualTo("AUTHORIZATION_FAILED");
        watcher.disconnect();
    }

    @Test
    void registryEventsComeWhereTheyAreSwitchedOn() throws Exception {
        Mqtt5BlockingClient watcher = watcher("watcher4");
        Inbox<Mqtt5Publish> events = Hive.subscribe(watcher, "$aws/events/thing/#");
        try (IotClient iot = server.iot()) {
            iot.createThing(r -> r.thingName("unheard"));
            iot.updateEventConfigurations(r ->
                    r.eventConfigurations(
                            Map.of(
                                    EventType.THING,
                                    Configuration.builder().enabled(true).build())));
            String id =
                    iot.createThing(r ->
                                    r.thingName("heard")
                                            .attributePayload(a -> a.attributes(Map.of("a", "b"))))
                            .thingId();
            JsonNode created = next(events, "thing/heard/created");
            assertThat(created.get("eventType").asString()).isEqualTo("THING_EVENT");
            assertThat(created.get("operation").asString()).isEqualTo("CREATED");
            assertThat(created.get("accountId").asString())
                    .isEqualTo(server.endpoints().accountId());
            assertThat(created.get("thingId").asString()).isEqualTo(id);
            assertThat(created.get("versionNumber").asInt()).isEqualTo(1);
            assertThat(created.get("attributes").get("a").asString()).isEqualTo("b");
            assertThat(created.get("thingTypeName").isNull()).isTrue();
            iot.deleteThing(r -> r.thingName("heard"));
            assertThat(next(events, "thing/heard/deleted").get("operation").asString())
                    .isEqualTo("DELETED");
        }
        watcher.disconnect();
    }
}
