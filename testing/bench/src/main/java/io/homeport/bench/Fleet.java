package io.homeport.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// The event loops and all connections of a run. Connections are opened by the thread that runs the
/// command, a bounded number at a time; what becomes of them is counted by their event loops.
final class Fleet implements Connection.Watcher, AutoCloseable {
    private static final int CONNECT_TIMEOUT_MILLIS = 30_000;
    private static final long PATIENCE_SECONDS = 30;
    private static final long CLOSE_SECONDS = 10;
    private static final int LOW_WATER = 128 * 1024;
    private static final int HIGH_WATER = 256 * 1024;
    private static final int LARGEST_READ = 256 * 1024;
    private static final int BACKLOG_OF_REASONS = 20;

    /// Below the number of ephemeral ports of an address; on loopback there are more addresses.
    private static final int CONNECTIONS_PER_ADDRESS = 20_000;

    private static final int LOOPBACK_ADDRESSES = 200;

    private final BenchSettings settings;
    private final InetSocketAddress remote;
    private final @Nullable TlsClient tls;
    private final MultiThreadIoEventLoopGroup group;
    private final List<LoadLoop> loops = new ArrayList<>();
    private final List<Connection> connections = new ArrayList<>();
    private final Semaphore opening;
    private final AtomicInteger ready = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicReference<@Nullable BenchFailure> firstFailure = new AtomicReference<>();
    private final Map<String, Integer> reasons = new TreeMap<>();
    private final Histogram connectLatency = new ConcurrentHistogram(LatencyRecorder.histogram());

    Fleet(BenchSettings settings) {
        this.settings = settings;
        try {
            this.remote =
                    new InetSocketAddress(InetAddress.getByName(settings.host()), settings.port());
        } catch (UnknownHostException e) {
            throw new BenchFailure(
                    "no address is known for " + settings.host(), "Check --host.", e);
        }
        TlsSettings secured = settings.tls();
        this.tls = secured == null ? null : new TlsClient(secured);
        IoHandlerFactory io =
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.group = new MultiThreadIoEventLoopGroup(settings.threads(), io);
        group.forEach(loop -> loops.add(new LoadLoop((EventLoop) loop)));
        this.opening = new Semaphore(settings.concurrency());
    }

    List<LoadLoop> loops() {
        return loops;
    }

    /// The loop of the n-th publisher, and of the n-th subscriber in reverse: a publisher's
    /// messages come back on its own loop where pairs have one connection each way.
    LoadLoop loop(int number) {
        return loops.get(Math.floorMod(number, loops.size()));
    }

    /// Opens connections and waits until each is ready or has failed.
    ///
    /// @param tolerant whether to go on where some fail
    /// @throws BenchFailure where one failed and that isn't tolerated, or nothing happens any more
    void open(List<Connection> more, boolean tolerant) {
        for (Connection connection : more) {
            acquire(1);
            BenchFailure failure = firstFailure.get();
            if (failure != null && !tolerant) {
                throw failure;
            }
            connections.add(connection);
            open(connection);
        }
        for (int i = 0; i < settings.concurrency(); i++) {
            acquire(1);
        }
        opening.release(settings.concurrency());
        BenchFailure failure = firstFailure.get();
        if (failure != null && (!tolerant || ready.get() == 0)) {
            throw failure;
        }
    }

    private void acquire(int permits) {
        try {
            if (!opening.tryAcquire(permits, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new BenchFailure(
                        "%s has left %d connections unanswered for %d s"
                                .formatted(
                                        settings.address(),
                                        settings.concurrency() - opening.availablePermits(),
                                        PATIENCE_SECONDS),
                        "If the port speaks TLS, add --tls; else fewer connections or a smaller"
                                + " --concurrency.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("the run was interrupted", "", e);
        }
    }

    private void open(Connection connection) {
        boolean epoll = Epoll.isAvailable();
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(connection.loop().eventLoop())
                        .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                        .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                        .option(ChannelOption.TCP_NODELAY, settings.noDelay())
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                        .option(
                                ChannelOption.WRITE_BUFFER_WATER_MARK,
                                new WriteBufferWaterMark(LOW_WATER, HIGH_WATER))
                        .option(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                new AdaptiveRecvByteBufAllocator(512, 2048, LARGEST_READ))
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        assemble(channel, connection);
                                    }
                                });
        if (epoll) {
            bootstrap.option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
        }
        connection.begun(System.nanoTime());
        ChannelFuture attempt =
                spread(connection.number()) == 0
                        ? bootstrap.connect(remote)
                        : bootstrap.connect(remote, source(connection.number()));
        attempt.addListener(done -> {
            if (!done.isSuccess()) {
                connection.failed(done.cause());
            }
        });
    }

    private void assemble(Channel channel, Connection connection) {
        if (tls != null) {
            channel.pipeline()
                    .addLast(
                            tls.handler(
                                    channel.alloc(),
                                    connection.number(),
                                    settings.host(),
                                    settings.port()));
        }
        channel.pipeline().addLast(connection);
    }

    private int spread(int number) {
        return remote.getAddress().isLoopbackAddress()
                        && remote.getAddress().getAddress().length == 4
                ? number / CONNECTIONS_PER_ADDRESS
                : 0;
    }

    private InetSocketAddress source(int number) {
        int last = 1 + Math.min(spread(number), LOOPBACK_ADDRESSES);
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last}), 0);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void ready(Connection connection, long nanos) {
        ready.incrementAndGet();
        connectLatency.recordValue(Math.min(nanos, connectLatency.getHighestTrackableValue()));
        opening.release();
    }

    @Override
    public void failed(Connection connection, BenchFailure reason) {
        firstFailure.compareAndSet(null, reason);
        failed.incrementAndGet();
        note(String.valueOf(reason.getMessage()));
        opening.release();
    }

    @Override
    public void lost(Connection connection, String reason) {
        lost.incrementAndGet();
        note("a connection in use ended: " + reason);
    }

    private void note(String reason) {
        synchronized (reasons) {
            if (reasons.size() < BACKLOG_OF_REASONS || reasons.containsKey(reason)) {
                reasons.merge(reason, 1, Integer::sum);
            }
        }
    }

    /// What went wrong, and how often.
    Map<String, Integer> reasons() {
        synchronized (reasons) {
            return new TreeMap<>(reasons);
        }
    }

    /// Connections that became ready.
    int ready() {
        return ready.get();
    }

    /// Connections that didn't.
    int failed() {
        return failed.get();
    }

    /// Connections that ended by themselves after they were ready.
    int lost() {
        return lost.get();
    }

    /// Connections whose TLS session was resumed; 0 without TLS.
    long resumed() {
        return tls == null ? 0 : Math.max(0, ready.get() + failed.get() - tls.fullHandshakes());
    }

    /// Times from the start of the attempt to readiness, in nanoseconds.
    Histogram connectLatency() {
        return connectLatency;
    }

    /// Ends all connections with DISCONNECT, then the event loops.
    @Override
    public void close() {
        for (LoadLoop loop : loops) {
            loop.eventLoop()
                    .execute(() ->
                            connections.stream()
                                    .filter(connection -> connection.loop() == loop)
                                    .forEach(Connection::close));
        }
        group.shutdownGracefully(100, CLOSE_SECONDS * 1000, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
