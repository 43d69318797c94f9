package io.homeport.compat.fault;

import io.homeport.compat.conformance.Packets;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Well-behaved clients whose messages are timed: pairs of a publisher and a subscriber at a low
/// and even rate, a quarter each plain and over TLS, at QoS 0 and 1. One thread does all of it.
final class Bystanders implements AutoCloseable {
    private static final int PAIRS = 20;
    private static final int PAYLOAD_BYTES = 128;
    private static final int STAMP_BYTES = 16;
    private static final String THREAD = "bystanders";
    private static final boolean EPOLL = Epoll.isAvailable();

    /// One publish per tick, from the pairs in turn.
    private static final long TICK_MICROS = 1_000;

    /// By epoll where it is: NIO's selector counts in milliseconds, and netty spins with it while
    /// the next tick is nearer, which took the server's processor from it half of the time.
    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(
                    1,
                    Thread.ofPlatform().name(THREAD).factory(),
                    EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());

    private final List<Pair> pairs = new ArrayList<>();
    private final List<Channel> channels = new ArrayList<>();
    private int next;
    private int window;
    private Counts counts = new Counts();

    /// By the number that the messages carry.
    private final List<Counts> windows = new ArrayList<>(List.of(counts));

    /// What was seen of the messages that were published in one window. Owned by the loop.
    private static final class Counts {
        final Histogram nanos = new Histogram(TimeUnit.MINUTES.toNanos(2), 3);
        long sent;
        long received;
    }

    /// @param lost messages that had not come after two seconds more
    record Seen(double p50Millis, double p99Millis, double worstMillis, long sent, long lost) {}

    private record Pair(Channel publisher, String topic, Qos qos) {}

    /// @param tls for a certificate that may do everything; null for plain connections only
    Bystanders(int plainPort, int tlsPort, @Nullable SslContext tls) throws IOException {
        try {
            connect(plainPort, tlsPort, tls);
        } catch (IOException e) {
            close();
            throw e;
        }
        goFirst();
        loop.next()
                .scheduleAtFixedRate(this::tick, TICK_MICROS, TICK_MICROS, TimeUnit.MICROSECONDS);
    }

