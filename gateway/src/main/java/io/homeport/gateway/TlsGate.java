package io.homeport.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Waits for the TLS handshake, judges the certificate of a client of MQTT, moves the connection
/// from the event loop of handshakes to one of those for connections, and lets in what the listener
/// and the negotiated protocol say. Owned by the connection's event loop; leaves the pipeline when
/// done.
final class TlsGate extends ChannelInboundHandlerAdapter implements Watched {
    private static final Logger LOG = LoggerFactory.getLogger(TlsGate.class);

    private final Services services;
    private final HttpRoutes routes;
    private final Pipelines pipelines;
    private final Use use;
    private final Newcomer newcomer;
    private @Nullable String serverName;
    private @Nullable ChannelHandlerContext context;
    private @Nullable DeviceProof sniffedProof;
    private EndpointRules rules = EndpointRules.DEFAULT;
    private boolean counted;
    private boolean sniffing;

    /// Whether the client is still to be judged or to be moved, and what it has sent meanwhile.
    private boolean judging;

    private @Nullable ByteBuf early;

    /// What lets the client in, once it has been judged.
    private @Nullable Runnable entrance;

    private long sinceNanos;
    private int watchIndex = -1;

    /// What a listener is for.
    enum Use {
        /// MQTT with a client certificate, nothing else.
        MQTT,
        /// Everything that devices and their apps speak, chosen by ALPN.
        DEVICES,
        /// The AWS API and the operator's pages, where they are not on loopback.
        API
    }

