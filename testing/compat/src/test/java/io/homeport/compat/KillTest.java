package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.iot.IotClient;
import tools.jackson.databind.JsonNode;

/// What was acknowledged is there after `kill -9`, with a client that isn't ours on both sides.
class KillTest {
    private static final int WANTED_BEFORE_THE_KILL = 2_000;

    @TempDir Path directory;

    // [MQTT-4.1.0-1], [MQTT-4.3.2-1], [MQTT-4.3.3-1]: a persistent session keeps QoS 1 and 2
    // messages.
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void acknowledgedMessagesSurviveAKillUnderLoad(int qos) throws Exception {
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        try (ServerProcess server =
                ServerProcess.start(directory, "--mqtt-port", "0", "--anonymous")) {
            String url = "tcp://127.0.0.1:" + server.port("mqttPort");
            try (MqttClient subscriber = client(url, "sub")) {
                subscriber.connect(options(false));
                subscriber.subscribe("load/#", qos);
                subscriber.disconnect();
            }
            CountDownLatch enough = new CountDownLatch(WANTED_BEFORE_THE_KILL);
            MqttAsyncClient publisher = new MqttAsyncClient(url, "pub", new MemoryPersistence());
            MqttConnectOptions options = options(true);
            options.setMaxInflight(500);
            publisher.connect(options).waitForCompletion(10_000);
            Thread load =
                    Thread.ofVirtual().start(() -> publish(publisher, qos, acknowledged, enough));
            assertThat(enough.await(60, TimeUnit.SECONDS)).isTrue();
            server.kill();
            load.join();
            publisher.close(true);
        }
        assertThat(acknowledged.size()).isGreaterThanOrEqualTo(WANTED_BEFORE_THE_KILL);

        Set<String> received = ConcurrentHashMap.newKeySet();
        int before = acknowledged.size();
        CountDownLatch all = new CountDownLatch(1);
        try (ServerProcess server =
                        ServerProcess.start(directory, "--mqtt-port", "0", "--anonymous");
                MqttClient subscriber =
                        client("tcp://127.0.0.1:" + server.port("mqttPort"), "sub")) {
            subscriber.setCallback(
                    new Received(payload -> {
                        boolean first = received.add(payload);
                        assertThat(first || qos < 2).isTrue();
                        if (received.containsAll(acknowledged)) {
                            all.countDown();
                        }
                    }));
            subscriber.connect(options(false));
            assertThat(all.await(60, TimeUnit.SECONDS))
                    .as("received %d of %d acknowledged", received.size(), before)
                    .isTrue();
            subscriber.disconnect();
        }
    }

    @Test
    void whatTheApiAnsweredAndWhatIsRetainedSurviveAKill() throws Exception {
        String certificate;
        try (ServerProcess server = start();
                IotClient iot = server.iot();
                MqttClient publisher =
                        client("tcp://127.0.0.1:" + server.port("mqttPort"), "pub")) {
            publisher.connect(options(true));
            publisher.publish("kept", "kept".getBytes(StandardCharsets.UTF_8), 1, true);
            iot.createThing(r -> r.thingName("lamp"));
            certificate = iot.createKeysAndCertificate().certificateArn();
            iot.attachThingPrincipal(r -> r.thingName("lamp").principal(certificate));
            publisher.disconnect();
            server.kill();
        }
        try (ServerProcess server = start();
                IotClient iot = server.iot();
                MqttClient subscriber =
                        client("tcp://127.0.0.1:" + server.port("mqttPort"), "sub")) {
            assertThat(iot.listThingPrincipals(r -> r.thingName("lamp")).principals())
                    .containsExactly(certificate);
            CountDownLatch kept = new CountDownLatch(1);
            subscriber.setCallback(new Received(_ -> kept.countDown()));
            subscriber.connect(options(true));
            subscriber.subscribe("kept", 1);
            assertThat(kept.await(15, TimeUnit.SECONDS)).isTrue();
            subscriber.disconnect();
        }
    }

    // AWS IoT developer guide, "Updating a shadow": what `/update/accepted` says has happened.
    @Test
    void announcedShadowUpdatesSurviveAKillUnderLoad() throws Exception {
        String topic = "$aws/things/lamp/shadow/update";
        AtomicInteger announced = new AtomicInteger();
        CountDownLatch enough = new CountDownLatch(300);
        try (ServerProcess server = start()) {
            String url = "tcp://127.0.0.1:" + server.port("mqttPort");
            MqttAsyncClient device = new MqttAsyncClient(url, "lamp", new MemoryPersistence());
            device.connect(options(true)).waitForCompletion(10_000);
            device.subscribe(
                            topic + "/accepted",
                            1,
                            (_, message) -> {
                                JsonNode answer = Json.MAPPER.readTree(message.getPayload());
                                announced.set(answer.get("version").intValue());
                                enough.countDown();
                            })
                    .waitForCompletion(10_000);
            Thread load =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    for (int i = 1; ; i++) {
                                        device.publish(topic, reported(i), 1, false)
                                                .waitForCompletion();
                                    }
                                } catch (MqttException e) {
                                    // The server is gone.
                                    enough.countDown();
                                }
                            });
            assertThat(enough.await(60, TimeUnit.SECONDS)).isTrue();
            server.kill();
            load.join();
            device.close(true);
        }
        assertThat(announced.get()).isGreaterThanOrEqualTo(300);
        try (ServerProcess server = start()) {
            JsonNode shadow = Json.MAPPER.readTree(server.get("/things/lamp/shadow").body());
            int version = shadow.get("version").intValue();
            assertThat(version).isGreaterThanOrEqualTo(announced.get());
            assertThat(shadow.at("/state/reported/n").intValue()).isEqualTo(version);
        }
    }

    private static byte[] reported(int n) {
        return "{\"state\":{\"reported\":{\"n\":%d}}}"
                .formatted(n)
                .getBytes(StandardCharsets.UTF_8);
    }

    private ServerProcess start() throws IOException {
        return ServerProcess.start(
                directory, "--mqtt-port", "0", "--anonymous", "--any-credentials");
    }

    private static void publish(
            MqttAsyncClient publisher, int qos, Set<String> acknowledged, CountDownLatch enough) {
        for (int i = 0; ; i++) {
            String payload = "message " + i;
            try {
                publisher.publish(
                        "load/" + i % 10,
                        payload.getBytes(StandardCharsets.UTF_8),
                        qos,
                        false,
                        null,
                        new IMqttActionListener() {
                            @Override
                            public void onSuccess(IMqttToken token) {
                                acknowledged.add(payload);
                                enough.countDown();
                            }

                            @Override
                            public void onFailure(IMqttToken token, @Nullable Throwable cause) {
                                // Not acknowledged: it may be lost.
                            }
                        });
            } catch (MqttException e) {
                if (e.getReasonCode() != MqttException.REASON_CODE_MAX_INFLIGHT) {
                    return;
                }
                i--;
                Thread.onSpinWait();
            }
        }
    }

    private static MqttClient client(String url, String clientId) throws MqttException {
        return new MqttClient(url, clientId, new MemoryPersistence());
    }

    private static MqttConnectOptions options(boolean cleanSession) {
        MqttConnectOptions options = new MqttConnectOptions();
        options.setCleanSession(cleanSession);
        return options;
    }
}
