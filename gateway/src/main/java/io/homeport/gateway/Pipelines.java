package io.homeport.gateway;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsyncMapping;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Puts the handlers of each kind of connection together. Thread-safe.
final class Pipelines {
    private static final int MAXIMUM_REQUEST_LINE = 16 * 1024;
    private static final int MAXIMUM_CHUNK = 16 * 1024;
    private static final int MAXIMUM_CLIENT_HELLO = 16 * 1024;

    private final Services services;
    private final Set<HttpConnection> httpConnections = ConcurrentHashMap.newKeySet();

    Pipelines(Services services) {
        this.services = services;
    }

    void mqtt(ChannelPipeline pipeline, MqttEntry entry, Peer peer) {
        pipeline.addLast(new MqttConnection(services, entry, peer));
    }

    void http(
            ChannelPipeline pipeline,
            HttpRoutes routes,
            Peer peer,
            @Nullable DeviceProof proof,
            EndpointRules rules,
            boolean api) {
        HttpDecoderConfig config =
                new HttpDecoderConfig()
                        .setMaxInitialLineLength(MAXIMUM_REQUEST_LINE)
                        .setMaxHeaderSize(services.limits().maximumHttpHeaderBytes())
                        .setMaxChunkSize(MAXIMUM_CHUNK);
        HttpConnection connection = new HttpConnection(services, routes, peer, proof, rules, api);
        httpConnections.add(connection);
        pipeline.channel().closeFuture().addListener(_ -> httpConnections.remove(connection));
        pipeline.addLast(new HttpBytes(connection), new HttpServerCodec(config), connection);
    }

    /// @param settled told when the connection is set up
    void tls(
            Channel channel,
            TlsContexts contexts,
            HttpRoutes routes,
            TlsGate.Use use,
            Runnable settled) {
        Newcomer newcomer = new Newcomer(services, settled);
        channel.pipeline()
                .addLast(
                        newcomer,
                        new ServerNames(contexts, services),
                        new TlsGate(services, routes, this, use, newcomer));
    }

    /// The HTTP connections that are open now.
    Set<HttpConnection> httpConnections() {
        return httpConnections;
    }

    /// Chooses the server's certificate by SNI.
    private static final class ServerNames extends SniHandler {
        /// {@link TlsGate} has it, without a timer for each connection.
        private static final long NO_TIMEOUT = 0;

        private final TlsContexts contexts;
        private final Services services;

        ServerNames(TlsContexts contexts, Services services) {
            // What maps names is the method below, which knows the connection.
            super(
                    (AsyncMapping<String, SslContext>) (_, promise) -> promise,
                    MAXIMUM_CLIENT_HELLO,
                    NO_TIMEOUT);
            this.contexts = contexts;
            this.services = services;
        }

        @Override
        protected SslHandler newSslHandler(SslContext context, ByteBufAllocator allocator) {
            SslHandler handler = super.newSslHandler(context, allocator);
            handler.setHandshakeTimeoutMillis(NO_TIMEOUT);
            handler.setCloseNotifyFlushTimeoutMillis(services.limits().closeGrace().toMillis());
            return handler;
        }

        /// Those that wait for the first context go on one after the other, in turns of their loop.
        @Override
        protected Future<SslContext> lookup(ChannelHandlerContext ctx, @Nullable String name) {
            Promise<SslContext> promise = ctx.executor().newPromise();
            CompletableFuture<Optional<SslContext>> context = contexts.forServerName(name);
            if (context.isDone()) {
                complete(promise, name, context);
            } else {
                PacedWork turnover = services.duties(ctx.executor()).turnover();
                context.whenComplete((_, _) ->
                        ctx.executor()
                                .execute(() ->
                                        turnover.later(
                                                () -> complete(promise, name, context), true)));
            }
            return promise;
        }

        private static void complete(
                Promise<SslContext> promise,
                @Nullable String name,
                CompletableFuture<Optional<SslContext>> context) {
            try {
                promise.setSuccess(
                        context.join()
                                .orElseThrow(() ->
                                        new IllegalArgumentException(
                                                "the server name " + name + " isn't served")));
            } catch (IllegalArgumentException | CompletionException e) {
                promise.setFailure(e);
            }
        }
    }
}
