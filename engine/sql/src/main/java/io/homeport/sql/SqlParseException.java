package io.homeport.sql;

/// A statement or template that can't be used, with the position of the mistake. The message is for
/// people and says what was found and what was expected.
public final class SqlParseException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int QUOTED = 60;

    private final int line;
    private final int column;
    private final String found;
    private final String expected;

    private SqlParseException(int line, int column, String found, String expected) {
        super("line " + line + ", column " + column + ": " + found + "; expected " + expected);
        this.line = line;
        this.column = column;
        this.found = found;
        this.expected = expected;
    }

    /// @param position index into the text, at most its length
    /// @param found what stands there, a phrase
    /// @param expected what should, a phrase
    static SqlParseException at(String text, int position, String found, String expected) {
        int line = 1;
        int start = 0;
        for (int i = 0; i < position; i++) {
            if (text.charAt(i) == '\n') {
                line++;
                start = i + 1;
            }
        }
        return new SqlParseException(line, position - start + 1, found, expected);
    }

    static String quote(String text) {
        return "'" + (text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "...") + "'";
    }

    /// Counted from 1.
    public int line() {
        return line;
    }

    /// Counted from 1, in UTF-16 characters.
    public int column() {
        return column;
    }

    /// What stands at the position, as a phrase.
    public String found() {
        return found;
    }

    /// What should stand there, as a phrase.
    public String expected() {
        return expected;
    }
}
