package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// A client that keeps its side of MQTT's guarantees: it remembers what it sent and received over
/// lost connections, sends again, and answers late or never. Used by one thread.
final class SimulatedClient {
    /// A message that some client publishes.
    static final class Sent {
        final int number;
        final String publisher;
        final String topic;
        final int qos;
        boolean acknowledged;

        Sent(int number, String publisher, String topic, int qos) {
            this.number = number;
            this.publisher = publisher;
            this.topic = topic;
            this.qos = qos;
        }
    }

    /// What is under way from this client.
    private static final class Outgoing {
        final Sent message;
        boolean received;

        Outgoing(Sent message) {
            this.message = message;
        }
    }

    private static final int MAXIMUM_OUTGOING = 3;

    final String clientId;
    final MqttVersion version;
    final List<Sent> sent;

    /// Numbers of messages in the order they first came; repeats go to `repeats`.
    final Map<Integer, Integer> got = new LinkedHashMap<>();

    final String filter;
    final int maximumQos;

    /// Other filters that it subscribes to in the same packet, so that it is done in slices.
    private final int more;

    /// The first message whose delivery the client can count on; -1 before SUBACK.
    int subscribedFrom = -1;

    private final Map<Integer, Outgoing> outgoing = new LinkedHashMap<>();
    private final Set<Integer> received = new HashSet<>();
    private @Nullable Link link;
    private boolean everConnected;
    private boolean subscribing;

    SimulatedClient(
            String clientId,
            MqttVersion version,
            String filter,
            int maximumQos,
            int more,
            List<Sent> sent) {
        this.clientId = clientId;
        this.version = version;
        this.filter = filter;
        this.maximumQos = maximumQos;
        this.more = more;
        this.sent = sent;
    }

    /// One connection as the client sees it.
    private static final class Link implements Transport {
        final Executor loop;
        final Deque<Object> inbox = new ArrayDeque<>();
        @Nullable BrokerConnection connection;
        boolean writable = true;
        boolean closed;
        boolean greeted;

        Link(Executor loop) {
            this.loop = loop;
        }

        @Override
        public Executor executor() {
            return loop;
        }

        @Override
        public void send(MqttPacket packet) {
            inbox.add(packet);
        }

        @Override
        public void deliver(Delivery delivery) {
            inbox.add(delivery);
        }

        @Override
        public boolean writable() {
            return writable;
        }

        @Override
        public void reading(boolean enabled) {}

        @Override
        public void close() {
            closed = true;
        }

        void say(MqttPacket packet) {
            BrokerConnection to = connection;
            if (to != null) {
                loop.execute(() -> to.onPacket(packet));
            }
        }
    }

    boolean isConnected() {
        return link != null && !link.closed;
    }

    boolean isGreeted() {
        return link != null && link.greeted && !link.closed;
    }

    /// Connects, without a word to a connection that may still be there.
    void connect(Broker broker, Executor loop) {
        Link made = new Link(loop);
        link = made;
        loop.execute(() ->
                made.connection =
                        broker.connect(
                                new MqttPacket.Connect(
                                        version,
                                        false,
                                        60,
                                        clientId,
                                        null,
                                        null,
                                        null,
                                        new MqttPacket.ConnectProperties(
                                                version == MqttVersion.MQTT_5
                                                        ? BrokerLimits.NEVER
                                                        : null,
                                                version == MqttVersion.MQTT_5 ? 20 : null,
                                                null,
                                                null,
                                                false,
                                                true,
                                                List.of(),
                                                null,
                                                null)),
                                new ConnectionInfo(
                                        AccountId.DEFAULT,
                                        "us-east-1",
                                        "principal",
                                        null,
                                        "10.0.0.1",
                                        1,
                                        "10.0.0.2",
                                        2,
                                        0,
                                        DisconnectReason.WEBSOCKET_TTL_EXPIRATION,
                                        List.of()),
                                Authorization.ALL,
                                made));
    }

    /// The network breaks; what was on its way is lost.
    void lose() {
        Link mine = link;
        link = null;
        if (mine != null) {
            mine.loop.execute(() -> {
                if (mine.connection != null) {
                    mine.connection.onClosed(DisconnectReason.CONNECTION_LOST);
                }
            });
        }
    }

    /// The server is gone.
    void forgetLink() {
        link = null;
    }

    void disconnect() {
        Link mine = link;
        if (mine != null && mine.greeted) {
            mine.say(MqttPacket.Disconnect.of(ReasonCode.SUCCESS, null));
            link = null;
        }
    }

    void writable(boolean now) {
        Link mine = link;
        if (mine != null && mine.writable != now) {
            mine.writable = now;
            if (now && mine.connection != null) {
                mine.loop.execute(mine.connection::onWritable);
            }
        }
    }

    void publish(String topic, int qos) {
        Link mine = link;
        if (mine == null || !mine.greeted || outgoing.size() >= MAXIMUM_OUTGOING) {
            return;
        }
        Sent message = new Sent(sent.size(), clientId, topic, qos);
        sent.add(message);
        int packetId = 0;
        if (qos > 0) {
            packetId = freePacketId();
            outgoing.put(packetId, new Outgoing(message));
        }
        mine.say(packet(message, packetId, false));
    }

