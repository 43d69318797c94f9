package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Messages with so many receivers that they are delivered in slices.
class FanOutTest {
    private static final int CROWD = FanOut.AT_ONCE + 1;

    @RegisterExtension final TestBroker broker = new TestBroker();

    private final List<TestClient> crowd = new ArrayList<>();

    private void gather(int qos, boolean stored) {
        for (int i = 0; i < CROWD; i++) {
            TestClient client = broker.v5("crowd" + i);
            if (stored) {
                client.persistent();
            }
            client.connected().subscribe("crowd", qos).take(MqttPacket.SubAck.class);
            crowd.add(client);
        }
    }

    private static MqttPacket.Publish message(String payload, int qos, int packetId) {
        return new MqttPacket.Publish(
                false,
                Qos.of(qos),
                false,
                "crowd",
                packetId,
                TestClient.bytes(payload),
                MessageProperties.NONE,
                0,
                new int[0]);
    }

    // 4.6: in the order of the publisher, also where more was read from it already.
    @Test
    void everyoneGetsEachMessageOnceInTheOrderOfItsPublisher() {
        gather(1, false);
        TestClient herald = broker.v5("herald").connected();
        herald.connection().onPacket(message("1", 0, 0));
        herald.connection().onPacket(message("2", 1, 1));
        herald.connection().onPacket(message("3", 0, 0));
        broker.run();
        herald.take(MqttPacket.PubAck.class);
        for (TestClient client : crowd) {
            List<String> got = new ArrayList<>(client.payloads());
            assertThat(got).containsExactlyInAnyOrder("1", "2", "3");
            assertThat(got.indexOf("1")).isLessThan(got.indexOf("3"));
        }
        assertThat(broker.broker.statistics().publishesSliced()).isEqualTo(3);
    }

    // 4.8.2: one client of each share.
    @Test
    void manySharesOfATopicAreServedInSlices() {
        for (int i = 0; i < CROWD; i++) {
            TestClient client = broker.v5("crowd" + i).connected();
            client.subscribe("$share/" + i + "/crowd", 0).take(MqttPacket.SubAck.class);
            crowd.add(client);
        }
        TestClient herald = broker.v5("herald").connected();
        herald.connection().onPacket(message("hear", 0, 0));
        assertThat(herald.reading).isFalse();
        broker.run();
        for (TestClient client : crowd) {
            assertThat(client.payloads()).containsExactly("hear");
        }
        assertThat(broker.broker.statistics().publishesSliced()).isEqualTo(1);
    }

    // Not the number of receivers alone makes a turn of the loop long.
    @Test
    void aLargeMessageIsDeliveredToFewerAtATime() {
        for (int i = 0; i < 20; i++) {
            TestClient client = broker.v5("crowd" + i).connected();
            client.subscribe("crowd", 0).take(MqttPacket.SubAck.class);
            crowd.add(client);
        }
        TestClient herald = broker.v5("herald").connected();
        herald.connection().onPacket(message("small", 0, 0));
        assertThat(herald.reading).isTrue();
        herald.connection().onPacket(message("x".repeat(100_000), 0, 0));
        assertThat(herald.reading).isFalse();
        broker.run();
        for (TestClient client : crowd) {
            assertThat(client.payloads()).hasSize(2).first().isEqualTo("small");
        }
        assertThat(broker.broker.statistics().publishesSliced()).isEqualTo(1);
    }

    // [MQTT-4.3.2-4]: acknowledged once everybody's queue has it.
    @Test
    void itIsAcknowledgedOnceItIsDurableForAllStoredSessions() {
        broker.useManualStore();
        for (int i = 0; i < CROWD; i++) {
            TestClient client = broker.v5("crowd" + i).persistent();
            client.connect();
            broker.sync();
            client.take(MqttPacket.ConnAck.class);
            client.subscribe("crowd", 1);
            broker.sync();
            client.take(MqttPacket.SubAck.class);
            crowd.add(client);
        }
        TestClient herald = broker.v5("herald").connected();
        herald.say(message("hear", 1, 1));
        herald.isSilent();
        crowd.forEach(TestClient::isSilent);
        broker.sync();
        herald.take(MqttPacket.PubAck.class);
        for (TestClient client : crowd) {
            assertThat(TestClient.text(client.delivery())).isEqualTo("hear");
        }
    }

    @Test
    void thePublisherIsNotReadFromMeanwhile() {
        gather(0, false);
        TestClient herald = broker.v5("herald").connected();
        herald.connection().onPacket(message("hear", 0, 0));
        assertThat(herald.reading).isFalse();
        broker.run();
        assertThat(herald.reading).isTrue();
    }

    // [MQTT-3.10.4-2]
    @Test
    void whoUnsubscribesMeanwhileGetsNothingMore() {
        gather(0, false);
        TestClient herald = broker.v5("herald").connected();
        herald.connection().onPacket(message("hear", 0, 0));
        for (TestClient client : crowd) {
            client.connection()
                    .onPacket(new MqttPacket.Unsubscribe(2, List.of("crowd"), List.of()));
        }
        broker.run();
        long got =
                crowd.stream()
                        .flatMap(client -> client.inbox.stream())
                        .filter(Delivery.class::isInstance)
                        .count();
        assertThat(got).isEqualTo(FanOut.SLICE);
    }

    @Test
    void aPublisherThatLeavesMeanwhileHasPublishedToAll() {
        gather(1, true);
        TestClient herald = broker.v5("herald").connected();
        herald.connection().onPacket(message("hear", 1, 1));
        herald.lose();
        for (TestClient client : crowd) {
            assertThat(TestClient.text(client.delivery())).isEqualTo("hear");
        }
    }

    // 3.3.1.3: the retained message is that of the latest publish.
    @Test
    void whatIsRetainedIsTheLatestOfTwoThatOverlap() {
        gather(1, false);
        TestClient first = broker.v5("first").connected();
        TestClient second = broker.v5("second").connected();
        first.connection().onPacket(retained("old"));
        second.connection().onPacket(retained("new"));
        broker.run();
        TestClient late = broker.v5("late").connected();
        late.subscribe("crowd", 1).take(MqttPacket.SubAck.class);
        assertThat(late.payloads()).containsExactly("new");
    }

    /// Filters that share little of their paths, and match the topic but for its end.
    @Test
    void aTopicThatVisitsTooManyFiltersIsMatchedBesideTheLoop() {
        TestClient deep = broker.v5("deep").connected();
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            StringBuilder filter = new StringBuilder();
            for (int level = 0; level < 60; level++) {
                filter.append(random.nextBoolean() ? "+/" : "a/");
            }
            deep.subscribe(filter + (i == 0 ? "x" : "z"), 1).take(MqttPacket.SubAck.class);
        }
        TestClient diver = broker.v5("diver").connected();
        diver.publish("a/".repeat(60) + "x", "found", 1);
        assertThat(diver.take(MqttPacket.PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(TestClient.text(deep.delivery())).isEqualTo("found");
        diver.publish("a/".repeat(60) + "y", "lost", 1);
        assertThat(diver.take(MqttPacket.PubAck.class).reason())
                .isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        deep.isSilent();
        assertThat(broker.broker.statistics().publishesSliced()).isEqualTo(2);
    }

    private static MqttPacket.Publish retained(String payload) {
        return new MqttPacket.Publish(
                false,
                Qos.AT_LEAST_ONCE,
                true,
                "crowd",
                1,
                TestClient.bytes(payload),
                MessageProperties.NONE,
                0,
                new int[0]);
    }
}
