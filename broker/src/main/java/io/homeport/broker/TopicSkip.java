package io.homeport.broker;

/// Where a search through sorted topics goes on behind one that a filter doesn't match: what lies
/// between needn't be looked at. Pure.
final class TopicSkip {
    /// What sorts right behind everything below a topic.
    private static final char BEHIND_SLASH = '/' + 1;

    /// Sorts behind every topic that a search could still find.
    private static final String NOWHERE = "\uFFFF";

    private TopicSkip() {}

    /// The place at or behind which the next match is; the topic itself where that is just the next
    /// one.
    ///
    /// @param topic one that the filter doesn't match
    static String behind(String filter, String topic) {
        int f = 0;
        int t = 0;
        while (true) {
            int filterEnd = TopicTrie.levelEnd(filter, f);
            int topicEnd = TopicTrie.levelEnd(topic, t);
            boolean last = filterEnd == filter.length();
            if (!isAny(filter, f, filterEnd) && !same(filter, f, filterEnd, topic, t, topicEnd)) {
                return toLevel(topic, t, filter.substring(f, filterEnd), last);
            }
            if (topicEnd == topic.length()) {
                return topic;
            }
            if (last) {
                // Everything below is too deep.
                return topic.substring(0, topicEnd) + BEHIND_SLASH;
            }
            f = filterEnd + 1;
            t = topicEnd + 1;
        }
    }

    /// All matches that have the topic's levels before `t` have `level` there.
    private static String toLevel(String topic, int t, String level, boolean last) {
        String wanted = topic.substring(0, t) + level;
        if (topic.compareTo(wanted) < 0) {
            return wanted;
        }
        String below = wanted + '/';
        if (!last && topic.compareTo(below) < 0) {
            return below;
        }
        return t == 0 ? NOWHERE : topic.substring(0, t - 1) + BEHIND_SLASH;
    }

    private static boolean isAny(String filter, int from, int to) {
        return to - from == 1 && (filter.charAt(from) == '+' || filter.charAt(from) == '#');
    }

    private static boolean same(String a, int aFrom, int aTo, String b, int bFrom, int bTo) {
        return aTo - aFrom == bTo - bFrom && a.regionMatches(aFrom, b, bFrom, aTo - aFrom);
    }
}
