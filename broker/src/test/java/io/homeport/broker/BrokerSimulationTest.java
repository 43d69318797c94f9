package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.broker.SimulatedClient.Sent;
import io.homeport.core.Profile;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Topics;
import io.homeport.storage.MemoryStore;
import io.homeport.testkit.Seeds;
import io.homeport.testkit.SimTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// MQTT's guarantees under everything that can go wrong: connections that break with packets on
/// their way, takeovers between event loops, slow readers, a disk that lags, and power cuts.
class BrokerSimulationTest {
    private static final int CLIENTS = 200;
    private static final int STEPS = 16_000;

    @Test
    void acknowledgedMessagesReachEverySubscriber() {
        Seeds.run(40, seed -> new Run(seed, false).run());
    }

    /// AWS IoT's slow release of stored messages, beside live ones, and its repetitions lose
    /// nothing either. There is neither QoS 2 nor order.
    @Test
    void messagesThatAreReleasedSlowlyReachEverySubscriber() {
        Seeds.run(10, seed -> new Run(seed, true).run());
    }

    private static final class Run {
        private final Random random;
        private final boolean slow;
        private final SimTimers time = new SimTimers();
        private final TestLoop[] loops = {
            new TestLoop(), new TestLoop(), new TestLoop(), new TestLoop()
        };
        private final List<Sent> sent = new ArrayList<>();
        private final List<SimulatedClient> clients = new ArrayList<>();
        private MemoryStore store = MemoryStore.manual();
        private Broker broker;

        Run(long seed, boolean slow) {
            random = new Random(seed);
            this.slow = slow;
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(
                        switch (i % 10) {
                            case 0 -> client(i, "$share/two/t/+", 2);
                            case 1 -> client(i, "$share/one/t/#", 1);
                            default -> client(i, filter(), random.nextInt(3));
                        });
            }
            broker = start();
        }

        private Broker start() {
            // loops[3] is the background.
            Broker started =
                    new Broker(store, time, time, new Random(1), limits(), _ -> {}, loops[3]);
            started.start();
            return started;
        }

        private BrokerLimits limits() {
            BrokerLimits open = BrokerLimits.of(Profile.OPEN);
            return slow
                    ? open.with(new BrokerLimits.Rates(0, 0, 10, 20, 0, 0))
                            .with(new BrokerLimits.Redelivery(1, 0, 0))
                    : open;
        }

        private int spoken(int qos) {
            return slow ? Math.min(1, qos) : qos;
        }

        private SimulatedClient client(int number, String filter, int qos) {
            MqttVersion version =
                    random.nextBoolean() ? MqttVersion.MQTT_5 : MqttVersion.MQTT_3_1_1;
            int more = random.nextInt(8) == 0 ? 2 * Subscribing.SLICE + random.nextInt(2) : 0;
            return new SimulatedClient(
                    "client-" + number, version, filter, spoken(qos), more, sent);
        }

        private String filter() {
            return switch (random.nextInt(4)) {
                case 0 -> "t/#";
                case 1 -> "t/+";
                default -> topic();
            };
        }

