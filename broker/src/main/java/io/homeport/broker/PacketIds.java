package io.homeport.broker;

/// A set of packet ids, without an object for each. It takes as many as MQTT has; empty, it takes
/// next to no memory. Owned by one thread at a time.
final class PacketIds {
    private static final int[] NONE = {};
    private static final int FIRST = 8;

    /// At this length the table isn't kept for ids that may come.
    private static final int LONG = 256;

    /// Open addressing; at most half of it is taken. 0 is no packet id.
    private int[] table = NONE;

    private int size;

    int size() {
        return size;
    }

    /// Adds an id of 1 to 65535; false where it is there already.
    boolean add(int id) {
        if (size * 2 >= table.length) {
            grow();
        }
        int mask = table.length - 1;
        int at = home(id, table.length);
        while (table[at] != 0) {
            if (table[at] == id) {
                return false;
            }
            at = (at + 1) & mask;
        }
        table[at] = id;
        size++;
        return true;
    }

    /// Removes an id; false where it isn't there.
    boolean remove(int id) {
        if (size == 0) {
            return false;
        }
        int mask = table.length - 1;
        int at = home(id, table.length);
        while (table[at] != id) {
            if (table[at] == 0) {
                return false;
            }
            at = (at + 1) & mask;
        }
        size--;
        if (size == 0 && table.length >= LONG) {
            table = NONE;
            return true;
        }
        // What was put behind for lack of a place moves up, so that no search ends at the gap.
        int gap = at;
        table[gap] = 0;
        for (int next = (gap + 1) & mask; table[next] != 0; next = (next + 1) & mask) {
            int home = home(table[next], table.length);
            if (((next - home) & mask) >= ((next - gap) & mask)) {
                table[gap] = table[next];
                table[next] = 0;
                gap = next;
            }
        }
        return true;
    }

    /// Spreads ids that follow one another, so that the search for a gap is short.
    private static int home(int id, int length) {
        return (id * 0x9E37_79B1) >>> (Integer.numberOfLeadingZeros(length) + 1);
    }

    private void grow() {
        int[] old = table;
        table = new int[Math.max(FIRST, old.length * 2)];
        size = 0;
        for (int id : old) {
            if (id != 0) {
                add(id);
            }
        }
    }
}
