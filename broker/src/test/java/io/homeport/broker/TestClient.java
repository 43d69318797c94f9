package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// A scripted client: the transport of a connection, with what the broker sent as records. Used by
/// one thread.
final class TestClient implements Transport {
    final Deque<Object> inbox = new ArrayDeque<>();
    final String clientId;
    final MqttVersion version;
    private final TestBroker broker;
    private final TestLoop loop;
    private @Nullable BrokerConnection connection;
    private boolean writable = true;
    boolean reading = true;
    boolean closed;
    private int nextPacketId = 1;

    // What CONNECT says; set before connect().
    boolean cleanStart = true;
    int keepAlive = 60;
    @Nullable Long expiry;
    @Nullable Integer receiveMaximum;
    @Nullable Long maximumPacket;
    @Nullable Integer aliasMaximum;
    boolean problemInformation = true;
    @Nullable String authenticationMethod;
    MqttPacket.@Nullable Will will;
    Authorization authorization = Authorization.ALL;
    AccountId account = AccountId.DEFAULT;
    String principal = "principal";
    @Nullable String thing;
    long lifetime;
    List<UserProperty> propagated = List.of();

    TestClient(TestBroker broker, TestLoop loop, String clientId, MqttVersion version) {
        this.broker = broker;
        this.loop = loop;
        this.clientId = clientId;
        this.version = version;
    }

    /// A session that outlives its connection, whatever the version.
    TestClient persistent() {
        cleanStart = false;
        if (version == MqttVersion.MQTT_5) {
            expiry = 1000L;
        }
        return this;
    }

    TestClient will(String topic, String payload, Qos qos, boolean retain, long delay) {
        will =
                new MqttPacket.Will(
                        topic, bytes(payload), qos, retain, delay, MessageProperties.NONE);
        return this;
    }

    /// Sends CONNECT and lets the broker work.
    TestClient connect() {
        connection =
                broker.broker.connect(
                        new MqttPacket.Connect(
                                version,
                                cleanStart,
                                keepAlive,
                                clientId,
                                will,
                                null,
                                null,
                                new MqttPacket.ConnectProperties(
                                        expiry,
                                        receiveMaximum,
                                        maximumPacket,
                                        aliasMaximum,
                                        false,
                                        problemInformation,
                                        List.of(),
                                        authenticationMethod,
                                        null)),
                        new ConnectionInfo(
                                account,
                                "us-east-1",
                                principal,
                                thing,
                                "10.0.0.1",
                                40_000,
                                "10.0.0.2",
                                8883,
                                lifetime,
                                DisconnectReason.WEBSOCKET_TTL_EXPIRATION,
                                propagated),
                        authorization,
                        this);
        broker.run();
        return this;
    }

