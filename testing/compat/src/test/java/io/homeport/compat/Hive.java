package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;

/// HiveMQ's client as these tests use it.
final class Hive {
    private Hive() {}

    /// A client of the plain listener.
    static Mqtt5ClientBuilder plain(TestServer server, String clientId) {
        return plain(server.endpoints().mqttPort(), clientId);
    }

    /// A client of a plain listener on this machine.
    static Mqtt5ClientBuilder plain(int port, String clientId) {
        return Mqtt5Client.builder().identifier(clientId).serverHost("127.0.0.1").serverPort(port);
    }

    /// A device with its certificate.
    static Mqtt5ClientBuilder device(TestServer server, TestServer.Device device, String clientId) {
        return Mqtt5Client.builder()
                .identifier(clientId)
                .serverHost("localhost")
                .serverPort(server.endpoints().mqttsPort())
                .sslConfig()
                .keyManagerFactory(Tls.keys(device))
                .trustManagerFactory(Tls.trust(server))
                .applySslConfig();
    }

    /// A client that notes the reasons for which the server ends its connections.
    static Mqtt5BlockingClient watched(
            Mqtt5ClientBuilder builder, Inbox<Mqtt5DisconnectReasonCode> endings) {
        return builder.addDisconnectedListener(
                        context -> {
                            if (context.getCause() instanceof Mqtt5DisconnectException e) {
                                endings.add(e.getMqttMessage().getReasonCode());
                            }
                        })
                .buildBlocking();
    }

    /// Everything that the client receives from now on.
    static Inbox<Mqtt5Publish> inbox(Mqtt5BlockingClient client) {
        Inbox<Mqtt5Publish> inbox = new Inbox<>();
        client.toAsync().publishes(MqttGlobalPublishFilter.ALL, inbox::add);
        return inbox;
    }

    /// Everything that comes for the filter.
    static Inbox<Mqtt5Publish> subscribe(Mqtt5BlockingClient client, String filter) {
        Inbox<Mqtt5Publish> inbox = inbox(client);
        client.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send();
        return inbox;
    }

    /// Publishes at QoS 1 and waits for the acknowledgement.
    static void publish(Mqtt5BlockingClient client, String topic, String payload) {
        client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload.getBytes(UTF_8))
                .send();
    }

    static String payload(Mqtt5Publish publish) {
        return new String(publish.getPayloadAsBytes(), UTF_8);
    }
}
