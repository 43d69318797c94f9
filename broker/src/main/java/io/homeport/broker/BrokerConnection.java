package io.homeport.broker;

import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.ReasonCode;

/// The broker's side of one connection, made by {@link Broker#connect}. All calls are made on the
/// connection's event loop, except {@link #disconnect}, which is thread-safe.
public interface BrokerConnection {
    /// Takes the next packet of the client.
    void onPacket(MqttPacket packet);

    /// The client sent bytes that are no packet, or broke a limit: answers as the version demands
    /// and closes.
    void onProtocolError(ReasonCode reason, String detail);

    /// Outbound bytes fell below the bound again.
    void onWritable();

    /// The socket is gone. `CONNECTION_LOST` unless the broker itself closed it. Called exactly
    /// once.
    void onClosed(DisconnectReason reason);

    /// Ends the connection from outside: MQTT 5 clients get the reason, the will is sent unless the
    /// reason is `CLIENT_INITIATED_DISCONNECT`.
    void disconnect(ReasonCode code, String reasonString, DisconnectReason reason);

    /// What the client may do has changed: ends the connection where it may no longer be connected.
    /// What it does next is judged anew.
    void reauthorize();

    /// The keep alive in force in seconds, 0 for none. The gateway closes with {@link
    /// ReasonCode#KEEP_ALIVE_TIMEOUT} after one and a half times of silence.
    int keepAliveSeconds();
}