    /// The lowest free one, so that ids are used again as soon as may be, which is when mistakes
    /// show.
    private int freePacketId() {
        int packetId = 1;
        while (outgoing.containsKey(packetId)) {
            packetId++;
        }
        return packetId;
    }

    private static MqttPacket packet(Sent message, int packetId, boolean dup) {
        return new MqttPacket.Publish(
                dup,
                Qos.of(message.qos),
                false,
                message.topic,
                packetId,
                TestClient.bytes("" + message.number),
                MessageProperties.NONE,
                0,
                new int[0]);
    }

    /// Looks at the next packet from the server; false where there is none.
    boolean step() {
        Link mine = link;
        if (mine == null) {
            return false;
        }
        Object next = mine.inbox.poll();
        if (next == null) {
            if (mine.closed) {
                lose();
                return true;
            }
            return false;
        }
        if (next instanceof Delivery delivery) {
            onDelivery(mine, delivery);
        } else {
            on(mine, (MqttPacket) next);
        }
        return true;
    }

    private void onDelivery(Link mine, Delivery delivery) {
        int number = Integer.parseInt(TestClient.text(delivery));
        int packetId = delivery.packetId();
        switch (delivery.qos()) {
            case AT_MOST_ONCE -> got.merge(number, 1, Integer::sum);
            case AT_LEAST_ONCE -> {
                got.merge(number, 1, Integer::sum);
                mine.say(new MqttPacket.PubAck(packetId, ReasonCode.SUCCESS, null, List.of()));
            }
            case EXACTLY_ONCE -> {
                if (received.add(packetId)) {
                    got.merge(number, 1, Integer::sum);
                }
                mine.say(new MqttPacket.PubRec(packetId, ReasonCode.SUCCESS, null, List.of()));
            }
        }
    }

    private void on(Link mine, MqttPacket packet) {
        switch (packet) {
            case MqttPacket.ConnAck ack -> onConnAck(mine, ack);
            case MqttPacket.SubAck ack -> {
                assertThat(ack.reasons()).hasSize(more + 1).noneMatch(ReasonCode::isError);
                subscribedFrom = sent.size();
            }
            case MqttPacket.PubAck(int packetId, ReasonCode reason, _, _) -> {
                assertThat(reason.isError()).isFalse();
                Outgoing done = outgoing.remove(packetId);
                if (done != null) {
                    done.message.acknowledged = true;
                }
            }
            case MqttPacket.PubRec(int packetId, ReasonCode reason, _, _) -> {
                assertThat(reason.isError()).isFalse();
                Outgoing half = outgoing.get(packetId);
                if (half != null) {
                    half.received = true;
                    half.message.acknowledged = true;
                }
                mine.say(new MqttPacket.PubRel(packetId, ReasonCode.SUCCESS, null, List.of()));
            }
            case MqttPacket.PubRel(int packetId, _, _, _) -> {
                received.remove(packetId);
                mine.say(new MqttPacket.PubComp(packetId, ReasonCode.SUCCESS, null, List.of()));
            }
            case MqttPacket.PubComp(int packetId, _, _, _) -> outgoing.remove(packetId);
            case MqttPacket.Disconnect _, MqttPacket.UnsubAck _ -> {}
            default -> throw new AssertionError("unexpected " + packet);
        }
    }

    private void onConnAck(Link mine, MqttPacket.ConnAck ack) {
        assertThat(ack.reason()).isEqualTo(ReasonCode.SUCCESS);
        mine.greeted = true;
        assertThat(ack.sessionPresent() || !everConnected)
                .as("the session of " + clientId + " is still there")
                .isTrue();
        everConnected = true;
        for (Iterator<Map.Entry<Integer, Outgoing>> all = outgoing.entrySet().iterator();
                all.hasNext(); ) {
            Map.Entry<Integer, Outgoing> entry = all.next();
            Outgoing one = entry.getValue();
            mine.say(
                    one.received
                            ? new MqttPacket.PubRel(
                                    entry.getKey(), ReasonCode.SUCCESS, null, List.of())
                            : packet(one.message, entry.getKey(), true));
        }
        if (subscribedFrom < 0 || !subscribing) {
            subscribing = true;
            List<MqttPacket.Subscription> all = new ArrayList<>();
            List<String> others = new ArrayList<>();
            for (int i = 0; i < more; i++) {
                others.add("more/" + clientId + "/" + i);
                all.add(TestClient.option(others.get(i), maximumQos));
            }
            all.add(TestClient.option(filter, maximumQos));
            mine.say(new MqttPacket.Subscribe(40_000, all, 0, List.of()));
            if (more % 2 == 1) {
                mine.say(new MqttPacket.Unsubscribe(40_001, others, List.of()));
            }
        }
    }

    boolean isIdle() {
        return isGreeted() && outgoing.isEmpty() && subscribedFrom >= 0;
    }

    List<Integer> firstReceptions() {
        return new ArrayList<>(got.keySet());
    }
}
