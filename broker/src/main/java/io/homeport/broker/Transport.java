package io.homeport.broker;

import io.homeport.mqtt.MqttPacket;
import java.util.concurrent.Executor;

/// One network connection as the broker sees it. All calls but {@link #executor()} and {@link
/// #close()} are made on the connection's event loop.
public interface Transport {
    /// Runs tasks one after the other on the event loop that owns the connection. Connections may
    /// share it. Thread-safe.
    Executor executor();

    /// Runs a slice of work when its turn comes: behind what the sockets of the event loop bring
    /// meanwhile, in the order of these calls. What takes long is done in such slices, so that it
    /// doesn't hold up other connections. Called on the event loop.
    default void nextTurn(Runnable slice) {
        executor().execute(slice);
    }

    /// The same for what nobody but this client waits for: it may take less of the loop's time
    /// while others need it. Called on the event loop.
    default void inSpareTime(Runnable slice) {
        nextTurn(slice);
    }

    /// Queues a packet; the transport flushes once per loop turn. Dropped where the connection is
    /// gone.
    void send(MqttPacket packet);

    /// Queues a PUBLISH to this client.
    void deliver(Delivery delivery);

    /// False while more outbound bytes wait than the connection's bound; the gateway calls {@link
    /// BrokerConnection#onWritable()} when it turns true again.
    boolean writable();

    /// Stops or resumes reading from the socket, for back-pressure on the publisher.
    void reading(boolean enabled);

    /// Closes the connection once everything queued has been flushed. Idempotent and thread-safe.
    /// The gateway answers with {@link BrokerConnection#onClosed}.
    void close();
}
