package io.homeport.broker;

import java.util.concurrent.atomic.AtomicLongArray;

/// Tells which topics a change of a topic filter concerns, roughly and fast: a change concerns the
/// topics that share what stands before the filter's first wildcard, and without a wildcard one
/// topic only. So clients that come and go with subscriptions of their own leave alone what is
/// known of the others' topics. Thread-safe.
///
/// There are counters in a table. A filter's change counts one up, found by the hash of the levels
/// before its first wildcard, the first four at most; of all its levels, where it has no wildcard.
/// A topic's version is the sum of those counters that any filter that matches it could count up:
/// of no level, one, two, three, four, and all. Two that share a counter by chance only look newer
/// than they are.
final class FilterVersions {
    private static final int COUNTERS = 8192;
    private static final int LEVELS = 4;

    private final AtomicLongArray counters = new AtomicLongArray(COUNTERS);

    /// The counters that concern a topic name, for {@link #sum}.
    static int[] placesOfTopic(String topic) {
        int[] places = new int[LEVELS + 2];
        places[0] = place(topic, 0, false);
        int count = 1;
        int end = -1;
        for (int level = 1; level <= LEVELS && end < topic.length(); level++) {
            end = TopicTrie.levelEnd(topic, end + 1);
            places[count++] = place(topic, end, false);
        }
        places[count++] = place(topic, topic.length(), true);
        return java.util.Arrays.copyOf(places, count);
    }

    /// The version of what is known of a topic. Read before the subscriptions are.
    long sum(int[] places) {
        long sum = 0;
        for (int place : places) {
            sum += counters.get(place);
        }
        return sum;
    }

    /// A filter got or lost a subscription. Called after that is to be seen.
    void changed(String filter) {
        counters.getAndIncrement(placeOfFilter(filter));
    }

    private static int placeOfFilter(String filter) {
        int end = 0;
        int start = 0;
        for (int level = 1; start <= filter.length(); level++) {
            int next = TopicTrie.levelEnd(filter, start);
            if (isWildcard(filter, start, next)) {
                return place(filter, end, false);
            }
            if (level <= LEVELS) {
                end = next;
            }
            start = next + 1;
        }
        return place(filter, filter.length(), true);
    }

    private static boolean isWildcard(String filter, int start, int end) {
        return end == start + 1 && (filter.charAt(start) == '+' || filter.charAt(start) == '#');
    }

    /// @param whole whether no more may follow
    private static int place(String text, int end, boolean whole) {
        int hash = whole ? 1 : 0;
        for (int i = 0; i < end; i++) {
            hash = hash * 31 + text.charAt(i);
        }
        hash *= 0x9E37_79B1;
        return hash >>> 19;
    }
}
