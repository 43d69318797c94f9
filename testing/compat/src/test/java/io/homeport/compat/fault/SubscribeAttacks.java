package io.homeport.compat.fault;

import io.homeport.compat.conformance.Packets;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.SubAck;
import io.homeport.mqtt.MqttPacket.UnsubAck;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Subscriptions that are too many, too wide or too deep.
final class SubscribeAttacks {
    private static final MqttVersion OLD = MqttVersion.MQTT_3_1_1;
    private static final int CROWD = 9_000;
    private static final int RETAINED = 20_000;
    private static final int LEVELS = 250;

    private SubscribeAttacks() {}

    private static Wire clean(AttackTarget target, String id) throws IOException {
        Wire wire = Wire.open(target.mqtt(), OLD, 0);
        wire.connect(Packets.clean(OLD, id));
        return wire;
    }

    /// The crowd reads nothing: what it gets fits into its sockets, and reading would be the
    /// attacker's cost.
    static Attack fanOut(AttackTarget target, Qos qos) throws IOException {
        for (int i = 0; i < CROWD; i++) {
            clean(target, "crowd" + i).subscribe("crowd", qos);
        }
        Wire publisher = Machine.drained(clean(target, "herald"));
        byte[] bytes = Wire.bytes(OLD, Packets.publish("crowd", "hear, hear", qos, 1));
        return Machine.paced(2, _ -> publisher.sendBytes(bytes));
    }

    static Attack wildcardStorm(AttackTarget target) throws IOException {
        Wire librarian = clean(target, "librarian");
        for (int i = 0; i < RETAINED; i++) {
            librarian.send(
                    Packets.retained(
                            "storm/%d/%d/%d".formatted(i % 7, i % 97, i),
                            "kept",
                            i % 500 == 499 ? Qos.AT_LEAST_ONCE : Qos.AT_MOST_ONCE,
                            1));
            if (i % 500 == 499) {
                librarian.read(PubAck.class);
            }
        }
        List<Wire> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(Machine.drained(clean(target, "everything" + i)));
        }
        byte[] all = Wire.bytes(OLD, Packets.subscribe(1, Packets.to("#", Qos.AT_MOST_ONCE)));
        return Machine.paced(8, number -> clients.get(number % clients.size()).sendBytes(all));
    }

    static Attack subscribeStorm(AttackTarget target) throws IOException {
        List<Wire> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(clean(target, "fickle" + i));
        }
        return Machine.repeat(
                clients.size(),
                i -> {
                    Wire client = clients.get(i);
                    MqttPacket.Subscription[] some = new MqttPacket.Subscription[1_000];
                    String[] filters = new String[some.length];
                    for (int k = 0; k < some.length; k++) {
                        filters[k] = "fickle/%d/%d/+/more/#".formatted(i, k);
                        some[k] = Packets.to(filters[k], Qos.AT_MOST_ONCE);
                    }
                    client.send(Packets.subscribe(1, some));
                    client.read(SubAck.class);
                    client.send(Packets.unsubscribe(2, filters));
                    client.read(UnsubAck.class);
                });
    }

    /// The filters match the topic but for its last level, and share little of their paths.
    static Attack deepTopics(AttackTarget target) throws IOException {
        Wire subscriber = clean(target, "deep");
        Random random = new Random(1);
        for (int i = 0; i < 500; i++) {
            StringBuilder filter = new StringBuilder();
            for (int level = 0; level < LEVELS; level++) {
                filter.append(random.nextBoolean() ? "+/" : "a/");
            }
            subscriber.send(Packets.subscribe(1, Packets.to(filter + "z", Qos.AT_MOST_ONCE)));
            subscriber.read(SubAck.class);
        }
        Wire publisher = Machine.drained(clean(target, "diver"));
        String topic = "a/".repeat(LEVELS);
        return Machine.paced(
                500,
                number ->
                        publisher.send(Packets.publish(topic + number, "x", Qos.AT_MOST_ONCE, 0)));
    }
}
