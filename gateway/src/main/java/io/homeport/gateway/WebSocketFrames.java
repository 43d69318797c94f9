package io.homeport.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;

/// Between WebSocket frames and MQTT's byte stream: packets needn't be aligned with frames
/// [MQTT-6.0.0-2], so frames and fragments are passed on as they come. Owned by its event loop.
final class WebSocketFrames extends ChannelDuplexHandler {
    private final MqttConnection mqtt;
    private boolean closing;

    WebSocketFrames(MqttConnection mqtt) {
        this.mqtt = mqtt;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (closing) {
            ReferenceCountUtil.release(message);
            return;
        }
        switch (message) {
            case BinaryWebSocketFrame binary -> ctx.fireChannelRead(binary.content());
            // The frame decoder lets a continuation through only behind a frame that is unfinished,
            // and a text frame has ended the connection.
            case ContinuationWebSocketFrame more -> ctx.fireChannelRead(more.content());
            // RFC 6455, 5.5.3: not every ping needs its pong, and those that a client doesn't read
            // would pile up.
            case PingWebSocketFrame ping when ctx.channel().isWritable() ->
                    ctx.writeAndFlush(new PongWebSocketFrame(ping.content()));
            case PingWebSocketFrame ping -> ping.release();
            case PongWebSocketFrame pong -> pong.release();
            case CloseWebSocketFrame close -> {
                closing = true;
                ctx.writeAndFlush(new CloseWebSocketFrame(true, close.rsv(), close.content()))
                        .addListener(ChannelFutureListener.CLOSE);
            }
            case WebSocketFrame other -> {
                other.release();
                closing = true;
                // [MQTT-6.0.0-1]
                mqtt.webSocketViolation(
                        WebSocketCloseStatus.INVALID_MESSAGE_TYPE,
                        "MQTT travels in binary WebSocket frames only");
            }
            default -> {
                ReferenceCountUtil.release(message);
                ctx.close();
            }
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ctx.write(
                message instanceof ByteBuf bytes ? new BinaryWebSocketFrame(bytes) : message,
                promise);
    }
}
