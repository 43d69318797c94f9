package io.homeport.compat.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.compat.conformance.Packets;
import io.homeport.core.Json;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.Qos;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A device that updates its shadow, one update after the other, and knows which were accepted
/// (developer guide, "Device Shadow MQTT topics"). Used by one thread at a time.
final class DurableShadow {
    private static final String TOPICS = "$aws/things/durable/shadow/";

    private final AtomicInteger accepted = new AtomicInteger();

    /// Of the last update that was accepted.
    private long version;

    private int number;

    /// Of the last one that was sent.
    private int sent;

    private int packetId;

    /// How many updates were accepted. Thread-safe.
    int accepted() {
        return accepted.get();
    }

    /// Updates until the connection ends.
    void updateUntilTheEnd(int port) {
        try (Wire wire = open(port)) {
            while (true) {
                sent++;
                JsonNode answer =
                        ask(wire, "update", "{\"state\": {\"reported\": {\"n\": " + sent + "}}}");
                if (answer == null) {
                    return;
                }
                version = answer.get("version").asLong();
                assertThat(answer.get("state").get("reported").get("n").asInt()).isEqualTo(sent);
                number = sent;
                accepted.incrementAndGet();
            }
        } catch (IOException e) {
            // The server has been killed.
        }
    }

    /// The shadow is the last one that was accepted, or the one that was sent after it.
    void check(int port) throws IOException {
        if (version == 0) {
            return;
        }
        try (Wire wire = open(port)) {
            JsonNode shadow = ask(wire, "get", "");
            assertThat(shadow).as("the shadow").isNotNull();
            if (shadow != null) {
                long found = shadow.get("version").asLong();
                assertThat(found).as("version").isBetween(version, version + 1);
                assertThat(shadow.get("state").get("reported").get("n").asInt())
                        .isEqualTo(found == version ? number : sent);
                number = found == version ? number : sent;
                version = found;
            }
        }
    }

    private static Wire open(int port) throws IOException {
        return Wire.connected(port, "durable")
                .subscribe(TOPICS + "update/accepted", Qos.AT_MOST_ONCE)
                .subscribe(TOPICS + "update/rejected", Qos.AT_MOST_ONCE)
                .subscribe(TOPICS + "get/accepted", Qos.AT_MOST_ONCE)
                .subscribe(TOPICS + "get/rejected", Qos.AT_MOST_ONCE);
    }

    /// The answer to a request; null where the connection ended.
    private @Nullable JsonNode ask(Wire wire, String request, String body) throws IOException {
        packetId = packetId % 60_000 + 1;
        wire.send(Packets.publish(TOPICS + request, body, Qos.AT_LEAST_ONCE, packetId));
        for (MqttPacket packet = wire.read(); packet != null; packet = wire.read()) {
            if (packet instanceof Publish publish) {
                assertThat(publish.topic()).isEqualTo(TOPICS + request + "/accepted");
                return Json.MAPPER.readTree(publish.payload());
            }
        }
        return null;
    }
}
