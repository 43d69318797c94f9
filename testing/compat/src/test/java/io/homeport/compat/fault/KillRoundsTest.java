package io.homeport.compat.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.compat.ServerProcess;
import io.homeport.compat.conformance.Packets;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.testkit.Seeds;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Many `kill -9` at moments that a seed chooses. `-Dhomeport.rounds=100` for so many seeds,
/// `-Dhomeport.first-round=100` to begin behind those.
class KillRoundsTest {
    private static final int ROUNDS = Integer.getInteger("homeport.rounds", 3);
    private static final int FIRST = Integer.getInteger("homeport.first-round", 0);
    private static final int KILLS = 2;
    private static final int TELL_EVERY = 10;
    private static final PrintStream OUT = System.out;
    private static final int TOPICS = 10;

    private static final Totals TOTALS = new Totals();

    @TempDir Path temporary;

    /// What was checked so far; printed, for figures.
    private static final class Totals {
        private int rounds;
        private long acknowledged;
        private long changes;
        private long wills;
        private long updates;

        void add(Round round) {
            rounds++;
            acknowledged += round.taken();
            changes += round.subscriptions.changes();
            wills += round.mortals.heard();
            updates += round.shadow.accepted();
        }

        void print() {
            OUT.printf(
                    "%d rounds, %d kills: %d messages, %d changes of subscriptions and %d updates of"
                            + " a shadow were acknowledged, %d wills awaited; none is lost%n",
                    rounds, rounds * KILLS, acknowledged, changes, updates, wills);
        }
    }

