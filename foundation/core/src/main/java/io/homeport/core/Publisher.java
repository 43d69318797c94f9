package io.homeport.core;

/// The MQTT connection that a message came from, as services see it. Thread-safe.
public interface Publisher {
    String clientId();

    /// Certificate id, or the id of whatever else the client proved to be.
    String principalId();

    /// The region that the principal belongs to.
    String region();

    /// The address it is connected from, as text.
    String sourceIp();

    /// Sends straight to this connection, without subscription and past the broker, as AWS IoT
    /// answers requests on reserved topics. Does nothing once the connection is gone.
    void reply(String topic, byte[] payload);
}
