package io.homeport.bench;

import io.homeport.mqtt.MalformedPacketException;
import io.homeport.mqtt.MqttDecoder;
import io.homeport.mqtt.MqttEncoder;
import io.homeport.mqtt.MqttLimits;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.ConnAck;
import io.homeport.mqtt.MqttPacket.Connect;
import io.homeport.mqtt.MqttPacket.ConnectProperties;
import io.homeport.mqtt.MqttPacket.Disconnect;
import io.homeport.mqtt.MqttPacket.PingReq;
import io.homeport.mqtt.MqttPacket.RetainHandling;
import io.homeport.mqtt.MqttPacket.SubAck;
import io.homeport.mqtt.MqttPacket.Subscribe;
import io.homeport.mqtt.MqttPacket.Subscription;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One MQTT connection: connects, subscribes where it is to, then hands what arrives to its role.
/// Owned by its event loop, except for {@link #begun}.
final class Connection extends ChannelInboundHandlerAdapter implements FrameReader.Sink {
    /// Pings are sent after this part of the keep alive time, whatever else is sent.
    private static final double PING_AFTER = 0.7;

    private static final int DEFAULT_RECEIVE_MAXIMUM = 65_535;

    private static final int CONNACK = 0x20;
    private static final int CONNACK_BYTES = 4;
    private static final int UNACCEPTABLE_VERSION = 1;

    /// Sessions of a run that breaks off don't stay for ever.
    private static final ConnectProperties PERSISTENT =
            new ConnectProperties(600L, null, null, null, false, true, List.of(), null, null);

    /// Ends the session, too (MQTT 5, 3.14.2.2.2).
    private static final Disconnect ENDING =
            new Disconnect(ReasonCode.SUCCESS, 0L, null, null, List.of());

    private final BenchSettings settings;
    private final int number;
    private final String clientId;
    private final @Nullable String filter;
    private final LoadLoop loop;
    private final Role role;
    private final Watcher watcher;
    private final FrameReader reader;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Future<?> pings;
    private State state = State.OPENING;
    private int receiveMaximum = DEFAULT_RECEIVE_MAXIMUM;
    private int keepAliveSeconds;
    private long begunAtNanos;

    /// Is told what becomes of connections, by their event loops.
    interface Watcher {
        /// The TLS handshake is done.
        void secured();

        /// The connection may be used.
        ///
        /// @param nanos from the start of the connection attempt to CONNACK
        void ready(Connection connection, long nanos);

        /// The connection did not come to be. Told once.
        void failed(Connection connection, BenchFailure reason);

        /// The connection was ready and has ended without being asked to.
        void lost(Connection connection, String reason);
    }

    private enum State {
        OPENING,
        CONNECTING,
        SUBSCRIBING,
        READY,
        CLOSED
    }

    /// @param filter what to subscribe to; null for nothing
    Connection(
            BenchSettings settings,
            int number,
            String clientId,
            @Nullable String filter,
            LoadLoop loop,
            Role role,
            Watcher watcher) {
        this.settings = settings;
        this.number = number;
        this.clientId = clientId;
        this.filter = filter;
        this.loop = loop;
        this.role = role;
        this.watcher = watcher;
        this.reader = new FrameReader(settings.version(), this);
        this.keepAliveSeconds = settings.keepAliveSeconds();
    }

    int number() {
        return number;
    }

    LoadLoop loop() {
        return loop;
    }

    /// The attempt begins. Called once, before the channel is there.
    void begun(long nanos) {
        begunAtNanos = nanos;
    }

