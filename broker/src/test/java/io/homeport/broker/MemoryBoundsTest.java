package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import io.homeport.core.MessageProperties;
import io.homeport.core.Profile;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.SubAck;
import io.homeport.mqtt.MqttPacket.Subscribe;
import io.homeport.mqtt.ReasonCode;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What one client can make the server hold.
class MemoryBoundsTest {
    private static final BrokerLimits OPEN = BrokerLimits.of(Profile.OPEN);

    @RegisterExtension final TestBroker broker = new TestBroker();

    @Test
    void retainedMessagesThatWaitForOneClientAreBoundedOverAllSubscriptions() {
        TestClient publisher = broker.v5("p").connected();
        for (int i = 0; i < 500; i++) {
            publisher.retain("t/" + i, "", 0).retain("t/" + i, "x", 0);
        }
        TestClient greedy = broker.v5("s").connected();
        greedy.writable(false);
        for (int i = 0; i < 201; i++) {
            greedy.subscribe("t/#", 0);
        }
        assertThat(broker.events(BrokerEvent.Dropped.class))
                .extracting(BrokerEvent.Dropped::clientId)
                .containsExactly("s");
        greedy.inbox.clear();
        greedy.writable(true);
        assertThat(greedy.inbox).hasSize(100_000);
        greedy.inbox.clear();
        greedy.subscribe("t/#", 0);
        assertThat(greedy.inbox).hasSize(501);
    }

    @Test
    void aClientIsNotReadFromWhileManyAnswersWaitForTheDisk() {
        broker.useManualStore();
        TestClient client = broker.v5("s").persistent().connect();
        broker.sync();
        client.inbox.clear();
        for (int i = 0; i < 2047; i++) {
            client.subscribe("t/" + i, 1);
        }
        assertThat(client.reading).isTrue();
        client.say(new Subscribe(9, List.of(TestClient.option("u", 1)), 0, List.of()));
        assertThat(client.reading).isFalse();
        broker.sync();
        assertThat(client.reading).isTrue();
        IntStream.range(0, 2048).forEach(i -> client.take(SubAck.class));
        client.isSilent();
    }

    @Test
    void aLongSearchForRetainedMessagesHoldsUpNobodyButItsClient() {
        TestClient publisher = broker.v5("p").connected();
        for (int i = 0; i <= 20_000; i++) {
            publisher.retain("t/" + i, "x", i == 7 ? 1 : 0);
        }
        TestClient client = broker.v5("s").persistent().connected();
        client.connection()
                .onPacket(new Subscribe(1, List.of(TestClient.option("+/7", 1)), 0, List.of()));
        client.isSilent();
        assertThat(client.reading).isFalse();
        broker.run();
        assertThat(client.reading).isTrue();
        // A message may come before SUBACK (3.8.4).
        assertThat(client.inbox.removeIf(SubAck.class::isInstance)).isTrue();
        assertThat(client.drain()).containsExactly("x");
    }

    @Test
    void retainedMessagesCountWithTheirProperties() {
        BrokerLimits.Retaining small = new BrokerLimits.Retaining(10, 1000);
        broker.use(OPEN.with(small));
        TestClient publisher = broker.v5("p").connected();
        MessageProperties large =
                new MessageProperties(
                        null,
                        null,
                        null,
                        null,
                        null,
                        List.of(new UserProperty("name", "x".repeat(500))));
        publisher.publish("a", "x", 1, true, large);
        assertThat(publisher.take(PubAck.class).reason().isError()).isFalse();
        publisher.publish("b", "x", 1, true, large);
        assertThat(publisher.take(PubAck.class).reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        publisher.retain("a", "", 1).retain("b", "x", 1);
        assertThat(broker.broker.statistics().retainedMessages()).isEqualTo(1);
    }

    @Test
    void aLargerRetainedMessageNeedsRoomInThePlaceOfASmallerOneToo() {
        broker.use(OPEN.with(new BrokerLimits.Retaining(10, 1000)));
        TestClient publisher = broker.v5("p").connected();
        publisher.retain("a", "x", 1).take(PubAck.class);
        publisher.publish("a", "x".repeat(1000), 1, true, MessageProperties.NONE);
        assertThat(publisher.take(PubAck.class).reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        publisher.publish("a", "y", 1, true, MessageProperties.NONE);
        assertThat(publisher.take(PubAck.class).reason().isError()).isFalse();
    }

    @Test
    void aRetainedMessageDoesNotHoldTheConnectionItCameFrom() {
        broker.v5("p").connected().retain("t", "x", 1);
        assertThat(broker.broker.retained(AccountId.DEFAULT, "t"))
                .hasValueSatisfying(
                        retained -> assertThat(retained.message().publisher()).isNull());
    }
}
