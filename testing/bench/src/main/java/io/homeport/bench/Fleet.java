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
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
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

    /// Far below the number of ephemeral ports of an address, since those of earlier runs are
    /// blocked for a minute after they were closed (TIME_WAIT). On loopback there are more
    /// addresses.
    private static final int CONNECTIONS_PER_ADDRESS = 5_000;

    private static final int NETWORKS = 250;
    private static final int ADDRESSES_OF_A_NETWORK = 250;

    private static final long PROGRESS_NANOS = 1_000_000_000L;

    /// What else this process has open: libraries, event loops.
    private static final int OTHER_FILES = 200;

    private final BenchSettings settings;
    private final Progress progress;
    private final InetSocketAddress remote;
    private volatile Semaphore opening = new Semaphore(0);

    /// Another for each run: 127.0.NETWORK.x is where its connections come from.
    private final int network = 1 + new SecureRandom().nextInt(NETWORKS);

    private final @Nullable TlsClient tls;
    private final MultiThreadIoEventLoopGroup group;
    private final List<LoadLoop> loops = new ArrayList<>();
    private final List<Connection> connections = new ArrayList<>();
    private final AtomicInteger secured = new AtomicInteger();
    private final AtomicInteger ready = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicReference<@Nullable BenchFailure> firstFailure = new AtomicReference<>();
    private final Map<String, Integer> reasons = new TreeMap<>();
    private long reportedAtNanos = System.nanoTime();
    private final Histogram connectLatency = new ConcurrentHistogram(LatencyRecorder.histogram());

    /// @throws BenchFailure where the broker's name is unknown, its authorities can't be used, or
    ///   this process may not open as many connections
    Fleet(BenchSettings settings, Progress progress) {
        this.settings = settings;
        this.progress = progress;
        checkOpenFiles(settings.connections());
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
    }

    List<LoadLoop> loops() {
        return loops;
    }

    /// The loop of the n-th publisher, and of the n-th subscriber in reverse: a publisher's
    /// messages come back on its own loop where pairs have one connection each way.
    LoadLoop loop(int number) {
        return loops.get(Math.floorMod(number, loops.size()));
    }

    private static void checkOpenFiles(int connections) {
        long limit;
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/limits"))) {
            limit =
                    lines.filter(line -> line.startsWith("Max open files"))
                            .map(line -> line.split(" {2,}")[1])
                            .filter(soft -> !soft.equals("unlimited"))
                            .mapToLong(Long::parseLong)
                            .findFirst()
                            .orElse(Long.MAX_VALUE);
        } catch (IOException e) {
            // No Linux: the operating system says so when the limit is reached.
            return;
        }
        if (connections > limit - OTHER_FILES) {
            throw new BenchFailure(
                    "%d connections need more open files than the %d that this process may have"
                            .formatted(connections, limit),
                    "Raise the limit here and for the broker: ulimit -n "
                            + (connections + OTHER_FILES));
        }
    }

    /// Opens connections and waits until each is ready or has failed.
    ///
    /// @param tolerant whether to go on where some fail
    /// @throws BenchFailure where one failed and that isn't tolerated, or nothing happens any more
    void open(List<Connection> more, boolean tolerant) {
        open(more, tolerant, settings.concurrency());
    }

    /// As {@link #open(List, boolean)}, with another number of connections at a time.
    void open(List<Connection> more, boolean tolerant, int atATime) {
        opening = new Semaphore(atATime);
        for (Connection connection : more) {
            if (!acquire()) {
                unanswered(tolerant);
                return;
            }
            BenchFailure failure = firstFailure.get();
            if (failure != null && !tolerant) {
                throw failure;
            }
            connections.add(connection);
            open(connection);
        }
        for (int i = 0; i < atATime; i++) {
            if (!acquire()) {
                unanswered(tolerant);
                return;
            }
        }
        BenchFailure failure = firstFailure.get();
        if (failure != null && (!tolerant || ready.get() == 0)) {
            throw failure;
        }
    }

    /// Breaks all connections at once and counts from 0 again. Returns when they are closed.
    ///
    /// @throws BenchFailure where they don't end
    void breakOff() {
        CountDownLatch closed = new CountDownLatch(connections.size());
        for (Connection connection : connections) {
            connection.loop().eventLoop().execute(() -> connection.breakOff(closed::countDown));
        }
        try {
            if (!closed.await(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                throw new BenchFailure("connections didn't end", "");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("the run was interrupted", "", e);
        }
        connections.clear();
        for (AtomicInteger counter : List.of(secured, ready, failed, lost)) {
            counter.set(0);
        }
        if (tls != null) {
            tls.forgetHandshakes();
        }
        connectLatency.reset();
    }

    /// The broker has done nothing for too long.
    private void unanswered(boolean tolerant) {
        int open = connections.size() - ready.get() - failed.get();
        BenchFailure failure =
                new BenchFailure(
                        "%s has left %d connections unanswered for %d s"
                                .formatted(settings.address(), open, PATIENCE_SECONDS),
                        "If the port speaks TLS, add --tls; else the broker is at a limit (open"
                                + " files?): fewer connections or a smaller --concurrency.");
        if (!tolerant || ready.get() == 0) {
            throw failure;
        }
        failed.addAndGet(open);
        note(String.valueOf(failure.getMessage()));
    }

    private boolean acquire() {
        try {
            for (int second = 0; second < PATIENCE_SECONDS; second++) {
                boolean acquired = opening.tryAcquire(1, TimeUnit.SECONDS);
                long now = System.nanoTime();
                if (now - reportedAtNanos > PROGRESS_NANOS) {
                    reportedAtNanos = now;
                    progress.connecting(ready.get(), failed.get(), settings.connections());
                }
                if (acquired) {
                    return true;
                }
            }
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("the run was interrupted", "", e);
        }
    }

    private void open(Connection connection) {
        boolean epoll = Epoll.isAvailable();
        SslContext secured = tls == null ? null : tls.context(connection.number());
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
                                        assemble(channel, connection, secured);
                                    }
                                });
        if (epoll) {
            bootstrap.option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
        }
        connection.begun(System.nanoTime());
        ChannelFuture attempt =
                spreads()
                        ? bootstrap.connect(remote, source(connection.number()))
                        : bootstrap.connect(remote);
        attempt.addListener(done -> {
            if (!done.isSuccess()) {
                connection.failed(done.cause());
            }
        });
    }

    private void assemble(Channel channel, Connection connection, @Nullable SslContext secured) {
        if (secured != null) {
            channel.pipeline()
                    .addLast(
                            TlsClient.handler(
                                    secured, channel.alloc(), settings.host(), settings.port()));
        }
        channel.pipeline().addLast(connection);
    }

    /// Whether there are more connections than one address has ports for, and more addresses: Linux
    /// has all of 127.0.0.0/8.
    private boolean spreads() {
        return settings.connections() > CONNECTIONS_PER_ADDRESS
                && Epoll.isAvailable()
                && remote.getAddress().isLoopbackAddress()
                && remote.getAddress().getAddress().length == 4;
    }

    private InetSocketAddress source(int number) {
        int address = 1 + Math.min(number / CONNECTIONS_PER_ADDRESS, ADDRESSES_OF_A_NETWORK);
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(new byte[] {127, 0, (byte) network, (byte) address}),
                    0);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void secured() {
        secured.incrementAndGet();
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

    /// Connections whose TLS session was resumed; 0 without TLS. Where the broker broke off a
    /// handshake after it had proved itself, one less than there were.
    long resumed() {
        return tls == null ? 0 : Math.max(0, secured.get() - tls.fullHandshakes());
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