    /// What is timed is to be the server, not how long this thread waits for a processor. Only the
    /// superuser may do that; without it the figures have more of the machine in them.
    private static void goFirst() throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            for (Path thread : threads.toList()) {
                if (Files.readString(thread.resolve("comm")).strip().equals(THREAD)) {
                    new ProcessBuilder(
                                    "chrt", "--rr", "--pid", "1", thread.getFileName().toString())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
                }
            }
        }
    }

    private void connect(int plainPort, int tlsPort, @Nullable SslContext tls) throws IOException {
        for (int i = 0; i < PAIRS; i++) {
            boolean overTls = tls != null && i % 2 == 1;
            Qos qos = i % 4 < 2 ? Qos.AT_MOST_ONCE : Qos.AT_LEAST_ONCE;
            String topic = "bystander/" + i;
            int port = overTls ? tlsPort : plainPort;
            SslContext context = overTls ? tls : null;
            connect(port, context, "to" + i, Packets.subscribe(1, Packets.to(topic, qos)), 0x90);
            Channel publisher = connect(port, context, "from" + i, null, 0x20);
            pairs.add(new Pair(publisher, topic, qos));
        }
    }

    private Channel connect(
            int port,
            @Nullable SslContext tls,
            String id,
            MqttPacket.@Nullable Subscribe then,
            int last)
            throws IOException {
        CountDownLatch ready = new CountDownLatch(1);
        Channel channel =
                new Bootstrap()
                        .group(loop)
                        .channel(EPOLL ? EpollSocketChannel.class : NioSocketChannel.class)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel made) {
                                        if (tls != null) {
                                            made.pipeline()
                                                    .addLast(
                                                            tls.newHandler(
                                                                    made.alloc(),
                                                                    "localhost",
                                                                    port));
                                        }
                                        made.pipeline().addLast(new Frames(last, ready));
                                    }
                                })
                        .connect(InetAddress.getLoopbackAddress(), port)
                        .awaitUninterruptibly()
                        .channel();
        channels.add(channel);
        MqttVersion version = MqttVersion.MQTT_3_1_1;
        channel.write(
                Unpooled.wrappedBuffer(
                        Wire.bytes(version, Packets.clean(version, "bystander-" + id))));
        if (then != null) {
            channel.write(Unpooled.wrappedBuffer(Wire.bytes(version, then)));
        }
        channel.flush();
        try {
            if (!ready.await(Wire.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new IOException("bystander " + id + " gets no answer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        return channel;
    }

    private void tick() {
        int turn = next++;
        Pair pair = pairs.get(turn % PAIRS);
        byte[] topic = pair.topic().getBytes(StandardCharsets.UTF_8);
        int extra = pair.qos() == Qos.AT_MOST_ONCE ? 0 : 2;
        int remaining = 2 + topic.length + extra + PAYLOAD_BYTES;
        ByteBuf out = pair.publisher().alloc().buffer(remaining + 3);
        out.writeByte(0x30 | (pair.qos().value() << 1));
        out.writeByte((remaining & 0x7F) | 0x80).writeByte(remaining >> 7);
        out.writeShort(topic.length).writeBytes(topic);
        if (extra > 0) {
            out.writeShort(turn / PAIRS % 65_535 + 1);
        }
        out.writeLong(System.nanoTime()).writeLong(window);
        out.writeZero(PAYLOAD_BYTES - STAMP_BYTES);
        counts.sent++;
        pair.publisher().writeAndFlush(out, pair.publisher().voidPromise());
    }

    /// Watches for so long, and waits for what is still under way.
    Seen watch(long millis) {
        Counts watched = new Counts();
        loop.submit(() -> begin(watched)).syncUninterruptibly();
        loop.schedule(() -> begin(new Counts()), millis, TimeUnit.MILLISECONDS)
                .syncUninterruptibly();
        boolean all = false;
        for (int i = 0; i < 20 && !all; i++) {
            all =
                    loop.schedule(
                                    () -> watched.received >= watched.sent,
                                    100,
                                    TimeUnit.MILLISECONDS)
                            .syncUninterruptibly()
                            .getNow();
        }
        return loop.submit(() ->
                        new Seen(
                                watched.nanos.getValueAtPercentile(50) / 1e6,
                                watched.nanos.getValueAtPercentile(99) / 1e6,
                                watched.nanos.getMaxValue() / 1e6,
                                watched.sent,
                                watched.sent - watched.received))
                .syncUninterruptibly()
                .getNow();
    }

    private void begin(Counts fresh) {
        counts = fresh;
        windows.add(fresh);
        window = windows.size() - 1;
    }

    /// Takes frames apart; nothing here is longer than two bytes of remaining length allow.
    private final class Frames extends ByteToMessageDecoder {
        private final int last;
        private final CountDownLatch ready;

        Frames(int last, CountDownLatch ready) {
            this.last = last;
            this.ready = ready;
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
            int start = in.readerIndex();
            if (in.readableBytes() < 2) {
                return;
            }
            int length = in.getByte(start + 1) & 0x7F;
            int header = 2;
            if (in.getByte(start + 1) < 0) {
                if (in.readableBytes() < 3) {
                    return;
                }
                length |= in.getByte(start + 2) << 7;
                header = 3;
            }
            if (in.readableBytes() < header + length) {
                return;
            }
            int first = in.getUnsignedByte(start);
            if (first >> 4 == 3) {
                published(ctx, first, in, start + header);
            } else if (first == last) {
                ready.countDown();
            }
            in.skipBytes(header + length);
        }

        private void published(ChannelHandlerContext ctx, int first, ByteBuf in, int at) {
            long now = System.nanoTime();
            int index = at + 2 + in.getUnsignedShort(at);
            if ((first & 0x06) != 0) {
                ByteBuf ack = ctx.alloc().buffer(4);
                ack.writeByte(0x40).writeByte(2).writeShort(in.getUnsignedShort(index));
                ctx.writeAndFlush(ack, ctx.voidPromise());
                index += 2;
            }
            Counts sentIn = windows.get((int) in.getLong(index + 8));
            sentIn.received++;
            sentIn.nanos.recordValue(Math.max(0, now - in.getLong(index)));
        }
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
    }
}
