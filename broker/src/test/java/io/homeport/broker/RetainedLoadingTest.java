package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.core.MessageProperties;
import io.homeport.core.Profile;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.SubAck;
import io.homeport.mqtt.ReasonCode;
import io.homeport.storage.WriteBatch;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A server that was started with more retained messages than are read before its first client.
class RetainedLoadingTest {
    private static final int MANY = 2 * RetainedLoading.ROWS_AT_START;
    private static final String FIRST = "r/1000000";
    private static final String LAST = topic(MANY - 1);

    @RegisterExtension final TestBroker broker = new TestBroker();

    @BeforeEach
    void aServerThatHasJustStarted() {
        for (int i = 0; i < MANY; i++) {
            publish(topic(i), "old");
        }
        broker.run();
        broker.backgroundTasks = 0;
        broker.restart();
        assertThat(broker.broker.statistics().retainedMessages())
                .isBetween((long) RetainedLoading.ROWS_AT_START, MANY - 1L);
    }

    // [MQTT-3.3.1-9]
    @Test
    void aSubscriptionByWildcardWaitsForAllMessages() {
        TestClient client = broker.v5("c").connected();
        client.subscribe("r/+", 0);
        client.isSilent();
        goOn();
        client.take(SubAck.class);
        assertThat(client.payloads()).hasSize(MANY);
    }

    @Test
    void aSubscriptionOfOneTopicGetsItsMessageAtOnce() {
        TestClient client = broker.v5("c").connected();
        broker.backgroundTasks = 2;
        client.subscribe(LAST, 0);
        client.take(SubAck.class);
        assertThat(client.payloads()).containsExactly("old");
        assertThat(broker.broker.retained(AccountId.DEFAULT, topic(MANY - 2))).isPresent();
        broker.backgroundTasks = 0;
        client.subscribe("r/+", 0).isSilent();
    }

    @Test
    void whoAsksForNoRetainedMessageDoesNotWait() {
        broker.v5("c").connected().subscribed("$share/group/r/+");
    }

    // [MQTT-3.3.1-5], [MQTT-3.3.1-6]
    @Test
    void whatIsPublishedMeanwhileIsNewerThanWhatIsRead() {
        for (String topic : new String[] {FIRST, LAST}) {
            publish(topic, "new");
        }
        publish(topic(1), "");
        publish(topic(MANY - 2), "");
        goOn();
        TestClient client = broker.v5("c").connected().subscribe("r/+", 0);
        client.take(SubAck.class);
        assertThat(client.payloads())
                .hasSize(MANY - 2)
                .startsWith("new", "old")
                .endsWith("old", "new");
    }

    // 3.1.1, 3.3.1.3: what couldn't be kept replaces nothing.
    @Test
    void theMessageBeforeOneThatCouldNotBeStoredIsReadAgain() {
        TestLoop background = new TestLoop();
        Core core =
                new Core(
                        broker.store,
                        broker.time,
                        broker.time,
                        new Random(1),
                        BrokerLimits.of(Profile.OPEN),
                        _ -> {},
                        background);
        core.loading.begin();
        RetainedMessages retained = core.realm(AccountId.DEFAULT).retained;
        Message refused = broker.message(LAST, "refused", 1);
        Message replaced = retained.put(refused);
        assertThat(replaced).isNull();
        retained.takeBack(refused, replaced);
        background.run();
        assertThat(core.loading.isOver()).isTrue();
        Message found = retained.get(LAST, 0);
        assertThat(found)
                .isNotNull()
                .extracting(Message::payload)
                .isEqualTo(TestClient.bytes("old"));
    }

    @Test
    void onlyASixteenthOfTheRoomIsGivenAwayBeforeTheRestIsKnown() {
        broker.broker.close();
        TestBroker small =
                new TestBroker(
                        BrokerLimits.of(Profile.OPEN)
                                .with(new BrokerLimits.Retaining(20_000, 64 << 20)),
                        broker.store);
        small.backgroundTasks = 0;
        TestClient publisher = small.v5("p").connected();
        for (int i = 0; i < 20_000 / 16; i++) {
            publisher.retain("n/" + i, "new", 1);
            assertThat(publisher.take(PubAck.class).reason().isError()).isFalse();
        }
        publisher.retain("n/over", "new", 1);
        assertThat(publisher.take(PubAck.class).reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        publisher.retain("n/1", "newer", 1);
        assertThat(publisher.take(PubAck.class).reason().isError()).isFalse();
        small.backgroundTasks = Integer.MAX_VALUE;
        small.run();
        publisher.retain("n/over", "new", 1);
        assertThat(publisher.take(PubAck.class).reason().isError()).isFalse();
        small.broker.checkInvariants();
        broker.broker = small.broker;
    }

    /// A wildcard must not find a part of them and say nothing.
    @Test
    void aRowThatCannotBeUnderstoodIsToldToThoseWhoAskForAll() {
        WriteBatch damage = new WriteBatch();
        byte[] row = SessionStore.retainedKey(AccountId.DEFAULT, topic(MANY - 3));
        broker.store.commit(damage.put(row, new byte[] {1}));
        goOn();
        assertThat(broker.broker.retainedLoaded()).isCompletedExceptionally();
        TestClient client = broker.v5("c").connected();
        assertThat(client.subscribe("r/+", 0).take(SubAck.class).reasons())
                .containsExactly(ReasonCode.QUOTA_EXCEEDED);
        client.subscribe(LAST, 0).take(SubAck.class);
        assertThat(client.payloads()).containsExactly("old");
        assertThat(client.subscribe(topic(MANY - 3), 0).take(SubAck.class).reasons())
                .containsExactly(ReasonCode.QUOTA_EXCEEDED);
        assertThat(broker.broker.reset()).isCompleted();
        broker.v5("later").connected().subscribed("r/+");
    }

    @Test
    void aResetLeavesNothingThatIsReadLater() {
        CompletableFuture<Void> reset = broker.broker.reset();
        goOn();
        assertThat(reset).isCompleted();
        assertThat(broker.broker.statistics().retainedMessages()).isZero();
        TestClient client = broker.v5("c").connected().subscribed("#");
        client.isSilent();
    }

    private void goOn() {
        broker.backgroundTasks = Integer.MAX_VALUE;
        broker.run();
    }

    private void publish(String topic, String payload) {
        assertThat(
                        broker.broker.publish(
                                new Message(
                                        AccountId.DEFAULT,
                                        topic,
                                        TestClient.bytes(payload),
                                        1,
                                        true,
                                        MessageProperties.NONE,
                                        null,
                                        broker.time.millis())))
                .isCompleted();
    }

    private static String topic(int number) {
        return "r/" + (1_000_000 + number);
    }
}
