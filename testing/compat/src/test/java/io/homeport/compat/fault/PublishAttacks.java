package io.homeport.compat.fault;

import io.homeport.compat.conformance.Packets;
import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Publishers that are too fast, and subscribers that are too slow.
final class PublishAttacks {
    private static final MqttVersion OLD = MqttVersion.MQTT_3_1_1;
    private static final int BURST = 64;
    private static final int NARROW = 8 * 1024;
    private static final String SMALL = "x".repeat(128);

    private PublishAttacks() {}

    private static Wire open(AttackTarget target, MqttPacket.Connect connect, int receiveBytes)
            throws IOException {
        Wire wire = Wire.open(target.mqtt(), connect.version(), receiveBytes);
        wire.connect(connect);
        return wire;
    }

    private static Wire clean(AttackTarget target, MqttVersion version, String id)
            throws IOException {
        return open(target, Packets.clean(version, id), 0);
    }

    /// Publishers of 3.1.1 are bounded by the server's reading alone.
    static Attack flood(AttackTarget target, Qos qos, int subscribers) throws IOException {
        for (int i = 0; i < subscribers; i++) {
            Wire wire = clean(target, OLD, "flooded" + i).subscribe("flood/#", qos).patient();
            Thread.ofVirtual().start(() -> acknowledge(wire));
        }
        List<Wire> publishers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            publishers.add(Machine.drained(clean(target, OLD, "flooder" + i)));
        }
        List<MqttPacket> packets = new ArrayList<>();
        for (int i = 1; i <= BURST; i++) {
            packets.add(Packets.publish("flood/a", SMALL, qos, i));
            if (qos == Qos.EXACTLY_ONCE) {
                packets.add(Packets.pubRel(i));
            }
        }
        byte[] burst = Wire.bytes(OLD, packets.toArray(MqttPacket[]::new));
        return Machine.repeat(publishers.size(), i -> publishers.get(i).sendBytes(burst));
    }

    private static void acknowledge(Wire wire) {
        try {
            for (MqttPacket packet = wire.read(); packet != null; packet = wire.read()) {
                if (packet instanceof Publish publish && publish.qos() == Qos.AT_LEAST_ONCE) {
                    wire.send(Packets.pubAck(publish.packetId(), ReasonCode.SUCCESS));
                } else if (packet instanceof Publish publish && publish.qos() != Qos.AT_MOST_ONCE) {
                    wire.send(Packets.pubRec(publish.packetId(), ReasonCode.SUCCESS));
                } else if (packet instanceof MqttPacket.PubRel rel) {
                    wire.send(Packets.pubComp(rel.packetId()));
                }
            }
        } catch (IOException e) {
            // Cut off.
        }
    }

    static Attack deaf(AttackTarget target) throws IOException {
        for (int i = 0; i < 20; i++) {
            open(target, Packets.clean(OLD, "deaf" + i), NARROW)
                    .subscribe("deaf/#", Qos.AT_MOST_ONCE);
        }
        return publishing(target, 200, "deaf/a", "x".repeat(16_384), Qos.AT_MOST_ONCE);
    }

    static Attack silent(AttackTarget target) throws IOException {
        for (int i = 0; i < 20; i++) {
            Machine.drained(
                    clean(target, OLD, "silent" + i).subscribe("silent/#", Qos.AT_LEAST_ONCE));
        }
        return publishing(target, 2_000, "silent/a", SMALL, Qos.AT_LEAST_ONCE);
    }

    static Attack deafStored(AttackTarget target) throws IOException {
        for (int i = 0; i < 20; i++) {
            open(target, Packets.lasting(OLD, "stored" + i), NARROW)
                    .subscribe("stored/#", Qos.AT_LEAST_ONCE);
        }
        return publishing(target, 500, "stored/a", SMALL, Qos.AT_LEAST_ONCE);
    }

    static Attack receiveMaximumOfOne(AttackTarget target) throws IOException {
        MqttPacket.ConnectProperties one = Packets.properties(null, 1, null, null);
        for (int i = 0; i < 50; i++) {
            Wire wire =
                    open(target, Packets.with(Packets.clean(MqttVersion.MQTT_5, "one" + i), one), 0)
                            .subscribe("one/#", Qos.AT_LEAST_ONCE)
                            .patient();
            Thread.ofVirtual().start(() -> acknowledge(wire));
        }
        return publishing(target, 2_000, "one/a", SMALL, Qos.AT_LEAST_ONCE);
    }

    static Attack sharedSilent(AttackTarget target) throws IOException {
        for (int i = 0; i < 200; i++) {
            Machine.drained(
                    clean(target, OLD, "member" + i)
                            .subscribe("$share/group/shared/#", Qos.AT_LEAST_ONCE));
        }
        return publishing(target, 2_000, "shared/a", SMALL, Qos.AT_LEAST_ONCE);
    }

    static Attack userProperties(AttackTarget target) throws IOException {
        for (int i = 0; i < 20; i++) {
            Machine.drained(
                    clean(target, MqttVersion.MQTT_5, "adorned" + i)
                            .subscribe("adorned/#", Qos.AT_MOST_ONCE));
        }
        MessageProperties properties =
                new MessageProperties(
                        null,
                        null,
                        null,
                        null,
                        null,
                        Collections.nCopies(900, new UserProperty("name", "x".repeat(200))));
        Wire publisher = Machine.drained(clean(target, MqttVersion.MQTT_5, "adorner"));
        byte[] bytes =
                Wire.bytes(
                        MqttVersion.MQTT_5,
                        Packets.publish(
                                "adorned/a", SMALL, Qos.AT_MOST_ONCE, 0, false, false, properties));
        return Machine.paced(50, _ -> publisher.sendBytes(bytes));
    }

    static Attack aliases(AttackTarget target) throws IOException {
        Wire publisher = Machine.drained(clean(target, MqttVersion.MQTT_5, "aliases"));
        MqttPacket[] packets = new MqttPacket[640];
        for (int i = 0; i < packets.length; i++) {
            packets[i] = Packets.aliased("alias/" + i + "/" + SMALL, i % 64 + 1, "x");
        }
        byte[] burst = Wire.bytes(MqttVersion.MQTT_5, packets);
        return Machine.repeat(1, _ -> publisher.sendBytes(burst));
    }

    private static Attack publishing(
            AttackTarget target, int perSecond, String topic, String payload, Qos qos)
            throws IOException {
        Wire publisher = Machine.drained(clean(target, OLD, "publisher of " + topic));
        List<byte[]> ring = new ArrayList<>();
        for (int i = 1; i <= 1_000; i++) {
            ring.add(Wire.bytes(OLD, Packets.publish(topic, payload, qos, i)));
        }
        return Machine.paced(
                perSecond, number -> publisher.sendBytes(ring.get(number % ring.size())));
    }
}
