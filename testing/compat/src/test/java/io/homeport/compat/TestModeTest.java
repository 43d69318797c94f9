package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.homeport.core.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Certificate;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;

/// What `--test-mode` adds: a reset and a clock that moves.
class TestModeTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Mqtt5ConnAck connect(Mqtt5BlockingClient client, long expirySeconds) {
        return client.connectWith()
                .cleanStart(false)
                .sessionExpiryInterval(expirySeconds)
                .noKeepAlive()
                .send();
    }

    @Test
    void aResetWipesAllStateAndTheServerGoesOn() throws Exception {
        TestServer.Device device = server.device("wiped", TestServer.ALLOW_ALL);
        Mqtt5BlockingClient client = Hive.device(server, device, "wiped").buildBlocking();
        connect(client, 3600);
        client.subscribeWith().topicFilter("#").qos(MqttQos.AT_LEAST_ONCE).send();
        client.publishWith().topic("kept").retain(true).payload(new byte[1]).send();
        client.disconnect();
        try (IotClient iot = server.iot();
                IotDataPlaneClient data = server.iotData()) {
            iot.createThing(r -> r.thingName("wiped"));

            assertThat(server.post("/_homeport/reset", "").statusCode()).isEqualTo(200);

            assertThat(iot.listThings().things()).isEmpty();
            assertThat(iot.listPolicies().policies()).isEmpty();
            assertThat(iot.listCertificates().certificates())
                    .extracting(Certificate::certificateId)
                    .isEmpty();
            assertThat(data.listRetainedMessages(r -> r.maxResults(10)).retainedTopics()).isEmpty();
            assertThatThrownBy(client::connect).isInstanceOf(RuntimeException.class);

            iot.createThing(r -> r.thingName("wiped"));
            TestServer.Device again = server.device("wiped", TestServer.ALLOW_ALL);
            Mqtt5BlockingClient next = Hive.device(server, again, "wiped").buildBlocking();
            assertThat(connect(next, 0).isSessionPresent()).isFalse();
            Inbox<Mqtt5Publish> inbox = Hive.subscribe(next, "#");
            Hive.publish(next, "a", "hello");
            assertThat(Hive.payload(inbox.next())).isEqualTo("hello");
            next.disconnect();
        }
    }

    @Test
    void timeMovesWhenItIsTold() throws Exception {
        Mqtt5BlockingClient client = Hive.plain(server, "clock").buildBlocking();
        connect(client, 3600);
        client.disconnect();
        Instant before =
                Instant.parse(
                        Json.MAPPER
                                .readTree(
                                        server.post("/_homeport/clock", "{\"advance\":\"PT30M\"}")
                                                .body())
                                .get("now")
                                .asString());
        assertThat(connect(client, 3600).isSessionPresent()).isTrue();
        client.disconnect();
        Instant after =
                Instant.parse(
                        Json.MAPPER
                                .readTree(
                                        server.post("/_homeport/clock", "{\"advance\":\"PT2H\"}")
                                                .body())
                                .get("now")
                                .asString());
        assertThat(Duration.between(before, after)).isGreaterThan(Duration.ofHours(2));
        assertThat(connect(client, 0).isSessionPresent()).isFalse();
        client.disconnect();
    }

    // Keep-alive and signatures belong to clients' clocks, which don't move.
    @Test
    void connectionsAndSignaturesOutliveAMoveOfTheClock() {
        Mqtt5BlockingClient client = Hive.plain(server, "steady").buildBlocking();
        client.connectWith().keepAlive(60).send();
        server.advance(Duration.ofDays(1));
        Hive.publish(client, "a", "still here");
        client.disconnect();
        try (IotClient iot = server.iot()) {
            iot.listThings();
        }
    }

    @Test
    void whatTheClockDoesNotUnderstandIsRefused() {
        for (String body :
                List.of(
                        "",
                        "{",
                        "{}",
                        "{\"advance\":3}",
                        "{\"advance\":\"1 hour\"}",
                        "{\"advance\":\"-PT1H\"}")) {
            assertThat(server.post("/_homeport/clock", body).statusCode()).as(body).isEqualTo(400);
        }
    }
}
