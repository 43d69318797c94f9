package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// SUBSCRIBE and UNSUBSCRIBE with so many filters that they are worked on in slices, and sessions
/// with so many that end.
class SubscribeSlicesTest {
    private static final int MANY = 3 * Subscribing.SLICE + 1;
    private static final String LAST = "t/" + (MANY - 1);

    @RegisterExtension final TestBroker broker = new TestBroker();

    private static List<String> filters() {
        return IntStream.range(0, MANY).mapToObj(i -> "t/" + i).toList();
    }

    private static MqttPacket subscribe(List<String> filters) {
        return new MqttPacket.Subscribe(
                1, filters.stream().map(f -> TestClient.option(f, 1)).toList(), 0, List.of());
    }

    private static MqttPacket unsubscribe() {
        return new MqttPacket.Unsubscribe(2, filters(), List.of());
    }

    private long subscriptions() {
        return broker.broker.statistics().subscriptions();
    }

    // [MQTT-3.8.4-5] [MQTT-3.8.4-6]
    @ParameterizedTest
    @EnumSource
    void othersHaveTheirTurnMeanwhileAndOnlyTheWholeIsAnswered(MqttVersion version) {
        TestClient client = broker.client("c", version);
        client.authorization = new Allowing().denySubscribe("t/40");
        client.connected().connection().onPacket(subscribe(filters()));
        assertThat(subscriptions()).isEqualTo(Subscribing.SLICE);
        assertThat(client.reading).isFalse();
        client.isSilent();
        broker.run();
        List<ReasonCode> reasons = client.take(MqttPacket.SubAck.class).reasons();
        assertThat(reasons).hasSize(MANY);
        assertThat(reasons.get(40).isError()).isTrue();
        assertThat(reasons.stream().filter(ReasonCode::isError)).hasSize(1);
        assertThat(broker.events(BrokerEvent.Subscribed.class)).hasSize(1);
        assertThat(client.reading).isTrue();
        client.connection().onPacket(unsubscribe());
        assertThat(subscriptions()).isEqualTo(MANY - 1 - Subscribing.SLICE);
        assertThat(client.reading).isFalse();
        client.isSilent();
        broker.run();
        MqttPacket.UnsubAck gone = client.take(MqttPacket.UnsubAck.class);
        if (version == MqttVersion.MQTT_5) {
            assertThat(gone.reasons().get(40)).isEqualTo(ReasonCode.NO_SUBSCRIPTION_EXISTED);
        }
        assertThat(subscriptions()).isZero();
        assertThat(client.reading).isTrue();
    }

    // Else the client would wait for its SUBACK for ever, and nothing more would be read from it.
    @Test
    void aMistakeInALaterSliceEndsTheConnection() {
        TestClient client = broker.v5("c");
        client.authorization = new Failing(new Allowing(), "t/40");
        client.connected().connection().onPacket(subscribe(filters()));
        client.isSilent();
        assertThatThrownBy(broker::run).hasMessageContaining("t/40");
        broker.run();
        client.isClosedWith(ReasonCode.UNSPECIFIED_ERROR);
        assertThat(subscriptions()).isZero();
    }

    /// A policy engine with a mistake that one filter brings up.
    private record Failing(Authorization others, String filter) implements Authorization {
        @Override
        public Verdict connect(MqttPacket.Connect connect) {
            return others.connect(connect);
        }

        @Override
        public Verdict publish(String topic, boolean retain) {
            return others.publish(topic, retain);
        }

        @Override
        public Verdict subscribe(String topicFilter) {
            if (topicFilter.equals(filter)) {
                throw new IllegalStateException("a mistake with " + filter);
            }
            return others.subscribe(topicFilter);
        }

        @Override
        public Verdict receive(String topic) {
            return others.receive(topic);
        }
    }

    // Not the number of filters alone makes a turn of the loop long.
    @Test
    void ofLongFiltersFewerAreTakenAtATime() {
        TestClient client = broker.v5("c").connected();
        List<String> deep = IntStream.range(0, 4).mapToObj(i -> i + "x".repeat(2_000)).toList();
        client.connection()
                .onPacket(subscribe(deep.stream().map(f -> f.substring(0, 400)).toList()));
        assertThat(client.reading).isTrue();
        client.connection().onPacket(subscribe(deep));
        assertThat(client.reading).isFalse();
        broker.run();
        assertThat(subscriptions()).isEqualTo(8);
    }

