package io.homeport.compat;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.jspecify.annotations.Nullable;

/// Hands the payloads that a Paho client receives to a consumer.
record Received(Consumer<String> consumer) implements MqttCallback {
    @Override
    public void connectionLost(@Nullable Throwable cause) {}

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        consumer.accept(new String(message.getPayload(), StandardCharsets.UTF_8));
    }

    @Override
    public void deliveryComplete(@Nullable IMqttDeliveryToken token) {}
}
