package io.homeport.compat.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.compat.TestServer;
import io.homeport.mqtt.MqttPacket.ConnAck;
import io.homeport.mqtt.MqttPacket.Connect;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestInstance;

/// A server for all tests of a class, and clients for each.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class Conformance {
    final TestServer server;
    private final List<RawClient> clients = new ArrayList<>();
    private int names;

    Conformance() {
        this(TestServer.start());
    }

    Conformance(TestServer server) {
        this.server = server;
    }

    @AfterEach
    void closeClients() {
        clients.forEach(RawClient::close);
        clients.clear();
    }

    @AfterAll
    void stopServer() {
        server.close();
    }

    /// A client id or topic that no other test uses.
    String name() {
        names++;
        return "name" + names;
    }

    /// Without CONNECT.
    RawClient open(MqttVersion version) {
        RawClient client = new RawClient(server.endpoints().mqttPort(), version);
        clients.add(client);
        return client;
    }

    /// With a session that ends with the connection.
    RawClient connect(MqttVersion version) {
        return connect(Packets.clean(version, name()));
    }

    RawClient connect(Connect connect) {
        RawClient client = open(connect.version());
        connected(client, connect);
        return client;
    }

    /// Connects and looks at Session Present.
    RawClient connect(Connect connect, boolean sessionPresent) {
        RawClient client = open(connect.version());
        ConnAck answer = connected(client, connect);
        assertThat(answer.sessionPresent()).as("Session Present").isEqualTo(sessionPresent);
        return client;
    }

    static ConnAck connected(RawClient client, Connect connect) {
        client.send(connect);
        ConnAck answer = client.read(ConnAck.class);
        assertThat(answer.reason()).isEqualTo(ReasonCode.SUCCESS);
        return answer;
    }

    /// Nothing waits for the subscriber: what it gets next is a message published just now.
    static void assertNothingFor(RawClient subscriber, RawClient publisher) {
        String marker = "marker/" + System.nanoTime();
        subscriber.subscribe(marker, Qos.AT_LEAST_ONCE);
        publisher.publish(marker, marker, Qos.AT_LEAST_ONCE);
        Publish next = subscriber.receive();
        assertThat(Packets.text(next)).as("on " + next.topic()).isEqualTo(marker);
        subscriber.unsubscribe(marker);
    }

    /// A client that learns when another one's connection has ended for the server.
    RawClient watching(String clientId) {
        RawClient watcher = connect(MqttVersion.MQTT_5);
        watcher.subscribe("$aws/events/presence/disconnected/" + clientId, Qos.AT_LEAST_ONCE);
        return watcher;
    }

    /// Moves the server's clock.
    void advance(Duration by) {
        server.advance(by);
    }
}
