package io.homeport.compat.fault;

import io.homeport.compat.conformance.Packets;
import io.homeport.mqtt.MqttDecoder;
import io.homeport.mqtt.MqttEncoder;
import io.homeport.mqtt.MqttLimits;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.ConnAck;
import io.homeport.mqtt.MqttPacket.Connect;
import io.homeport.mqtt.MqttPacket.SubAck;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/// A connection to a server that may end at any byte: both ends of it may be used by a thread each.
final class Wire implements AutoCloseable {
    /// How long a live server may take for anything.
    static final int PATIENCE_MILLIS = 30_000;

    private static final MqttLimits LIMITS =
            new MqttLimits(MqttLimits.LARGEST_PACKET, 65_536, 10_000, 10_000);

    private final Socket socket;
    private final MqttVersion version;
    private final MqttDecoder decoder;
    private final ByteBuf unread = Unpooled.buffer();
    private final byte[] chunk = new byte[8192];

    private Wire(Socket socket, MqttVersion version) {
        this.socket = socket;
        this.version = version;
        this.decoder = MqttDecoder.forClient(version, LIMITS);
    }

    /// Without CONNECT.
    static Wire open(int port) throws IOException {
        return open(port, MqttVersion.MQTT_5, 0);
    }

    /// @param receiveBytes how much the system may receive ahead of the reader; 0 for its default
    static Wire open(int port, MqttVersion version, int receiveBytes) throws IOException {
        Socket socket = new Socket();
        if (receiveBytes > 0) {
            socket.setReceiveBufferSize(receiveBytes);
        }
        socket.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        return over(socket, version);
    }

    /// On a socket that is connected, of TLS for example.
    static Wire over(Socket socket, MqttVersion version) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new Wire(socket, version);
    }

    /// An MQTT 5 client whose session ends with its connection.
    static Wire connected(int port, String clientId) throws IOException {
        Wire wire = open(port);
        wire.connect(Packets.clean(MqttVersion.MQTT_5, clientId));
        return wire;
    }

    /// CONNECT, and CONNACK that accepts it.
    ConnAck connect(Connect connect) throws IOException {
        send(connect);
        MqttPacket answer = read();
        if (answer instanceof ConnAck connAck && connAck.reason() == ReasonCode.SUCCESS) {
            return connAck;
        }
        throw new IOException("no connection: " + answer);
    }

    /// Subscribes while nothing else comes.
    Wire subscribe(String filter, Qos qos) throws IOException {
        send(Packets.subscribe(1, Packets.to(filter, qos)));
        MqttPacket answer = read();
        if (answer instanceof SubAck subAck && !subAck.reasons().getFirst().isError()) {
            return this;
        }
        throw new IOException("no subscription: " + answer);
    }

    void send(MqttPacket... packets) throws IOException {
        sendBytes(bytes(version, packets));
    }

    static byte[] bytes(MqttVersion version, MqttPacket... packets) {
        ByteBuf out = Unpooled.buffer();
        for (MqttPacket packet : packets) {
            if (!MqttEncoder.encode(packet, version, out)) {
                throw new IllegalArgumentException(version + " has no " + packet);
            }
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    void sendBytes(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /// Reads what comes, and throws it away, until the connection ends.
    void discard() {
        try {
            while (socket.getInputStream().read(chunk) >= 0) {
                // Nobody wants it.
            }
        } catch (IOException e) {
            // Ended all the same.
        }
    }

    /// No time-out of reads.
    Wire patient() throws IOException {
        socket.setSoTimeout(0);
        return this;
    }

    /// Says that nothing more is sent.
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /// The next packet; null where the connection has ended, in the middle of a packet perhaps.
    ///
    /// @throws AssertionError where nothing comes for {@link #PATIENCE_MILLIS}
    @Nullable MqttPacket read() {
        while (true) {
            MqttPacket packet = decoder.decode(unread);
            if (packet != null) {
                unread.discardSomeReadBytes();
                return packet;
            }
            try {
                int count = socket.getInputStream().read(chunk);
                if (count < 0) {
                    return null;
                }
                unread.writeBytes(chunk, 0, count);
            } catch (SocketTimeoutException e) {
                throw new AssertionError("the server is silent", e);
            } catch (IOException e) {
                return null;
            }
        }
    }

    /// The next packet, of the given type.
    <P extends MqttPacket> P read(Class<P> type) {
        MqttPacket packet = read();
        if (!type.isInstance(packet)) {
            throw new AssertionError("not a " + type.getSimpleName() + ": " + packet);
        }
        return type.cast(packet);
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
