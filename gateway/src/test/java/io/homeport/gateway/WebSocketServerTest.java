package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// MQTT over WebSocket (MQTT 5, 6).
class WebSocketServerTest {
    private static TestGateway server;
    private static HttpClient http;

    @BeforeAll
    static void start() throws Exception {
        server = new TestGateway();
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        http.close();
        server.close();
    }

    /// Collects bytes and the close code.
    private static final class Frames implements WebSocket.Listener {
        final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
        final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final ByteArrayOutputStream part = new ByteArrayOutputStream();

        @Override
        public @Nullable CompletionStage<?> onBinary(
                WebSocket socket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            part.writeBytes(bytes);
            if (last) {
                messages.add(part.toByteArray());
                part.reset();
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            closed.complete(status);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.completeExceptionally(error);
        }

        void expect(String hex) throws InterruptedException {
            byte[] expected = RawClient.bytes(hex);
            ByteArrayOutputStream got = new ByteArrayOutputStream();
            while (got.size() < expected.length) {
                byte[] next = messages.poll(10, TimeUnit.SECONDS);
                if (next == null) {
                    break;
                }
                got.writeBytes(next);
            }
            assertThat(got.toByteArray()).isEqualTo(expected);
        }
    }

    private static WebSocket open(Frames frames, String path, @Nullable String authorization) {
        WebSocket.Builder builder = http.newWebSocketBuilder().subprotocols("mqtt", "mqttv3.1");
        if (authorization != null) {
            builder.header("Authorization", authorization);
        }
        return builder.buildAsync(URI.create("ws://localhost:" + server.ports.api() + path), frames)
                .join();
    }

    private static void send(WebSocket socket, String hex, boolean last) {
        socket.sendBinary(ByteBuffer.wrap(RawClient.bytes(hex)), last).join();
    }

    @ParameterizedTest
    @CsvSource({"/mqtt,good", "/mqtt?X-Amz-Signature=good,"})
    void aSignedHandshakeLeadsToMqtt(String path, @Nullable String authorization) throws Exception {
        Frames frames = new Frames();
        WebSocket socket = open(frames, path, authorization);
        assertThat(socket.getSubprotocol()).isEqualTo("mqtt");
        send(socket, RawClient.CONNECT_V5, true);
        frames.expect(RawClient.CONNACK_V5);
        EchoBroker.Link link = server.broker.link();
        assertThat(link.info.principalId()).isEqualTo("AKIATEST");
        assertThat(link.info.maximumLifetimeSeconds()).isEqualTo(24 * 3600);
        socket.abort();
        assertThat(link.closed.poll(10, TimeUnit.SECONDS)).isNotNull();
    }

    // [MQTT-6.0.0-2]
    @Test
    void packetsNeedNotBeAlignedWithFrames() throws Exception {
        Frames frames = new Frames();
        WebSocket socket = open(frames, "/mqtt", "good");
        send(socket, "10 0E 0004 4D51", false);
        send(socket, "5454 05 02 0000 00", false);
        send(socket, "0001 61 30 05", true);
        send(socket, "0001 74 00 31 C0", true);
        send(socket, "00", true);
        frames.expect(RawClient.CONNACK_V5 + "30 05 0001 74 00 31" + "D0 00");
        server.broker.link();
        socket.abort();
    }

    // [MQTT-6.0.0-1]
    @Test
    void aTextFrameEndsTheConnection() throws Exception {
        Frames frames = new Frames();
        WebSocket socket = open(frames, "/mqtt", "good");
        send(socket, RawClient.CONNECT_V5, true);
        frames.expect(RawClient.CONNACK_V5);
        EchoBroker.Link link = server.broker.link();
        socket.sendText("hello", true).join();
        assertThat(frames.closed.get(10, TimeUnit.SECONDS)).isEqualTo(1003);
        assertThat(link.closed.poll(10, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void theServersLastPacketComesBeforeItsCloseFrame() throws Exception {
        Frames frames = new Frames();
        WebSocket socket = open(frames, "/mqtt", "good");
        send(socket, RawClient.CONNECT_V5, true);
        frames.expect(RawClient.CONNACK_V5);
        server.broker.link();
        send(socket, "00 00", true);
        byte[] disconnect = frames.messages.poll(10, TimeUnit.SECONDS);
        assertThat(disconnect).isNotNull().startsWith(0xE0);
        assertThat(frames.closed.get(10, TimeUnit.SECONDS)).isEqualTo(1000);
    }

    @Test
    void aClientMayCloseAndPing() throws Exception {
        Frames frames = new Frames();
        WebSocket socket = open(frames, "/mqtt", "good");
        send(socket, RawClient.CONNECT_V5, true);
        frames.expect(RawClient.CONNACK_V5);
        EchoBroker.Link link = server.broker.link();
        socket.sendPing(ByteBuffer.wrap(new byte[] {1})).join();
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").join();
        assertThat(frames.closed.get(10, TimeUnit.SECONDS)).isEqualTo(1000);
        assertThat(link.closed.poll(10, TimeUnit.SECONDS)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"/mqtt,bad,403", "/mqtt,,403", "/other,good,404"})
    void aHandshakeThatIsNotAllowedIsRefusedBeforeTheUpgrade(
            String path, @Nullable String authorization, int status) {
        assertThatThrownBy(() -> open(new Frames(), path, authorization))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        e -> assertThat(e.getResponse().statusCode()).isEqualTo(status));
    }

    // [MQTT-6.0.0-3]
    @Test
    void aClientThatDoesNotOfferMqttIsRefused() {
        assertThatThrownBy(() ->
                        http.newWebSocketBuilder()
                                .header("Authorization", "good")
                                .buildAsync(
                                        URI.create(
                                                "ws://localhost:" + server.ports.api() + "/mqtt"),
                                        new Frames())
                                .join())
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        e -> assertThat(e.getResponse().statusCode()).isEqualTo(400));
    }
}