    /// The broker doesn't rely on not being given what was read already.
    @Test
    void whatTheClientSendsBehindItIsTakenBehindIt() {
        TestClient client = broker.v5("c").connected();
        client.connection().onPacket(subscribe(filters()));
        client.connection().onPacket(message(LAST));
        client.connection().onPacket(unsubscribe());
        client.connection().onPacket(message(LAST));
        client.connection().onPacket(new MqttPacket.PingReq());
        broker.run();
        client.take(MqttPacket.SubAck.class);
        assertThat(client.take(MqttPacket.PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        // What is in the queue already is sent all the same [MQTT-3.10.4-3].
        assertThat(client.inbox.removeIf(Delivery.class::isInstance)).isTrue();
        client.take(MqttPacket.UnsubAck.class);
        assertThat(client.take(MqttPacket.PubAck.class).reason())
                .isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        client.take(MqttPacket.PingResp.class);
        client.isSilent();
    }

    private static MqttPacket message(String topic) {
        return new MqttPacket.Publish(
                false,
                Qos.AT_LEAST_ONCE,
                false,
                topic,
                7,
                TestClient.bytes("x"),
                MessageProperties.NONE,
                0,
                new int[0]);
    }

    // Messages may come before SUBACK (3.8.4), but don't where that is a matter of turns only.
    @Test
    void whatOthersPublishMeanwhileComesBehindTheAnswer() {
        TestClient client = broker.v5("c").connected();
        TestClient elsewhere = broker.v5("elsewhere").connected();
        TestClient neighbour = broker.v5("neighbour").connected();
        client.connection().onPacket(subscribe(filters()));
        elsewhere.connection().onPacket(message("t/0"));
        neighbour.connection().onPacket(message("t/1"));
        client.isSilent();
        broker.run();
        client.take(MqttPacket.SubAck.class);
        assertThat(client.payloads()).hasSize(2);
        client.connection().onPacket(unsubscribe());
        neighbour.connection().onPacket(message("t/0"));
        broker.run();
        client.take(MqttPacket.UnsubAck.class);
        client.isSilent();
    }

    @Test
    void retainedMessagesOfAllSlicesFollowTheAnswer() {
        TestClient librarian = broker.v5("librarian").connected();
        librarian.retain("t/0", "first", 0).retain("t/1", "queued", 1).retain(LAST, "last", 0);
        librarian.take(MqttPacket.PubAck.class);
        TestClient client = broker.v5("c").connected();
        client.say(subscribe(filters()));
        client.take(MqttPacket.SubAck.class);
        assertThat(client.payloads()).containsExactlyInAnyOrder("first", "queued", "last");
    }

    // 3.8.4: "completed" is what was answered; the rest is done again by the client.
    @ParameterizedTest
    @EnumSource
    void aTakeoverInTheMiddleEndsItWithoutAnAnswer(MqttVersion version) {
        TestClient old = broker.client("c", version).persistent().connected();
        old.connection().onPacket(subscribe(filters()));
        TestClient next = broker.client("c", version).persistent().connected();
        assertThat(old.inbox).noneMatch(MqttPacket.SubAck.class::isInstance);
        assertThat(subscriptions()).isEqualTo(Subscribing.SLICE);
        next.say(subscribe(filters())).take(MqttPacket.SubAck.class);
        assertThat(subscriptions()).isEqualTo(MANY);
        broker.restart();
        assertThat(subscriptions()).isEqualTo(MANY);
    }

    @Test
    void aConnectionThatBreaksInTheMiddleLeavesNothingBehind() {
        TestClient client = broker.v5("c").connected();
        client.connection().onPacket(subscribe(filters()));
        client.lose();
        assertThat(subscriptions()).isZero();
        client.isSilent();
    }

    @Test
    void rightsThatAreLostInTheMiddleCountForTheRest() {
        Allowing authorization = new Allowing();
        TestClient client = broker.v5("c");
        client.authorization = authorization;
        client.connected().connection().onPacket(subscribe(filters()));
        authorization.denySubscribe("t/0").denySubscribe(LAST);
        broker.run();
        List<ReasonCode> reasons = client.take(MqttPacket.SubAck.class).reasons();
        assertThat(reasons.getFirst().isError()).isFalse();
        assertThat(reasons.getLast()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        client.connection().onPacket(unsubscribe());
        authorization.denyConnect();
        broker.broker.reauthorize();
        broker.run();
        client.isClosedWith(ReasonCode.NOT_AUTHORIZED);
        assertThat(subscriptions()).isZero();
    }

    @Test
    void theAnswerWaitsUntilAllOfItIsDurable() {
        broker.useManualStore();
        TestClient client = broker.v5("c").persistent();
        client.connect();
        broker.sync();
        client.take(MqttPacket.ConnAck.class);
        client.say(subscribe(filters())).isSilent();
        broker.store.sync(1);
        broker.run();
        client.isSilent();
        broker.sync();
        client.take(MqttPacket.SubAck.class);
        broker.crash();
        assertThat(subscriptions()).isEqualTo(MANY);
        broker.sync();
    }

    @Test
    void whatTheStoreRefusesInTheMiddleIsRefusedAndTheRestGranted() {
        TestClient client = broker.v5("c").persistent().connected();
        client.connection().onPacket(subscribe(filters()));
        broker.store.close();
        broker.run();
        List<ReasonCode> reasons = client.take(MqttPacket.SubAck.class).reasons();
        assertThat(reasons.subList(0, Subscribing.SLICE))
                .allMatch(ReasonCode.GRANTED_QOS_1::equals);
        assertThat(reasons.subList(Subscribing.SLICE, MANY))
                .allMatch(ReasonCode.QUOTA_EXCEEDED::equals);
        assertThat(subscriptions()).isEqualTo(Subscribing.SLICE);
        broker.useManualStore();
    }

    // [MQTT-4.8.2-5]: a session that has ended takes nothing more, while it is still being cleared.
    @Test
    void aSessionThatEndsIsClearedInSlicesAndGetsNothingMeanwhile() {
        List<String> shared = filters().stream().map(f -> "$share/g/" + f).toList();
        TestClient away = broker.v5("away").persistent().connected();
        away.subscribe("$share/g/" + LAST, 1).take(MqttPacket.SubAck.class);
        away.lose();
        TestClient client = broker.v5("c").persistent().connected();
        client.say(subscribe(shared)).take(MqttPacket.SubAck.class);
        TestClient publisher = broker.v5("p").connected();
        client.connection()
                .onPacket(new MqttPacket.Disconnect(ReasonCode.SUCCESS, 0L, null, null, List.of()));
        publisher.connection().onPacket(message(LAST));
        publisher.connection().onPacket(message(LAST));
        broker.run();
        assertThat(subscriptions()).isEqualTo(1);
        assertThat(broker.v5("away").persistent().connected().payloads()).hasSize(2);
    }
}
