package io.homeport.functions;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The Lambda Runtime API for one process (AWS Lambda developer guide, "Using the Lambda runtime
/// API"): a small HTTP/1.1 server on a loopback port of its own, because clients know it as host
/// and port alone. Each connection has a virtual thread. Thread-safe.
final class RuntimeApi implements AutoCloseable {
    private static final String BASE = "/2018-06-01/runtime/";
    private static final int MAXIMUM_LINE = 16 << 10;
    private static final int MAXIMUM_HEADERS = 100;
    private static final int MAXIMUM_CONNECTIONS = 16;

    private final Calls calls;
    private final int maximumBody;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /// What a process asks and tells.
    interface Calls {
        /// The next event, waited for.
        Answer next() throws InterruptedException;

        /// The result of an invocation.
        Answer response(String requestId, byte[] body);

        /// The result is larger than what is read.
        Answer tooLarge(String requestId, long bytes);

        /// The failure of an invocation.
        Answer error(String requestId, byte[] body);

        /// The failure of the start.
        Answer initError(byte[] body);
    }

    /// An answer to a process.
    record Answer(int status, Map<String, String> headers, byte[] body) {
        static final Answer ACCEPTED = json(202, "{\"status\":\"OK\"}");

        static Answer refused(int status, String type, String message) {
            return json(
                    status,
                    "{\"errorType\":\"%s\",\"errorMessage\":\"%s\"}".formatted(type, message));
        }

        private static Answer json(int status, String body) {
            return new Answer(status, Map.of(), body.getBytes(StandardCharsets.UTF_8));
        }
    }

    private record Request(String method, String path, byte[] body, long bodyBytes, boolean last) {}

    RuntimeApi(Calls calls, int maximumBody) throws IOException {
        this.calls = calls;
        this.maximumBody = maximumBody;
        this.server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 16);
        Thread.ofVirtual().name("function-api").start(this::accept);
    }

    /// Host and port, for `AWS_LAMBDA_RUNTIME_API`.
    String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    @Override
    public void close() {
        closeQuietly(server);
        sockets.forEach(RuntimeApi::closeQuietly);
    }

    private static void closeQuietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // It is of no use any more either way.
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                if (sockets.size() >= MAXIMUM_CONNECTIONS) {
                    socket.close();
                    continue;
                }
                sockets.add(socket);
                Thread.ofVirtual().name("function-api").start(() -> serve(socket));
            } catch (IOException e) {
                closeQuietly(server);
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            boolean more = true;
            while (more) {
                Request request = read(in, socket);
                if (request == null) {
                    return;
                }
                write(socket, answer(request));
                more = !request.last;
            }
        } catch (IOException | NumberFormatException e) {
            // The process broke off or speaks no HTTP: it has ended, or it connects again.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(socket);
        }
    }

    private Answer answer(Request request) throws InterruptedException {
        if (!request.path.startsWith(BASE)) {
            return Answer.refused(404, "NotFound", "there is nothing of that path");
        }
        String[] parts = request.path.substring(BASE.length()).split("/", -1);
        boolean post = request.method.equals("POST");
        if (request.method.equals("GET")
                && parts.length == 2
                && parts[0].equals("invocation")
                && parts[1].equals("next")) {
            return calls.next();
        }
        if (post && parts.length == 2 && parts[0].equals("init") && parts[1].equals("error")) {
            return calls.initError(request.body);
        }
        if (post && parts.length == 3 && parts[0].equals("invocation")) {
            boolean response = parts[2].equals("response");
            if (response && request.bodyBytes > maximumBody) {
                return calls.tooLarge(parts[1], request.bodyBytes);
            }
            if (response) {
                return calls.response(parts[1], request.body);
            }
            if (parts[2].equals("error")) {
                return calls.error(parts[1], request.body);
            }
        }
        return Answer.refused(404, "NotFound", "there is nothing of that path");
    }

    private static void write(Socket socket, Answer answer) throws IOException {
        StringBuilder head = new StringBuilder(512);
        head.append("HTTP/1.1 ").append(answer.status).append(' ');
        head.append(answer.status < 300 ? "OK" : "Refused").append("\r\n");
        head.append("Content-Type: application/json\r\n");
        answer.headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(answer.body.length).append("\r\n\r\n");
        ByteArrayOutputStream all = new ByteArrayOutputStream(head.length() + answer.body.length);
        all.writeBytes(head.toString().getBytes(StandardCharsets.UTF_8));
        all.writeBytes(answer.body);
        socket.getOutputStream().write(all.toByteArray());
    }

    // --- reading requests

    private @Nullable Request read(InputStream in, Socket socket) throws IOException {
        String start = line(in);
        if (start == null) {
            return null;
        }
        String[] words = start.split(" ");
        if (words.length != 3) {
            throw new IOException("no HTTP request: " + start);
        }
        Map<String, String> headers = headers(in);
        if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
            socket.getOutputStream()
                    .write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        Body body = new Body(in, maximumBody);
        if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            body.readChunks();
        } else {
            body.read(Long.parseLong(headers.getOrDefault("content-length", "0")));
        }
        return new Request(
                words[0],
                words[1],
                body.kept.toByteArray(),
                body.total,
                "close".equalsIgnoreCase(headers.get("connection")));
    }

    private static Map<String, String> headers(InputStream in) throws IOException {
        Map<String, String> headers = new HashMap<>();
        for (int i = 0; i <= MAXIMUM_HEADERS; i++) {
            String line = line(in);
            if (line == null) {
                throw new EOFException();
            }
            if (line.isEmpty()) {
                return headers;
            }
            int colon = line.indexOf(':');
            if (colon < 0) {
                throw new IOException("no header: " + line);
            }
            headers.put(
                    line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        throw new IOException("more than " + MAXIMUM_HEADERS + " headers");
    }

    /// A line without its end; null where the stream has ended.
    private static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(128);
        while (true) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            if (next == '\n') {
                String text = line.toString(StandardCharsets.UTF_8);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            if (line.size() == MAXIMUM_LINE) {
                throw new IOException("a line of more than " + MAXIMUM_LINE + " bytes");
            }
            line.write(next);
        }
    }

    /// A body, of which no more than the maximum is kept and the rest is counted. Owned by the
    /// connection's thread.
    private static final class Body {
        private final InputStream in;
        private final int maximum;
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private final byte[] buffer = new byte[16 << 10];
        private long total;

        Body(InputStream in, int maximum) {
            this.in = in;
            this.maximum = maximum;
        }

        void read(long length) throws IOException {
            long left = length;
            while (left > 0) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    throw new EOFException();
                }
                left -= read;
                total += read;
                if (total <= maximum) {
                    kept.write(buffer, 0, read);
                }
            }
        }

        /// Chunked transfer coding (RFC 9112 section 7.1); trailers are dropped.
        void readChunks() throws IOException {
            while (true) {
                String size = line(in);
                if (size == null) {
                    throw new EOFException();
                }
                int end = size.indexOf(';');
                long length = Long.parseLong((end < 0 ? size : size.substring(0, end)).strip(), 16);
                if (length == 0) {
                    headers(in);
                    return;
                }
                read(length);
                line(in);
            }
        }
    }
}
