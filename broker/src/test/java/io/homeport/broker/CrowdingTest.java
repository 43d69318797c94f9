package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.Profile;
import io.homeport.mqtt.MqttPacket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Back-pressure from slow subscribers to those who publish to them.
class CrowdingTest {
    private static final int QUEUE = 20;

    @RegisterExtension final TestBroker broker = new TestBroker();

    @BeforeEach
    void useSmallQueues() {
        BrokerLimits open = BrokerLimits.of(Profile.OPEN);
        BrokerLimits.Sessions s = open.sessions();
        BrokerLimits small =
                open.with(new BrokerLimits.Flow(1024, 1 << 20, 1024, 0, 256, 1 << 20, 64, 1 << 20));
        broker.use(
                small.with(
                        new BrokerLimits.Sessions(
                                s.maximumSessions(),
                                0,
                                0,
                                s.expiryMaximumSeconds(),
                                s.version3ExpirySeconds(),
                                s.willDelayMaximumSeconds(),
                                0,
                                s.messageExpiryMaximumSeconds(),
                                QUEUE,
                                1_000_000,
                                QUEUE,
                                1_000_000)));
    }

    private TestClient slowSubscriber() {
        TestClient subscriber = broker.v5("slow");
        subscriber.receiveMaximum = 1;
        return subscriber.connected().subscribed("t");
    }

    private TestClient publisherBeyondHalf() {
        TestClient publisher = broker.v5("p").connected();
        for (int i = 0; i < QUEUE / 2; i++) {
            publisher.published("t", "" + i, 1);
        }
        publisher.publish("t", "beyond", 1);
        return publisher;
    }

    @Test
    void acknowledgementsWaitUntilTheSubscriberHasRoom() {
        TestClient subscriber = slowSubscriber();
        TestClient publisher = publisherBeyondHalf();
        publisher.isSilent();
        List<String> got = new ArrayList<>();
        while (got.size() < QUEUE / 2 - 3) {
            Delivery delivery = subscriber.delivery();
            got.add(TestClient.text(delivery));
            subscriber.acknowledge(delivery);
        }
        publisher.take(MqttPacket.PubAck.class);
        got.addAll(subscriber.drain());
        assertThat(got).hasSize(QUEUE / 2 + 1).endsWith("beyond");
    }

    @Test
    void noPublisherIsHeldBackForLong() {
        slowSubscriber();
        TestClient publisher = publisherBeyondHalf();
        broker.time.advance(Crowding.LONGEST_HOLD.minusMillis(1));
        broker.run();
        publisher.isSilent();
        broker.time.advance(Duration.ofMillis(1));
        broker.run();
        publisher.take(MqttPacket.PubAck.class);
    }

    @Test
    void aSubscriberThatTakesNothingStallsNobody() {
        slowSubscriber();
        TestClient publisher = publisherBeyondHalf();
        broker.time.advance(Crowding.PATIENCE.plusMillis(1));
        broker.run();
        publisher.take(MqttPacket.PubAck.class);
        for (int i = 0; i < QUEUE; i++) {
            publisher.published("t", "" + i, 1);
        }
        assertThat(broker.events(BrokerEvent.Dropped.class)).isNotEmpty();
    }

    @Test
    void aSubscriberThatLeavesHoldsNobodyBack() {
        TestClient subscriber = slowSubscriber();
        TestClient publisher = publisherBeyondHalf();
        publisher.isSilent();
        subscriber.lose();
        publisher.take(MqttPacket.PubAck.class);
    }

    @Test
    void whoPublishesAtQos0IsNotReadFrom() {
        TestClient subscriber = broker.v5("slow").connected().subscribed("t");
        TestClient publisher = broker.v5("p").connected();
        subscriber.writable(false);
        for (int i = 0; i < 10; i++) {
            publisher.publish("t", "" + i, 0);
        }
        assertThat(publisher.reading).isFalse();
        subscriber.writable(true);
        assertThat(publisher.reading).isTrue();
        assertThat(subscriber.payloads()).hasSize(10);
    }

    @Test
    void ofWhatASubscriberDoesNotTakeLittleIsKept() {
        TestClient subscriber = broker.v5("slow").connected().subscribed("t");
        TestClient publisher = broker.v5("p").connected();
        subscriber.writable(false);
        for (int i = 0; i < 10; i++) {
            publisher.publish("t", "" + i, 0);
        }
        broker.time.advance(Crowding.PATIENCE.plusMillis(1));
        broker.run();
        assertThat(publisher.reading).isTrue();
        publisher.publish("t", "dropped", 0);
        assertThat(publisher.reading).isTrue();
        assertThat(broker.events(BrokerEvent.Dropped.class)).hasSize(1);
        subscriber.writable(true);
        assertThat(subscriber.payloads()).hasSize(10);
    }

    @Test
    void whoPublishesToItselfIsNotHeldBack() {
        TestClient both = broker.v5("both");
        both.receiveMaximum = 1;
        both.connected().subscribed("t");
        for (int i = 0; i < QUEUE; i++) {
            both.publish("t", "" + i, 1);
        }
        assertThat(both.reading).isTrue();
        both.take(MqttPacket.PubAck.class);
        both.delivery();
        for (int i = 1; i < QUEUE; i++) {
            both.take(MqttPacket.PubAck.class);
        }
    }
}
