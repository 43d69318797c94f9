package io.homeport.compat.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.mqtt.MqttDecoder;
import io.homeport.mqtt.MqttEncoder;
import io.homeport.mqtt.MqttLimits;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.Disconnect;
import io.homeport.mqtt.MqttPacket.PingReq;
import io.homeport.mqtt.MqttPacket.PingResp;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.PubComp;
import io.homeport.mqtt.MqttPacket.PubRec;
import io.homeport.mqtt.MqttPacket.PubRel;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttPacket.SubAck;
import io.homeport.mqtt.MqttPacket.Subscription;
import io.homeport.mqtt.MqttPacket.UnsubAck;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A client that sends what it is told, packet by packet or byte by byte, and does nothing by
/// itself. What it reads goes through the strict decoder, so that a server's packet that MQTT
/// doesn't allow fails the test. Used by one thread.
final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final MqttLimits LIMITS =
            new MqttLimits(MqttLimits.LARGEST_PACKET, 65_536, 10_000, 10_000);

    private final MqttVersion version;
    private final Socket socket;
    private final MqttDecoder decoder;
    private final ByteBuf unread = Unpooled.buffer();
    private final byte[] chunk = new byte[8192];
    private final Deque<MqttPacket> setAside = new ArrayDeque<>();
    private int lastPacketId;

    RawClient(int port, MqttVersion version) {
        this.version = version;
        this.decoder = MqttDecoder.forClient(version, LIMITS);
        try {
            this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean speaks5() {
        return version == MqttVersion.MQTT_5;
    }

    // ---- bytes and packets ----

    void send(MqttPacket... packets) {
        ByteBuf out = Unpooled.buffer();
        for (MqttPacket packet : packets) {
            if (packet instanceof Disconnect && !speaks5()) {
                MqttEncoder.encodeClientDisconnect(out);
            } else if (!MqttEncoder.encode(packet, version, out)) {
                throw new IllegalArgumentException(version + " has no " + packet);
            }
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        sendBytes(bytes);
    }

    /// Sends what {@link PacketBytes} describes.
    void sendRaw(String notation) {
        sendBytes(PacketBytes.of(version, notation));
    }

    void sendBytes(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    MqttPacket read() {
        MqttPacket packet = readOrEnd();
        if (packet == null) {
            throw new AssertionError("the server closed the connection");
        }
        return packet;
    }

    <P extends MqttPacket> P read(Class<P> type) {
        MqttPacket packet = read();
        assertThat(packet).isInstanceOf(type);
        return type.cast(packet);
    }

    /// The next bytes as they come; for what has to be looked at bit by bit.
    byte[] readBytes(int count) {
        while (unread.readableBytes() < count) {
            if (!fill()) {
                throw new AssertionError("the server closed the connection");
            }
        }
        byte[] bytes = new byte[count];
        unread.readBytes(bytes);
        return bytes;
    }

    /// The next packet; null where the server closes instead.
    @Nullable MqttPacket readOrEnd() {
        MqttPacket earlier = setAside.poll();
        return earlier == null ? readNext() : earlier;
    }

    private @Nullable MqttPacket readNext() {
        while (true) {
            MqttPacket packet = decoder.decode(unread);
            if (packet != null) {
                unread.discardReadBytes();
                return packet;
            }
            if (!fill()) {
                assertThat(unread.readableBytes()).as("bytes of an unfinished packet").isZero();
                return null;
            }
        }
    }

    private boolean fill() {
        try {
            int count = socket.getInputStream().read(chunk);
            if (count < 0) {
                return false;
            }
            unread.writeBytes(chunk, 0, count);
            return true;
        } catch (SocketException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- exchanges ----

    int nextPacketId() {
        lastPacketId++;
        return lastPacketId;
    }

    SubAck subscribe(Subscription... subscriptions) {
        int packetId = nextPacketId();
        send(Packets.subscribe(packetId, subscriptions));
        return awaitSubAck(packetId);
    }

    /// Messages may come before the SUBACK (3.8.4); they are read later.
    SubAck awaitSubAck(int packetId) {
        while (true) {
            MqttPacket packet = readNext();
            if (packet instanceof SubAck answer) {
                assertThat(answer.packetId()).isEqualTo(packetId);
                return answer;
            }
            assertThat(packet).isInstanceOf(Publish.class);
            setAside.add(Objects.requireNonNull(packet));
        }
    }

    RawClient subscribe(String filter, Qos qos) {
        assertThat(subscribe(Packets.to(filter, qos)).reasons())
                .containsExactly(ReasonCode.granted(qos));
        return this;
    }

    UnsubAck unsubscribe(String... filters) {
        int packetId = nextPacketId();
        send(Packets.unsubscribe(packetId, filters));
        UnsubAck answer = read(UnsubAck.class);
        assertThat(answer.packetId()).isEqualTo(packetId);
        return answer;
    }

    /// Publishes and sees the acknowledgements through.
    void publish(String topic, String payload, Qos qos) {
        publish(Packets.publish(topic, payload, qos, nextPacketId()));
    }

    void publishRetained(String topic, String payload, Qos qos) {
        publish(Packets.retained(topic, payload, qos, nextPacketId()));
    }

    void publish(Publish publish) {
        send(publish);
        switch (publish.qos()) {
            case AT_MOST_ONCE -> {}
            case AT_LEAST_ONCE -> {
                PubAck answer = read(PubAck.class);
                assertThat(answer.packetId()).isEqualTo(publish.packetId());
                assertThat(answer.reason().isError()).as(answer.toString()).isFalse();
            }
            case EXACTLY_ONCE -> {
                PubRec answer = read(PubRec.class);
                assertThat(answer.packetId()).isEqualTo(publish.packetId());
                assertThat(answer.reason().isError()).as(answer.toString()).isFalse();
                send(Packets.pubRel(publish.packetId()));
                assertThat(read(PubComp.class).packetId()).isEqualTo(publish.packetId());
            }
        }
    }

    /// Receives a message and sees the acknowledgements through.
    Publish receive() {
        Publish publish = read(Publish.class);
        acknowledge(publish);
        return publish;
    }

    Publish receive(String payload) {
        Publish publish = receive();
        assertThat(Packets.text(publish)).isEqualTo(payload);
        return publish;
    }

    void acknowledge(Publish publish) {
        switch (publish.qos()) {
            case AT_MOST_ONCE -> {}
            case AT_LEAST_ONCE -> send(Packets.pubAck(publish.packetId(), ReasonCode.SUCCESS));
            case EXACTLY_ONCE -> {
                send(Packets.pubRec(publish.packetId(), ReasonCode.SUCCESS));
                awaitPubRel(publish.packetId());
                send(Packets.pubComp(publish.packetId()));
            }
        }
    }

    /// Further messages may come before the PUBREL; they are read later.
    private void awaitPubRel(int packetId) {
        while (true) {
            MqttPacket packet = readNext();
            if (packet instanceof PubRel pubRel && pubRel.packetId() == packetId) {
                return;
            }
            assertThat(packet).isInstanceOf(Publish.class);
            setAside.add(Objects.requireNonNull(packet));
        }
    }

    void ping() {
        send(new PingReq());
        read(PingResp.class);
    }

    // ---- the end ----

    /// The server says no more and closes.
    void assertClosed() {
        assertThat(readOrEnd()).as("what comes before the server closes").isNull();
    }

    /// The server closes, after a DISCONNECT with this reason in MQTT 5.
    void assertCut(ReasonCode reason) {
        if (speaks5()) {
            assertThat(read(Disconnect.class).reason()).isEqualTo(reason);
        }
        assertClosed();
    }

    /// The server closes, after a DISCONNECT with some error in MQTT 5.
    void assertCutForAnError() {
        if (speaks5()) {
            ReasonCode reason = read(Disconnect.class).reason();
            assertThat(reason.isError()).as(reason.toString()).isTrue();
        }
        assertClosed();
    }

    /// Ends in order, and waits until the server has closed.
    void disconnect() {
        send(Disconnect.of(ReasonCode.SUCCESS, null));
        assertClosed();
    }

    /// Goes as if the network had failed, and waits until the server has closed.
    void breakOff() {
        try {
            socket.shutdownOutput();
            while (readOrEnd() != null) {
                // What was on its way is lost.
            }
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
