package io.homeport.broker;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// QoS 0 messages that wait for a connection's event loop or its socket. Guarded by the session's
/// monitor.
final class Mailbox {
    private final BrokerLimits.Flow limits;
    private final QueueMemory memory;
    private final Deque<QueuedMessage> messages = new ArrayDeque<>(0);
    private long bytes;

    Mailbox(BrokerLimits.Flow limits, QueueMemory memory) {
        this.limits = limits;
        this.memory = memory;
    }

    /// Takes a message; false where too many wait already.
    ///
    /// @param stuck whether the client takes nothing any more: then little is kept for it
    boolean post(QueuedMessage message, @Nullable Pace pace, boolean stuck) {
        int part = stuck ? 32 : 1;
        if (messages.size() >= Math.max(1, limits.mailboxMessages() / part)
                || (!messages.isEmpty() && bytes + message.bytes > limits.mailboxBytes() / part)
                || (pace != null && bytes + message.bytes > pace.waitingBytes())
                || memory.refuses(bytes + message.bytes)) {
            return false;
        }
        messages.add(message);
        bytes += message.bytes;
        memory.add(message.bytes);
        return true;
    }

    @Nullable QueuedMessage peek() {
        return messages.peek();
    }

    void remove() {
        long less = messages.remove().bytes;
        bytes -= less;
        memory.add(-less);
    }

    boolean isEmpty() {
        return messages.isEmpty();
    }

    /// Whether more than a part of what it takes waits.
    boolean exceeds(int part) {
        return messages.size() > limits.mailboxMessages() / part
                || bytes > limits.mailboxBytes() / part;
    }

    void clear() {
        messages.clear();
        memory.add(-bytes);
        bytes = 0;
    }
}
