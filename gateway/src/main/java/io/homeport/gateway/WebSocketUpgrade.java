package io.homeport.gateway;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;

/// Turns an HTTP connection into an MQTT connection over WebSocket. Stateless.
final class WebSocketUpgrade {
    /// The names of MQTT's subprotocol, the second from MQTT 3.1.
    static final String SUBPROTOCOLS = "mqtt,mqttv3.1";

    private static final int FRAME_ALLOWANCE = 64 * 1024;

    private WebSocketUpgrade() {}

    /// Called on the event loop, with the admitted request. The path was checked before.
    static void upgrade(
            ChannelHandlerContext ctx,
            Services services,
            HttpRequest head,
            Peer peer,
            MqttEntry entry) {
        WebSocketDecoderConfig frames =
                WebSocketDecoderConfig.newBuilder()
                        .maxFramePayloadLength(
                                services.limits().mqtt().maximumPacketSize() + FRAME_ALLOWANCE)
                        .allowExtensions(false)
                        .withUTF8Validator(false)
                        .build();
        WebSocketServerHandshaker handshaker =
                new WebSocketServerHandshakerFactory("/mqtt", SUBPROTOCOLS, frames)
                        .newHandshaker(head);
        if (handshaker == null) {
            WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(ctx.channel());
            ctx.close();
            return;
        }
        MqttConnection mqtt = new MqttConnection(services, entry, peer);
        FullHttpRequest request =
                new DefaultFullHttpRequest(head.protocolVersion(), head.method(), head.uri());
        request.headers().set(head.headers());
        try {
            handshaker
                    .handshake(ctx.channel(), request)
                    .addListener(done -> {
                        if (!done.isSuccess()) {
                            ctx.close();
                            return;
                        }
                        ChannelPipeline pipeline = ctx.pipeline();
                        pipeline.remove(HttpBytes.class);
                        pipeline.addLast(new WebSocketFrames(mqtt), mqtt);
                        pipeline.remove(ctx.handler());
                        ctx.channel().config().setAutoRead(true);
                    });
        } catch (WebSocketHandshakeException e) {
            services.refused("WebSocket", peer, String.valueOf(e.getMessage()));
            ctx.close();
        } finally {
            request.release();
        }
    }
}
