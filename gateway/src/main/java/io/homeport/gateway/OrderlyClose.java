package io.homeport.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Closes a connection so that the peer gets the last bytes. Closing a socket that holds unread
/// input sends a reset, and a reset makes the peer's kernel throw away what it hasn't read yet. So
/// the output is shut down first (TLS: after close_notify), and the socket is closed once the peer
/// has closed its side too, or the grace is over. The caller reads on and discards.
final class OrderlyClose {
    private OrderlyClose() {}

    /// Called on the channel's event loop.
    ///
    /// @param lastWrite the write behind which to close
    static void after(ChannelFuture lastWrite, Duration grace) {
        Channel channel = lastWrite.channel();
        if (!channel.isActive()) {
            channel.close();
            return;
        }
        channel.config().setAutoRead(true);
        ScheduledFuture<?> late =
                channel.eventLoop()
                        .schedule(() -> channel.close(), grace.toMillis(), TimeUnit.MILLISECONDS);
        // Or all that a connection is made of outlives it by the grace.
        channel.closeFuture().addListener(_ -> late.cancel(false));
        lastWrite.addListener(
                (ChannelFutureListener)
                        written -> {
                            if (!written.isSuccess()) {
                                channel.close();
                                return;
                            }
                            shutDownOutput(channel);
                        });
    }

    private static void shutDownOutput(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            half(channel);
        } else {
            tls.closeOutbound().addListener(closed -> half(channel));
        }
    }

    private static void half(Channel channel) {
        if (channel instanceof DuplexChannel duplex && channel.isActive()) {
            duplex.shutdownOutput();
        } else {
            channel.close();
        }
    }
}
