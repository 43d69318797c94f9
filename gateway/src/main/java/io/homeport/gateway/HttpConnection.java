package io.homeport.gateway;

import io.homeport.aws.ApiRequest;
import io.homeport.aws.ApiResponse;
import io.homeport.aws.Caller;
import io.homeport.core.Clock;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One HTTP/1.1 connection. Owned by its event loop.
///
/// One request is in process at a time and reading is off meanwhile, until the answer has left for
/// the client. So pipelined requests are answered in order, what waits is bounded by one read, and
/// a client that doesn't read its answers gets no further ones.
final class HttpConnection extends ChannelInboundHandlerAdapter implements Watched {
    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

    /// RFC 9110, 5.6.7.
    private static final DateTimeFormatter IMF_FIXDATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    /// What signatures are checked against: clients correct their own clocks by the header Date.
    private static final Clock WALL_CLOCK = System::currentTimeMillis;

    /// What a byte of a head may cost while it isn't whole: lines of few bytes become objects of
    /// many.
    private static final int HEAD_COST = 16;

    private static final int LARGE_ANSWER = 4 * 1024;

    private enum Phase {
        IDLE,
        RECEIVING,
        PROCESSING,
        RESPONDING,
        CLOSED
    }

    private final Services services;
    private final HttpRoutes routes;
    private final Peer peer;
    private final @Nullable DeviceProof proof;
    private final @Nullable RequestAuthorizer authorizer;
    private final Queue<Object> waiting = new ArrayDeque<>();
    private Phase phase = Phase.IDLE;
    private volatile @Nullable ChannelHandlerContext context;
    private @Nullable HttpAssembly assembly;
    private long sinceNanos = System.nanoTime();
    private int watchIndex = -1;
    private boolean lastRequest;

    /// Bytes of a request have come, and not yet its whole head.
    private boolean heading;

    private long reservedBytes;

