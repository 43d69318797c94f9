package io.homeport.sql;

/// A piece of a statement. Immutable.
///
/// @param text a name or symbol as written, a string without its quotes
/// @param start index of its first character
/// @param end index behind its last character
record Token(Kind kind, String text, int start, int end) {
    enum Kind {
        NAME,
        VARIABLE,
        STRING,
        NUMBER,
        SYMBOL,
        END
    }

    boolean isSymbol(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    /// Keywords are names whose case doesn't matter.
    boolean isKeyword(String keyword) {
        return kind == Kind.NAME && text.equalsIgnoreCase(keyword);
    }

    /// For people.
    String describe() {
        return switch (kind) {
            case END -> "end of text";
            case STRING -> "string " + SqlParseException.quote(text);
            case VARIABLE -> SqlParseException.quote("@" + text);
            case NAME, NUMBER, SYMBOL -> SqlParseException.quote(text);
        };
    }
}
