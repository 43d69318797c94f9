package io.homeport.broker;

import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.core.MessageProperties;
import io.homeport.core.Profile;
import io.homeport.mqtt.MqttVersion;
import io.homeport.storage.MemoryStore;
import io.homeport.testkit.SimTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A broker on one thread: time, disk and event loops move when the test says so. As an extension
/// it checks the broker's invariants after every test.
final class TestBroker implements AfterEachCallback {
    final SimTimers time = new SimTimers();
    final List<BrokerEvent> events = new ArrayList<>();
    private final List<TestLoop> loops = List.of(new TestLoop(), new TestLoop());
    private final TestLoop background = new TestLoop();
    private BrokerLimits limits;
    private int clients;
    MemoryStore store;
    Broker broker;

    /// How many tasks the background may do in each run, to see what is under way meanwhile.
    int backgroundTasks = Integer.MAX_VALUE;

    TestBroker() {
        this(BrokerLimits.of(Profile.OPEN), new MemoryStore());
    }

    TestBroker(BrokerLimits limits, MemoryStore store) {
        this.limits = limits;
        this.store = store;
        this.broker = start();
    }

    private Broker start() {
        Broker started =
                new Broker(store, time, time, new Random(1), limits, events::add, background);
        started.start();
        return started;
    }

    /// Begins again with other limits and nothing stored.
    void use(BrokerLimits other) {
        limits = other;
        store = new MemoryStore();
        broker = start();
    }

    void useAws() {
        use(BrokerLimits.of(Profile.AWS));
    }

    /// Begins again on a disk that is synced by hand.
    void useManualStore() {
        store = MemoryStore.manual();
        broker = start();
        run();
    }

    /// Ends the process without warning and starts it on what is on the disk.
    void restart() {
        loops.forEach(TestLoop::clear);
        background.clear();
        broker.close();
        broker = start();
        run();
    }

    /// A power cut: what wasn't synced is gone.
    void crash() {
        store = store.crash();
        restart();
    }

    /// Makes the disk sync.
    void sync() {
        store.sync();
        run();
    }

    TestClient client(String clientId, MqttVersion version) {
        // Neighbours live on different loops.
        return new TestClient(this, loops.get(clients++ % loops.size()), clientId, version);
    }

    TestClient v3(String clientId) {
        return client(clientId, MqttVersion.MQTT_3_1_1);
    }

    TestClient v5(String clientId) {
        return client(clientId, MqttVersion.MQTT_5);
    }

    /// Lets every loop work until nothing is left.
    void run() {
        int left = backgroundTasks;
        boolean any = true;
        while (any) {
            any = left > 0 && background.runOne();
            left -= any ? 1 : 0;
            for (TestLoop loop : loops) {
                any |= loop.run();
            }
        }
    }

    void advance(Duration by) {
        time.advance(by);
        run();
    }

    Message message(String topic, String payload, int qos) {
        return new Message(
                AccountId.DEFAULT,
                topic,
                TestClient.bytes(payload),
                qos,
                false,
                MessageProperties.NONE,
                null,
                time.millis());
    }

    <T extends BrokerEvent> List<T> events(Class<T> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        backgroundTasks = Integer.MAX_VALUE;
        run();
        store.sync();
        run();
        broker.checkInvariants();
    }
}
