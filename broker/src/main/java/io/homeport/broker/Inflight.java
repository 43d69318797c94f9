package io.homeport.broker;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Messages sent and not acknowledged, by packet id, without further objects for each. Guarded by
/// the session's monitor.
final class Inflight {
    private static final @Nullable QueuedMessage[] NONE = {};
    private static final int FIRST = 8;

    /// At this length the table isn't kept for messages that may come.
    private static final int LONG = 256;

    /// Open addressing; at most half of it is taken.
    private @Nullable QueuedMessage[] table = NONE;

    private int size;

    int size() {
        return size;
    }

    @Nullable QueuedMessage get(int packetId) {
        if (size == 0) {
            return null;
        }
        return table[find(packetId)];
    }

    boolean contains(int packetId) {
        return get(packetId) != null;
    }

    /// Adds a message whose packet id isn't there.
    void put(QueuedMessage message) {
        if (size * 2 >= table.length) {
            grow();
        }
        table[find(message.packetId())] = message;
        size++;
    }

    void remove(int packetId) {
        if (size == 0) {
            return;
        }
        int gap = find(packetId);
        if (table[gap] == null) {
            return;
        }
        size--;
        if (size == 0 && table.length >= LONG) {
            table = NONE;
            return;
        }
        int mask = table.length - 1;
        table[gap] = null;
        int next = (gap + 1) & mask;
        // What was put behind for lack of a place moves up, so that no search ends at the gap.
        for (QueuedMessage moved = table[next]; moved != null; moved = table[next]) {
            int home = home(moved.packetId(), table.length);
            if (((next - home) & mask) >= ((next - gap) & mask)) {
                table[gap] = moved;
                table[next] = null;
                gap = next;
            }
            next = (next + 1) & mask;
        }
    }

    /// All of them, in no order.
    List<QueuedMessage> values() {
        List<QueuedMessage> all = new ArrayList<>(size);
        for (QueuedMessage one : table) {
            if (one != null) {
                all.add(one);
            }
        }
        return all;
    }

    void clear() {
        table = NONE;
        size = 0;
    }

    /// Where the message is, or would be.
    private int find(int packetId) {
        int mask = table.length - 1;
        int at = home(packetId, table.length);
        for (QueuedMessage there = table[at];
                there != null && there.packetId() != packetId;
                there = table[at]) {
            at = (at + 1) & mask;
        }
        return at;
    }

    /// Spreads ids that follow one another, so that the search for a gap is short.
    private static int home(int id, int length) {
        return (id * 0x9E37_79B1) >>> (Integer.numberOfLeadingZeros(length) + 1);
    }

    private void grow() {
        @Nullable QueuedMessage[] old = table;
        table = new QueuedMessage[Math.max(FIRST, old.length * 2)];
        for (QueuedMessage one : old) {
            if (one != null) {
                table[find(one.packetId())] = one;
            }
        }
    }
}
