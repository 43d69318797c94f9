package io.homeport.policy;

/// The wildcard matcher: `*` stands for any run of characters, `/` and `:` too, and `?` for one
/// character. A program is an array with one element for each character of the pattern, or {@link
/// #ANY} or {@link #ONE}.
///
/// Only the latest `*` is ever tried again, so that the work is bounded by the pattern's length
/// times the text's length, whatever the pattern.
final class Glob {
    static final int ANY = -1;
    static final int ONE = -2;

    private Glob() {}

    /// Whether the text from one index to another matches.
    static boolean matches(int[] program, String text, int from, int to, boolean ignoreCase) {
        int at = from;
        int step = 0;
        int retryStep = -1;
        int retryAt = -1;
        while (at < to) {
            int wanted = step < program.length ? program[step] : Integer.MIN_VALUE;
            if (wanted == ANY) {
                retryStep = ++step;
                retryAt = at;
            } else if (wanted == ONE) {
                step++;
                at = afterCharacter(text, at, to);
            } else if (wanted >= 0 && same(wanted, text.charAt(at), ignoreCase)) {
                step++;
                at++;
            } else if (retryStep >= 0) {
                retryAt = afterCharacter(text, retryAt, to);
                at = retryAt;
                step = retryStep;
            } else {
                return false;
            }
        }
        while (step < program.length && program[step] == ANY) {
            step++;
        }
        return step == program.length;
    }

    /// A surrogate pair is one character.
    private static int afterCharacter(String text, int at, int to) {
        boolean pair =
                at + 1 < to
                        && Character.isHighSurrogate(text.charAt(at))
                        && Character.isLowSurrogate(text.charAt(at + 1));
        return pair ? at + 2 : at + 1;
    }

    private static boolean same(int wanted, char found, boolean ignoreCase) {
        return wanted == found || (ignoreCase && lower(wanted) == lower(found));
    }

    private static int lower(int c) {
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    }
}
