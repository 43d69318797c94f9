package io.homeport.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/// Tells an HTTP connection of bytes before they are decoded: the decoder is silent until a head is
/// whole, which a client may take its time for. What comes for a connection that is about to close
/// is thrown away here. Owned by its event loop.
final class HttpBytes extends ChannelInboundHandlerAdapter {
    private final HttpConnection connection;

    HttpBytes(HttpConnection connection) {
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf bytes) || connection.onBytes(bytes.readableBytes())) {
            ctx.fireChannelRead(message);
        } else {
            bytes.release();
        }
    }
}
