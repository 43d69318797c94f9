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
import io.homeport.storage.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Real threads: sessions that are taken over between event loops while messages flow.
class BrokerServerTest {
    private static final int LOOPS = 4;
    private static final int PUBLISHES = 4000;

    @Test
    void nothingAcknowledgedIsLostWhileSessionsMoveBetweenLoops() throws Exception {
        List<ExecutorService> loops = new ArrayList<>();
        for (int i = 0; i < LOOPS; i++) {
            loops.add(Executors.newSingleThreadExecutor());
        }
        MemoryStore store = new MemoryStore();
        try (SystemTimers timers = new SystemTimers()) {
            Broker broker =
                    new Broker(
                            store,
                            timers,
                            timers,
                            new Random(1),
                            BrokerLimits.of(Profile.OPEN),
                            _ -> {});
            broker.start();
            Set<String> got = ConcurrentHashMap.newKeySet();
            List<Peer> subscribers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Peer peer = new Peer(broker, loops.get(i % LOOPS), "s" + i, got);
                peer.connect();
                peer.subscribe("t/#");
                subscribers.add(peer);
            }
            CountDownLatch acknowledged = new CountDownLatch(PUBLISHES);
            for (int i = 0; i < 4; i++) {
                Peer publisher = new Peer(broker, loops.get(i), "p" + i, got);
                publisher.acknowledged = acknowledged;
                publisher.connect();
                for (int n = 0; n < PUBLISHES / 4; n++) {
                    publisher.publish("t/" + i, i + "-" + n, n % 65_535 + 1);
                }
            }
            Random random = new Random(7);
            for (int i = 0; i < 300; i++) {
                Peer old = subscribers.get(random.nextInt(8));
                Peer next = new Peer(broker, loops.get(random.nextInt(LOOPS)), old.clientId, got);
                next.connect();
                subscribers.set(subscribers.indexOf(old), next);
            }
            assertThat(acknowledged.await(30, TimeUnit.SECONDS)).isTrue();
            // What is left is delivered once nobody moves any more.
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (broker.statistics().queuedMessages() > 0 && System.nanoTime() < deadline) {
                for (ExecutorService loop : loops) {
                    loop.submit(() -> {}).get();
                }
            }
            assertThat(got).hasSize(8 * PUBLISHES);
            for (ExecutorService loop : loops) {
                loop.submit(() -> {}).get();
            }
            broker.checkInvariants();
            var done = broker.shutdown();
            done.get(10, TimeUnit.SECONDS);
            broker.checkInvariants();
        } finally {
            loops.forEach(ExecutorService::shutdownNow);
        }
    }

    /// A client that acknowledges at once. Its loop owns it.
    private static final class Peer implements Transport {
        private final Broker broker;
        private final ExecutorService loop;
        private final Set<String> got;
        private final AtomicInteger packetIds = new AtomicInteger(60_000);
        final String clientId;
        volatile CountDownLatch acknowledged = new CountDownLatch(0);
        private volatile BrokerConnection connection = RefusedConnection.INSTANCE;
        private boolean closed;

        Peer(Broker broker, ExecutorService loop, String clientId, Set<String> got) {
            this.broker = broker;
            this.loop = loop;
            this.clientId = clientId;
            this.got = got;
        }

        void connect() throws Exception {
            loop.submit(
                            () -> {
                                connection =
                                        broker.connect(
                                                new MqttPacket.Connect(
                                                        MqttVersion.MQTT_3_1_1,
                                                        false,
                                                        0,
                                                        clientId,
                                                        null,
                                                        null,
                                                        null,
                                                        MqttPacket.ConnectProperties.NONE),
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
                                                        List.of()),
                                                Authorization.ALL,
                                                this);
                            })
                    .get();
        }

        void subscribe(String filter) throws Exception {
            say(
                    new MqttPacket.Subscribe(
                            packetIds.incrementAndGet(),
                            List.of(TestClient.option(filter, 1)),
                            0,
                            List.of()));
            loop.submit(() -> {}).get();
        }

        void publish(String topic, String payload, int packetId) {
            say(
                    new MqttPacket.Publish(
                            false,
                            Qos.AT_LEAST_ONCE,
                            false,
                            topic,
                            packetId,
                            TestClient.bytes(payload),
                            MessageProperties.NONE,
                            0,
                            new int[0]));
        }

        private void say(MqttPacket packet) {
            loop.execute(() -> connection.onPacket(packet));
        }

        @Override
        public Executor executor() {
            return loop;
        }

        @Override
        public void send(MqttPacket packet) {
            if (packet instanceof MqttPacket.PubAck) {
                acknowledged.countDown();
            }
        }

        @Override
        public void deliver(Delivery delivery) {
            if (!closed) {
                got.add(clientId + " " + TestClient.text(delivery));
                say(
                        new MqttPacket.PubAck(
                                delivery.packetId(), ReasonCode.SUCCESS, null, List.of()));
            }
        }

        @Override
        public boolean writable() {
            return true;
        }

        @Override
        public void reading(boolean enabled) {}

        @Override
        public void close() {
            loop.execute(() -> closed = true);
        }
    }
}
