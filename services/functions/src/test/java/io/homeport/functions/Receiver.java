package io.homeport.functions;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Takes what functions post, so that tests can wait for it.
final class Receiver implements AutoCloseable {
    private final HttpServer server;
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    Receiver() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext(
                "/",
                exchange -> {
                    received.add(
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8));
                    exchange.sendResponseHeaders(204, -1);
                    exchange.close();
                });
        server.start();
    }

    /// Lines of Python that define `tell(text)`.
    String python() {
        return """
        import http.client
        def tell(text):
            connection = http.client.HTTPConnection("127.0.0.1", %d)
            connection.request("POST", "/", text)
            connection.getresponse().read()
        """
                .formatted(server.getAddress().getPort());
    }

    /// The next text.
    String next() {
        try {
            String text = received.poll(30, TimeUnit.SECONDS);
            if (text == null) {
                throw new AssertionError("nothing came");
            }
            return text;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
