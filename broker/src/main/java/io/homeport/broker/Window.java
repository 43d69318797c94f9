package io.homeport.broker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A stretch of a session's queue that is sent in its order: messages in memory, and behind them
/// rows to be read. Guarded by the session's monitor.
final class Window {
    private final Deque<QueuedMessage> messages = new ArrayDeque<>(0);
    private long bytes;

    /// The first row that isn't in memory, 0 for none.
    long loadFrom;

    boolean loading;

    boolean isEmpty() {
        return messages.isEmpty() && loadFrom == 0;
    }

    int size() {
        return messages.size();
    }

    /// Whether a message fits; one does at least.
    boolean takes(QueuedMessage queued, BrokerLimits.Flow flow) {
        return messages.isEmpty()
                || (messages.size() < flow.windowMessages()
                        && bytes + queued.bytes <= flow.windowBytes());
    }

    void add(QueuedMessage queued) {
        messages.add(queued);
        bytes += queued.bytes;
    }

    @Nullable QueuedMessage peek() {
        return messages.peek();
    }

    void remove() {
        bytes -= messages.remove().bytes;
    }

    /// Empties it; what was in memory goes into the list.
    void drainTo(List<QueuedMessage> drained) {
        drained.addAll(messages);
        messages.clear();
        bytes = 0;
        loadFrom = 0;
        loading = false;
    }
}
