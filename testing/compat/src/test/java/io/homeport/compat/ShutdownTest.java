package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;

/// A server that is stopped in order.
class ShutdownTest {
    // MQTT 5, 3.14.2.1: 0x8B
    @Test
    void clientsAreToldThatTheServerShutsDown() throws Exception {
        TestServer server = TestServer.start();
        Inbox<Mqtt5DisconnectReasonCode> endings = new Inbox<>();
        Mqtt5BlockingClient client = Hive.watched(Hive.plain(server, "told"), endings);
        client.connect();
        CountDownLatch lost = new CountDownLatch(1);
        try (MqttClient old =
                new MqttClient(
                        "tcp://127.0.0.1:" + server.endpoints().mqttPort(),
                        "old",
                        new MemoryPersistence())) {
            old.connect();
            old.setCallback(new Received(_ -> {}, lost::countDown));
            server.close();
            assertThat(endings.next()).isEqualTo(Mqtt5DisconnectReasonCode.SERVER_SHUTTING_DOWN);
            assertThat(lost.await(15, TimeUnit.SECONDS)).isTrue();
        }
    }
}
