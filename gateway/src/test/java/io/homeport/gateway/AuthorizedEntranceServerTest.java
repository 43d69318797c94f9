package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.broker.DisconnectReason;
import io.homeport.core.AccountId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// MQTT clients that a custom authorizer decides on, by clients that send whatever bytes they like.
class AuthorizedEntranceServerTest {
    private static final String PING = "C0 00";
    private static final String PONG = "D0 00";
    private static final int ALL = 1_000;

    private TestGateway server;

    @BeforeEach
    void start() throws Exception {
        server = new TestGateway(TestGateway.LIMITS, false);
        server.authorizers.answer = granted("one", null);
    }

    @AfterEach
    void stop() {
        server.authorizers.mayAnswer.release(ALL);
        server.close();
    }

    private static ClientAuthorizers.Answer granted(
            String principalId, @Nullable Duration refreshAfter) {
        return new ClientAuthorizers.Answer.Granted(
                new DeviceIdentity(
                        AccountId.DEFAULT,
                        "us-east-1",
                        DeviceIdentity.Kind.AUTHORIZER,
                        principalId,
                        List.of(TestDirectory.ALLOW_ALL)),
                Duration.ofHours(1),
                refreshAfter,
                false);
    }

    private static ClientAuthorizers.Answer refused(ClientAuthorizers.Why why) {
        return new ClientAuthorizers.Answer.Refused(why, "said the test");
    }

    private ClientAuthorizers.Credentials asked() throws InterruptedException {
        ClientAuthorizers.Credentials credentials =
                server.authorizers.asked.poll(10, TimeUnit.SECONDS);
        assertThat(credentials).as("nobody was asked").isNotNull();
        return credentials;
    }

    /// Waits until the connection's loop has done what it was about to do.
    private static void settled(EchoBroker.Link link) throws Exception {
        CompletableFuture.runAsync(() -> {}, link.transport.executor()).get(10, TimeUnit.SECONDS);
    }

    @Test
    void packetsBehindConnectWaitForTheAuthorizer() throws Exception {
        server.authorizers.mayAnswer.drainPermits();
        try (RawClient client = server.plain()) {
            client.send(RawClient.CONNECT_V5 + PING + "30 05 0001 74 00 31");
            asked();
            assertThat(server.broker.links).isEmpty();
            server.authorizers.mayAnswer.release(ALL);
            client.expect(RawClient.CONNACK_V5 + PONG + "30 05 0001 74 00 31");
            EchoBroker.Link link = server.broker.link();
            assertThat(link.info.principalId()).isEqualTo("one");
            assertThat(link.info.maximumLifetimeSeconds()).isEqualTo(3600);
            assertThat(link.info.lifetimeReason())
                    .isEqualTo(DisconnectReason.CUSTOMAUTH_TTL_EXPIRATION);
        }
    }

    // The event loop isn't held up: others come and go while an authorizer thinks.
    @Test
    void aClientThatWaitsHoldsUpNobodyAndMayLeave() throws Exception {
        server.authorizers.mayAnswer.drainPermits();
        try (RawClient waiting = server.plain()) {
            waiting.send(RawClient.CONNECT_V5);
            asked();
            try (RawClient other = server.plain()) {
                other.send(PING);
                assertThat(other.closedWithoutAnswer()).isTrue();
            }
        }
        server.authorizers.mayAnswer.release(ALL);
        try (RawClient client = server.plain()) {
            client.send(RawClient.CONNECT_V3).expect(RawClient.CONNACK_V3);
        }
    }

    // MQTT 5, 3.2.2.2; MQTT 3.1.1, 3.2.2.3.
    @Test
    void aRefusalIsAnsweredInEachVersion() throws Exception {
        server.authorizers.answer = refused(ClientAuthorizers.Why.UNAUTHENTICATED);
        try (RawClient client = server.plain()) {
            client.send(RawClient.CONNECT_V3);
            assertThat(client.readToEnd()).isEqualTo(RawClient.bytes("20 02 00 05"));
        }
        server.authorizers.answer = refused(ClientAuthorizers.Why.BUSY);
        try (RawClient client = server.plain()) {
            client.send(RawClient.CONNECT_V5);
            byte[] answer = client.readToEnd();
            assertThat(answer[3]).isEqualTo((byte) 0x97);
        }
        assertThat(server.broker.links).isEmpty();
    }

    @Test
    void aRefreshHasTheSameCredentialsAndARefusalEndsTheConnection() throws Exception {
        server.authorizers.answer = granted("one", Duration.ofMinutes(5));
        try (RawClient client = server.plain()) {
            client.send(RawClient.CONNECT_V5).expect(RawClient.CONNACK_V5);
            EchoBroker.Link link = server.broker.link();
            settled(link);
            ClientAuthorizers.Credentials first = asked();
            server.timers.advance(Duration.ofSeconds(299));
            assertThat(server.authorizers.asked).isEmpty();
            server.timers.advance(Duration.ofSeconds(1));
            assertThat(asked()).isSameAs(first);
            // The next refresh is set on the loop, some time after the question.
            while (pending(link) == 0) {
                Thread.onSpinWait();
            }
            client.send(PING).expect(PONG);
            server.authorizers.answer = granted("another", Duration.ofMinutes(5));
            server.timers.advance(Duration.ofMinutes(5));
            byte[] end = client.readToEnd();
            assertThat(end[0]).isEqualTo((byte) 0xE0);
            assertThat(end[2]).as("not authorized").isEqualTo((byte) 0x87);
        }
    }

    private int pending(EchoBroker.Link link) throws Exception {
        return CompletableFuture.supplyAsync(server.timers::pending, link.transport.executor())
                .get(10, TimeUnit.SECONDS);
    }

    @Test
    void aClosedConnectionIsNotAskedAboutAgain() throws Exception {
        server.authorizers.answer = granted("one", Duration.ofMinutes(5));
        EchoBroker.Link link;
        try (RawClient client = server.plain()) {
            client.send(RawClient.CONNECT_V5).expect(RawClient.CONNACK_V5);
            link = server.broker.link();
            settled(link);
        }
        assertThat(link.closed.poll(10, TimeUnit.SECONDS)).isNotNull();
        settled(link);
        assertThat(server.timers.pending()).isZero();
    }
}
