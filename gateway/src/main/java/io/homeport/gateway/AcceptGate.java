package io.homeport.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Accepts connections as fast as they can be set up, and no faster: while so many are being set up
/// the listeners rest, and the kernel holds the rest in its backlog. So each gets its whole time
/// for the handshake, whatever comes at once. Thread-safe.
final class AcceptGate {
    /// A loop that has so many sockets to take over at a time has no time for others.
    private static final int UNREGISTERED = 64;

    private final int most;
    private final GatewayMetrics metrics;
    private final NumberGaps gaps;
    private final AtomicInteger unregistered = new AtomicInteger();
    private final Set<Channel> resting = ConcurrentHashMap.newKeySet();

    /// On each connection that no event loop has taken over: it was closed because none could.
    private final ChannelFutureListener untaken =
            _ -> {
                unregistered.decrementAndGet();
                settled();
            };

    /// @param most connections that are being set up at a time, over all listeners
    /// @param gaps kept up with the connections
    AcceptGate(int most, GatewayMetrics metrics, NumberGaps gaps) {
        this.most = most;
        this.metrics = metrics;
        this.gaps = gaps;
    }

    /// Counts the connections that a listener accepts.
    ChannelHandler handler() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object accepted) {
                gaps.keepUp(metrics.connections.get());
                ((Channel) accepted).closeFuture().addListener(untaken);
                boolean many = metrics.newcomers.incrementAndGet() >= most;
                if (unregistered.incrementAndGet() >= UNREGISTERED || many) {
                    rest(ctx.channel(), many);
                }
                ctx.fireChannelRead(accepted);
            }
        };
    }

    /// An event loop has taken a connection over.
    void registered(Channel connection) {
        connection.closeFuture().removeListener(untaken);
        unregistered.decrementAndGet();
        goOn();
    }

    /// A connection is set up, or came to nothing.
    void settled() {
        metrics.newcomers.decrementAndGet();
        goOn();
    }

    private void rest(Channel listener, boolean many) {
        if (!resting.add(listener)) {
            return;
        }
        if (many) {
            metrics.acceptsDelayed.increment();
        }
        listener.config().setAutoRead(false);
        goOn();
    }

    private void goOn() {
        if (resting.isEmpty()
                || unregistered.get() > UNREGISTERED / 4
                || metrics.newcomers.get() > most / 4 * 3) {
            return;
        }
        for (Channel listener : List.copyOf(resting)) {
            if (resting.remove(listener) && !listener.eventLoop().isShuttingDown()) {
                listener.eventLoop().execute(() -> listener.config().setAutoRead(true));
            }
        }
    }
}
