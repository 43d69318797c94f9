package io.homeport.mqtt;

import org.jspecify.annotations.Nullable;

/// Topic names and topic filters (MQTT 5, 4.7 and 4.8): syntax and matching. Stateless,
/// thread-safe, nothing here allocates except {@link SharedSubscription#parse}.
public final class Topics {
    static final String SHARE_PREFIX = "$share/";

    private Topics() {}

    /// Whether a message can be published to it: 1 to 65535 bytes of UTF-8 without U+0000
    /// [MQTT-4.7.3-1] and without wildcards [MQTT-3.3.2-2].
    public static boolean isValidTopicName(String topic) {
        return !topic.isEmpty() && !hasWildcard(topic) && Utf8.isEncodable(topic);
    }

    /// Whether it can be subscribed to: 1 to 65535 bytes of UTF-8 without U+0000, `#` last and
    /// alone in its level [MQTT-4.7.1-1], `+` alone in its level [MQTT-4.7.1-2], and after
    /// `$share/` a share name and a filter [MQTT-4.8.2-1] [MQTT-4.8.2-2].
    public static boolean isValidTopicFilter(String filter) {
        return filterProblem(filter) == null && Utf8.isEncodable(filter);
    }

    /// Whether it is a shared subscription by its prefix `$share/`, well-formed or not.
    public static boolean isShared(String filter) {
        return filter.startsWith(SHARE_PREFIX);
    }

    public static boolean hasWildcard(String topic) {
        return topic.indexOf('+') >= 0 || topic.indexOf('#') >= 0;
    }

    /// How many levels there are: one more than slashes. For a shared subscription ask with its
    /// {@link SharedSubscription#topicFilter()}.
    public static int levels(String topic) {
        int levels = 1;
        for (int i = topic.indexOf('/'); i >= 0; i = topic.indexOf('/', i + 1)) {
            levels++;
        }
        return levels;
    }

    /// Whether a message to a topic reaches a subscription (4.7). A leading wildcard doesn't match
    /// a topic that begins with `$` [MQTT-4.7.2-1]. Both must be valid; a shared subscription is
    /// matched by its {@link SharedSubscription#topicFilter()}.
    ///
    /// @param hashMatchesParent true as MQTT has it, where `sensor/#` also matches `sensor`
    ///   (4.7.1.2); false as AWS IoT has it, where it doesn't
    public static boolean matches(String filter, String topic, boolean hashMatchesParent) {
        if (topic.charAt(0) == '$' && isWildcard(filter.charAt(0))) {
            return false;
        }
        int f = 0;
        int t = 0;
        while (true) {
            int filterEnd = levelEnd(filter, f);
            int topicEnd = levelEnd(topic, t);
            if (isLevel(filter, f, filterEnd, '#')) {
                return true;
            }
            if (!isLevel(filter, f, filterEnd, '+')
                    && !(filterEnd - f == topicEnd - t
                            && filter.regionMatches(f, topic, t, filterEnd - f))) {
                return false;
            }
            boolean filterDone = filterEnd == filter.length();
            if (topicEnd == topic.length()) {
                return filterDone
                        || (hashMatchesParent
                                && isLevel(filter, filterEnd + 1, filter.length(), '#'));
            }
            if (filterDone) {
                return false;
            }
            f = filterEnd + 1;
            t = topicEnd + 1;
        }
    }

    /// What is wrong with the syntax of a filter; null where nothing is.
    static @Nullable String filterProblem(String filter) {
        int start = 0;
        if (isShared(filter)) {
            int slash = filter.indexOf('/', SHARE_PREFIX.length());
            if (slash < 0) {
                return "has no topic filter after $share/";
            }
            if (slash == SHARE_PREFIX.length()) {
                return "has an empty share name";
            }
            if (filter.indexOf('+', SHARE_PREFIX.length(), slash) >= 0
                    || filter.indexOf('#', SHARE_PREFIX.length(), slash) >= 0) {
                return "has a wildcard in its share name";
            }
            start = slash + 1;
        }
        if (start == filter.length()) {
            return "is empty";
        }
        return wildcardProblem(filter, start);
    }

    /// The levels of a filter that {@link #filterProblem} finds nothing wrong with, without the
    /// share.
    static int filterLevels(String filter) {
        return isShared(filter) ? levels(filter) - 2 : levels(filter);
    }

    private static @Nullable String wildcardProblem(String filter, int start) {
        for (int i = start; i < filter.length(); i++) {
            char c = filter.charAt(i);
            if (!isWildcard(c)) {
                continue;
            }
            if (i > start && filter.charAt(i - 1) != '/') {
                return c + " isn't alone in its level";
            }
            if (i + 1 < filter.length()) {
                if (c == '#') {
                    return "# isn't last";
                }
                if (filter.charAt(i + 1) != '/') {
                    return "+ isn't alone in its level";
                }
            }
        }
        return null;
    }

    private static boolean isWildcard(char c) {
        return c == '+' || c == '#';
    }

    private static int levelEnd(String text, int from) {
        int slash = text.indexOf('/', from);
        return slash < 0 ? text.length() : slash;
    }

    private static boolean isLevel(String text, int from, int to, char only) {
        return to - from == 1 && text.charAt(from) == only;
    }

    /// A shared subscription, `$share/{ShareName}/{filter}` (4.8.2). Immutable.
    public record SharedSubscription(String shareName, String topicFilter) {
        /// The parts of a valid topic filter as SUBSCRIBE has it; null where it isn't shared.
        public static @Nullable SharedSubscription parse(String filter) {
            if (!isShared(filter) || filterProblem(filter) != null) {
                return null;
            }
            int slash = filter.indexOf('/', SHARE_PREFIX.length());
            return new SharedSubscription(
                    filter.substring(SHARE_PREFIX.length(), slash), filter.substring(slash + 1));
        }
    }
}
