package io.homeport.broker;

import java.util.ArrayDeque;
import java.util.Deque;

/// What one client has published and is still being delivered, one after the other. Owned by the
/// connection's event loop.
final class FanOuts {
    private final Connection connection;
    private final Deque<FanOut> waiting = new ArrayDeque<>(0);

    FanOuts(Connection connection) {
        this.connection = connection;
    }

    /// Whether a message that comes now has to wait its turn. Few can: the client isn't read from.
    boolean isBusy() {
        return !waiting.isEmpty();
    }

    void begin(FanOut delivery) {
        waiting.add(delivery);
        if (waiting.size() == 1) {
            connection.pause(Pause.FANNING_OUT, true);
            slice();
        }
    }

    private void slice() {
        if (waiting.element().isSearching()) {
            waiting.element().search(this::slice);
            return;
        }
        if (!waiting.element().slice()) {
            waiting.remove();
        }
        if (waiting.isEmpty()) {
            connection.pause(Pause.FANNING_OUT, false);
        } else {
            connection.nextTurn(this::slice);
        }
    }
}
