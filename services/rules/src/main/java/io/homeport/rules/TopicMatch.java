package io.homeport.rules;

/// Whether a topic filter matches a topic (MQTT 5, 4.7). Stateless.
final class TopicMatch {
    private TopicMatch() {}

    static boolean matches(String filter, String topic) {
        String[] wanted = filter.split("/", -1);
        String[] levels = topic.split("/", -1);
        boolean hidden = topic.startsWith("$") && !filter.startsWith("$");
        if (hidden) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].equals("#")) {
                return true;
            }
            if (i == levels.length || !(wanted[i].equals("+") || wanted[i].equals(levels[i]))) {
                return false;
            }
        }
        return wanted.length == levels.length;
    }
}