    /// Ends the connection with DISCONNECT.
    void close() {
        ChannelHandlerContext at = context;
        state = State.CLOSED;
        stopPings();
        if (at != null && at.channel().isActive()) {
            ByteBuf out = at.alloc().buffer();
            if (persists()) {
                MqttEncoder.encode(ENDING, settings.version(), out);
            } else {
                MqttEncoder.encodeClientDisconnect(out);
            }
            at.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /// Breaks the connection without a word; done when its socket is closed.
    ///
    /// @param done told by the event loop
    void breakOff(Runnable done) {
        ChannelHandlerContext at = context;
        state = State.CLOSED;
        stopPings();
        if (at == null) {
            done.run();
        } else {
            at.channel().close().addListener(_ -> done.run());
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        if (settings.tls() == null) {
            connect(active);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext at, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                watcher.secured();
                connect(at);
            } else {
                failed(handshake.cause());
            }
        }
    }

    private void connect(ChannelHandlerContext at) {
        state = State.CONNECTING;
        String password = settings.password();
        send(
                at,
                new Connect(
                        settings.version(),
                        !persists(),
                        keepAliveSeconds,
                        clientId,
                        null,
                        settings.userName(),
                        password == null ? null : password.getBytes(StandardCharsets.UTF_8),
                        persists() ? PERSISTENT : ConnectProperties.NONE));
    }

    private boolean persists() {
        return settings.persistent() && filter != null;
    }

    private void send(ChannelHandlerContext at, MqttPacket packet) {
        ByteBuf out = at.alloc().buffer();
        MqttEncoder.encode(packet, settings.version(), out);
        at.writeAndFlush(out, at.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext at, Object message) {
        loop.readNow();
        ByteBuf in = (ByteBuf) message;
        try {
            reader.read(in);
        } catch (MalformedPacketException e) {
            failed(e);
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext at) {
        role.readComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext at) {
        if (at.channel().isWritable()) {
            role.writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext at) {
        failed(null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext at, Throwable cause) {
        failed(cause);
    }

    /// The connection has ended, or ends now, and not because it was asked to.
    ///
    /// @param cause null where the broker just closed it
    void failed(@Nullable Throwable cause) {
        State before = state;
        state = State.CLOSED;
        stopPings();
        if (context != null) {
            context.close();
        }
        if (before == State.READY) {
            watcher.lost(this, Advice.lost(cause));
        } else if (before != State.CLOSED) {
            watcher.failed(this, Advice.notConnected(settings, before.name(), cause));
        }
    }

    @Override
    public void publish(
            ByteBuf buffer,
            int payloadAt,
            int payloadBytes,
            int qos,
            int packetId,
            boolean duplicate) {
        role.publish(buffer, payloadAt, payloadBytes, qos, packetId, duplicate);
    }

    @Override
    public void pubAck(int packetId, int reason) {
        role.acknowledged(packetId, reason);
    }

    @Override
    public void pubRec(int packetId, int reason) {
        role.pubRec(packetId, reason);
    }

    @Override
    public void pubRel(int packetId) {
        role.pubRel(packetId);
    }

    @Override
    public void pubComp(int packetId) {
        role.acknowledged(packetId, 0);
    }

    @Override
    public void rare(ByteBuf frame) {
        if (state == State.CONNECTING && refusesVersion(frame)) {
            failed(Advice.refused(settings, ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, null));
            return;
        }
        MqttPacket packet =
                MqttDecoder.forClient(settings.version(), MqttLimits.DEFAULT).decode(frame);
        switch (packet) {
            case ConnAck connAck -> connAck(connAck);
            case SubAck subAck -> subAck(subAck);
            case Disconnect disconnect ->
                    failed(Advice.disconnected(disconnect.reason(), disconnect.reasonString()));
            case null, default -> {}
        }
    }

    /// A broker that doesn't know MQTT 5 says so in a CONNACK of 3.1.1 [MQTT-3.1.2-2].
    private boolean refusesVersion(ByteBuf frame) {
        int start = frame.readerIndex();
        return settings.version() == MqttVersion.MQTT_5
                && frame.readableBytes() == CONNACK_BYTES
                && frame.getByte(start) == CONNACK
                && frame.getByte(start + 3) == UNACCEPTABLE_VERSION;
    }

    private void connAck(ConnAck packet) {
        ChannelHandlerContext at = context;
        if (state != State.CONNECTING || at == null) {
            return;
        }
        if (packet.reason() != ReasonCode.SUCCESS) {
            failed(Advice.refused(settings, packet.reason(), packet.properties().reasonString()));
            return;
        }
        Integer maximum = packet.properties().receiveMaximum();
        if (maximum != null) {
            receiveMaximum = maximum;
        }
        Qos maximumQos = packet.properties().maximumQos();
        if (maximumQos != null && settings.qos().compareTo(maximumQos) > 0) {
            failed(Advice.qosNotServed(settings, maximumQos));
            return;
        }
        Integer serversKeepAlive = packet.properties().serverKeepAliveSeconds();
        if (serversKeepAlive != null) {
            keepAliveSeconds = serversKeepAlive;
        }
        if (filter == null) {
            ready(at);
            return;
        }
        state = State.SUBSCRIBING;
        Subscription subscription =
                new Subscription(filter, settings.qos(), false, false, RetainHandling.DO_NOT_SEND);
        send(at, new Subscribe(1, List.of(subscription), 0, List.of()));
    }

    private void subAck(SubAck packet) {
        ChannelHandlerContext at = context;
        if (state != State.SUBSCRIBING || at == null || filter == null) {
            return;
        }
        ReasonCode granted = packet.reasons().getFirst();
        if (granted.isError() || granted.code() < settings.qos().ordinal()) {
            failed(Advice.notSubscribed(settings, filter, granted, packet.reasonString()));
            return;
        }
        ready(at);
    }

    private void ready(ChannelHandlerContext at) {
        state = State.READY;
        if (keepAliveSeconds > 0) {
            long period = Math.max(1, (long) (keepAliveSeconds * PING_AFTER * 1000));
            // Spread, so that connections made together don't ping together for ever.
            long first = 1 + (number * 7919L) % period;
            pings =
                    at.executor()
                            .scheduleAtFixedRate(
                                    () -> send(at, new PingReq()),
                                    first,
                                    period,
                                    TimeUnit.MILLISECONDS);
        }
        role.ready(at.channel(), receiveMaximum);
        watcher.ready(this, System.nanoTime() - begunAtNanos);
    }

    private void stopPings() {
        if (pings != null) {
            pings.cancel(false);
        }
    }
}
