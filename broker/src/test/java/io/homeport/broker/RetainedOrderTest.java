package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.mqtt.MqttPacket.PubAck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A retained message that waits for a slow subscriber while others replace it.
class RetainedOrderTest {
    @RegisterExtension private final TestBroker broker = new TestBroker();

    // [MQTT-3.3.1-9]: the last value is what the subscriber ends up with, although a slow client
    // loses
    // live messages of QoS 0.
    @Test
    void aSlowSubscriberGetsTheSuccessorNotWhatWasRetainedAtFirst() {
        TestClient publisher = broker.v5("p").connected();
        publisher.retain("t", "old", 0);
        TestClient slow = slowSubscriber("t");
        publisher.retain("t", "new", 0);
        slow.writable(true);
        assertThat(slow.payloads()).containsOnly("new").isNotEmpty();
    }

    // [MQTT-3.3.1-6]
    @Test
    void aSlowSubscriberGetsNothingThatWasRemovedMeanwhile() {
        TestClient publisher = broker.v5("p").connected();
        publisher.retain("t", "old", 0);
        TestClient slow = slowSubscriber("t");
        publisher.retain("t", "", 0);
        slow.writable(true);
        assertThat(slow.payloads()).doesNotContain("old");
    }

    // Above QoS 0 nothing is lost: the successor is in the queue, once.
    @Test
    void aSuccessorAboveQos0ComesOnce() {
        TestClient publisher = broker.v5("p").connected();
        publisher.retain("t", "old", 0);
        TestClient slow = slowSubscriber("t");
        publisher.retain("t", "new", 1).take(PubAck.class);
        slow.writable(true);
        assertThat(slow.drain()).containsExactly("new");
    }

    private TestClient slowSubscriber(String topic) {
        TestClient slow = broker.v5("slow").connected();
        slow.writable(false);
        return slow.subscribed(topic);
    }
}
