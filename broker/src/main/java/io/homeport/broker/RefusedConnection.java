package io.homeport.broker;

import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.ReasonCode;

/// The connection of a CONNECT that was refused: what the client still sends is not looked at
/// [MQTT-3.1.4-6]. Immutable.
final class RefusedConnection implements BrokerConnection {
    static final RefusedConnection INSTANCE = new RefusedConnection();

    private RefusedConnection() {}

    @Override
    public void onPacket(MqttPacket packet) {}

    @Override
    public void onProtocolError(ReasonCode reason, String detail) {}

    @Override
    public void onWritable() {}

    @Override
    public void onClosed(DisconnectReason reason) {}

    @Override
    public void disconnect(ReasonCode code, String reasonString, DisconnectReason reason) {}

    @Override
    public void reauthorize() {}

    @Override
    public int keepAliveSeconds() {
        return 0;
    }
}
