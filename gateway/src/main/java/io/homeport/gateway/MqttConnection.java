package io.homeport.gateway;

import io.homeport.broker.BrokerConnection;
import io.homeport.broker.Delivery;
import io.homeport.broker.DisconnectReason;
import io.homeport.broker.Transport;
import io.homeport.mqtt.MalformedPacketException;
import io.homeport.mqtt.MqttDecoder;
import io.homeport.mqtt.MqttEncoder;
import io.homeport.mqtt.MqttLimits;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One MQTT connection: bytes to packets for the broker, and the broker's packets to bytes. Owned
/// by its event loop.
///
/// Inbound: bytes that make whole packets are decoded where they lie; only an incomplete rest is
/// kept. While the broker has reading turned off, or the connection waits in line (see {@link
/// LoopDuties}), nothing is decoded, so that at most one read's bytes wait.
///
/// Outbound: packets are encoded into a buffer that exists only while something waits in it. It is
/// written and flushed at the end of a loop turn: a delivery leaves before its publisher's PUBACK.
final class MqttConnection extends ChannelInboundHandlerAdapter implements Transport, Watched {
    private static final Logger LOG = LoggerFactory.getLogger(MqttConnection.class);
    private static final int FIRST_BUFFER_BYTES = 256;
    private static final int WRITE_AT_BYTES = 32 * 1024;

    private enum Phase {
        AWAITING_CONNECT,
        AUTHORIZING,
        OPEN,
        CLOSED
    }

    private final Services services;
    private final MqttEntry entry;
    private final Peer peer;
    private final MqttDecoder decoder;
    private Phase phase = Phase.AWAITING_CONNECT;
    private @Nullable ChannelHandlerContext context;
    private @Nullable LoopDuties duties;
    private @Nullable BrokerConnection broker;
    private @Nullable ByteBuf inbound;
    private @Nullable ByteBuf outbound;
    private MqttVersion version = MqttVersion.MQTT_3_1_1;
    private int nextBufferBytes = FIRST_BUFFER_BYTES;
    private int maximumPacketSize = MqttLimits.LARGEST_PACKET;
    private boolean problemInformation = true;
    private WebSocketCloseStatus closeStatus = WebSocketCloseStatus.NORMAL_CLOSURE;
    private long openedNanos;
    private long lastReadNanos;
    private int watchIndex = -1;
    private boolean readingEnabled = true;
    private boolean resuming;
    private boolean inLine;
    private long sliceEnd;
    private final Appetite appetite = new Appetite();
    private final Unfinished unfinished = new Unfinished();
    private boolean inRead;
    private boolean decoding;
    private boolean unflushed;
    private boolean flushScheduled;
    private boolean reportedUnwritable;
    private boolean expired;
    private boolean told;
    private boolean leaving;
    private boolean closeAsked;

    /// The socket is closed, and what came before is still to be taken.
    private boolean ended;

