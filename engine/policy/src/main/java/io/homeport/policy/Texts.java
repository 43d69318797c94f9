package io.homeport.policy;

/// Bounds what foreign text takes in a message.
final class Texts {
    static final int LONGEST = 200;

    private Texts() {}

    /// The text, or its beginning with an ellipsis. Control characters and halves of surrogate
    /// pairs are replaced, so that the result has a place in a log line and in UTF-8.
    static String shorten(String text) {
        StringBuilder shortened = new StringBuilder();
        int at = 0;
        while (at < text.length() && at < LONGEST) {
            int c = text.codePointAt(at);
            boolean unfit =
                    Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE;
            shortened.appendCodePoint(unfit ? 0xFFFD : c);
            at += Character.charCount(c);
        }
        return at == text.length() ? shortened.toString() : shortened.append('…').toString();
    }

    static String quote(String text) {
        return '"' + shorten(text) + '"';
    }
}
