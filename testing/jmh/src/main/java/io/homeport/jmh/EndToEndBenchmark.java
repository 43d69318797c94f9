package io.homeport.jmh;

import io.homeport.broker.Broker;
import io.homeport.broker.BrokerLimits;
import io.homeport.core.Profile;
import io.homeport.core.SystemTimers;
import io.homeport.mqtt.MqttDecoder;
import io.homeport.mqtt.MqttLimits;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.storage.MemoryStore;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// One PUBLISH through a whole broker in process, on one thread without sockets: decoded, matched,
/// delivered, encoded for each receiver, and at QoS 1 acknowledged by all of them and to the
/// publisher. MQTT 5, 128-byte payloads, clean sessions.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-Xmx3g",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED"
        })
public class EndToEndBenchmark {
    @Param({"0", "1"})
    public int qos;

    @Param({"1", "100"})
    public int receivers = 1;

    private final SystemTimers timers = new SystemTimers();
    private final Loop loop = new Loop();
    private final Broker broker =
            new Broker(
                    new MemoryStore(),
                    timers,
                    timers,
                    new Random(1),
                    BrokerLimits.of(Profile.OPEN),
                    event -> {});
    private final List<Client> subscribers = new ArrayList<>();
    private final Client publisher = new Client(loop, MqttVersion.MQTT_5);
    private final MqttDecoder decoder = MqttDecoder.forServer(MqttLimits.DEFAULT);
    private ByteBuf frame =
            Frames.bytes(Frames.connect(MqttVersion.MQTT_5, "lamp"), MqttVersion.MQTT_5);

    @Setup
    public void setUp() {
        broker.start();
        for (int i = 0; i < receivers; i++) {
            Client subscriber = new Client(loop, MqttVersion.MQTT_5);
            subscriber.connect(broker, "subscriber-" + i);
            subscriber.say(Frames.subscribe("fleet/+/+/telemetry", Qos.of(qos)));
            loop.run();
            subscribers.add(subscriber);
        }
        publisher.connect(broker, "publisher");
        decoder.decode(frame);
        frame = Frames.bytes(Frames.publish(Qos.of(qos), qos), MqttVersion.MQTT_5);
    }

    @TearDown
    public void tearDown() {
        broker.close();
        timers.close();
    }

    @Benchmark
    public long publish() {
        long before = subscribers.getLast().packets();
        frame.readerIndex(0);
        publisher.say(decoder.decode(frame));
        loop.run();
        if (qos > 0) {
            for (int i = 0; i < subscribers.size(); i++) {
                subscribers.get(i).acknowledge();
            }
            loop.run();
        }
        long after = subscribers.getLast().packets();
        if (after != before + 1) {
            throw new IllegalStateException("the message hasn't come");
        }
        return after;
    }
}
