package io.homeport.mqtt;

/// The protocol version that a connection speaks.
public enum MqttVersion {
    MQTT_3_1_1(4),
    MQTT_5(5);

    private final int level;

    MqttVersion(int level) {
        this.level = level;
    }

    /// The Protocol Level (3.1.1) or Protocol Version (5) byte of CONNECT.
    public int level() {
        return level;
    }
}
