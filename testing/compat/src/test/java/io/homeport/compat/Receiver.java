package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A web server that rules send to. Thread-safe.
final class Receiver implements AutoCloseable {
    private static final CompletableFuture<Answer> OK =
            CompletableFuture.completedFuture(new Answer(200, ""));

    /// Requests for confirmation.
    final Inbox<Request> questions = new Inbox<>();

    /// All other requests.
    final Inbox<Request> requests = new Inbox<>();

    private final HttpServer http;
    private volatile Function<Request, CompletableFuture<Answer>> answers = _ -> OK;

    /// @param headers by their names in small letters
    record Request(String uri, Map<String, List<String>> headers, byte[] bytes) {
        String header(String name) {
            return String.join(",", headers.getOrDefault(name, List.of()));
        }

        String body() {
            return new String(bytes, UTF_8);
        }

        JsonNode json() {
            return JsonMapper.shared().readTree(bytes);
        }
    }

    /// @param location where else to ask; null for nowhere
    record Answer(int status, String body, @Nullable String location) {
        Answer(int status, String body) {
            this(status, body, null);
        }
    }

    Receiver() {
        this(0);
    }

    /// @param port 0 for a free one
    Receiver(int port) {
        try {
            http =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext("/", this::handle);
        http.start();
    }

    int port() {
        return http.getAddress().getPort();
    }

    String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    /// What requests get that aren't for confirmation, which get 200.
    void answer(Function<Request, Answer> how) {
        answers = request -> CompletableFuture.completedFuture(how.apply(request));
    }

    /// The same for answers that take their time; no thread waits for them.
    void answerLater(Function<Request, CompletableFuture<Answer>> how) {
        answers = how;
    }

    private void handle(HttpExchange exchange) throws IOException {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(exchange.getRequestHeaders());
        Request request =
                new Request(
                        exchange.getRequestURI().toString(),
                        headers,
                        exchange.getRequestBody().readAllBytes());
        boolean question =
                request.header("x-amz-rules-engine-message-type").equals("DestinationConfirmation");
        CompletableFuture<Answer> answer = question ? OK : answers.apply(request);
        (question ? questions : requests).add(request);
        answer.thenAccept(given -> send(exchange, given));
    }

    private static void send(HttpExchange exchange, Answer answer) {
        byte[] body = answer.body().getBytes(UTF_8);
        try (exchange) {
            if (answer.location() != null) {
                exchange.getResponseHeaders().set("Location", answer.location());
            }
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        } catch (IOException e) {
            // Who asked has gone.
        }
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
