package io.homeport.sql;

import java.nio.charset.StandardCharsets;

/// Checks a topic filter behind FROM. Stateless.
final class TopicFilters {
    /// What MQTT has room for (1.5.4).
    private static final int LONGEST = 65_535;

    private TopicFilters() {}

    /// @param start where the filter begins in the lexer's text
    static void check(String filter, int start, Lexer lexer) {
        if (filter.isEmpty()) {
            throw lexer.error(start, "an empty topic filter", "a topic filter");
        }
        if (filter.startsWith("$share/")) {
            throw lexer.error(
                    start, "a shared subscription", "the topic filter alone: a rule gets all");
        }
        if (filter.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            throw lexer.error(start, "a long topic filter", "one of at most " + LONGEST + " bytes");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(filter)) {
            throw lexer.error(start, "half a character", "a topic filter that UTF-8 can encode");
        }
        for (int i = 0; i < filter.length(); i++) {
            char c = filter.charAt(i);
            boolean wildcard = c == '+' || c == '#';
            boolean alone =
                    (i == 0 || filter.charAt(i - 1) == '/')
                            && (i == filter.length() - 1 || filter.charAt(i + 1) == '/');
            if (c == 0) {
                throw lexer.error(start + i, "the character U+0000", "a topic filter without it");
            }
            if (wildcard && !alone) {
                throw lexer.error(
                        start + i, "'" + c + "' within a level", "'" + c + "' as a whole level");
            }
            if (c == '#' && i < filter.length() - 1) {
                throw lexer.error(start + i, "'#' before the end", "'#' as the last level");
            }
        }
    }
}
