package io.homeport.compat.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.compat.conformance.Packets;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttPacket.SubAck;
import io.homeport.mqtt.MqttPacket.UnsubAck;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.io.IOException;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A persistent session that subscribes and unsubscribes all the time and knows which of its
/// changes were acknowledged. Used by one thread at a time.
final class DurableSubscriptions {
    private static final int FILTERS = 12;

    private final Random random;
    private final MqttVersion version;
    private final Set<Integer> subscribed = new HashSet<>();
    private final AtomicInteger changes = new AtomicInteger();
    private boolean known;
    private int checks;

    /// What was on its way when the connection ended: may be or not; -1 for nothing.
    private int unsure = -1;

    DurableSubscriptions(MqttVersion version, long seed) {
        this.version = version;
        this.random = new Random(seed);
    }

    /// How many changes were acknowledged. Thread-safe.
    int changes() {
        return changes.get();
    }

    /// Changes subscriptions until the connection ends.
    void changeUntilTheEnd(int port) {
        try (Wire wire = resume(port)) {
            for (int packetId = 1; ; packetId = packetId % 60_000 + 1) {
                int filter = random.nextInt(FILTERS);
                unsure = filter;
                if (subscribed.contains(filter)) {
                    wire.send(Packets.unsubscribe(packetId, "change/" + filter));
                    if (!(answer(wire) instanceof UnsubAck)) {
                        return;
                    }
                    subscribed.remove(filter);
                } else {
                    wire.send(
                            Packets.subscribe(
                                    packetId, Packets.to("change/" + filter, Qos.AT_LEAST_ONCE)));
                    if (!(answer(wire) instanceof SubAck)) {
                        return;
                    }
                    subscribed.add(filter);
                }
                unsure = -1;
                changes.incrementAndGet();
            }
        } catch (IOException e) {
            // The server has been killed.
        }
    }

    /// The next packet that is no message: what an earlier check left may come again.
    private static @Nullable MqttPacket answer(Wire wire) throws IOException {
        MqttPacket packet = wire.read();
        while (packet instanceof Publish publish) {
            wire.send(Packets.pubAck(publish.packetId(), ReasonCode.SUCCESS));
            packet = wire.read();
        }
        return packet;
    }

    /// The session has what was acknowledged. Settles what was unsure.
    void check(int port) throws IOException {
        Set<Integer> found = new HashSet<>();
        String end = "end " + ++checks;
        try (Wire wire = resume(port);
                Wire publisher = Wire.connected(port, "change-publisher")) {
            wire.send(Packets.subscribe(1, Packets.to("change/end", Qos.AT_LEAST_ONCE)));
            assertThat(answer(wire)).isInstanceOf(SubAck.class);
            for (int i = 0; i < FILTERS; i++) {
                publisher.send(
                        Packets.publish("change/" + i, i + " " + checks, Qos.AT_LEAST_ONCE, i + 1));
                publisher.read(PubAck.class);
            }
            publisher.send(Packets.publish("change/end", end, Qos.AT_LEAST_ONCE, 100));
            String text = "";
            while (!text.equals(end)) {
                MqttPacket packet = wire.read();
                assertThat(packet).isInstanceOf(Publish.class);
                if (packet instanceof Publish publish) {
                    wire.send(Packets.pubAck(publish.packetId(), ReasonCode.SUCCESS));
                    text = Packets.text(publish);
                    if (!text.startsWith("end") && text.endsWith(" " + checks)) {
                        found.add(Integer.valueOf(text.substring(0, text.indexOf(' '))));
                    }
                }
            }
        }
        if (unsure >= 0) {
            if (found.contains(unsure)) {
                subscribed.add(unsure);
            } else {
                subscribed.remove(unsure);
            }
            unsure = -1;
        }
        assertThat(found).as("subscriptions").isEqualTo(subscribed);
    }

    private Wire resume(int port) throws IOException {
        Wire wire = Wire.open(port, version, 0);
        boolean present = wire.connect(Packets.lasting(version, "changer")).sessionPresent();
        assertThat(present || !known).as("the changer's session").isTrue();
        known = true;
        return wire;
    }
}
