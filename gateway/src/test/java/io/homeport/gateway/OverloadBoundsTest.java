package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Clients that are slow on purpose, and many that together hold too much: docs/overload.md.
class OverloadBoundsTest {
    private static final long SECOND = 1_000_000_000L;

    // RFC 9110, 15.5.9
    @Test
    void aRequestWhoseHeadNeverEndsIsTimedOut() throws Exception {
        try (TestGateway server = new TestGateway(TestGateway.IMPATIENT, true);
                RawClient client = server.api()) {
            client.sendText("GET / HTTP/1.1\r\nHost: localhost\r\n");
            assertThat(client.readResponse()).startsWith("HTTP/1.1 408 ");
            assertThat(client.readToEnd()).isEmpty();
            assertThat(server.registry.scrape()).contains("homeport_http_malformed_total 1.0");
        }
    }

    @Test
    void aWebSocketHandshakeThatNeverEndsIsTimedOut() throws Exception {
        try (TestGateway server = new TestGateway(TestGateway.IMPATIENT, true);
                RawClient client = server.api()) {
            client.sendText("GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n");
            assertThat(client.readResponse()).startsWith("HTTP/1.1 408 ");
        }
    }

    // RFC 9110, 15.6.4
    @Test
    void headsThatTogetherHoldTooMuchAreRefused() throws Exception {
        try (TestGateway server = new TestGateway(TestGateway.IMPATIENT, true)) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                RawClient client = server.api();
                clients.add(client);
                client.sendText("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(6_000));
            }
            List<String> answers = new ArrayList<>();
            for (RawClient client : clients) {
                // The others are timed out.
                answers.add(client.readResponse().substring(0, 12));
                client.close();
            }
            assertThat(answers).contains("HTTP/1.1 503", "HTTP/1.1 408");
            long busy = answers.stream().filter("HTTP/1.1 503"::equals).count();
            assertThat(server.registry.scrape())
                    .contains("homeport_http_rejected_total " + busy + ".0")
                    .contains("homeport_http_malformed_total " + (20 - busy) + ".0");
            try (RawClient later = server.api()) {
                assertThat(
                                later.sendText("GET /p HTTP/1.1\r\nHost: localhost\r\n\r\n")
                                        .readResponse())
                        .startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void aConnectionMayHoldLessTheMoreOfTheMemoryIsTaken() {
        assertThat(BufferMemory.share(500, 1_000)).isEqualTo(Integer.MAX_VALUE);
        assertThat(BufferMemory.share(501, 1_000)).isEqualTo(BufferMemory.SHARE);
        assertThat(BufferMemory.share(751, 1_000)).isEqualTo(BufferMemory.SMALL_SHARE);
    }

    @Test
    void aPacketIsTooSlowThatBringsLessThanAKibibyteASecond() {
        Unfinished packet = new Unfinished();
        packet.rest(10, 0);
        assertThat(packet.isTooSlow(29 * SECOND)).isFalse();
        assertThat(packet.isTooSlow(31 * SECOND)).isTrue();
        packet.rest(40 * 1024, 60 * SECOND);
        assertThat(packet.isTooSlow(60 * SECOND)).isFalse();
        assertThat(packet.isTooSlow(80 * SECOND)).isTrue();
    }

    @Test
    void thePacketBehindOneThatIsWholeHasItsOwnTime() {
        Unfinished packet = new Unfinished();
        packet.rest(10, 0);
        packet.rest(5, 25 * SECOND);
        assertThat(packet.isTooSlow(50 * SECOND)).isFalse();
        packet.rest(0, 51 * SECOND);
        assertThat(packet.isTooSlow(1_000 * SECOND)).isFalse();
    }
}
