package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import io.homeport.core.MessageProperties;
import io.homeport.core.Profile;
import io.homeport.core.SystemTimers;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.homeport.storage.RocksStore;
import io.homeport.storage.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real threads and a real disk: order, exactly once, and what a server finds when it starts again.
class OrderServerTest {
    private static final int LOOPS = 4;
    private static final int PUBLISHERS = 4;
    private static final int MESSAGES = 600;
    private static final int MOVES = 200;

    @TempDir Path directory;
    private final List<ExecutorService> loops = new ArrayList<>();
    private final SystemTimers timers = new SystemTimers();
    private RocksStore store;
    private Broker broker;

    @BeforeEach
    void start() {
        for (int i = 0; i < LOOPS; i++) {
            loops.add(Executors.newSingleThreadExecutor());
        }
        open();
    }

    @AfterEach
    void stop() {
        broker.close();
        loops.forEach(ExecutorService::shutdownNow);
        store.close();
        timers.close();
    }

    private void open() {
        store = RocksStore.open(directory, Settings.DEFAULT);
        broker =
                new Broker(
                        store,
                        timers,
                        timers,
                        new Random(1),
                        BrokerLimits.of(Profile.OPEN),
                        _ -> {});
        broker.start();
    }

    // [MQTT-4.6.0-6]: per publisher and QoS; QoS 2 once, whoever takes the session over.
    @Test
    void everyPublishersOrderHoldsWhileSessionsMoveBetweenLoopsAndPause() throws Exception {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Client client = new Client("s" + i);
            clients.add(client);
            client.connect(i, false).subscribe("t", 2);
        }
        AtomicInteger open = new AtomicInteger();
        for (int p = 0; p < PUBLISHERS; p++) {
            Link publisher = new Client("p" + p).connect(p, true);
            publisher.open = open;
            for (int n = 0; n < MESSAGES; n++) {
                int qos = n % 3;
                open.addAndGet(qos == 0 ? 0 : 1);
                publisher.publish("t", p + " " + n, qos, n + 1);
            }
        }
        Random random = new Random(3);
        for (int i = 0; i < MOVES; i++) {
            Client client = clients.get(random.nextInt(clients.size()));
            if (random.nextInt(4) == 0) {
                client.link.writable = false;
            } else {
                client.connect(random.nextInt(LOOPS), false);
            }
        }
        for (Client client : clients) {
            client.connect(random.nextInt(LOOPS), false);
        }
        await(() -> open.get() == 0 && broker.statistics().queuedMessages() == 0);
        clients.forEach(Client::verify);
    }

    @Test
    void aServerThatStartsAgainGoesOnWhereItWas() throws Exception {
        Client subscriber = new Client("s");
        subscriber.connect(0, false).subscribe("t", 2);
        Link publisher = new Client("p").connect(1, true);
        publisher.open = new AtomicInteger(2);
        subscriber.link.answers = false;
        publisher.publish("t", "0 1", 1, 1);
        publisher.publish("t", "0 2", 2, 2);
        await(() -> subscriber.link.delivered.size() == 2 && publisher.open.get() == 0);
        List<Delivery> before = subscriber.link.delivered;
        broker.close();
        store.close();
        open();
        subscriber.packetIds.clear();
        subscriber.connect(2, false);
        await(() -> broker.statistics().queuedMessages() == 0);
        List<Delivery> after = subscriber.link.delivered;
        assertThat(after).extracting(Delivery::packetId).isEqualTo(ids(before));
        assertThat(after).allMatch(Delivery::dup);
        Link second = new Client("p").connect(3, true);
        second.open = new AtomicInteger(1);
        second.publish("t", "0 4", 1, 1);
        await(() -> subscriber.link.delivered.size() == 3);
        assertThat(subscriber.link.delivered.getLast().dup()).isFalse();
        await(() -> broker.statistics().queuedMessages() == 0);
        broker.checkInvariants();
    }

    private static List<Integer> ids(List<Delivery> deliveries) {
        return deliveries.stream().map(Delivery::packetId).toList();
    }

    /// Waits while the loops work.
    private void await(BooleanSupplier condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("the time it takes").isLessThan(deadline);
            work();
        }
        // The task that made it true, and the one that this one has left behind it.
        work();
        work();
    }

    private void work() throws Exception {
        for (ExecutorService loop : loops) {
            loop.submit(() -> {}).get();
        }
    }

    /// A client over all of its connections. What it got is guarded by its monitor.
    private final class Client {
        final String clientId;
        final Set<Integer> packetIds = new HashSet<>();
        private final Map<String, List<Integer>> got = new HashMap<>();
        volatile Link link;

        Client(String clientId) {
            this.clientId = clientId;
            this.link = new Link(this, loops.getFirst());
        }

        Link connect(int loop, boolean clean) throws Exception {
            Link next = new Link(this, loops.get(loop));
            link = next;
            next.connect(clean);
            return next;
        }

        synchronized void take(Delivery delivery) {
            String[] words = TestClient.text(delivery).split(" ", 2);
            String from = words[0] + " at QoS " + delivery.qos().value();
            if (delivery.qos() != Qos.EXACTLY_ONCE || packetIds.add(delivery.packetId())) {
                got.computeIfAbsent(from, _ -> new ArrayList<>()).add(Integer.valueOf(words[1]));
            }
        }

        synchronized void released(int packetId) {
            packetIds.remove(packetId);
        }

        synchronized void verify() {
            got.forEach((from, numbers) -> {
                List<Integer> once = numbers.stream().distinct().toList();
                assertThat(once).as(from).isSorted();
                if (from.endsWith("1") || from.endsWith("2")) {
                    assertThat(once).as(from).hasSize(MESSAGES / 3);
                }
                if (!from.endsWith("1")) {
                    assertThat(numbers).as(from).isEqualTo(once);
                }
            });
            assertThat(got.keySet()).hasSizeGreaterThanOrEqualTo(2 * PUBLISHERS);
        }
    }

    /// One connection of a client. Its loop owns it, but for what is volatile.
    private final class Link implements Transport {
        private final Client client;
        private final ExecutorService loop;
        private BrokerConnection connection = RefusedConnection.INSTANCE;
        final List<Delivery> delivered = new CopyOnWriteArrayList<>();
        volatile boolean writable = true;
        volatile boolean answers = true;
        volatile AtomicInteger open = new AtomicInteger();
        private volatile boolean subscribed;

        Link(Client client, ExecutorService loop) {
            this.client = client;
            this.loop = loop;
        }

        void connect(boolean clean) throws Exception {
            MqttPacket.Connect connect =
                    new MqttPacket.Connect(
                            MqttVersion.MQTT_3_1_1,
                            clean,
                            0,
                            client.clientId,
                            null,
                            null,
                            null,
                            MqttPacket.ConnectProperties.NONE);
            ConnectionInfo info =
                    new ConnectionInfo(
                            AccountId.DEFAULT,
                            "us-east-1",
                            "principal",
                            null,
                            "127.0.0.1",
                            1,
                            "127.0.0.1",
                            2,
                            0,
                            DisconnectReason.WEBSOCKET_TTL_EXPIRATION,
                            List.of());
            loop.submit(
                            () -> {
                                connection = broker.connect(connect, info, Authorization.ALL, this);
                            })
                    .get();
        }

        void subscribe(String filter, int qos) throws Exception {
            say(new MqttPacket.Subscribe(1, List.of(TestClient.option(filter, qos)), 0, List.of()));
            await(() -> subscribed);
        }

        void publish(String topic, String payload, int qos, int packetId) {
            say(
                    new MqttPacket.Publish(
                            false,
                            Qos.of(qos),
                            false,
                            topic,
                            qos == 0 ? 0 : packetId,
                            TestClient.bytes(payload),
                            MessageProperties.NONE,
                            0,
                            new int[0]));
        }

        private void say(MqttPacket packet) {
            loop.execute(() -> connection.onPacket(packet));
        }

        @Override
        public void send(MqttPacket packet) {
            switch (packet) {
                case MqttPacket.SubAck _ -> subscribed = true;
                case MqttPacket.PubAck _, MqttPacket.PubComp _ -> open.decrementAndGet();
                case MqttPacket.PubRec rec ->
                        say(
                                new MqttPacket.PubRel(
                                        rec.packetId(), ReasonCode.SUCCESS, null, List.of()));
                case MqttPacket.PubRel rel -> {
                    client.released(rel.packetId());
                    say(
                            new MqttPacket.PubComp(
                                    rel.packetId(), ReasonCode.SUCCESS, null, List.of()));
                }
                default -> {}
            }
        }

        @Override
        public void deliver(Delivery delivery) {
            delivered.add(delivery);
            client.take(delivery);
            if (!answers || delivery.qos() == Qos.AT_MOST_ONCE) {
                return;
            }
            int id = delivery.packetId();
            say(
                    delivery.qos() == Qos.AT_LEAST_ONCE
                            ? new MqttPacket.PubAck(id, ReasonCode.SUCCESS, null, List.of())
                            : new MqttPacket.PubRec(id, ReasonCode.SUCCESS, null, List.of()));
        }

        @Override
        public Executor executor() {
            return loop;
        }

        @Override
        public boolean writable() {
            return writable;
        }

        @Override
        public void reading(boolean enabled) {}

        @Override
        public void close() {}
    }
}