    /// @param proof the client's certificate, where it sent one
    /// @param rules how clients of the server name are taken
    /// @param api whether this is the API port, where the operator's pages are
    HttpConnection(
            Services services,
            HttpRoutes routes,
            Peer peer,
            @Nullable DeviceProof proof,
            EndpointRules rules,
            boolean api) {
        this.services = services;
        this.routes = routes;
        this.peer = peer;
        this.proof = proof;
        this.authorizer = api ? null : new RequestAuthorizer(services, peer, rules);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        sinceNanos = System.nanoTime();
        services.duties(ctx.executor()).watch(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        gone(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        gone(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        switch (phase) {
            case CLOSED -> ReferenceCountUtil.release(message);
            case PROCESSING, RESPONDING -> waiting.add(message);
            case IDLE, RECEIVING -> take(ctx, message);
        }
    }

    /// Bytes are about to be decoded: the time for a request begins with the first, and heads count
    /// to what requests may hold together.
    ///
    /// @return whether they are still wanted
    boolean onBytes(int count) {
        ChannelHandlerContext ctx = context;
        if (phase == Phase.CLOSED || ctx == null) {
            return false;
        }
        if (phase != Phase.IDLE) {
            return true;
        }
        if (!heading) {
            heading = true;
            sinceNanos = System.nanoTime();
        }
        if (!reserve(count * HEAD_COST)) {
            tooBusy(ctx);
            return false;
        }
        return true;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException || cause instanceof DecoderException) {
            LOG.debug("the connection or what it carries is broken", cause);
        } else {
            services.metrics().internalErrors.increment();
            LOG.error("an HTTP connection failed by a mistake of the server; it is closed", cause);
        }
        ctx.close();
    }

    @Override
    public void check(long nowNanos) {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        long age = nowNanos - sinceNanos;
        switch (phase) {
            case IDLE, RESPONDING -> {
                if (heading && age > services.limits().httpRequestTimeout().toNanos()) {
                    tooSlow(ctx);
                } else if (age > services.limits().httpIdleTimeout().toNanos()) {
                    ctx.close();
                }
            }
            case RECEIVING -> {
                if (age > services.limits().httpRequestTimeout().toNanos()) {
                    tooSlow(ctx);
                }
            }
            case PROCESSING, CLOSED -> {}
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

    /// Closes once the request in process is answered. Thread-safe.
    void drainLater() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        ctx.executor()
                .execute(() -> {
                    lastRequest = true;
                    if (phase == Phase.IDLE) {
                        ctx.close();
                    }
                });
    }

    // ---- requests ----

    private void take(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpRequest head) {
                begin(ctx, head);
            }
            if (message instanceof HttpContent content && phase == Phase.RECEIVING) {
                receive(ctx, content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest head) {
        phase = Phase.RECEIVING;
        if (!heading) {
            sinceNanos = System.nanoTime();
        }
        heading = false;
        giveBack();
        assembly = new HttpAssembly(head);
        ApiResponse refusal = refusal(head);
        if (refusal != null) {
            reject(ctx, refusal);
        } else if (!reserve(HttpAssembly.cost(head))) {
            tooBusy(ctx);
        } else if (HttpUtil.is100ContinueExpected(head)) {
            ctx.writeAndFlush(
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            HttpResponseStatus.CONTINUE,
                            Unpooled.EMPTY_BUFFER));
        }
    }

    private @Nullable ApiResponse refusal(HttpRequest head) {
        if (head.decoderResult().isFailure()) {
            return switch (head.decoderResult().cause()) {
                case TooLongHttpHeaderException _ ->
                        HttpAnswers.error(
                                431,
                                "RequestHeaderFieldsTooLargeException",
                                "The headers are larger than "
                                        + services.limits().maximumHttpHeaderBytes()
                                        + " bytes");
                case TooLongHttpLineException _ ->
                        HttpAnswers.error(
                                414, "RequestUriTooLongException", "The request line is too long");
                case Throwable e ->
                        HttpAnswers.error(
                                400, "BadRequestException", "This is no HTTP request: " + e);
            };
        }
        if (head.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && head.headers().getAll(HttpHeaderNames.HOST).size() != 1) {
            return HttpAnswers.error(
                    400, "BadRequestException", "There has to be exactly one Host header");
        }
        if (HttpUtil.getContentLength(head, 0L) > services.limits().maximumHttpBodyBytes()) {
            return tooLarge();
        }
        if (head.headers().contains(HttpHeaderNames.EXPECT)
                && !HttpUtil.is100ContinueExpected(head)) {
            return HttpAnswers.error(
                    417, "ExpectationFailedException", "Only Expect: 100-continue is known");
        }
        return null;
    }

    private void receive(ChannelHandlerContext ctx, HttpContent content) {
        HttpAssembly request = assembly;
        if (request == null) {
            return;
        }
        if (content.decoderResult().isFailure()) {
            reject(
                    ctx,
                    HttpAnswers.error(
                            400,
                            "BadRequestException",
                            "The body is malformed: " + content.decoderResult().cause()));
        } else if (!reserve(content.content().readableBytes())) {
            tooBusy(ctx);
        } else if (!request.add(ctx, content.content(), services.limits().maximumHttpBodyBytes())) {
            reject(ctx, tooLarge());
        } else if (content instanceof LastHttpContent) {
            process(ctx, request);
        }
    }

    private void tooBusy(ChannelHandlerContext ctx) {
        services.metrics().httpRejected.increment();
        turnDown(
                ctx,
                HttpAnswers.error(
                        503,
                        "ServiceUnavailableException",
                        "Too many large requests at once; try again"));
    }

    private void tooSlow(ChannelHandlerContext ctx) {
        reject(
                ctx,
                HttpAnswers.error(
                        408,
                        "RequestTimeoutException",
                        "The rest of the request didn't come in time"));
    }

    /// Takes a part of what the bodies of all connections may hold together, until the answer.
    private boolean reserve(int bytes) {
        AtomicLong all = services.metrics().httpBodyBytes;
        if (all.addAndGet(bytes) > services.limits().maximumHttpBodiesBytes()) {
            all.addAndGet(-bytes);
            return false;
        }
        reservedBytes += bytes;
        return true;
    }

    private void giveBack() {
        services.metrics().httpBodyBytes.addAndGet(-reservedBytes);
        reservedBytes = 0;
    }

    private void process(ChannelHandlerContext ctx, HttpAssembly whole) {
        phase = Phase.PROCESSING;
        assembly = null;
        ctx.channel().config().setAutoRead(false);
        Caller device = null;
        if (proof != null) {
            switch (proof.authenticate(services.directory())) {
                case DeviceDirectory.Authentication.Accepted accepted ->
                        device = proof.caller(accepted.identity(), peer.sourceIp());
                case DeviceDirectory.Authentication.Refused refused -> {
                    services.metrics().certificatesRefused.increment();
                    services.refused("HTTPS", peer, refused.reason());
                    whole.release();
                    respond(
                            ctx,
                            whole,
                            HttpAnswers.error(403, "ForbiddenException", refused.reason()));
                    return;
                }
            }
        }
        ApiRequest request = whole.request(peer.sourceIp(), device);
        if (whole.upgrade()) {
            routes.webSocket(
                    request,
                    authorizer,
                    entrance -> ctx.executor().execute(() -> enterWebSocket(ctx, whole, entrance)));
        } else {
            routes.handle(
                    request,
                    authorizer,
                    response -> ctx.executor().execute(() -> answer(ctx, whole, response)));
        }
    }

    private void enterWebSocket(
            ChannelHandlerContext ctx, HttpAssembly request, HttpRoutes.Entrance entrance) {
        switch (entrance) {
            case HttpRoutes.Entrance.Refused refused -> {
                services.refused("WebSocket", peer, refused.reason());
                respond(ctx, request, refused.response());
            }
            case HttpRoutes.Entrance.Admitted admitted -> {
                if (!ctx.channel().isActive() || phase != Phase.PROCESSING) {
                    return;
                }
                WebSocketUpgrade.upgrade(ctx, services, request.head(), peer, admitted.entry());
            }
        }
    }

    // ---- responses ----

    /// Large answers take turns: many may be ready at the same time.
    private void answer(ChannelHandlerContext ctx, HttpAssembly request, ApiResponse answer) {
        if (phase != Phase.PROCESSING) {
            return;
        }
        giveBack();
        if (!reserve(answer.body().length)) {
            // Clients that don't read hold too many answers.
            services.metrics().httpRejected.increment();
            ctx.close();
            return;
        }
        if (answer.body().length < LARGE_ANSWER) {
            respond(ctx, request, answer);
        } else {
            services.duties(ctx.executor()).inSpareTime(() -> respond(ctx, request, answer));
        }
    }

    private void respond(ChannelHandlerContext ctx, HttpAssembly request, ApiResponse answer) {
        if (phase != Phase.PROCESSING) {
            return;
        }
        boolean keep = request.keepAlive() && !lastRequest;
        phase = Phase.RESPONDING;
        sinceNanos = System.nanoTime();
        ChannelFuture written = write(ctx, request.head().protocolVersion(), answer, keep);
        if (keep) {
            written.addListener(done -> next(ctx, done.isSuccess()));
        } else {
            finish(ctx, written);
        }
    }

    /// Goes on once the answer has left.
    private void next(ChannelHandlerContext ctx, boolean written) {
        if (phase != Phase.RESPONDING) {
            return;
        }
        giveBack();
        if (!written || lastRequest) {
            ctx.close();
            return;
        }
        phase = Phase.IDLE;
        sinceNanos = System.nanoTime();
        while ((phase == Phase.IDLE || phase == Phase.RECEIVING) && !waiting.isEmpty()) {
            channelRead(ctx, waiting.remove());
        }
        if (phase == Phase.IDLE || phase == Phase.RECEIVING) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    /// Answers a request that can't be read to its end, and closes.
    private void reject(ChannelHandlerContext ctx, ApiResponse answer) {
        services.metrics().httpMalformed.increment();
        turnDown(ctx, answer);
    }

    private void turnDown(ChannelHandlerContext ctx, ApiResponse answer) {
        finish(ctx, write(ctx, HttpVersion.HTTP_1_1, answer, false));
        ctx.executor().execute(() -> forgetHead(ctx));
    }

    /// Lets go of the part of a head that has been decoded: the client may take its time to close.
    private static void forgetHead(ChannelHandlerContext ctx) {
        if (ctx.pipeline().get(HttpServerCodec.class) != null) {
            ctx.pipeline().remove(HttpServerCodec.class);
        }
    }

    private void finish(ChannelHandlerContext ctx, ChannelFuture written) {
        gone(ctx);
        OrderlyClose.after(written, services.limits().closeGrace());
    }

    private ChannelFuture write(
            ChannelHandlerContext ctx, HttpVersion version, ApiResponse answer, boolean keep) {
        services.metrics().httpRequests.increment();
        if (answer.status() >= 500) {
            services.metrics().httpErrors.increment();
        }
        FullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(answer.status()),
                        Unpooled.wrappedBuffer(answer.body()));
        for (Map.Entry<String, List<String>> header : answer.headers().entrySet()) {
            response.headers().set(header.getKey(), header.getValue());
        }
        response.headers().set(HttpHeaderNames.DATE, IMF_FIXDATE.format(WALL_CLOCK.now()));
        if (answer.status() != 204 && answer.status() != 304) {
            HttpUtil.setContentLength(response, answer.body().length);
        }
        if (!keep) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (version.equals(HttpVersion.HTTP_1_0)) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        return ctx.writeAndFlush(response);
    }

    private ApiResponse tooLarge() {
        return HttpAnswers.error(
                413,
                "RequestEntityTooLargeException",
                "The body is larger than " + services.limits().maximumHttpBodyBytes() + " bytes");
    }

    private void gone(ChannelHandlerContext ctx) {
        phase = Phase.CLOSED;
        giveBack();
        services.duties(ctx.executor()).unwatch(this);
        if (assembly != null) {
            assembly.release();
            assembly = null;
        }
        while (!waiting.isEmpty()) {
            ReferenceCountUtil.release(waiting.remove());
        }
    }
}
