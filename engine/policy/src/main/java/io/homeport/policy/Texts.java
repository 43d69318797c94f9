package io.homeport.policy;

/// Bounds what foreign text takes in a message.
final class Texts {
    static final int LONGEST = 200;

    private Texts() {}

    /// The text, or its beginning with an ellipsis; control characters are replaced.
    static String shorten(String text) {
        StringBuilder shortened = new StringBuilder();
        int length = Math.min(text.length(), LONGEST);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            shortened.append(Character.isISOControl(c) ? '\uFFFD' : c);
        }
        return text.length() <= LONGEST ? shortened.toString() : shortened.append('…').toString();
    }

    static String quote(String text) {
        return '"' + shorten(text) + '"';
    }
}