        private String topic() {
            return "t/" + random.nextInt(12);
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                step();
            }
            settle();
            verify();
        }

        private void step() {
            // Some clients are much busier than others.
            SimulatedClient client =
                    clients.get(random.nextInt(1 + random.nextInt(1 + random.nextInt(CLIENTS))));
            switch (random.nextInt(100)) {
                case 0 -> client.lose();
                case 1 -> client.disconnect();
                case 2, 3 -> client.connect(broker, loop());
                case 4 -> client.writable(random.nextBoolean());
                case 5 -> time.advance(Duration.ofMillis(random.nextInt(1000)));
                case 6, 7 -> store.sync(1 + random.nextInt(5));
                case 8, 9 -> {
                    if (random.nextInt(5) == 0) {
                        store.sync();
                    }
                }
                case 10 -> {
                    if (random.nextInt(12) == 0) {
                        crash();
                    }
                }
                case 11, 12, 13, 14, 15 -> client.publish(topic(), spoken(random.nextInt(3)));
                case 16, 17 -> {
                    if (!client.isConnected()) {
                        client.connect(broker, loop());
                    }
                }
                default -> {
                    if (random.nextBoolean()) {
                        work(1 + random.nextInt(10));
                    } else {
                        for (int i = random.nextInt(6); i >= 0 && client.step(); i--) {
                            work(1);
                        }
                    }
                }
            }
        }

        private TestLoop loop() {
            return loops[random.nextInt(3)];
        }

        private void work(int tasks) {
            for (int i = 0; i < tasks; i++) {
                loops[random.nextInt(4)].runOne();
            }
        }

        private void crash() {
            store = store.crash(random.nextInt(4));
            for (TestLoop loop : loops) {
                loop.clear();
            }
            broker.close();
            clients.forEach(SimulatedClient::forgetLink);
            broker = start();
        }

        private void settle() {
            boolean busy = true;
            int rounds = 0;
            while (busy) {
                assertThat(rounds++).as("rounds until all is delivered").isLessThan(20_000);
                busy = slow && broker.statistics().queuedMessages() > 0;
                if (busy) {
                    time.advance(Duration.ofMillis(250));
                }
                for (SimulatedClient client : clients) {
                    client.writable(true);
                    if (!client.isConnected()) {
                        client.connect(broker, loop());
                        busy = true;
                    }
                }
                for (TestLoop loop : loops) {
                    busy |= loop.run();
                }
                busy |= store.unsynced() > 0;
                store.sync();
                for (SimulatedClient client : clients) {
                    while (client.step()) {
                        busy = true;
                    }
                }
            }
            assertThat(clients).allMatch(SimulatedClient::isIdle);
            broker.checkInvariants();
            assertThat(broker.statistics().queuedMessages()).isZero();
        }

        private void verify() {
            int checked = 0;
            verifyGroup("$share/two/t/+", 2);
            verifyGroup("$share/one/t/#", 1);
            for (SimulatedClient client : clients) {
                if (Topics.isShared(client.filter)) {
                    continue;
                }
                for (Sent message : sent) {
                    int times = client.got.getOrDefault(message.number, 0);
                    boolean matches = Topics.matches(client.filter, message.topic, true);
                    int qos = Math.min(message.qos, client.maximumQos);
                    String what =
                            "message %d of %s to %s at QoS %d"
                                    .formatted(
                                            message.number,
                                            message.publisher,
                                            client.clientId,
                                            qos);
                    if (!matches) {
                        assertThat(times).as(what + ", not subscribed").isZero();
                    } else if (qos == 2) {
                        assertThat(times).as(what).isLessThanOrEqualTo(1);
                    }
                    boolean due =
                            matches
                                    && qos > 0
                                    && message.acknowledged
                                    && message.number >= client.subscribedFrom;
                    if (due) {
                        checked++;
                        assertThat(times).as(what).isPositive();
                    }
                }
                if (!slow) {
                    verifyOrder(client);
                }
            }
            // A control: the run has really published and delivered.
            assertThat(checked).isGreaterThan(100);
        }

        /// 4.8.2: some member gets each message, at QoS 2 exactly one and exactly once.
        private void verifyGroup(String filter, int qos) {
            List<SimulatedClient> members =
                    clients.stream().filter(client -> client.filter.equals(filter)).toList();
            int from =
                    members.stream().mapToInt(member -> member.subscribedFrom).min().orElseThrow();
            for (Sent message : sent) {
                int times =
                        members.stream()
                                .mapToInt(member -> member.got.getOrDefault(message.number, 0))
                                .sum();
                String what =
                        "message %d at QoS %d to %s".formatted(message.number, message.qos, filter);
                if (message.qos > 0 && message.acknowledged && message.number >= from) {
                    assertThat(times).as(what).isPositive();
                }
                if (message.qos == 2 && qos == 2) {
                    assertThat(times).as(what).isLessThanOrEqualTo(1);
                }
            }
        }

        /// [MQTT-4.6.0-6]: per topic and QoS, in the order of each publisher.
        private void verifyOrder(SimulatedClient client) {
            Map<String, Integer> last = new HashMap<>();
            for (int number : client.firstReceptions()) {
                Sent message = sent.get(number);
                // One from before the subscription may come late, as its publisher's repetition.
                if (message.qos == 0 || client.maximumQos == 0 || number < client.subscribedFrom) {
                    continue;
                }
                String stream = message.publisher + " " + message.topic + " " + message.qos;
                Integer before = last.put(stream, number);
                assertThat(before == null || before < number)
                        .as("%s got %s before %d of %s", client.clientId, before, number, stream)
                        .isTrue();
            }
        }
    }
}
