package io.homeport.policy;

import org.jspecify.annotations.Nullable;

/// Reads one `${…}` of a text. The name of a thing's attribute may contain commas
/// (`${iot:Connection.Thing.Attributes[a,b]}`), so that only a comma before a quote begins a
/// default.
final class VariableReader {
    private final String text;
    private final int start;
    private int at;

    /// @param start the index of the `$`
    VariableReader(String text, int start) {
        this.text = text;
        this.start = start;
        this.at = start + 2;
    }

    /// The variable; null for `${*}`, `${?}` and `${$}`, which stand for the character.
    ///
    /// @throws IllegalArgumentException where it is malformed
    @Nullable Variable read() {
        if (at + 1 < text.length()
                && text.charAt(at + 1) == '}'
                && "*?$".indexOf(text.charAt(at)) >= 0) {
            at += 2;
            return null;
        }
        String name = name();
        String fallback = null;
        if (current() == ',') {
            at++;
            skipSpaces();
            fallback = quoted();
            skipSpaces();
        }
        if (current() != '}') {
            throw malformed("is never closed with \"}\"");
        }
        at++;
        return new Variable(name, fallback, text.substring(start, at));
    }

    /// The index after the variable.
    int end() {
        return at;
    }

    private String name() {
        int from = at;
        while (at < text.length() && text.charAt(at) != '}' && !defaultBegins()) {
            char c = text.charAt(at);
            if (c <= ' ' || "${'\"*?".indexOf(c) >= 0) {
                throw malformed("has the character '" + c + "' in its name");
            }
            at++;
        }
        if (at == from) {
            throw malformed(at == text.length() ? "is never closed with \"}\"" : "has no name");
        }
        return text.substring(from, at);
    }

    private boolean defaultBegins() {
        if (text.charAt(at) != ',') {
            return false;
        }
        int next = at + 1;
        while (next < text.length() && text.charAt(next) == ' ') {
            next++;
        }
        return next < text.length() && text.charAt(next) == '\'';
    }

    private String quoted() {
        int from = ++at;
        int to = text.indexOf('\'', from);
        if (to < 0) {
            throw malformed("has a default value that is never closed with \"'\"");
        }
        at = to + 1;
        return text.substring(from, to);
    }

    private char current() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private void skipSpaces() {
        while (current() == ' ') {
            at++;
        }
    }

    private IllegalArgumentException malformed(String what) {
        int to = Math.min(text.length(), start + 40);
        return new IllegalArgumentException(
                "has a variable that " + what + ": " + Texts.quote(text.substring(start, to)));
    }
}
