package io.homeport.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Stands before everything else while a connection is set up: from its first byte through the TLS
/// handshake to CONNECT or to the first HTTP request. Passes bytes on as its event loop has time
/// for {@link PacedWork}. Owned by the connection's event loop.
final class Newcomer extends ChannelInboundHandlerAdapter implements Watched, Runnable {
    /// A client that sends nothing for so long doesn't count as being set up any more: slow ones
    /// keep nobody else out.
    private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Services services;
    private final Runnable settled;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf waiting;
    private long lastNanos;
    private int watchIndex = -1;
    private long sinceNanos;
    private boolean begun;
    private boolean told;
    private boolean leaving;

    /// @param settled told once, when this is over
    Newcomer(Services services, Runnable settled) {
        this.services = services;
        this.settled = settled;
    }

    /// The connection of this pipeline has been set up. What waits here is passed on when its turn
    /// comes.
    static void leave(ChannelPipeline pipeline) {
        Newcomer newcomer = pipeline.get(Newcomer.class);
        if (newcomer == null) {
            return;
        }
        if (newcomer.waiting == null) {
            pipeline.remove(newcomer);
        } else {
            newcomer.leaving = true;
        }
    }

    /// Whether something waits here, so that nothing more is to be read.
    static boolean waits(ChannelPipeline pipeline) {
        Newcomer newcomer = pipeline.get(Newcomer.class);
        return newcomer != null && newcomer.waiting != null;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        lastNanos = System.nanoTime();
        sinceNanos = lastNanos;
        services.duties(ctx.executor()).watch(this);
    }

    @Override
    public void channelUnregistered(ChannelHandlerContext ctx) {
        services.duties(ctx.executor()).unwatch(this);
        ctx.fireChannelUnregistered();
    }

    /// By another event loop, where the connection is moved.
    @Override
    public void channelRegistered(ChannelHandlerContext ctx) {
        services.duties(ctx.executor()).watch(this);
        ctx.fireChannelRegistered();
    }

    private void begin(long nowNanos) {
        if (!begun) {
            begun = true;
            sinceNanos = nowNanos;
        }
    }

    /// For how long the client has had the chance to get on: not while its first bytes wait here.
    long nanosSince(long nowNanos) {
        return waiting != null && !begun ? 0 : nowNanos - sinceNanos;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        over(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        // What came before the end is taken before the end.
        run();
        over(ctx);
        ctx.fireChannelInactive();
    }

    private void over(ChannelHandlerContext ctx) {
        services.duties(ctx.executor()).unwatch(this);
        if (waiting != null) {
            waiting.release();
            waiting = null;
        }
        settle();
    }

    private void settle() {
        if (!told) {
            told = true;
            settled.run();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        lastNanos = System.nanoTime();
        PacedWork turnover = services.duties(ctx.executor()).turnover();
        if (waiting != null) {
            waiting = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), waiting, bytes);
        } else if (turnover.mayGo()) {
            begin(lastNanos);
            ctx.fireChannelRead(bytes);
            turnover.used(System.nanoTime() - lastNanos);
        } else {
            waiting = bytes;
            // Nothing more is read for it, so that what waits stays small.
            ctx.channel().config().setAutoRead(false);
            turnover.later(this, begun);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (waiting == null) {
            ctx.fireChannelReadComplete();
        }
    }

    /// It is this connection's turn.
    @Override
    public void run() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        EventExecutor loop = ctx.executor();
        if (!loop.inEventLoop()) {
            // The connection was moved while this waited.
            loop.execute(() -> services.duties(loop).turnover().later(this, true));
            return;
        }
        ByteBuf bytes = waiting;
        waiting = null;
        if (bytes == null) {
            return;
        }
        lastNanos = System.nanoTime();
        begin(lastNanos);
        if (ctx.channel().isActive()) {
            ctx.channel().config().setAutoRead(true);
        }
        ctx.fireChannelRead(bytes);
        ctx.fireChannelReadComplete();
        if (leaving && !ctx.isRemoved()) {
            ctx.pipeline().remove(this);
        }
    }

    @Override
    public void check(long nowNanos) {
        if (waiting == null && nowNanos - lastNanos > STALLED_NANOS) {
            settle();
        }
    }

    @Override
    public int watchIndex() {
        return watchIndex;
    }

    @Override
    public void watchIndex(int index) {
        watchIndex = index;
    }
}
