package io.homeport.broker;

/// Which topics below `$` clients may use, as AWS IoT documents them ("Reserved topics").
/// Stateless.
final class ReservedTopics {
    static final String BASIC_INGEST = "$aws/rules/";

    /// A level is literal, `{}` for any one level, or `{}*` for one level or more. Alternatives are
    /// separated by `|`.
    private static final String[][] PUBLISHED =
            split(
                    "$aws/rules/{}*",
                    "$aws/things/{}/shadow/get|update|delete",
                    "$aws/things/{}/shadow/name/{}/get|update|delete",
                    "$aws/things/{}/jobs/get|start-next",
                    "$aws/things/{}/jobs/{}/get|update",
                    "$aws/things/{}/defender/metrics/json|cbor",
                    "$aws/things/{}/streams/{}/get|describe/json|cbor",
                    "$aws/things/{}/greengrass/{}*",
                    "$aws/things/{}/greengrassv2/{}*",
                    "$aws/device_location/{}/get_position_estimate",
                    "$aws/certificates/create|create-from-csr/json|cbor",
                    "$aws/provisioning-templates/{}/provision/json|cbor",
                    "$aws/commands/things|clients/{}/executions/{}/response/json|cbor");

    private static final String[] SUBSCRIBED = {
        "$aws/things/",
        "$aws/events/",
        "$aws/certificates/",
        "$aws/provisioning-templates/",
        "$aws/commands/",
        "$aws/sitewise/",
        "$aws/device_location/"
    };

    private ReservedTopics() {}

    static boolean isReserved(String topic) {
        return !topic.isEmpty() && topic.charAt(0) == '$';
    }

    static boolean isAws(String topic) {
        return topic.startsWith("$aws/");
    }

    static boolean isBasicIngest(String topic) {
        return topic.startsWith(BASIC_INGEST);
    }

    /// Whether a client may publish to this topic below `$`.
    static boolean canPublish(String topic) {
        String[] levels = topic.split("/", -1);
        for (String[] pattern : PUBLISHED) {
            if (matches(pattern, levels)) {
                return true;
            }
        }
        return false;
    }

    /// Whether there is something to subscribe to below `$`.
    static boolean canSubscribe(String filter) {
        for (String prefix : SUBSCRIBED) {
            if (filter.startsWith(prefix)) {
                return true;
            }
        }
        return filter.equals("$aws/#") || filter.startsWith("$aws/+/");
    }

    /// The topic that length and level limits count: without `$aws/rules/{rule}/`.
    static String counted(String topic) {
        if (!isBasicIngest(topic)) {
            return topic;
        }
        int slash = topic.indexOf('/', BASIC_INGEST.length());
        return slash < 0 ? "" : topic.substring(slash + 1);
    }

    private static boolean matches(String[] pattern, String[] levels) {
        boolean open = pattern[pattern.length - 1].equals("{}*");
        if (open ? levels.length < pattern.length : levels.length != pattern.length) {
            return false;
        }
        for (int i = 0; i < pattern.length; i++) {
            if (!isLevel(pattern[i], levels[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLevel(String pattern, String level) {
        if (pattern.startsWith("{}")) {
            return !level.isEmpty();
        }
        for (String alternative : pattern.split("\\|")) {
            if (alternative.equals(level)) {
                return true;
            }
        }
        return false;
    }

    private static String[][] split(String... patterns) {
        String[][] all = new String[patterns.length][];
        for (int i = 0; i < patterns.length; i++) {
            all[i] = patterns[i].split("/");
        }
        return all;
    }
}
