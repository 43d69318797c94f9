package io.homeport.compat.fault;

import io.homeport.compat.conformance.Packets;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.PubComp;
import io.homeport.mqtt.MqttPacket.PubRec;
import io.homeport.mqtt.MqttPacket.PubRel;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// One publisher and one subscriber of a topic for the whole soak; the subscriber has a persistent
/// session and connects anew now and then. Messages are numbered: above QoS 0 each has to come, at
/// QoS 2 once, and always in order. A thread sends, one reads the publisher's answers, one
/// receives.
final class SoakFlow {
    private static final int WINDOW = 400;
    private static final String PADDING = " ".repeat(120);

    private final SoakLoad load;
    private final SoakLoad.Dial dial;
    private final Qos qos;
    private final MqttVersion version;
    private final String name;
    private final Semaphore window = new Semaphore(WINDOW);
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final Set<Integer> unreleased = new HashSet<>();
    private final int perTick;
    private volatile boolean stopping;

    SoakFlow(SoakLoad load, SoakLoad.Dial dial, Qos qos, int number, int perTick) {
        this.load = load;
        this.dial = dial;
        this.qos = qos;
        this.version = number % 2 == 0 ? MqttVersion.MQTT_5 : MqttVersion.MQTT_3_1_1;
        this.name = "flow" + number;
        this.perTick = perTick;
    }

    long received() {
        return received.get();
    }

    /// How much of what was sent above QoS 0 has not come.
    long missing() {
        return qos == Qos.AT_MOST_ONCE ? 0 : sent.get() - received.get();
    }

    /// Subscribes, and begins to receive.
    void start() throws IOException {
        Wire first = subscriber();
        first.subscribe("soak/" + name, qos);
        load.thread(name + " receives", () -> receive(first));
        Wire publisher = dial.open(version);
        publisher.connect(Packets.clean(version, name + "-publisher"));
        if (qos != Qos.AT_MOST_ONCE) {
            load.thread(name + " answers", () -> answers(publisher));
        }
        load.every(10, name + " sends", () -> send(publisher));
    }

    void stopSending() {
        stopping = true;
    }

    private Wire subscriber() throws IOException {
        Wire wire = dial.open(version);
        wire.connect(Packets.lasting(version, name));
        return wire;
    }

    private void send(Wire publisher) throws IOException, InterruptedException {
        if (stopping) {
            return;
        }
        MqttPacket[] packets = new MqttPacket[perTick];
        for (int i = 0; i < perTick; i++) {
            if (qos != Qos.AT_MOST_ONCE && !window.tryAcquire(30, TimeUnit.SECONDS)) {
                throw new IOException("no acknowledgements for 30 s");
            }
            long number = sent.incrementAndGet();
            packets[i] =
                    Packets.publish(
                            "soak/" + name,
                            number + PADDING,
                            qos,
                            qos == Qos.AT_MOST_ONCE ? 0 : (int) (number % 65_535) + 1);
        }
        publisher.send(packets);
    }

    private void answers(Wire publisher) throws IOException {
        for (MqttPacket packet = publisher.read(); packet != null; packet = publisher.read()) {
            switch (packet) {
                case PubAck ack -> acknowledged(ack.reason());
                case PubRec rec -> {
                    acknowledged(rec.reason());
                    publisher.send(Packets.pubRel(rec.packetId()));
                }
                case PubComp comp -> {}
                default -> throw new IOException("not expected: " + packet);
            }
        }
        load.ended(name + "'s publisher");
    }

    private void acknowledged(ReasonCode reason) throws IOException {
        if (reason.isError()) {
            throw new IOException("refused: " + reason);
        }
        window.release();
    }

    /// Connects anew after every so many messages, half of the times without DISCONNECT.
    private void receive(Wire first) throws IOException {
        Wire wire = first;
        long until = received.get() + 5_000;
        for (long visits = 0; ; visits++) {
            while (received.get() < until) {
                MqttPacket packet = wire.read();
                if (packet == null) {
                    load.ended(name);
                    return;
                }
                take(wire, packet);
            }
            until += 5_000;
            if (visits % 2 == 0) {
                wire.sendBytes(SoakLoad.DISCONNECT);
            }
            wire.close();
            wire = subscriber();
        }
    }

    private void take(Wire wire, MqttPacket packet) throws IOException {
        switch (packet) {
            case Publish publish when publish.qos() == Qos.EXACTLY_ONCE -> {
                if (unreleased.add(publish.packetId())) {
                    count(publish);
                }
                wire.send(Packets.pubRec(publish.packetId(), ReasonCode.SUCCESS));
            }
            case Publish publish -> {
                count(publish);
                if (publish.qos() == Qos.AT_LEAST_ONCE) {
                    wire.send(Packets.pubAck(publish.packetId(), ReasonCode.SUCCESS));
                }
            }
            case PubRel rel -> {
                unreleased.remove(rel.packetId());
                wire.send(Packets.pubComp(rel.packetId()));
            }
            default -> throw new IOException("not expected: " + packet);
        }
    }

    private void count(Publish publish) throws IOException {
        long number = Long.parseLong(Packets.text(publish).strip());
        long last = received.get();
        boolean next = number == last + 1;
        boolean again = number <= last && qos == Qos.AT_LEAST_ONCE && publish.dup();
        boolean gap = number > last && qos == Qos.AT_MOST_ONCE;
        if (!next && !again && !gap) {
            throw new IOException("message " + number + " came after " + last);
        }
        if (number > last) {
            received.set(number);
        }
        load.count();
    }
}
