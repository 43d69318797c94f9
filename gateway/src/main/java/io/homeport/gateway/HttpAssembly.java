package io.homeport.gateway;

import io.homeport.aws.ApiRequest;
import io.homeport.aws.Caller;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One request while its parts come in. Owned by its connection's event loop.
final class HttpAssembly {
    private static final byte[] NO_BODY = {};

    /// Bytes of a header's objects beside its characters.
    private static final int HEADER_OBJECTS = 160;

    private final HttpRequest head;
    private final boolean keepAlive;
    private @Nullable ByteBuf body;

    HttpAssembly(HttpRequest head) {
        this.head = head;
        this.keepAlive = HttpUtil.isKeepAlive(head);
    }

    /// Bytes of memory that a head takes, more or less.
    static int cost(HttpRequest head) {
        int cost = head.uri().length();
        for (Map.Entry<String, String> header : head.headers()) {
            cost += HEADER_OBJECTS + header.getKey().length() + header.getValue().length();
        }
        return cost;
    }

    HttpRequest head() {
        return head;
    }

    boolean keepAlive() {
        return keepAlive;
    }

    /// Adds a part of the body.
    ///
    /// @return false where the body is now larger than the maximum
    boolean add(ChannelHandlerContext ctx, ByteBuf part, int maximum) {
        int size = body == null ? 0 : body.readableBytes();
        if (part.readableBytes() > maximum - size) {
            return false;
        }
        if (part.isReadable()) {
            if (body == null) {
                body = ctx.alloc().heapBuffer(part.readableBytes());
            }
            body.writeBytes(part);
        }
        return true;
    }

    void release() {
        if (body != null) {
            body.release();
            body = null;
        }
    }

    /// Whether the client asks to go on with WebSocket.
    boolean upgrade() {
        return head.headers().containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)
                && head.headers().containsValue(HttpHeaderNames.UPGRADE, "websocket", true);
    }

    /// The whole request. Gives up the body's buffer.
    ApiRequest request(String sourceIp, @Nullable Caller device) {
        byte[] bytes = body == null ? NO_BODY : ByteBufUtil.getBytes(body);
        release();
        String target = originForm(head.uri());
        int question = target.indexOf('?');
        return new ApiRequest(
                head.method().name(),
                question < 0 ? target : target.substring(0, question),
                question < 0 ? "" : target.substring(question + 1),
                headers(head.headers()),
                bytes,
                sourceIp,
                device);
    }

    /// Clients of proxies send `http://host/path`; everybody else sends `/path`.
    static String originForm(String uri) {
        int scheme = uri.indexOf("://");
        if (uri.startsWith("/") || scheme < 0) {
            return uri;
        }
        int path = uri.indexOf('/', scheme + 3);
        return path < 0 ? "/" : uri.substring(path);
    }

    private static Map<String, List<String>> headers(HttpHeaders headers) {
        Map<String, List<String>> map = new HashMap<>();
        for (Map.Entry<String, String> header : headers) {
            map.computeIfAbsent(header.getKey().toLowerCase(Locale.ROOT), _ -> new ArrayList<>(1))
                    .add(header.getValue());
        }
        return map;
    }
}
