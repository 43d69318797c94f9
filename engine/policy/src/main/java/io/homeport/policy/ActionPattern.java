package io.homeport.policy;

/// A compiled action, for example `iot:Publish`, `iot:Get*` or `*`. Case has no meaning. Immutable.
final class ActionPattern {
    private final String source;
    private final boolean literal;
    private final int[] program;

    private ActionPattern(String source) {
        this.source = source;
        this.program =
                source.chars().map(c -> c == '*' ? Glob.ANY : c == '?' ? Glob.ONE : c).toArray();
        this.literal = source.indexOf('*') < 0 && source.indexOf('?') < 0;
    }

    /// @throws IllegalArgumentException where the text is no action; the message is for people
    static ActionPattern compile(String text) {
        int colon = text.indexOf(':');
        boolean valid =
                text.equals("*")
                        || (colon > 0
                                && colon < text.length() - 1
                                && (text.startsWith("*:") || isName(text, 0, colon, "-"))
                                && isName(text, colon + 1, text.length(), "*?_-"));
        if (!valid) {
            throw new IllegalArgumentException(
                    "needs \"*\" or the form \"service:Name\", not \""
                            + Texts.shorten(text)
                            + "\"");
        }
        return new ActionPattern(text);
    }

    boolean matches(String action) {
        return literal
                ? source.equalsIgnoreCase(action)
                : Glob.matches(program, action, 0, action.length(), true);
    }

    private static boolean isName(String text, int from, int to, String others) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            boolean letterOrDigit =
                    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && others.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