    // [MQTT-4.1.0-1], [MQTT-4.3.2-1], [MQTT-4.3.3-1], [MQTT-4.4.0-1], and 4.6 on order.
    @Test
    @Timeout(3600)
    void whatWasAcknowledgedIsNeverLostAndNothingComesTwiceAtQos2() {
        Seeds.run(
                ROUNDS,
                seed -> {
                    try {
                        Path directory = Files.createDirectory(temporary.resolve("seed" + seed));
                        new Round(directory, new Random(FIRST + seed)).run();
                        delete(directory);
                        if (TOTALS.rounds % TELL_EVERY == 0) {
                            TOTALS.print();
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    } catch (InterruptedException | ExecutionException e) {
                        throw new AssertionError(e);
                    }
                });
        TOTALS.print();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static final class Round {
        private final Path directory;
        private final Random random;
        private final DurablePublisher once;
        private final DurablePublisher retaining;
        private final DurablePublisher exactly;
        private final DurableSubscriber onceSubscriber;
        private final DurableSubscriber exactlySubscriber;
        private final DurableSubscriptions subscriptions;
        private final Mortals mortals = new Mortals();
        private final DurableShadow shadow = new DurableShadow();

        Round(Path directory, Random random) {
            this.directory = directory;
            this.random = random;
            once =
                    new DurablePublisher(
                            "once", version(), Qos.AT_LEAST_ONCE, false, "one/", TOPICS);
            exactly =
                    new DurablePublisher(
                            "exactly", version(), Qos.EXACTLY_ONCE, false, "two/", TOPICS);
            retaining =
                    new DurablePublisher(
                            "retaining",
                            version(),
                            random.nextBoolean() ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE,
                            true,
                            "kept/",
                            TOPICS);
            onceSubscriber = new DurableSubscriber("once-subscriber", version());
            exactlySubscriber = new DurableSubscriber("exactly-subscriber", version());
            subscriptions = new DurableSubscriptions(version(), random.nextLong());
        }

        private MqttVersion version() {
            return random.nextBoolean() ? MqttVersion.MQTT_5 : MqttVersion.MQTT_3_1_1;
        }

        private List<DurablePublisher> publishers() {
            return List.of(once, exactly, retaining);
        }

        void run() throws IOException, InterruptedException, ExecutionException {
            for (int kill = 0; kill < KILLS; kill++) {
                try (ServerProcess server = start()) {
                    int port = server.port("mqttPort");
                    if (kill == 0) {
                        onceSubscriber.subscribe(port, "one/#", Qos.AT_LEAST_ONCE);
                        exactlySubscriber.subscribe(port, "two/#", Qos.EXACTLY_ONCE);
                        mortals.subscribe(port);
                    } else {
                        checkRetained(port);
                    }
                    mortals.check(port);
                    subscriptions.check(port);
                    shadow.check(port);
                    loadAndKill(server, port);
                }
            }
            try (ServerProcess server = start()) {
                finish(server.port("mqttPort"));
            }
        }

        private ServerProcess start() throws IOException {
            return ServerProcess.start(directory, "--mqtt-port", "0", "--anonymous");
        }

        private void loadAndKill(ServerProcess server, int port)
                throws InterruptedException, ExecutionException {
            int before = taken();
            int wanted = 50 + random.nextInt(1500);
            int spins = random.nextInt(20_000);
            List<Future<?>> clients = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (DurablePublisher publisher : publishers()) {
                    clients.add(threads.submit(() -> publisher.publishUntilTheEnd(port)));
                }
                for (DurableSubscriber subscriber : List.of(onceSubscriber, exactlySubscriber)) {
                    if (random.nextBoolean()) {
                        clients.add(threads.submit(() -> subscriber.receiveUntilTheEnd(port)));
                    }
                }
                clients.add(threads.submit(() -> subscriptions.changeUntilTheEnd(port)));
                clients.add(threads.submit(() -> shadow.updateUntilTheEnd(port)));
                clients.add(threads.submit(() -> mortals.liveUntilTheEnd(port)));
                while (taken() - before < wanted && clients.stream().noneMatch(Future::isDone)) {
                    Thread.onSpinWait();
                }
                for (int i = 0; i < spins; i++) {
                    Thread.onSpinWait();
                }
                server.kill();
            }
            for (Future<?> client : clients) {
                client.get();
            }
            assertThat(taken() - before).as("load before the kill").isGreaterThanOrEqualTo(wanted);
        }

        private int taken() {
            return publishers().stream().mapToInt(DurablePublisher::taken).sum();
        }

        private void finish(int port) throws IOException {
            checkRetained(port);
            mortals.check(port);
            subscriptions.check(port);
            shadow.check(port);
            for (DurablePublisher publisher : publishers()) {
                publisher.complete(port);
            }
            checkRetained(port);
            onceSubscriber.receiveUntil(port, once.payload(once.published() - 1));
            exactlySubscriber.receiveUntil(port, exactly.payload(exactly.published() - 1));
            assertThat(onceSubscriber.received)
                    .containsAll(once.acknowledged().stream().map(once::payload).toList());
            List<String> all = new ArrayList<>();
            for (int i = 0; i < exactly.published(); i++) {
                all.add(exactly.payload(i));
            }
            assertThat(exactlySubscriber.received).isEqualTo(all);
            TOTALS.add(this);
        }

        /// Each topic has what was acknowledged last, or something that was sent later.
        private void checkRetained(int port) throws IOException {
            Map<String, String> kept = kept(port);
            int sent = retaining.published();
            int[] sure = new int[TOPICS];
            for (int number : retaining.acknowledged()) {
                sure[number % TOPICS] = Math.max(sure[number % TOPICS], number);
            }
            for (int topic = 0; topic < Math.min(TOPICS, sent); topic++) {
                List<String> possible = new ArrayList<>();
                boolean any = retaining.acknowledged().contains(sure[topic]);
                if (!any) {
                    possible.add("");
                }
                for (int i = Math.max(sure[topic], topic); i < sent; i += TOPICS) {
                    possible.add(retaining.payload(i));
                }
                assertThat(kept.getOrDefault(retaining.topic(topic), ""))
                        .as(retaining.topic(topic))
                        .isIn(possible);
            }
        }

        /// A message to itself ends what a subscription brings.
        private static Map<String, String> kept(int port) throws IOException {
            Map<String, String> kept = new HashMap<>();
            try (Wire wire = Wire.connected(port, "reader")) {
                wire.subscribe("kept/#", Qos.AT_MOST_ONCE);
                wire.send(Packets.publish("kept/end", "end", Qos.AT_LEAST_ONCE, 1));
                while (!kept.containsKey("kept/end")) {
                    MqttPacket packet = wire.read();
                    if (packet instanceof Publish publish) {
                        kept.put(publish.topic(), Packets.text(publish));
                    } else {
                        assertThat(packet).isInstanceOf(PubAck.class);
                    }
                }
            }
            return kept;
        }
    }
}