    /// Connects and takes the CONNACK, which must be a success.
    TestClient connected() {
        connect();
        assertThat(take(MqttPacket.ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        return this;
    }

    BrokerConnection connection() {
        BrokerConnection mine = connection;
        assertThat(mine).isNotNull();
        if (mine == null) {
            throw new AssertionError();
        }
        return mine;
    }

    /// Sends a packet and lets the broker work.
    TestClient say(MqttPacket packet) {
        connection().onPacket(packet);
        broker.run();
        return this;
    }

    TestClient publish(String topic, String payload, int qos) {
        return publish(topic, payload, qos, false, MessageProperties.NONE);
    }

    TestClient retain(String topic, String payload, int qos) {
        return publish(topic, payload, qos, true, MessageProperties.NONE);
    }

    TestClient publish(
            String topic, String payload, int qos, boolean retain, MessageProperties properties) {
        return say(
                new MqttPacket.Publish(
                        false,
                        Qos.of(qos),
                        retain,
                        topic,
                        qos == 0 ? 0 : nextPacketId++,
                        bytes(payload),
                        properties,
                        0,
                        new int[0]));
    }

    /// Publishes and takes what completes the handshake.
    TestClient published(String topic, String payload, int qos) {
        publish(topic, payload, qos);
        switch (qos) {
            case 1 -> assertThat(take(MqttPacket.PubAck.class).reason().isError()).isFalse();
            case 2 -> {
                int id = take(MqttPacket.PubRec.class).packetId();
                say(new MqttPacket.PubRel(id, ReasonCode.SUCCESS, null, List.of()));
                take(MqttPacket.PubComp.class);
            }
            default -> {}
        }
        return this;
    }

    TestClient subscribe(String filter, int qos) {
        return subscribe(option(filter, qos), 0);
    }

    TestClient subscribe(MqttPacket.Subscription subscription, int identifier) {
        return say(
                new MqttPacket.Subscribe(
                        nextPacketId++, List.of(subscription), identifier, List.of()));
    }

    static MqttPacket.Subscription option(String filter, int qos) {
        return new MqttPacket.Subscription(
                filter, Qos.of(qos), false, false, MqttPacket.RetainHandling.SEND_ON_SUBSCRIBE);
    }

    /// Subscribes and takes the SUBACK, which must grant.
    TestClient subscribed(String... filters) {
        for (String filter : filters) {
            subscribe(filter, 2);
            assertThat(take(MqttPacket.SubAck.class).reasons().getFirst().isError()).isFalse();
        }
        return this;
    }

    TestClient unsubscribe(String filter) {
        return say(new MqttPacket.Unsubscribe(nextPacketId++, List.of(filter), List.of()));
    }

    TestClient pubAck(int packetId) {
        return say(new MqttPacket.PubAck(packetId, ReasonCode.SUCCESS, null, List.of()));
    }

    TestClient pubRec(int packetId) {
        return say(new MqttPacket.PubRec(packetId, ReasonCode.SUCCESS, null, List.of()));
    }

    TestClient pubRel(int packetId) {
        return say(new MqttPacket.PubRel(packetId, ReasonCode.SUCCESS, null, List.of()));
    }

    TestClient pubComp(int packetId) {
        return say(new MqttPacket.PubComp(packetId, ReasonCode.SUCCESS, null, List.of()));
    }

    /// Acknowledges a delivery to its end.
    TestClient acknowledge(Delivery delivery) {
        switch (delivery.qos()) {
            case AT_MOST_ONCE -> {}
            case AT_LEAST_ONCE -> pubAck(delivery.packetId());
            case EXACTLY_ONCE -> {
                pubRec(delivery.packetId());
                // Other messages may have come before.
                assertThat(inbox.removeIf(packet -> isPubRel(packet, delivery.packetId())))
                        .as("PUBREL of " + delivery.packetId())
                        .isTrue();
                pubComp(delivery.packetId());
            }
        }
        return this;
    }

    private static boolean isPubRel(Object packet, int packetId) {
        return packet instanceof MqttPacket.PubRel rel && rel.packetId() == packetId;
    }

    /// A DISCONNECT that discards the will.
    void disconnect() {
        disconnect(ReasonCode.SUCCESS, null);
    }

    void disconnect(ReasonCode reason, @Nullable Long newExpiry) {
        say(new MqttPacket.Disconnect(reason, newExpiry, null, null, List.of()));
    }

    /// The network breaks.
    void lose() {
        connection().onClosed(DisconnectReason.CONNECTION_LOST);
        closed = true;
        broker.run();
    }

    void writable(boolean now) {
        writable = now;
        if (now) {
            connection().onWritable();
            broker.run();
        }
    }

    /// The next thing that the broker sent.
    <T> T take(Class<T> type) {
        Object next = inbox.poll();
        assertThat(next).as("what the broker sent to " + clientId).isInstanceOf(type);
        return type.cast(next);
    }

    Delivery delivery() {
        return take(Delivery.class);
    }

    /// The payloads of everything that waits, which must be deliveries.
    List<String> payloads() {
        List<String> all = new ArrayList<>();
        while (!inbox.isEmpty()) {
            all.add(text(delivery()));
        }
        return all;
    }

    /// Takes deliveries and acknowledges each, until there are none.
    List<String> drain() {
        List<String> all = new ArrayList<>();
        while (!inbox.isEmpty()) {
            Delivery delivery = delivery();
            all.add(text(delivery));
            acknowledge(delivery);
        }
        return all;
    }

    void isSilent() {
        assertThat(inbox).as("what the broker sent to " + clientId).isEmpty();
    }

    /// The connection was closed, after a DISCONNECT with this reason where the version has it.
    void isClosedWith(ReasonCode reason) {
        if (version == MqttVersion.MQTT_5) {
            assertThat(take(MqttPacket.Disconnect.class).reason()).isEqualTo(reason);
        }
        isSilent();
        assertThat(closed).isTrue();
    }

    static String text(Delivery delivery) {
        return new String(delivery.message().payload(), StandardCharsets.UTF_8);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static List<ReasonCode> codes(ReasonCode... codes) {
        return Arrays.asList(codes);
    }

    @Override
    public Executor executor() {
        return loop;
    }

    @Override
    public void send(MqttPacket packet) {
        if (!closed) {
            inbox.add(packet);
        }
    }

    @Override
    public void deliver(Delivery delivery) {
        if (!closed) {
            inbox.add(delivery);
        }
    }

    @Override
    public boolean writable() {
        return writable;
    }

    @Override
    public void reading(boolean enabled) {
        reading = enabled;
    }

    @Override
    public void close() {
        closed = true;
    }
}
