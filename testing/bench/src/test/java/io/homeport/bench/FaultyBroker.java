package io.homeport.bench;

import io.homeport.mqtt.MalformedPacketException;
import io.homeport.mqtt.MqttDecoder;
import io.homeport.mqtt.MqttEncoder;
import io.homeport.mqtt.MqttLimits;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.ConnAck;
import io.homeport.mqtt.MqttPacket.ConnAckProperties;
import io.homeport.mqtt.MqttPacket.Connect;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttPacket.SubAck;
import io.homeport.mqtt.MqttPacket.Subscribe;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A broker of MQTT 3.1.1 that acknowledges all, routes by exact topic, and does one thing wrong to
/// the 50th message. Blocking sockets, a virtual thread per connection.
final class FaultyBroker implements AutoCloseable {
    private static final int WRONG_ONE = 50;

    private final Fault fault;
    private final ServerSocket listener;
    private final Map<String, OutputStream> subscribers = new ConcurrentHashMap<>();
    private int routed;
    private @Nullable Publish heldBack;

    enum Fault {
        NONE,
        LOSE,
        REPEAT,
        SWAP,
        DAMAGE,
        REFUSE_CONNECT,
        REFUSE_VERSION,
        CLOSE
    }

    FaultyBroker(Fault fault) throws IOException {
        this.fault = fault;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.startVirtualThread(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                Thread.startVirtualThread(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed: the test is over.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            MqttDecoder decoder = MqttDecoder.forServer(MqttLimits.DEFAULT);
            ByteBuf in = Unpooled.buffer();
            while (in.writeBytes(socket.getInputStream(), 8192) >= 0) {
                MqttPacket packet = decoder.decode(in);
                while (packet != null) {
                    answer(packet, socket);
                    packet = decoder.decode(in);
                }
                in.discardReadBytes();
            }
        } catch (SocketException | MalformedPacketException e) {
            // The load tool, or the fault, has ended the connection; or it speaks TLS.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void answer(MqttPacket packet, Socket socket) throws IOException {
        OutputStream out = socket.getOutputStream();
        switch (packet) {
            case Connect _ ->
                    send(
                            out,
                            new ConnAck(
                                    false,
                                    switch (fault) {
                                        case REFUSE_CONNECT -> ReasonCode.NOT_AUTHORIZED;
                                        case REFUSE_VERSION ->
                                                ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
                                        default -> ReasonCode.SUCCESS;
                                    },
                                    ConnAckProperties.NONE));
            case Subscribe subscribe -> {
                subscribers.put(subscribe.subscriptions().getFirst().topicFilter(), out);
                send(
                        out,
                        new SubAck(
                                subscribe.packetId(),
                                List.of(
                                        ReasonCode.granted(
                                                subscribe.subscriptions().getFirst().maximumQos())),
                                null,
                                List.of()));
            }
            case Publish publish -> {
                if (publish.packetId() != 0) {
                    send(out, new PubAck(publish.packetId(), ReasonCode.SUCCESS, null, List.of()));
                }
                route(publish, socket);
            }
            default -> {}
        }
    }

    private synchronized void route(Publish publish, Socket publisher) throws IOException {
        OutputStream to = subscribers.get(publish.topic());
        if (to == null) {
            throw new IllegalStateException("nobody subscribes to " + publish.topic());
        }
        routed++;
        if (routed == WRONG_ONE) {
            switch (fault) {
                case LOSE -> {}
                case REPEAT -> {
                    send(to, publish);
                    send(to, publish);
                }
                case SWAP -> heldBack = publish;
                case DAMAGE -> {
                    publish.payload()[0]++;
                    send(to, publish);
                }
                case CLOSE -> publisher.close();
                case NONE, REFUSE_CONNECT, REFUSE_VERSION -> send(to, publish);
            }
            return;
        }
        send(to, publish);
        if (heldBack != null) {
            send(to, heldBack);
            heldBack = null;
        }
    }

    private static void send(OutputStream out, MqttPacket packet) throws IOException {
        ByteBuf bytes = Unpooled.buffer();
        MqttEncoder.encode(packet, MqttVersion.MQTT_3_1_1, bytes);
        synchronized (out) {
            bytes.readBytes(out, bytes.readableBytes());
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
