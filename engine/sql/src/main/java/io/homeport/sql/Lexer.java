package io.homeport.sql;

/// Cuts a text into tokens, on demand, so that the parser can look ahead by going back. Owned by
/// one thread.
///
/// Strings are in single or double quotes; the quote itself is written twice, and a backslash is a
/// character like any other, as regular expressions need it. There are no comments.
final class Lexer {
    private static final String SINGLE = "()[]{},.:*/%+-=";

    private final String text;
    private int at;

    Lexer(String text, int start) {
        this.text = text;
        this.at = start;
    }

    String text() {
        return text;
    }

    int position() {
        return at;
    }

    void position(int position) {
        at = position;
    }

    Token next() {
        skipSpace();
        int start = at;
        if (at == text.length()) {
            return new Token(Token.Kind.END, "", start, start);
        }
        char c = text.charAt(at);
        if (c == '\'' || c == '"') {
            return string(c);
        }
        if (isDigit(c)) {
            return number();
        }
        if (isNameStart(c)) {
            return name(Token.Kind.NAME, start);
        }
        if (c == '@') {
            at++;
            if (at == text.length() || !isAsciiNamePart(text.charAt(at))) {
                throw error(start, "'@'", "a variable's name of letters, digits and underscores");
            }
            return variable(start);
        }
        if (c == '<' || c == '>') {
            return comparison(c);
        }
        if (SINGLE.indexOf(c) >= 0) {
            at++;
            return token(Token.Kind.SYMBOL, start);
        }
        throw unexpected(c);
    }

    /// The rest up to white space, for a topic filter without quotes.
    Token word() {
        skipSpace();
        int start = at;
        while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return token(at == start ? Token.Kind.END : Token.Kind.STRING, start);
    }

    /// The next character that isn't white space; 0 at the end.
    char peek() {
        skipSpace();
        return at < text.length() ? text.charAt(at) : 0;
    }

    SqlParseException error(int position, String found, String expected) {
        return SqlParseException.at(text, position, found, expected);
    }

    private SqlParseException unexpected(char c) {
        String found =
                c > ' ' && c < 0x7F
                        ? "'" + c + "'"
                        : String.format("the character U+%04X", (int) c);
        String expected =
                c == '!'
                        ? "'<>' for not equal, or NOT"
                        : c == '–' || c == '—'
                                ? "'-' for minus"
                                : "a name, a literal, an operator or a parenthesis";
        return error(at, found, expected);
    }

    private Token string(char quote) {
        int start = at++;
        StringBuilder content = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c != quote) {
                content.append(c);
            } else if (at < text.length() && text.charAt(at) == quote) {
                content.append(quote);
                at++;
            } else {
                return new Token(Token.Kind.STRING, content.toString(), start, at);
            }
        }
        throw error(start, "a string without its end", "a closing " + quote);
    }

    private Token number() {
        int start = at;
        skipDigits();
        if (at + 1 < text.length() && text.charAt(at) == '.' && isDigit(text.charAt(at + 1))) {
            at++;
            skipDigits();
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            int sign = at + 1;
            if (sign < text.length() && (text.charAt(sign) == '-' || text.charAt(sign) == '+')) {
                sign++;
            }
            if (sign < text.length() && isDigit(text.charAt(sign))) {
                at = sign;
                skipDigits();
            }
        }
        if (at < text.length() && isNamePart(text.charAt(at))) {
            while (at < text.length() && isNamePart(text.charAt(at))) {
                at++;
            }
            throw error(
                    start,
                    SqlParseException.quote(text.substring(start, at)),
                    "a number, or a name that begins with a letter");
        }
        return token(Token.Kind.NUMBER, start);
    }

    private Token name(Token.Kind kind, int start) {
        while (at < text.length() && isNamePart(text.charAt(at))) {
            at++;
        }
        return token(kind, start);
    }

    private Token variable(int start) {
        while (at < text.length() && isAsciiNamePart(text.charAt(at))) {
            at++;
        }
        return new Token(Token.Kind.VARIABLE, text.substring(start + 1, at), start, at);
    }

    private Token comparison(char c) {
        int start = at++;
        char second = at < text.length() ? text.charAt(at) : 0;
        if (second == '=' || (c == '<' && second == '>')) {
            at++;
        }
        return token(Token.Kind.SYMBOL, start);
    }

    private Token token(Token.Kind kind, int start) {
        return new Token(kind, text.substring(start, at), start, at);
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private void skipDigits() {
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNameStart(char c) {
        return c == '_' || Character.isLetter(c);
    }

    private static boolean isNamePart(char c) {
        return c == '_' || Character.isLetterOrDigit(c);
    }

    private static boolean isAsciiNamePart(char c) {
        return c < 0x80 && isNamePart(c);
    }
}
