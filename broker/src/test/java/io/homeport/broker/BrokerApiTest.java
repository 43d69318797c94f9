package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.broker.Broker.DirectOutcome;
import io.homeport.core.AccountId;
import io.homeport.core.Json;
import io.homeport.core.Message;
import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.ReasonCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// What services and the gateway ask of the broker, and the lifecycle events.
class BrokerApiTest {
    private static final AccountId ACCOUNT = AccountId.DEFAULT;

    @RegisterExtension final TestBroker broker = new TestBroker();

    // Homeport: what a service stores is durable before the publisher's acknowledgement.
    @ParameterizedTest
    @EnumSource
    void anAcknowledgementWaitsForTheServices(MqttVersion version) {
        CompletableFuture<Void> work = new CompletableFuture<>();
        List<Message> got = new ArrayList<>();
        var subscription =
                broker.broker.subscribe(
                        ACCOUNT,
                        "$aws/things/+/shadow/update",
                        message -> {
                            got.add(message);
                            return work;
                        });
        TestClient client = broker.client("c", version).connected();
        client.publish("$aws/things/t/shadow/update", "{}", 1).isSilent();
        assertThat(got).hasSize(1);
        work.complete(null);
        broker.run();
        client.take(MqttPacket.PubAck.class);
        subscription.close();
        client.publish("$aws/things/t/shadow/update", "{}", 1).take(MqttPacket.PubAck.class);
        assertThat(got).hasSize(1);
    }

