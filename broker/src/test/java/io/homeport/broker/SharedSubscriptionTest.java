package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Shared subscriptions (MQTT 5, 4.8.2), which 3.1.1 clients can use too, as AWS IoT has it.
class SharedSubscriptionTest {
    @RegisterExtension final TestBroker broker = new TestBroker();

    // [MQTT-4.8.2-4]: one member each; different groups and plain subscriptions get their own copy.
    @ParameterizedTest
    @EnumSource
    void eachGroupGetsOneCopy(MqttVersion version) {
        TestClient one = broker.client("1", version).connected().subscribed("$share/g/t/+");
        TestClient two = broker.client("2", version).connected().subscribed("$share/g/t/+");
        TestClient other = broker.client("3", version).connected().subscribed("$share/h/t/+");
        TestClient plain = broker.client("4", version).connected().subscribed("t/+");
        TestClient publisher = broker.client("p", version).connected();
        for (int i = 0; i < 10; i++) {
            publisher.published("t/x", "" + i, 1);
        }
        List<String> first = one.drain();
        List<String> second = two.drain();
        assertThat(first).hasSize(5).doesNotContainAnyElementsOf(second);
        assertThat(second).hasSize(5);
        assertThat(other.drain()).hasSize(10);
        assertThat(plain.drain()).hasSize(10);
    }

    // 4.8.2: retained messages aren't sent to shared subscriptions.
    @Test
    void retainedMessagesAreNotSentToGroups() {
        broker.v5("p").connected().retain("t", "x", 0);
        broker.v5("c").connected().subscribed("$share/g/t").isSilent();
    }

    @Test
    void membersThatAreConnectedComeFirstAndAnOfflineOneKeepsWhatNobodyTakes() {
        broker.v5("away").persistent().connected().subscribed("$share/g/t").lose();
        TestClient here = broker.v5("here").connected().subscribed("$share/g/t");
        TestClient publisher = broker.v5("p").connected();
        publisher.published("t", "1", 1).published("t", "2", 1);
        assertThat(here.drain()).containsExactly("1", "2");
        here.disconnect();
        publisher.published("t", "3", 1).published("t", "0", 0);
        assertThat(broker.v5("away").persistent().connected().drain()).containsExactly("3");
    }

    // [MQTT-4.8.2-6] allows it: what a member that is away holds goes to one that is here.
    @ParameterizedTest
    @EnumSource
    void aMemberThatArrivesTakesWhatWaitsForOthers(MqttVersion version) {
        broker.client("away", version).persistent().connected().subscribed("$share/g/t").lose();
        TestClient publisher = broker.v5("p").connected();
        publisher.published("t", "1", 1).published("t", "2", 2);
        TestClient here = broker.client("here", version).connected().subscribed("$share/g/t");
        assertThat(here.drain()).containsExactly("1", "2");
        broker.client("away", version).persistent().connected().isSilent();
    }

    @Test
    void whatAMemberLeavesUnacknowledgedGoesToAnotherOneAtQos1() {
        TestClient one = broker.v5("1").connected().subscribed("$share/g/t");
        broker.v5("p").connected().published("t", "x", 1);
        assertThat(one.delivery().message().topic()).isEqualTo("t");
        TestClient two = broker.v5("2").connected().subscribed("$share/g/t");
        one.lose();
        assertThat(two.drain()).containsExactly("x");
    }

    // [MQTT-4.8.2-5]: a QoS 2 message that was sent stays with its client.
    @Test
    void aQos2MessageThatWasSentStaysWithItsClient() {
        TestClient one = broker.v5("1").persistent().connected().subscribed("$share/g/t");
        broker.v5("p").connected().published("t", "x", 2);
        Delivery delivery = one.delivery();
        TestClient two = broker.v5("2").connected().subscribed("$share/g/t");
        one.lose();
        two.isSilent();
        Delivery again = broker.v5("1").persistent().connected().delivery();
        assertThat(again.packetId()).isEqualTo(delivery.packetId());
    }

    @Test
    void whatAnEndedSessionHeldGoesToAnotherMember() {
        broker.v5("1").persistent().connected().subscribed("$share/g/t").lose();
        broker.v5("2").persistent().connected().subscribed("$share/g/t").lose();
        TestClient publisher = broker.v5("p").connected();
        publisher.published("t", "1", 1).published("t", "2", 1);
        broker.v5("1").connected();
        assertThat(broker.v5("2").persistent().connected().drain())
                .containsExactlyInAnyOrder("1", "2");
    }

    // [MQTT-4.8.2-1] and [MQTT-4.8.2-2]
    @Test
    void aShareNameWithWildcardsIsRefused() {
        TestClient client = broker.v5("c").connected().subscribe("$share/+/t", 0);
        assertThat(client.take(MqttPacket.SubAck.class).reasons().getFirst().isError()).isTrue();
    }
}
