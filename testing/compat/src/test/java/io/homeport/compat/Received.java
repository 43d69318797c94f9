package io.homeport.compat;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.jspecify.annotations.Nullable;

/// Hands the payloads that a Paho client receives to a consumer.
///
/// @param lost runs when the connection ends
record Received(Consumer<String> consumer, Runnable lost) implements MqttCallback {
    Received(Consumer<String> consumer) {
        this(consumer, () -> {});
    }

    @Override
    public void connectionLost(@Nullable Throwable cause) {
        lost.run();
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        consumer.accept(new String(message.getPayload(), StandardCharsets.UTF_8));
    }

    @Override
    public void deliveryComplete(@Nullable IMqttDeliveryToken token) {}
}
