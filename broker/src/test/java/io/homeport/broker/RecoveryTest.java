package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.Profile;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.ConnAck;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a client sees of a server that was started again.
class RecoveryTest {
    private static final BrokerLimits OPEN = BrokerLimits.of(Profile.OPEN);

    @RegisterExtension final TestBroker broker = new TestBroker();

    // [MQTT-3.3.1-1]: DUP is 0 on the first attempt.
    @ParameterizedTest
    @EnumSource
    void aNewMessageIsNoRedeliveryAfterARestart(MqttVersion version) {
        TestClient before = broker.client("s", version).persistent().connected().subscribed("t");
        TestClient publisher = broker.client("p", version).connected();
        publisher.published("t", "1", 1).published("t", "2", 2);
        assertThat(before.drain()).containsExactly("1", "2");
        before.lose();
        broker.restart();
        TestClient back = broker.client("s", version).persistent().connected();
        broker.client("p", version).connected().published("t", "3", 2).published("t", "4", 1);
        assertThat(back.delivery().dup()).isFalse();
        assertThat(back.delivery().dup()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void aNewMessageIsNoRedeliveryAfterACrash(MqttVersion version) {
        TestClient before = broker.client("s", version).persistent().connected().subscribed("t");
        broker.client("p", version).connected().published("t", "1", 1).published("t", "2", 2);
        assertThat(before.drain()).containsExactly("1", "2");
        broker.restart();
        TestClient back = broker.client("s", version).persistent().connected();
        broker.client("p", version).connected().published("t", "3", 2);
        assertThat(back.delivery().dup()).isFalse();
    }

    // [MQTT-3.3.1-1]: what was sent before has DUP, however far ahead of the oldest one it was.
    @Test
    void afterACrashEverythingThatMayHaveBeenSentIsARedelivery() {
        broker.use(
                OPEN.with(
                        new BrokerLimits.Flow(1024, 8 << 20, 2, 64, 256, 1 << 20, 4096, 1 << 20)));
        TestClient before = broker.v5("s").persistent().connected().subscribed("t");
        TestClient publisher = broker.v5("p").connected();
        for (int i = 1; i <= 4; i++) {
            publisher.published("t", "" + i, 1);
        }
        before.delivery();
        for (int i = 0; i < 2; i++) {
            before.acknowledge(before.delivery());
        }
        assertThat(TestClient.text(before.delivery())).isEqualTo("4");
        broker.restart();
        TestClient back = broker.v5("s").persistent().connected();
        Delivery one = back.delivery();
        Delivery four = back.delivery();
        assertThat(TestClient.text(four)).isEqualTo("4");
        assertThat(one.dup()).isTrue();
        assertThat(four.dup()).isTrue();
    }

    // 3.1.2.11.2: an interval of 0 ends the session with its connection, however that ends. The
    // invariants say that no row is left.
    @Test
    void aSessionResumedToEndWithItsConnectionLeavesNothingBehindACrash() {
        broker.v5("s").persistent().connected().subscribed("t").lose();
        broker.v5("p").connected().published("t", "waits", 1);
        TestClient last = broker.v5("s");
        last.cleanStart = false;
        last.connected();
        broker.restart();
        assertThat(broker.broker.statistics().sessions()).isZero();
    }

    // [MQTT-3.1.2-8]: the rows that a will changes don't undo what a connection wrote meanwhile.
    @Test
    void aWillThatIsSentWhileItsClientComesBackDoesNotTakeItsNextWillAway() {
        TestClient watcher = broker.v5("w").persistent().connected().subscribed("will");
        TestClient first =
                broker.v5("s").persistent().will("will", "first", Qos.AT_LEAST_ONCE, false, 1);
        TestClient second =
                broker.v5("s").persistent().will("will", "second", Qos.AT_LEAST_ONCE, false, 0);
        first.authorization =
                new Authorization() {
                    @Override
                    public Verdict connect(MqttPacket.Connect connect) {
                        return Verdict.ALLOWED;
                    }

                    @Override
                    public Verdict publish(String topic, boolean retain) {
                        second.connect();
                        return Verdict.ALLOWED;
                    }

                    @Override
                    public Verdict subscribe(String topicFilter) {
                        return Verdict.ALLOWED;
                    }

                    @Override
                    public Verdict receive(String topic) {
                        return Verdict.ALLOWED;
                    }
                };
        first.connected().lose();
        broker.advance(Duration.ofSeconds(2));
        assertThat(second.take(ConnAck.class).sessionPresent()).isTrue();
        assertThat(watcher.drain()).containsExactly("first");
        broker.restart();
        broker.advance(Duration.ofSeconds(1));
        assertThat(broker.v5("w").persistent().connected().drain()).containsExactly("second");
    }

    @Test
    void directMessagesMakeNoRedeliveryOfWhatTheyOvertake() {
        broker.useManualStore();
        TestClient client = broker.v5("s").persistent().connect();
        broker.sync();
        client.take(ConnAck.class);
        client.subscribe("t", 1);
        broker.sync();
        client.inbox.clear();
        broker.v5("p").connected().publish("t", "waits for the disk", 1);
        broker.broker.sendDirect(
                broker.message("direct", "now", 1), "s", true, Duration.ofSeconds(9));
        broker.run();
        Delivery now = client.delivery();
        assertThat(TestClient.text(now)).isEqualTo("now");
        broker.sync();
        Delivery later = client.delivery();
        assertThat(later.dup()).isFalse();
        client.acknowledge(now).acknowledge(later);
    }

    // [MQTT-4.6.0-4]: also where the disk is slower than the next PUBREC.
    @Test
    void pubRelsComeInTheOrderOfThePubRecs() {
        broker.useManualStore();
        TestClient client = broker.v5("s").persistent().connect();
        broker.sync();
        client.subscribe("t", 2);
        broker.sync();
        broker.v5("p").connected().publish("t", "1", 2);
        broker.sync();
        client.inbox.removeIf(packet -> !(packet instanceof Delivery));
        int packetId = client.delivery().packetId();
        client.pubRec(packetId);
        client.pubRec(packetId + 1);
        client.isSilent();
        broker.sync();
        assertThat(client.take(MqttPacket.PubRel.class).packetId()).isEqualTo(packetId);
        assertThat(client.take(MqttPacket.PubRel.class).packetId()).isEqualTo(packetId + 1);
    }

    // [MQTT-4.3.3-10]: what was received is acknowledged until it is released.
    @Test
    void aRepetitionIsAcknowledgedAlthoughItWouldBeRefusedByNow() {
        TestClient subscriber = broker.v5("s").connected().subscribed("t");
        broker.v5("p").persistent().connected().publish("t", "1", 2).lose();
        TestClient back = broker.v5("p").persistent();
        back.authorization = new Allowing().denyPublish("t");
        back.connected().publish("t", "1", 2);
        assertThat(back.take(MqttPacket.PubRec.class).reason().isError()).isFalse();
        back.pubRel(1);
        assertThat(back.take(MqttPacket.PubComp.class).reason().isError()).isFalse();
        back.publish("t", "2", 2);
        assertThat(back.take(MqttPacket.PubRec.class).reason().isError()).isTrue();
        assertThat(subscriber.drain()).containsExactly("1");
    }
}