    MqttConnection(Services services, MqttEntry entry, Peer peer) {
        this.services = services;
        this.entry = entry;
        this.peer = peer;
        this.decoder = MqttDecoder.forServer(services.limits().mqtt());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        duties = services.duties(ctx.executor());
        openedNanos = System.nanoTime();
        lastReadNanos = openedNanos;
        duties.watch(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ended();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ended();
    }

    /// The socket is closed. Where the broker has reading turned off, what came before the end is
    /// taken first, as it would have been: a DISCONNECT there discards the will.
    private void ended() {
        ended = true;
        boolean waits =
                phase == Phase.OPEN && inbound != null && (!readingEnabled || resuming || inLine);
        if (!waits && !leaving) {
            leaving = true;
            duties().turnover().run(() -> gone(DisconnectReason.CONNECTION_LOST));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (phase == Phase.CLOSED) {
            bytes.release();
            return;
        }
        lastReadNanos = System.nanoTime();
        if (!inRead) {
            inRead = true;
            sliceEnd = duties().sliceEnd(this, lastReadNanos);
            appetite.begin(ctx.channel(), lastReadNanos);
        }
        services.metrics().mqttReceivedBytes.add(bytes.readableBytes());
        inbound =
                inbound == null
                        ? bytes
                        : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(
                                ctx.alloc(), inbound, bytes);
        if (!inLine && duties().floods(appetite)) {
            standInLine();
        } else {
            decode();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (inRead) {
            inRead = false;
            appetite.endOfRead(ctx.channel(), duties().crowd(), System.nanoTime());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        tellWritable();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException || cause instanceof DecoderException) {
            LOG.debug("the connection or what it carries is broken", cause);
        } else {
            services.failed(LOG, "MQTT connection", peer, cause);
        }
        ctx.close();
    }

    @Override
    public void check(long nowNanos) {
        switch (phase) {
            case AWAITING_CONNECT -> {
                if (nowNanos - openedNanos > services.limits().connectTimeout().toNanos()) {
                    services.metrics().mqttConnectTimeouts.increment();
                    refuse(null, "no whole CONNECT came within the connect time-out");
                }
            }
            case OPEN -> checkOpen(nowNanos);
            // The authorizer's answer comes in a few seconds.
            case AUTHORIZING, CLOSED -> {}
        }
    }

    /// [MQTT-3.1.2-22]: silence for one and a half keep alives ends the connection. Silence doesn't
    /// count where it is this server that doesn't read.
    private void checkOpen(long nowNanos) {
        if (!readingEnabled || inLine) {
            lastReadNanos = nowNanos;
        }
        BrokerConnection connection = broker;
        if (connection == null || expired) {
            return;
        }
        long keepAlive = connection.keepAliveSeconds();
        if (unfinished.isTooSlow(nowNanos)) {
            services.metrics().mqttSlowPackets.increment();
            expire(connection, "a packet came too slowly");
        } else if (keepAlive > 0 && nowNanos - lastReadNanos > keepAlive * 1_500_000_000L) {
            services.metrics().mqttKeepAliveTimeouts.increment();
            expire(connection, "nothing came for 1.5 keep alives of " + keepAlive + " s");
        }
    }

    private void expire(BrokerConnection connection, String detail) {
        expired = true;
        connection.disconnect(
                ReasonCode.KEEP_ALIVE_TIMEOUT, detail, DisconnectReason.MQTT_KEEP_ALIVE_TIMEOUT);
    }

    @Override
    public int watchIndex() {
        return watchIndex;
    }

    @Override
    public void watchIndex(int index) {
        watchIndex = index;
    }

    private void decode() {
        decoding = true;
        int packets = 0;
        try {
            while (inbound != null && readingEnabled && !inLine && phase != Phase.CLOSED) {
                MqttPacket packet = decoder.decode(inbound);
                if (packet == null) {
                    break;
                }
                packets++;
                take(packet);
                if (packets % 8 == 0 && System.nanoTime() - sliceEnd > 0) {
                    standInLine();
                }
            }
        } catch (MalformedPacketException e) {
            malformed(e);
        } catch (RuntimeException | AssertionError e) {
            services.failed(LOG, "MQTT packet", peer, e);
            context().close();
        }
        decoding = false;
        services.metrics().mqttReceivedPackets.add(packets);
        keepRest();
    }

    private void standInLine() {
        inLine = true;
        unfinished.rest(0, lastReadNanos);
        services.metrics().mqttYields.increment();
        if (!ended) {
            context().channel().config().setAutoRead(false);
        }
        duties().later(this::goOn, appetite);
    }

    private void goOn() {
        inLine = false;
        proceed();
        if (!inLine && !ended && phase != Phase.CLOSED) {
            context().channel().config().setAutoRead(readingEnabled);
        }
    }

    private void take(MqttPacket packet) {
        if (broker != null) {
            appetite.taken(packet);
            broker.onPacket(packet);
        } else if (packet instanceof MqttPacket.Connect connect) {
            connect(connect);
        } else {
            refuse(null, "the first packet isn't CONNECT");
        }
    }

    /// Drops a buffer that is used up, and doesn't let a few bytes hold a large one.
    private void keepRest() {
        ByteBuf rest = inbound;
        int size = rest == null ? 0 : rest.readableBytes();
        unfinished.rest(readingEnabled && !inLine ? size : 0, lastReadNanos);
        if (rest == null) {
            return;
        }
        if (phase == Phase.CLOSED || size == 0) {
            rest.release();
            inbound = null;
        } else if (phase == Phase.AWAITING_CONNECT
                && size > services.limits().maximumConnectBytes()) {
            refuse(null, "CONNECT is larger than " + services.limits().maximumConnectBytes());
        } else if (size > BufferMemory.share(context().alloc())) {
            services.metrics().mqttSlowConsumers.increment();
            services.refused("write", peer, "too many unfinished packets wait in memory");
            context().close();
        } else if (rest.readerIndex() > 0 && size < rest.capacity() / 4) {
            inbound = context().alloc().buffer(size).writeBytes(rest);
            rest.release();
        }
    }

    private void connect(MqttPacket.Connect connect) {
        version = connect.version();
        Long accepted = connect.properties().maximumPacketSize();
        if (accepted != null) {
            maximumPacketSize = (int) Math.min(accepted, MqttLimits.LARGEST_PACKET);
        }
        problemInformation = connect.properties().requestProblemInformation();
        DeviceIdentity identity = entry.identity();
        if (identity == null) {
            phase = Phase.AUTHORIZING;
            reading(false);
            new AuthorizedEntrance(services, entry, connect, peer, this).begin();
        } else {
            phase = Phase.OPEN;
            broker =
                    BrokerEntrance.enter(
                            services, identity, peer, entry.webSocket(), connect, this);
        }
        Newcomer.leave(context().pipeline());
    }

    /// Whether a custom authorizer's answer is still wanted.
    boolean authorizing() {
        return phase == Phase.AUTHORIZING;
    }

    /// A custom authorizer has let the client in. What it sent meanwhile is taken from the next
    /// turn on, unless the broker has reading turned off by then.
    void admitted(BrokerConnection connection) {
        phase = Phase.OPEN;
        broker = connection;
        reading(true);
    }

    private void malformed(MalformedPacketException e) {
        services.metrics().mqttMalformed.increment();
        if (broker != null) {
            broker.onProtocolError(e.reason(), String.valueOf(e.getMessage()));
            return;
        }
        MqttVersion told = decoder.version();
        version = told == null ? version : told;
        refuse(BrokerEntrance.answer(e, told), String.valueOf(e.getMessage()));
    }

    /// The client broke the rules of WebSocket as MQTT uses it (MQTT 5, 6).
    void webSocketViolation(WebSocketCloseStatus status, String detail) {
        if (phase == Phase.CLOSED) {
            return;
        }
        closeStatus = status;
        services.metrics().mqttMalformed.increment();
        if (broker == null) {
            refuse(null, detail);
        } else {
            broker.onProtocolError(ReasonCode.PROTOCOL_ERROR, detail);
        }
    }

    /// Ends a connection that the broker doesn't know.
    private void refuse(@Nullable ReasonCode answer, String reason) {
        services.refused("iot:Connect", peer, reason);
        turnAway(answer, reason);
    }

    /// Answers CONNECT with a refusal, where there is one for it, and closes.
    void turnAway(@Nullable ReasonCode answer, String reason) {
        if (answer != null) {
            send(
                    new MqttPacket.ConnAck(
                            false, answer, MqttPacket.ConnAckProperties.reasonString(reason)));
        }
        finish();
    }

    @Override
    public Executor executor() {
        return context().executor();
    }

    @Override
    public void send(MqttPacket packet) {
        if (phase == Phase.CLOSED || ended) {
            return;
        }
        if (MqttEncoder.encode(
                packet, version, outboundBuffer(), maximumPacketSize, problemInformation)) {
            encoded();
        }
    }

    @Override
    public void deliver(Delivery delivery) {
        if (phase == Phase.CLOSED || ended) {
            return;
        }
        Deliveries.encode(outboundBuffer(), version, delivery);
        encoded();
    }

    @Override
    public boolean writable() {
        boolean writable = hasRoom();
        if (!writable) {
            reportedUnwritable = true;
        }
        return writable;
    }

    @Override
    public void reading(boolean enabled) {
        if (readingEnabled == enabled || phase == Phase.CLOSED) {
            return;
        }
        readingEnabled = enabled;
        if (!ended && !inLine) {
            context().channel().config().setAutoRead(enabled);
        }
        if (enabled) {
            lastReadNanos = System.nanoTime();
            resuming = true;
            context().executor().execute(this::resume);
        }
    }

    @Override
    public void nextTurn(Runnable task) {
        duties().later(task);
    }

    @Override
    public void inSpareTime(Runnable task) {
        duties().inSpareTime(task);
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closeAsked) {
                return;
            }
            closeAsked = true;
        }
        context().executor().execute(this::finish);
    }

    private void resume() {
        resuming = false;
        if (!inLine && duties().floods(appetite)) {
            standInLine();
        } else {
            proceed();
        }
    }

    private void proceed() {
        long now = System.nanoTime();
        sliceEnd = duties().sliceEnd(this, now);
        appetite.goOn(now);
        decode();
        appetite.end(System.nanoTime());
        if (!ended) {
            flushOutbound();
        } else if (!inLine) {
            ended();
        }
    }

    private boolean hasRoom() {
        return !ended
                && context().channel().isWritable()
                && (outbound == null
                        || outbound.readableBytes() < services.limits().outboundHighBytes());
    }

    private ByteBuf outboundBuffer() {
        ByteBuf buffer = outbound;
        if (buffer == null) {
            buffer = context().alloc().ioBuffer(nextBufferBytes);
            outbound = buffer;
        }
        return buffer;
    }

    /// After a packet went into the outbound buffer.
    private void encoded() {
        ByteBuf buffer = outboundBuffer();
        if (buffer.readableBytes() >= WRITE_AT_BYTES) {
            write(buffer);
        }
        if (!flushScheduled) {
            flushScheduled = true;
            duties().flushLater(this, inRead);
        }
    }

    private void write(ByteBuf buffer) {
        outbound = null;
        nextBufferBytes = Math.clamp(buffer.readableBytes() * 5L / 4, FIRST_BUFFER_BYTES, 65_536);
        services.metrics().mqttSentBytes.add(buffer.readableBytes());
        context().write(buffer, context().voidPromise());
        unflushed = true;
    }

    /// A client that sends on and never reads is cut off.
    private boolean overflown() {
        int share = BufferMemory.share(context().alloc());
        ChannelOutboundBuffer queue = context().channel().unsafe().outboundBuffer();
        if (queue == null
                || phase == Phase.CLOSED
                || queue.totalPendingWriteBytes()
                        <= Math.min(share, services.limits().maximumOutboundBytes())) {
            return false;
        }
        services.metrics().mqttSlowConsumers.increment();
        long waiting = queue.totalPendingWriteBytes();
        services.refused("read", peer, "the client reads too slowly: " + waiting + " bytes wait");
        context().close();
        return true;
    }

    void flushOutbound() {
        flushScheduled = false;
        ByteBuf buffer = outbound;
        if (buffer != null) {
            write(buffer);
        }
        if (unflushed) {
            unflushed = false;
            context().flush();
            if (!overflown()) {
                tellWritable();
            }
        }
    }

    private void tellWritable() {
        if (reportedUnwritable && broker != null && phase == Phase.OPEN && hasRoom()) {
            reportedUnwritable = false;
            broker.onWritable();
        }
    }

    /// Sends what waits, then closes in order.
    private void finish() {
        if (phase == Phase.CLOSED) {
            return;
        }
        ByteBuf last = outbound;
        outbound = null;
        gone(DisconnectReason.SERVER_INITIATED_DISCONNECT);
        ChannelHandlerContext ctx = context();
        if (last != null) {
            services.metrics().mqttSentBytes.add(last.readableBytes());
            ctx.write(last, ctx.voidPromise());
        }
        ChannelFuture written =
                ctx.writeAndFlush(
                        entry.webSocket()
                                ? new CloseWebSocketFrame(closeStatus)
                                : Unpooled.EMPTY_BUFFER);
        OrderlyClose.after(written, services.limits().closeGrace());
    }

    /// Gives up buffers and deadlines and tells the broker, once.
    private void gone(DisconnectReason reason) {
        phase = Phase.CLOSED;
        duties().unwatch(this);
        if (inbound != null && !decoding) {
            inbound.release();
            inbound = null;
        }
        if (outbound != null) {
            outbound.release();
            outbound = null;
        }
        BrokerConnection connection = broker;
        if (connection != null && !told) {
            told = true;
            try {
                connection.onClosed(reason);
            } catch (RuntimeException | AssertionError e) {
                services.failed(LOG, "closing an MQTT connection", peer, e);
            }
        }
    }

    private LoopDuties duties() {
        return Objects.requireNonNull(duties, "not in a pipeline yet");
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context, "not in a pipeline yet");
    }
}