    TlsGate(Services services, HttpRoutes routes, Pipelines pipelines, Use use, Newcomer newcomer) {
        this.newcomer = newcomer;
        this.services = services;
        this.routes = routes;
        this.pipelines = pipelines;
        this.use = use;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        counted = true;
        sinceNanos = System.nanoTime();
        // Its time-out is for the handshake and for silence before it.
        services.duties(ctx.executor()).watch(this);
        if (services.metrics().handshakes.incrementAndGet()
                > services.limits().maximumHandshakes()) {
            services.metrics().connectionsLimited.increment();
            ctx.close();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        over(ctx);
    }

    @Override
    public void channelUnregistered(ChannelHandlerContext ctx) {
        services.duties(ctx.executor()).unwatch(this);
        ctx.fireChannelUnregistered();
    }

    /// By another event loop, where the client has been judged.
    @Override
    public void channelRegistered(ChannelHandlerContext ctx) {
        LoopDuties duties = services.duties(ctx.executor());
        duties.watch(this);
        ctx.fireChannelRegistered();
        if (entrance != null) {
            // What the socket had no room for is waited for on this loop.
            ctx.channel().unsafe().flush();
            duties.turnover().run(this::enter);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        // What came before the end is taken before the end.
        judge();
        enter();
        over(ctx);
        ctx.fireChannelInactive();
    }

    private void over(ChannelHandlerContext ctx) {
        handshakeOver();
        services.duties(ctx.executor()).unwatch(this);
        judged();
    }

    /// Gives back what the client has sent meanwhile, if it isn't taken.
    private void judged() {
        if (judging) {
            judging = false;
            ReferenceCountUtil.release(early);
            early = null;
        }
    }

    @Override
    public void check(long nowNanos) {
        if (judging) {
            return;
        }
        boolean late =
                sniffing
                        ? nowNanos - sinceNanos > services.limits().httpIdleTimeout().toNanos()
                        : newcomer.nanosSince(nowNanos)
                                > services.limits().handshakeTimeout().toNanos();
        if (context != null && late) {
            if (!sniffing) {
                services.metrics().handshakesFailed.increment();
            }
            context.close();
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

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SniCompletionEvent sni) {
            serverName = sni.hostname();
            if (!sni.isSuccess()) {
                failed(ctx, sni.cause());
            }
        } else if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                handshakeOver();
                judging = true;
                // In a turn of its own: it takes about as long as the handshake does. Little more
                // is read until then, so that what waits stays small.
                ctx.channel().config().setAutoRead(false);
                services.duties(ctx.executor()).turnover().later(this::judge, true);
            } else {
                failed(ctx, handshake.cause());
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed(ctx, cause);
    }

    /// Judges the client, and moves it to where it is to stay.
    private void judge() {
        ChannelHandlerContext ctx = context;
        if (!judging || entrance != null || ctx == null) {
            return;
        }
        try {
            entrance = admit(ctx);
        } catch (RuntimeException | AssertionError e) {
            services.failed(LOG, "judging a TLS client", peer(ctx), e);
            ctx.close();
        }
        if (entrance == null) {
            judged();
        } else if (ctx.channel().isActive()) {
            Channel channel = ctx.channel();
            channel.deregister().addListener(_ -> services.loops().register(channel));
        }
    }

    /// Lets the client in, then takes what it has sent already.
    private void enter() {
        ChannelHandlerContext ctx = context;
        Runnable enter = entrance;
        if (!judging || enter == null || ctx == null) {
            return;
        }
        judging = false;
        ByteBuf bytes = early;
        early = null;
        if (ctx.channel().isActive() && !Newcomer.waits(ctx.pipeline())) {
            ctx.channel().config().setAutoRead(true);
        }
        try {
            enter.run();
        } catch (RuntimeException | AssertionError e) {
            ReferenceCountUtil.release(bytes);
            services.failed(LOG, "letting a TLS client in", peer(ctx), e);
            ctx.close();
            return;
        }
        if (!sniffing) {
            leave(ctx);
        }
        if (bytes != null) {
            if (sniffing) {
                channelRead(ctx, bytes);
            } else {
                ctx.fireChannelRead(bytes);
            }
            ctx.fireChannelReadComplete();
        }
    }

    /// The first bytes of a client that negotiated no protocol.
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (judging) {
            ByteBuf more = (ByteBuf) message;
            early =
                    early == null
                            ? more
                            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(
                                    ctx.alloc(), early, more);
            return;
        }
        if (!sniffing || !(message instanceof ByteBuf bytes) || !bytes.isReadable()) {
            ReferenceCountUtil.release(message);
            return;
        }
        sniffing = false;
        // 0x10 is the first byte of CONNECT and of no HTTP request.
        boolean mqtt = bytes.getByte(bytes.readerIndex()) == 0x10;
        Runnable enter = mqtt ? mqtt(ctx, sniffedProof) : http(ctx, sniffedProof);
        if (enter == null) {
            bytes.release();
            return;
        }
        enter.run();
        leave(ctx);
        ctx.fireChannelRead(bytes);
    }

    /// What lets the client in; null where it was refused.
    private @Nullable Runnable admit(ChannelHandlerContext ctx) {
        if (use == Use.API) {
            return http(ctx, null, EndpointRules.DEFAULT, true);
        }
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        rules = services.authorizerDesk().authorizers().rules(serverName);
        DeviceProof sent = proof(tls.engine().getSession());
        DeviceProof proof = rules.authentication().takesCertificate() ? sent : null;
        if (proof == null && rules.authentication().needsCertificate()) {
            return refuse(ctx, "no client certificate was sent");
        }
        return switch (rules.protocol()) {
            case DEFAULT -> negotiated(ctx, proof, tls.applicationProtocol());
            case MQTT -> mqtt(ctx, proof);
            case WEBSOCKET, HTTPS -> http(ctx, proof);
        };
    }

    private @Nullable Runnable negotiated(
            ChannelHandlerContext ctx, @Nullable DeviceProof proof, @Nullable String protocol) {
        boolean mayLackCertificate = !rules.authentication().takesCertificate();
        boolean lacksCertificate = proof == null && !mayLackCertificate;
        if (use == Use.MQTT || TlsContexts.ALPN_MQTT_CERTIFICATE.equals(protocol)) {
            return lacksCertificate
                    ? refuse(ctx, "no client certificate was sent")
                    : mqtt(ctx, proof);
        }
        if (protocol == null || TlsContexts.ALPN_MQTT_AUTHORIZER.equals(protocol)) {
            // AWS IoT has WebSockets by the authorizers' protocol, too, and asks for no
            // certificate then.
            boolean certificate = protocol == null || rules.authentication().needsCertificate();
            return () -> {
                sniffing = true;
                sniffedProof = certificate ? proof : null;
                sinceNanos = System.nanoTime();
            };
        }
        if (TlsContexts.ALPN_HTTP_CERTIFICATE.equals(protocol) && lacksCertificate) {
            return refuse(ctx, "no client certificate was sent");
        }
        return http(ctx, proof);
    }

    /// @param proof null where a custom authorizer decides alone
    private @Nullable Runnable mqtt(ChannelHandlerContext ctx, @Nullable DeviceProof proof) {
        if (rules.authentication() == EndpointRules.Authentication.SIGNATURE) {
            return refuse(
                    ctx, "the domain configuration takes signed WebSockets and requests alone");
        }
        Peer peer = peer(ctx);
        if (proof == null) {
            return mqtt(ctx, MqttEntry.authorized(peer, true, null, null), peer);
        }
        return switch (proof.authenticate(services.directory())) {
            case DeviceDirectory.Authentication.Accepted(DeviceIdentity identity) -> {
                boolean both =
                        rules.authentication()
                                == EndpointRules.Authentication.CERTIFICATE_AND_AUTHORIZER;
                yield mqtt(
                        ctx,
                        both
                                ? MqttEntry.authorized(peer, true, identity, proof.pem())
                                : MqttEntry.known(identity, false),
                        peer);
            }
            case DeviceDirectory.Authentication.Refused(String reason) -> {
                services.metrics().certificatesRefused.increment();
                yield refuse(ctx, reason);
            }
        };
    }

    private Runnable mqtt(ChannelHandlerContext ctx, MqttEntry entry, Peer peer) {
        return () -> pipelines.mqtt(ctx.pipeline(), entry, peer);
    }

    private Runnable http(ChannelHandlerContext ctx, @Nullable DeviceProof proof) {
        return http(ctx, proof, rules, false);
    }

    private Runnable http(
            ChannelHandlerContext ctx,
            @Nullable DeviceProof proof,
            EndpointRules rules,
            boolean api) {
        return () -> {
            pipelines.http(ctx.pipeline(), routes, peer(ctx), proof, rules, api);
            Newcomer.leave(ctx.pipeline());
        };
    }

    private void leave(ChannelHandlerContext ctx) {
        ChannelPipeline pipeline = ctx.pipeline();
        if (pipeline.context(this) != null && ctx.channel().isActive()) {
            pipeline.remove((ChannelHandler) this);
        }
    }

    /// Null, as there is no way in.
    private @Nullable Runnable refuse(ChannelHandlerContext ctx, String reason) {
        services.refused("TLS", peer(ctx), reason);
        ctx.close();
        return null;
    }

    private void failed(ChannelHandlerContext ctx, Throwable cause) {
        if (counted) {
            services.metrics().handshakesFailed.increment();
            services.refused("TLS", peer(ctx), "the handshake failed: " + cause.getMessage());
        }
        handshakeOver();
        ctx.close();
    }

    private void handshakeOver() {
        if (counted) {
            counted = false;
            services.metrics().handshakes.decrementAndGet();
        }
    }

    private Peer peer(ChannelHandlerContext ctx) {
        return Peer.of(ctx.channel(), serverName, services.addresses());
    }

    private @Nullable DeviceProof proof(SSLSession session) {
        try {
            Certificate[] sent = session.getPeerCertificates();
            List<X509Certificate> chain = new ArrayList<>(sent.length);
            for (Certificate certificate : sent) {
                chain.add((X509Certificate) certificate);
            }
            return chain.isEmpty() ? null : new DeviceProof(List.copyOf(chain), serverName);
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }
}
