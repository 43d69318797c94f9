package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.broker.BrokerEvent;
import io.homeport.broker.DisconnectReason;
import io.homeport.core.AccountId;
import io.homeport.testkit.SimTimers;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ExplanationsTest {
    private final SimTimers timers = new SimTimers();
    private final Explanations explanations = new Explanations(timers);

    private void denied(String clientId, String topic) {
        explanations.onEvent(
                new BrokerEvent.Denied(
                        AccountId.DEFAULT, clientId, "iot:Publish", topic, "nothing allows it"));
        timers.advance(Duration.ofSeconds(1));
    }

    @Test
    void theNewestComesFirstAndOnlyTheClientsOwn() {
        denied("a", "t/1");
        denied("a", "t/2");
        denied("b", "t/3");
        assertThat(explanations.last("a", 10))
                .extracting(Explanations.Explanation::resource)
                .containsExactly("t/2", "t/1");
        assertThat(explanations.last(null, 2))
                .extracting(Explanations.Explanation::resource)
                .containsExactly("t/3", "t/2");
    }

    @Test
    void repetitionsAreCounted() {
        for (int i = 0; i < 1000; i++) {
            denied("a", "t");
        }
        assertThat(explanations.last("a", 10))
                .singleElement()
                .satisfies(e -> assertThat(e.count()).isEqualTo(1000));
    }

    @Test
    void whatIsKeptIsBounded() {
        for (int i = 0; i < 100_000; i++) {
            denied("client-" + i % 1000, "t/" + i);
        }
        assertThat(explanations.last(null, 1_000_000)).hasSizeLessThanOrEqualTo(256 * 64);
        explanations.clear();
        assertThat(explanations.last(null, 10)).isEmpty();
    }

    @Test
    void aClientThatLeavesOnItsOwnNeedsNoExplanation() {
        explanations.onEvent(
                new BrokerEvent.Disconnected(
                        AccountId.DEFAULT,
                        "a",
                        "p",
                        DisconnectReason.CLIENT_INITIATED_DISCONNECT,
                        "bye"));
        explanations.onEvent(
                new BrokerEvent.Disconnected(
                        AccountId.DEFAULT,
                        "a",
                        "p",
                        DisconnectReason.MQTT_KEEP_ALIVE_TIMEOUT,
                        "silent"));
        assertThat(explanations.last("a", 10))
                .singleElement()
                .satisfies(e -> assertThat(e.reason()).isEqualTo("silent"));
    }
}