    @Test
    void aServiceThatFailsIsNotAcknowledged() {
        broker.broker.subscribe(
                ACCOUNT,
                "t",
                _ -> {
                    throw new IllegalStateException("broken");
                });
        TestClient five = broker.v5("five").connected().publish("t", "", 1);
        assertThat(five.take(MqttPacket.PubAck.class).reason())
                .isEqualTo(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
        broker.v3("three")
                .connected()
                .publish("t", "", 1)
                .isClosedWith(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
    }

    // AWS IoT, "Basic Ingest": past the broker.
    @Test
    void basicIngestReachesServicesOnly() {
        List<Message> got = new ArrayList<>();
        broker.broker.subscribe(
                ACCOUNT,
                "$aws/rules/#",
                message -> {
                    got.add(message);
                    return CompletableFuture.completedFuture(null);
                });
        TestClient nosy = broker.v5("nosy").connected().subscribed("$aws/+/r/#", "#");
        TestClient client = broker.v5("c").connected();
        client.publish("$aws/rules/r/a/b", "x", 1);
        assertThat(client.take(MqttPacket.PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(got).hasSize(1);
        nosy.isSilent();
    }

    @Test
    void aReplyGoesStraightToItsConnection() {
        broker.broker.subscribe(
                ACCOUNT,
                "$aws/things/t/shadow/get",
                message -> {
                    if (message.publisher() != null) {
                        message.publisher()
                                .reply("$aws/things/t/shadow/get/accepted", new byte[] {'y'});
                    }
                    return CompletableFuture.completedFuture(null);
                });
        TestClient other = broker.v5("o").connected().subscribed("$aws/things/+/shadow/#");
        TestClient client = broker.v3("c").connected();
        client.publish("$aws/things/t/shadow/get", "", 0);
        assertThat(client.delivery().message().topic())
                .isEqualTo("$aws/things/t/shadow/get/accepted");
        assertThat(other.delivery().message().topic()).isEqualTo("$aws/things/t/shadow/get");
        other.isSilent();
    }

    @Test
    void theServersOwnMessagesAreRoutedLikeClients() {
        TestClient client = broker.v5("c").connected().subscribed("t");
        assertThat(broker.broker.publish(broker.message("t", "x", 1))).isCompleted();
        broker.run();
        assertThat(client.drain()).containsExactly("x");
        assertThat(broker.broker.publish(broker.message("a/#", "x", 1))).isCompletedExceptionally();
        assertThatThrownBy(() -> broker.broker.subscribe(ACCOUNT, "a/#/b", _ -> done()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aClientsStateIsKnownWhileItLivesAndHalfAnHourAfter() {
        TestClient client = broker.v5("c").connected().subscribed("a/#");
        ClientState state = broker.broker.client(ACCOUNT, "c").join().orElseThrow();
        assertThat(state.connected()).isTrue();
        assertThat(state.subscriptions())
                .extracting(ClientState.SubscriptionState::topicFilter)
                .containsExactly("a/#");
        assertThat(state.connectedSinceMillis()).isEqualTo(broker.time.millis());
        client.disconnect();
        ClientState gone = broker.broker.client(ACCOUNT, "c").join().orElseThrow();
        assertThat(gone.connected()).isFalse();
        assertThat(gone.disconnectReason()).isEqualTo(DisconnectReason.CLIENT_INITIATED_DISCONNECT);
        broker.advance(Duration.ofMinutes(31));
        assertThat(broker.broker.client(ACCOUNT, "c").join()).isEmpty();
    }

    @Test
    void aDirectMessageNeedsNoSubscription() {
        assertThat(direct("c", false)).isCompletedWithValue(DirectOutcome.NOT_CONNECTED);
        TestClient client = broker.v5("c");
        client.authorization = new Allowing().denyReceive("secret");
        client.persistent().connected();
        assertThat(direct("c", false)).isCompletedWithValue(DirectOutcome.SENT);
        assertThat(client.payloads()).containsExactly("x");
        CompletableFuture<DirectOutcome> confirmed = direct("c", true);
        assertThat(confirmed).isNotDone();
        client.acknowledge(client.delivery());
        assertThat(confirmed).isCompletedWithValue(DirectOutcome.CONFIRMED);
        CompletableFuture<DirectOutcome> late = direct("c", true);
        broker.advance(Duration.ofSeconds(5));
        assertThat(late).isCompletedWithValue(DirectOutcome.TIMED_OUT);
        client.acknowledge(client.delivery());
        CompletableFuture<DirectOutcome> denied =
                broker.broker.sendDirect(
                        broker.message("secret", "x", 1), "c", true, Duration.ofSeconds(5));
        broker.run();
        assertThat(denied).isCompletedWithValue(DirectOutcome.NOT_AUTHORIZED);
    }

    private CompletableFuture<DirectOutcome> direct(String clientId, boolean confirmation) {
        CompletableFuture<DirectOutcome> outcome =
                broker.broker.sendDirect(
                        broker.message("direct", "x", 1),
                        clientId,
                        confirmation,
                        Duration.ofSeconds(5));
        broker.run();
        return outcome;
    }

    @Test
    void retainedMessagesAreListedInTopicOrder() {
        TestClient client = broker.v5("c").connected();
        client.retain("b", "2", 0).retain("a", "1", 0).retain("c", "3", 0);
        assertThat(broker.broker.retainedAfter(ACCOUNT, "a", 10))
                .extracting(retained -> retained.message().topic())
                .containsExactly("b", "c");
        assertThat(broker.broker.retainedAfter(ACCOUNT, null, 1)).hasSize(1);
        assertThat(broker.broker.retained(ACCOUNT, "b").orElseThrow().lastModifiedMillis())
                .isEqualTo(broker.time.millis());
        assertThat(broker.broker.retained(ACCOUNT, "x")).isEmpty();
    }

    @Test
    void deleteConnectionEndsTheSessionWhereItIsAskedTo() {
        assertThat(broker.broker.deleteConnection(ACCOUNT, "c", false, false).join()).isFalse();
        TestClient client = broker.v5("c").persistent().connected();
        broker.broker.deleteConnection(ACCOUNT, "c", false, false);
        broker.run();
        client.isClosedWith(ReasonCode.ADMINISTRATIVE_ACTION);
        assertThat(broker.broker.statistics().sessions()).isEqualTo(1);
        assertThat(broker.broker.deleteConnection(ACCOUNT, "c", true, false).join()).isTrue();
        assertThat(broker.broker.statistics().sessions()).isZero();
    }

    @Test
    void aResetForgetsEverything() {
        broker.v5("s").persistent().connected().subscribed("t").lose();
        TestClient client = broker.v5("c").connected();
        client.retain("t", "x", 1).take(MqttPacket.PubAck.class);
        assertThat(broker.broker.reset()).isCompleted();
        broker.run();
        assertThat(client.closed).isTrue();
        BrokerStatistics now = broker.broker.statistics();
        assertThat(now.sessions() + now.retainedMessages() + now.queuedMessages()).isZero();
        broker.restart();
        assertThat(broker.broker.statistics().sessions()).isZero();
    }

    // AWS IoT, "Lifecycle events".
    @Test
    void lifecycleEventsSayWhatHappened() {
        TestClient observer = broker.v5("observer").connected();
        observer.subscribed("$aws/events/presence/+/lamp", "$aws/events/subscriptions/+/lamp");
        TestClient lamp = broker.v3("lamp");
        lamp.thing = "Lamp";
        lamp.connected().subscribed("t");
        lamp.unsubscribe("t");
        lamp.disconnect();
        JsonNode connected = event(observer, "$aws/events/presence/connected/lamp");
        assertThat(connected.propertyNames())
                .containsExactlyInAnyOrder(
                        "clientId",
                        "thingName",
                        "timestamp",
                        "eventType",
                        "sessionIdentifier",
                        "principalIdentifier",
                        "ipAddress",
                        "versionNumber");
        assertThat(connected.get("ipAddress").asString()).isEqualTo("10.0.0.1");
        JsonNode subscribed = event(observer, "$aws/events/subscriptions/subscribed/lamp");
        assertThat(subscribed.get("topics").get(0).asString()).isEqualTo("t");
        event(observer, "$aws/events/subscriptions/unsubscribed/lamp");
        JsonNode disconnected = event(observer, "$aws/events/presence/disconnected/lamp");
        assertThat(disconnected.get("clientInitiatedDisconnect").asBoolean()).isTrue();
        assertThat(disconnected.get("disconnectReason").asString())
                .isEqualTo("CLIENT_INITIATED_DISCONNECT");
        assertThat(disconnected.get("versionNumber")).isEqualTo(connected.get("versionNumber"));
        assertThat(disconnected.get("sessionIdentifier"))
                .isEqualTo(connected.get("sessionIdentifier"));
        broker.v3("lamp").connected();
        JsonNode again = event(observer, "$aws/events/presence/connected/lamp");
        assertThat(again.get("versionNumber").asInt())
                .isEqualTo(connected.get("versionNumber").asInt() + 1);
        assertThat(again.has("thingName")).isFalse();
    }

    @Test
    void aRefusedConnectAndAnOddClientId() {
        TestClient observer = broker.v5("observer").connected();
        observer.subscribed("$aws/events/presence/#");
        TestClient refused = broker.v5("lamp");
        refused.authorization = new Allowing().denyConnect();
        refused.connect();
        JsonNode failed = event(observer, "$aws/events/presence/connect_failed/lamp");
        assertThat(failed.get("connectFailureReason").asString()).isEqualTo("AUTHORIZATION_FAILED");
        broker.v5("a+b").connected();
        broker.v5("a#").connected();
        observer.isSilent();
    }

    // AWS IoT, "Propagating attributes".
    @Test
    void propagatedPropertiesAreAddedToAThingsMessages() {
        TestClient subscriber = broker.v5("s").connected().subscribed("t");
        TestClient lamp = broker.v5("lamp");
        lamp.propagated = List.of(new UserProperty("site", "A"));
        MessageProperties own =
                new MessageProperties(
                        null, null, null, null, null, List.of(new UserProperty("k", "v")));
        lamp.connected().publish("t", "", 0, false, own);
        assertThat(subscriber.delivery().message().properties().userProperties())
                .containsExactly(new UserProperty("k", "v"), new UserProperty("site", "A"));
    }

    private static JsonNode event(TestClient observer, String topic) {
        Delivery delivery = observer.delivery();
        assertThat(delivery.message().topic()).isEqualTo(topic);
        observer.acknowledge(delivery);
        return Json.MAPPER.readTree(delivery.message().payload());
    }

    private static CompletableFuture<Void> done() {
        return CompletableFuture.completedFuture(null);
    }
}
