package io.homeport.gateway;

import io.homeport.aws.ApiDoor;
import io.homeport.aws.ApiRequest;
import io.homeport.aws.ApiResponse;
import io.homeport.aws.Authentication;
import io.homeport.broker.Authorization;
import io.homeport.broker.Broker;
import io.homeport.broker.BrokerConnection;
import io.homeport.broker.BrokerStatistics;
import io.homeport.broker.ClientState;
import io.homeport.broker.ConnectionInfo;
import io.homeport.broker.Transport;
import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import io.homeport.core.Timers;
import io.homeport.mqtt.MqttPacket;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The device gateway: all listeners of one node. Thread-safe; {@link #start} and {@link #stop}
/// block and are called once each, in this order.
public final class Gateway {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /// What is read of one connection at a time, at most. With more, four that flood made a turn of
    /// the loop last half a millisecond.
    private static final int READ_BYTES = 16_384;

    private static final int BACKLOG = 4096;

    private final GatewaySettings settings;
    private final Services services;
    private final AdminPages admin;
    private final HttpDesk desk;
    private final HttpRoutes routes;
    private final Pipelines pipelines;
    private final TlsContexts mqttsContexts;
    private final TlsContexts httpsContexts;
    private final TlsContexts apiContexts;
    private final EventLoopGroup acceptors;

    /// Where TLS clients are until they are judged, so that a handshake, which takes as long as a
    /// hundred messages, delays nobody who is connected.
    private final EventLoopGroup handshakes;

    private final EventLoopGroup loops;
    private final ByteBufAllocator allocator;
    private final List<Channel> listeners = new ArrayList<>();
    private final ChannelGroup connections;
    private final @Nullable DeviceIdentity anonymous;
    private final AcceptGate gate;
    private final NumberGaps gaps;
    private final int maximumConnections;
    private volatile boolean ready;

    /// What the gateway stands on.
    ///
    /// @param authorizers asked about clients without a certificate
    /// @param tls what the TLS listeners show of themselves
    /// @param registry where {@code /metrics} comes from
    /// @param explanations fed by the broker too: hand it to the broker as a listener
    /// @param log likewise
    public record Ports(
            Broker broker,
            ApiDoor door,
            DeviceDirectory directory,
            ClientAuthorizers authorizers,
            TlsMaterial.Source tls,
            Clock clock,
            Timers timers,
            PrometheusMeterRegistry registry,
            Explanations explanations,
            EventLog log) {}

    /// The same behind the gateway's own interfaces.
    record Seams(
            BrokerPort broker,
            ApiPort door,
            DeviceDirectory directory,
            ClientAuthorizers authorizers,
            TlsMaterial.Source tls,
            Clock clock,
            Timers timers,
            PrometheusMeterRegistry registry,
            Explanations explanations,
            EventLog log) {}

    public Gateway(GatewaySettings settings, Ports ports) {
        this(
                settings,
                new Seams(
                        new BrokerDoor(ports.broker()),
                        new Door(ports.door()),
                        ports.directory(),
                        ports.authorizers(),
                        ports.tls(),
                        ports.clock(),
                        ports.timers(),
                        ports.registry(),
                        ports.explanations(),
                        ports.log()));
        ports.directory().onChange(new LiveConnections(ports.broker()));
    }

    Gateway(GatewaySettings settings, Seams ports) {
        this.settings = settings;
        this.maximumConnections =
                Math.min(settings.limits().maximumConnections(), OpenFiles.connections());
        this.anonymous =
                settings.anonymous()
                        ? new DeviceIdentity(
                                settings.account(),
                                settings.region(),
                                DeviceIdentity.Kind.ANONYMOUS,
                                "")
                        : null;
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        int count =
                settings.eventLoops() > 0
                        ? settings.eventLoops()
                        : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        // The numbers of two loops' sockets have gaps by themselves.
        this.gaps = new NumberGaps(epoll && count == 1);
        this.acceptors = new MultiThreadIoEventLoopGroup(1, io);
        this.handshakes = new MultiThreadIoEventLoopGroup(count, io);
        this.loops = new MultiThreadIoEventLoopGroup(count, io);
        this.allocator = new PooledByteBufAllocator(true, 1, count, 8192, 7, 64, 32, true);
        Map<EventExecutor, LoopDuties> duties = new HashMap<>();
        loops.forEach(loop -> duties.put(loop, new LoopDuties(loop)));
        handshakes.forEach(loop -> duties.put(loop, new LoopDuties(loop)));
        GatewayMetrics metrics = new GatewayMetrics(ports.registry(), ports.broker()::statistics);
        this.services =
                new Services(
                        settings,
                        ports.broker(),
                        ports.directory(),
                        new AuthorizerDesk(ports.authorizers(), metrics),
                        ports.clock(),
                        ports.timers(),
                        metrics,
                        ports.explanations(),
                        ports.log(),
                        loops,
                        duties,
                        new AddressNames());
        this.connections = new OpenConnections(metrics);
        this.gate = new AcceptGate(settings.limits().maximumNewcomers(), metrics, gaps);
        this.admin = new AdminPages(ports.door());
        this.desk = new HttpDesk(metrics, settings.limits().maximumHttpRequests());
        this.routes = new HttpRoutes(desk, ports.door(), admin, services.authorizerDesk());
        this.pipelines = new Pipelines(services);
        this.mqttsContexts =
                new TlsContexts(
                        ports.tls(),
                        ports.clock(),
                        ClientAuth.REQUIRE,
                        List.of(TlsContexts.ALPN_MQTT_CERTIFICATE));
        this.httpsContexts =
                new TlsContexts(
                        ports.tls(),
                        ports.clock(),
                        ClientAuth.OPTIONAL,
                        List.of(
                                TlsContexts.ALPN_MQTT_CERTIFICATE,
                                TlsContexts.ALPN_MQTT_AUTHORIZER,
                                TlsContexts.ALPN_HTTP_CERTIFICATE,
                                TlsContexts.ALPN_HTTP));
        this.apiContexts =
                new TlsContexts(
                        ports.tls(),
                        ports.clock(),
                        ClientAuth.NONE,
                        List.of(TlsContexts.ALPN_HTTP));
        metrics.resumed(
                () -> mqttsContexts.resumed() + httpsContexts.resumed() + apiContexts.resumed());
        OperationsPages.register(admin, desk, ports, () -> ready);
    }

    /// Adds a page for the operator, such as `POST /_homeport/reset`. Only callers on this machine
    /// and administrators reach it. The handler runs on a virtual thread.
    ///
    /// @param pattern a path below `/_homeport/`, whose segments may be `{names}`
    public void adminRoute(
            String method, String pattern, Function<AdminRequest, ApiResponse> handler) {
        admin.add(method, pattern, handler);
    }

    /// Binds every listener that is on.
    ///
    /// @throws UncheckedIOException where a port can't be bound; it names address and port, and
    ///   nothing stays bound
    public GatewayPorts start() {
        try {
            int api =
                    bind(
                            settings.apiAddress(),
                            settings.apiPort(),
                            "--api-port",
                            isApiPlain() ? loops : handshakes,
                            this::apiPipeline,
                            null);
            int mqtts =
                    bind(
                            settings.deviceAddress(),
                            settings.mqttsPort(),
                            "--mqtts-port",
                            handshakes,
                            channel ->
                                    pipelines.tls(
                                            channel,
                                            mqttsContexts,
                                            routes,
                                            TlsGate.Use.MQTT,
                                            gate::settled),
                            gate);
            int https =
                    bind(
                            settings.deviceAddress(),
                            settings.httpsPort(),
                            "--https-port",
                            handshakes,
                            channel ->
                                    pipelines.tls(
                                            channel,
                                            httpsContexts,
                                            routes,
                                            TlsGate.Use.DEVICES,
                                            gate::settled),
                            gate);
            int mqtt =
                    bind(
                            settings.mqttAddress(),
                            settings.mqttPort(),
                            "--mqtt-port",
                            loops,
                            this::mqttPipeline,
                            gate);
            ready = true;
            ShortSlices.askLater(loops);
            LOG.atDebug().addKeyValue("maximum", maximumConnections).log("gateway.connections");
            return new GatewayPorts(api, mqtts, https, mqtt);
        } catch (RuntimeException e) {
            stop(Duration.ZERO);
            throw e;
        }
    }

    private void mqttPipeline(Channel channel) {
        channel.pipeline().addLast(new Newcomer(services, gate::settled));
        Peer peer = peer(channel);
        MqttEntry entry =
                anonymous == null
                        ? MqttEntry.authorized(peer, false, null, null)
                        : MqttEntry.known(anonymous, false);
        pipelines.mqtt(channel.pipeline(), entry, peer);
    }

    private boolean isApiPlain() {
        return Addresses.bindsLoopbackOnly(settings.apiAddress());
    }

    /// Plain HTTP where only this machine can connect, TLS otherwise.
    private void apiPipeline(Channel channel) {
        if (isApiPlain()) {
            pipelines.http(
                    channel.pipeline(), routes, peer(channel), null, EndpointRules.DEFAULT, true);
        } else {
            pipelines.tls(channel, apiContexts, routes, TlsGate.Use.API, () -> {});
        }
    }

    /// Takes no more connections; those that are open stay. The first step of a shutdown, before
    /// {@link Broker#shutdown}.
    public void stopAccepting() {
        ready = false;
        for (Channel listener : listeners) {
            listener.close().syncUninterruptibly();
        }
    }

    /// Stops accepting, lets HTTP requests in process finish, flushes, and closes everything.
    ///
    /// @param grace how long requests and flushes may take
    public void stop(Duration grace) {
        stopAccepting();
        long end = System.nanoTime() + grace.toNanos();
        try {
            for (HttpConnection connection : pipelines.httpConnections()) {
                connection.drainLater();
            }
            services.authorizerDesk().close();
            desk.close(remainingMillis(end));
            connections.newCloseFuture().await(remainingMillis(end));
            connections.close().await(Math.max(100, remainingMillis(end)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        acceptors.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2_000);
        gaps.close();
        handshakes.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2_000);
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2_000);
        LOG.debug("gateway.stopped");
    }

    private static long remainingMillis(long endNanos) {
        return Math.max(0, (endNanos - System.nanoTime()) / 1_000_000);
    }

    private Peer peer(Channel channel) {
        return Peer.of(channel, null, services.addresses());
    }

    /// @param group where connections begin
    /// @param gate null where connections are few and accepted at once
    private int bind(
            String address,
            int port,
            String option,
            EventLoopGroup group,
            Consumer<Channel> pipeline,
            @Nullable AcceptGate gate) {
        if (port < 0) {
            return -1;
        }
        Class<? extends ServerChannel> type =
                Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        GatewayLimits limits = settings.limits();
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(acceptors, group)
                        .channel(type)
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                        .childOption(ChannelOption.ALLOCATOR, allocator)
                        .childOption(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                new AdaptiveRecvByteBufAllocator(256, 2048, READ_BYTES))
                        .childOption(
                                ChannelOption.WRITE_BUFFER_WATER_MARK,
                                new WriteBufferWaterMark(
                                        limits.outboundLowBytes(), limits.outboundHighBytes()))
                        .childHandler(new Admission(pipeline, gate));
        if (gate != null) {
            bootstrap.handler(gate.handler());
        }
        // Awaited, not synced: that would throw the IOException without declaring it.
        ChannelFuture bound =
                bootstrap.bind(new InetSocketAddress(address, port)).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            String message = bindFailure(address, port, option, bound.cause());
            throw new UncheckedIOException(message, new IOException(message, bound.cause()));
        }
        listeners.add(bound.channel());
        return ((InetSocketAddress) bound.channel().localAddress()).getPort();
    }

    /// What is in the way, without the system call that netty's transports name before it.
    private static String bindFailure(
            String address, int port, String option, @Nullable Throwable cause) {
        String reason = String.valueOf(cause == null ? null : cause.getMessage());
        return """
        can't listen on %s port %d: %s
          Choose another port with %s (0 takes a free one), or another address.\
        """
                .formatted(
                        address,
                        port,
                        reason.substring(reason.lastIndexOf(": ") + 1).strip(),
                        option);
    }

    /// Counts connections in, and closes those above the limit.
    private final class Admission extends ChannelInitializer<Channel> {
        private final Consumer<Channel> pipeline;

        private final @Nullable AcceptGate gate;

        Admission(Consumer<Channel> pipeline, @Nullable AcceptGate gate) {
            this.pipeline = pipeline;
            this.gate = gate;
        }

        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        protected void initChannel(Channel channel) {
            GatewayMetrics metrics = services.metrics();
            if (gate != null) {
                gate.registered(channel);
            }
            if (metrics.connections.incrementAndGet() > maximumConnections) {
                metrics.connections.decrementAndGet();
                metrics.connectionsLimited.increment();
                channel.close();
                if (gate != null) {
                    gate.settled();
                }
                return;
            }
            metrics.connectionsOpened.increment();
            connections.add(channel);
            pipeline.accept(channel);
        }
    }

    /// Counts connections out by the one listener that the group has on each anyway.
    private static final class OpenConnections extends DefaultChannelGroup {
        private final GatewayMetrics metrics;

        OpenConnections(GatewayMetrics metrics) {
            super("connections", GlobalEventExecutor.INSTANCE, true);
            this.metrics = metrics;
        }

        @Override
        public boolean remove(Object channel) {
            boolean removed = super.remove(channel);
            if (removed) {
                metrics.connections.decrementAndGet();
            }
            return removed;
        }
    }

    /// Acts on live connections when rights change.
    private record LiveConnections(Broker broker) implements DeviceDirectory.ChangeListener {
        @Override
        public void rightsChanged() {
            broker.reauthorize();
        }

        @Override
        public void principalRevoked(DeviceIdentity identity, String reason) {
            broker.disconnectPrincipal(identity.account(), identity.principalId(), reason);
        }
    }

    private record BrokerDoor(Broker broker) implements BrokerPort {
        @Override
        public BrokerConnection connect(
                MqttPacket.Connect connect,
                ConnectionInfo info,
                Authorization authorization,
                Transport transport) {
            return broker.connect(connect, info, authorization, transport);
        }

        @Override
        public CompletableFuture<Optional<ClientState>> client(AccountId account, String clientId) {
            return broker.client(account, clientId);
        }

        @Override
        public BrokerStatistics statistics() {
            return broker.statistics();
        }
    }

    private record Door(ApiDoor door) implements ApiPort {
        @Override
        public ApiResponse handle(ApiRequest request) {
            return door.handle(request);
        }

        @Override
        public Authentication authenticate(ApiRequest request, Set<String> signingNames) {
            return door.authenticate(request, signingNames);
        }
    }
}
