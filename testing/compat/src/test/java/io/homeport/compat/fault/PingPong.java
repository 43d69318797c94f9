package io.homeport.compat.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.compat.conformance.Packets;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A client that behaves: it publishes to itself every few milliseconds, at QoS 1 unless said
/// otherwise, and waits for the message and its acknowledgement. Each round has to end within
/// {@link Wire#PATIENCE_MILLIS}.
final class PingPong implements AutoCloseable {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(3);

    private final Wire wire;
    private final Qos qos;
    private final String topic;
    private final Thread thread;
    private volatile boolean stopping;
    private final AtomicLong rounds = new AtomicLong();
    private volatile long worstNanos;
    private volatile @Nullable Throwable failure;

    PingPong(int port, String name) throws IOException {
        this(port, name, Qos.AT_LEAST_ONCE);
    }

    PingPong(int port, String name, Qos qos) throws IOException {
        this(Wire.connected(port, name), name, qos);
    }

    PingPong(Wire connected, String name) throws IOException {
        this(connected, name, Qos.AT_LEAST_ONCE);
    }

    private PingPong(Wire connected, String name, Qos qos) throws IOException {
        this.qos = qos;
        topic = "ping/" + name;
        wire = connected.subscribe(topic, qos);
        thread = Thread.ofPlatform().daemon().name("ping-pong").start(this::run);
    }

    /// Waits until so many more messages have gone round.
    void goesOnFor(int more) {
        long end = rounds.get() + more;
        while (rounds.get() < end && failure == null) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        isFine();
    }

    /// Nothing has gone wrong so far.
    void isFine() {
        assertThat(failure).as("what ended the well-behaved client").isNull();
    }

    long rounds() {
        return rounds.get();
    }

    long worstMillis() {
        return TimeUnit.NANOSECONDS.toMillis(worstNanos);
    }

    private void run() {
        try {
            while (!stopping) {
                long before = System.nanoTime();
                round((int) (rounds.get() % 65_535) + 1);
                worstNanos = Math.max(worstNanos, System.nanoTime() - before);
                rounds.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (IOException | AssertionError e) {
            failure = e;
        }
    }

    private void round(int packetId) throws IOException {
        wire.send(Packets.publish(topic, "ping", qos, packetId));
        boolean acknowledged = qos == Qos.AT_MOST_ONCE;
        boolean received = false;
        while (!acknowledged || !received) {
            switch (wire.read()) {
                case PubAck ack -> {
                    assertThat(ack.reason().isError()).as("%s", ack).isFalse();
                    acknowledged = true;
                }
                case Publish publish -> {
                    if (publish.qos() == Qos.AT_LEAST_ONCE) {
                        wire.send(Packets.pubAck(publish.packetId(), ReasonCode.SUCCESS));
                    }
                    received = true;
                }
                case null -> throw new IOException("the connection has ended");
                default -> throw new IOException("an answer of another kind");
            }
        }
    }

    @Override
    public void close() {
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        wire.close();
    }
}
