package io.homeport.core;

import java.util.concurrent.CompletableFuture;

/// The port through which services publish and listen. Thread-safe.
public interface MessageBus {
    /// Routes a message as if a client had published it. The future completes once every persistent
    /// session that gets the message and the retained store have it durably (at once for QoS 0).
    CompletableFuture<Void> publish(Message message);

    /// Calls the handler for every message whose topic matches, on the publisher's event loop or
    /// the thread that called {@link #publish}: the handler hands work over and returns at once.
    /// What the handler's future stands for is durable before a QoS 1 or 2 publisher gets its
    /// acknowledgement.
    Subscription subscribe(AccountId account, String topicFilter, Handler handler);

    /// Takes the messages of a subscription.
    interface Handler {
        /// Returns a future that is done once the service has stored what the message asks for.
        CompletableFuture<Void> onMessage(Message message);
    }

    /// Ends a subscription.
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
