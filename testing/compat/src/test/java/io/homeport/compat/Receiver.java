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
import java.util.concurrent.Executors;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A web server that rules send to. Thread-safe.
final class Receiver implements AutoCloseable {
    /// Requests for confirmation.
    final Inbox<Request> questions = new Inbox<>();

    /// All other requests.
    final Inbox<Request> requests = new Inbox<>();

    private final HttpServer http;
    private volatile Function<Request, Answer> answers = _ -> new Answer(200, "");

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

    record Answer(int status, String body) {}

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
        Answer answer = question ? new Answer(200, "") : answers.apply(request);
        (question ? questions : requests).add(request);
        byte[] body = answer.body().getBytes(UTF_8);
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
