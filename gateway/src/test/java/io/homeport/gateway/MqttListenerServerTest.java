package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.broker.DisconnectReason;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.ReasonCode;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// MQTT over plain TCP, by clients that send whatever bytes they like.
class MqttListenerServerTest {
    private static final String PING = "C0 00";
    private static final String PONG = "D0 00";
    private static TestGateway server;

    @BeforeAll
    static void start() throws Exception {
        server = new TestGateway();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static RawClient connected() throws Exception {
        RawClient client = server.plain().send(RawClient.CONNECT_V5);
        client.expect(RawClient.CONNACK_V5);
        return client;
    }

    @ParameterizedTest
    @CsvSource({
        RawClient.CONNECT_V3 + "," + RawClient.CONNACK_V3,
        RawClient.CONNECT_V5 + "," + RawClient.CONNACK_V5
    })
    void anAnonymousClientConnectsAndIsAnswered(String connect, String connAck) throws Exception {
        try (RawClient client = server.plain()) {
            client.send(connect).expect(connAck);
            EchoBroker.Link link = server.broker.link();
            assertThat(link.info.sourceIp()).isEqualTo("127.0.0.1");
            assertThat(link.info.principalId()).isEmpty();
            client.send(PING).expect(PONG);
        }
    }

    @Test
    void packetsMayComeByteByByte() throws Exception {
        try (RawClient client = server.plain()) {
            for (byte b : RawClient.bytes(RawClient.CONNECT_V5 + "30 06 0001 74 00 6869")) {
                client.send(new byte[] {b});
            }
            client.expect(RawClient.CONNACK_V5 + "30 06 0001 74 00 6869");
            server.broker.link();
        }
    }

    @Test
    void packetsInOneSegmentAreAnsweredInOrder() throws Exception {
        try (RawClient client = server.plain()) {
            client.send(RawClient.CONNECT_V5 + PING + "30 05 0001 74 00 31" + PING);
            client.expect(RawClient.CONNACK_V5 + PONG + "30 05 0001 74 00 31" + PONG);
            server.broker.link();
        }
    }

    // [MQTT-3.14.4-3]: a DISCONNECT counts although the broker didn't read when its sender closed.
    @Test
    void whatCameBeforeTheEndIsTakenAlthoughReadingWasOff() throws Exception {
        EchoBroker.Link link;
        try (RawClient client = server.plain()) {
            client.send(RawClient.CONNECT_V5 + "30 08 0005 7061757365 00" + PING + "E0 00");
            link = server.broker.link();
        }
        while (CompletableFuture.supplyAsync(link.transport::writable, link.transport.executor())
                .get(10, TimeUnit.SECONDS)) {
            Thread.onSpinWait();
        }
        assertThat(link.closed).isEmpty();
        link.resume();
        assertThat(link.closed.poll(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(link.packets)
                .hasExactlyElementsOfTypes(
                        MqttPacket.Publish.class,
                        MqttPacket.PingReq.class,
                        MqttPacket.Disconnect.class);
    }

    // [MQTT-3.1.0-1]
    @ParameterizedTest
    @CsvSource({"C0 00", "30 05 0001 74 00 31", "47 45 54 20 2F", "16 03 01 00 05", "00"})
    void whatIsNoConnectEndsTheConnectionUnanswered(String bytes) throws Exception {
        try (RawClient client = server.plain()) {
            client.send(bytes);
            assertThat(client.closedWithoutAnswer()).isTrue();
        }
        assertThat(server.broker.links).isEmpty();
    }

    // [MQTT-3.1.2-2]
    @Test
    void anUnsupportedVersionIsAnsweredInTheNearestForm() throws Exception {
        try (RawClient old = server.plain();
                RawClient future = server.plain()) {
            old.send("10 0F 0006 4D5149736470 03 02 0000 0001 61");
            assertThat(old.readToEnd()).isEqualTo(RawClient.bytes("20 02 00 01"));
            future.send("10 0E 0004 4D515454 06 02 0000 00 0001 61");
            byte[] answer = future.readToEnd();
            assertThat(answer[0]).isEqualTo((byte) 0x20);
            assertThat(answer[3]).isEqualTo((byte) 0x84);
        }
    }

    @Test
    void halfAConnectIsClosedAfterTheConnectTimeout() throws Exception {
        try (TestGateway impatient = new TestGateway(TestGateway.IMPATIENT, true);
                RawClient half = impatient.plain();
                RawClient silent = impatient.plain()) {
            half.send("10 0E 0004 4D51");
            assertThat(half.closedWithoutAnswer()).isTrue();
            assertThat(silent.closedWithoutAnswer()).isTrue();
            assertThat(impatient.explanations.last("", 10))
                    .anySatisfy(e -> assertThat(e.reason()).contains("connect time-out"));
        }
    }

    @Test
    void aConnectLargerThanItsLimitIsCutOff() throws Exception {
        try (RawClient client = server.plain()) {
            client.send("10 FF FF 03").send(new byte[8192]);
            assertThat(client.closedWithoutAnswer()).isTrue();
        }
    }

    // MQTT 5, 4.13.1 and [MQTT-3.14.1-1]
    @ParameterizedTest
    @CsvSource({
        "30 FF FF FF 7F, PACKET_TOO_LARGE",
        "30 FF FF FF FF, MALFORMED_PACKET",
        "36 05 0001 74 00 31, MALFORMED_PACKET",
        "20 02 00 00, PROTOCOL_ERROR"
    })
    void aMalformedPacketIsAnsweredWithItsReason(String packet, ReasonCode reason)
            throws Exception {
        try (RawClient client = connected()) {
            EchoBroker.Link link = server.broker.link();
            client.send(packet);
            byte[] answer = client.readToEnd();
            assertThat(answer[0]).isEqualTo((byte) 0xE0);
            assertThat(answer[2]).isEqualTo((byte) reason.code());
            assertThat(link.protocolErrors.poll(10, TimeUnit.SECONDS)).isEqualTo(reason);
            assertThat(link.closed.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void theLastPacketArrivesThoughInputIsLeftUnread() throws Exception {
        try (RawClient client = connected()) {
            server.broker.link();
            byte[] junk = new byte[512 * 1024];
            client.send("30 FF FF FF 7F").send(junk);
            byte[] answer = client.readToEnd();
            assertThat(answer[2]).isEqualTo((byte) 0x95);
        }
    }

    // [MQTT-3.1.2-22]
    @Test
    void silenceForOneAndAHalfKeepAlivesEndsTheConnection() throws Exception {
        try (RawClient client = server.plain()) {
            client.send("10 0E 0004 4D515454 05 02 0001 00 0001 61").expect(RawClient.CONNACK_V5);
            server.broker.link();
            byte[] answer = client.readToEnd();
            assertThat(answer[0]).isEqualTo((byte) 0xE0);
            assertThat(answer[2]).isEqualTo((byte) 0x8D);
        }
    }

    @Test
    void aLostConnectionIsToldOnce() throws Exception {
        RawClient client = connected();
        EchoBroker.Link link = server.broker.link();
        client.close();
        assertThat(link.closed.poll(10, TimeUnit.SECONDS))
                .isEqualTo(DisconnectReason.CONNECTION_LOST);
        try (RawClient other = connected()) {
            server.broker.link();
            other.send(PING).expect(PONG);
        }
        assertThat(link.closed).isEmpty();
    }

    @Test
    void nothingIsDecodedWhileReadingIsOff() throws Exception {
        try (RawClient client = connected()) {
            EchoBroker.Link link = server.broker.link();
            String pause = "30 08 0005 7061757365 00";
            client.send(pause + PING);
            client.expect(pause);
            assertThat(link.packets.poll(10, TimeUnit.SECONDS))
                    .isInstanceOf(MqttPacket.Publish.class);
            assertThat(link.packets).isEmpty();
            link.resume();
            client.expect(PONG);
        }
    }

    @Test
    void aClientThatNeverReadsIsCutOff() throws Exception {
        try (RawClient client = connected()) {
            EchoBroker.Link link = server.broker.link();
            byte[] packet = new byte[4 + 64 * 1024];
            byte[] head = RawClient.bytes("30 80 80 04 0001 74 00");
            System.arraycopy(head, 0, packet, 0, head.length);
            assertThatThrownBy(
                            () -> {
                                for (int i = 0; i < 1000; i++) {
                                    client.send(packet);
                                }
                            })
                    .isInstanceOf(IOException.class);
            assertThat(link.closed.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void withoutAnonymousAPlainClientIsRefused() throws Exception {
        try (TestGateway strict = new TestGateway(TestGateway.LIMITS, false);
                RawClient three = strict.plain();
                RawClient five = strict.plain()) {
            three.send(RawClient.CONNECT_V3);
            assertThat(three.readToEnd()).isEqualTo(RawClient.bytes("20 02 00 05"));
            five.send(RawClient.CONNECT_V5);
            assertThat(five.readToEnd()[3]).isEqualTo((byte) 0x87);
            assertThat(strict.broker.links).isEmpty();
        }
    }

    @Test
    void oneConnectionTooManyIsClosed() throws Exception {
        try (TestGateway small = new TestGateway()) {
            RawClient[] clients = new RawClient[TestGateway.LIMITS.maximumConnections()];
            for (int i = 0; i < clients.length; i++) {
                clients[i] = small.plain().send(RawClient.CONNECT_V5);
                clients[i].expect(RawClient.CONNACK_V5);
            }
            try (RawClient tooMany = small.plain()) {
                assertThat(tooMany.closedWithoutAnswer()).isTrue();
            }
            for (RawClient client : clients) {
                client.close();
            }
        }
    }
}
