package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.mqtt.MqttPacket.ConnAck;
import io.homeport.mqtt.Qos;
import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The machine's clock is set, forwards or back, while sessions and wills wait: what was promised
/// in seconds stays that many seconds.
class SetClockTest {
    @RegisterExtension final TestBroker broker = new TestBroker();

    // MQTT 5: 3.1.2.11.2, Session Expiry Interval. persistent() is 1000 s.
    @ParameterizedTest
    @ValueSource(strings = {"P3650D", "-P3650D", "PT30S", "-PT30S"})
    void aSessionEndsAfterItsSecondsWhateverTheDateIs(Duration step) {
        broker.v5("s").persistent().connected().subscribed("t").lose();
        broker.advance(Duration.ofSeconds(400));
        broker.time.setDateBy(step);
        broker.advance(Duration.ofSeconds(590));
        broker.v5("p").connected().published("t", "waits", 1);
        TestClient back = broker.v5("s").persistent().connect();
        assertThat(back.take(ConnAck.class).sessionPresent()).isTrue();
        assertThat(back.drain()).containsExactly("waits");
        back.lose();
        broker.advance(Duration.ofSeconds(400));
        broker.time.setDateBy(step);
        broker.advance(Duration.ofSeconds(610));
        assertThat(broker.broker.statistics().sessions()).isEqualTo(1);
        assertThat(broker.v5("s").persistent().connect().take(ConnAck.class).sessionPresent())
                .isFalse();
    }

    // MQTT 5: 3.1.3.2.2, Will Delay Interval.
    @ParameterizedTest
    @ValueSource(strings = {"P3650D", "-P3650D", "PT30S", "-PT30S"})
    void aWillComesAfterItsDelayWhateverTheDateIs(Duration step) {
        TestClient watcher = broker.v5("w").connected().subscribed("gone");
        broker.v5("s")
                .persistent()
                .will("gone", "away", Qos.AT_LEAST_ONCE, false, 100)
                .connected()
                .lose();
        broker.advance(Duration.ofSeconds(50));
        broker.time.setDateBy(step);
        broker.advance(Duration.ofSeconds(49));
        assertThat(watcher.drain()).isEmpty();
        broker.advance(Duration.ofSeconds(1));
        assertThat(watcher.drain()).containsExactly("away");
    }

    /// What is left of a will's delay at a restart is reckoned by dates, and a date that was
    /// written after the clock was set is right.
    @ParameterizedTest
    @ValueSource(strings = {"P3650D", "-P3650D"})
    void aRestartAfterTheClockWasSetChangesNothing(Duration step) {
        broker.time.setDateBy(step);
        broker.v5("w").persistent().connected().subscribed("gone").lose();
        broker.v5("s")
                .persistent()
                .will("gone", "away", Qos.AT_LEAST_ONCE, false, 100)
                .connected()
                .lose();
        broker.advance(Duration.ofSeconds(50));
        broker.restart();
        TestClient watcher = broker.v5("w").persistent().connected();
        broker.advance(Duration.ofSeconds(49));
        assertThat(watcher.drain()).isEmpty();
        broker.advance(Duration.ofSeconds(1));
        assertThat(watcher.drain()).containsExactly("away");
    }
}
