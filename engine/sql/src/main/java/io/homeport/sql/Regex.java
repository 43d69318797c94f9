package io.homeport.sql;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// A regular expression in Java's syntax, which is AWS's, with bounded time: the matcher reads the
/// text through a sequence that counts its looks, and counted repetitions, which could loop without
/// looking, are multiplied out beforehand. Immutable.
final class Regex {
    private static final int LONGEST = 4_000;
    private static final int MOST_REPETITIONS = 10_000;

    /// The flag for comments, which could hide a parenthesis from {@link #cost}.
    private static final Pattern COMMENTS = Pattern.compile("\\(\\?[a-zA-Z]*x");

    private final Pattern pattern;
    private final long cost;

    private Regex(Pattern pattern, long cost) {
        this.pattern = pattern;
        this.cost = cost;
    }

    /// Null where it isn't valid.
    static @Nullable Regex compile(String expression) {
        if (expression.length() > LONGEST) {
            throw new LimitExceeded(
                    "a regular expression is longer than " + LONGEST + " characters");
        }
        if (COMMENTS.matcher(expression).find()) {
            throw new LimitExceeded("a regular expression has the flag x for comments");
        }
        long cost = cost(expression);
        if (cost > MOST_REPETITIONS) {
            throw new LimitExceeded(
                    "the counted repetitions of a regular expression come to more than "
                            + MOST_REPETITIONS);
        }
        try {
            return new Regex(Pattern.compile(expression), cost);
        } catch (PatternSyntaxException e) {
            return null;
        } catch (StackOverflowError e) {
            throw new LimitExceeded("a regular expression nests too deeply");
        }
    }

    /// The regular expression that an argument is; null where it is none.
    static @Nullable Regex of(Value argument, Environment environment) {
        String expression = Values.text(argument, environment);
        return expression == null ? null : compile(expression);
    }

    static Value matches(@Nullable Regex regex, Value[] a, Environment environment) {
        return run(regex, a, environment, matcher -> Value.Bool.of(matcher.find()));
    }

    static Value substr(@Nullable Regex regex, Value[] a, Environment environment) {
        return run(
                regex,
                a,
                environment,
                matcher -> matcher.find() ? new Value.Text(matcher.group()) : Absent.UNDEFINED);
    }

    static Value replace(@Nullable Regex regex, Value[] a, Environment environment) {
        String replacement = Values.text(a[2], environment);
        if (replacement == null) {
            return Absent.UNDEFINED;
        }
        return run(regex, a, environment, matcher -> replace(matcher, replacement, environment));
    }

    private static Value replace(Matcher matcher, String replacement, Environment environment) {
        StringBuilder result = new StringBuilder();
        try {
            while (matcher.find()) {
                matcher.appendReplacement(result, replacement);
                environment.spend(replacement.length());
                if (result.length() > environment.limits().functionBytes()) {
                    environment.checkSize(result.length());
                }
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return Absent.UNDEFINED;
        }
        return environment.text(matcher.appendTail(result).toString());
    }

    private static Value run(
            @Nullable Regex regex,
            Value[] a,
            Environment environment,
            java.util.function.Function<Matcher, Value> use) {
        String text = Values.text(a[0], environment);
        if (text == null || regex == null) {
            return Absent.UNDEFINED;
        }
        long steps = 64L * environment.limits().regexSteps() / Math.max(64, regex.cost);
        try {
            return use.apply(regex.pattern.matcher(new Counted(text, steps)));
        } catch (StackOverflowError e) {
            throw new LimitExceeded(
                    "the regular expression "
                            + SqlParseException.quote(regex.pattern.pattern())
                            + " recurses too deeply on a text of "
                            + text.length()
                            + " characters");
        }
    }

    /// How much a look at a character may cost without looking at another one: counted repetitions
    /// in a row are added, those in each other multiplied. Capped.
    static long cost(String expression) {
        long[] sums = new long[expression.length() + 1];
        int depth = 0;
        long atom = 1;
        for (int i = 0; i < expression.length(); i++) {
            char c = expression.charAt(i);
            if (c == '\\') {
                i++;
                atom = 1;
            } else if (c == '(') {
                sums[++depth] = 0;
                atom = 0;
            } else if (c == ')' && depth > 0) {
                atom = Math.max(1, sums[depth--]);
            } else if (c == '{') {
                atom = Math.min(atom * (count(expression, i + 1) - 1), Integer.MAX_VALUE);
            } else {
                atom = 1;
            }
            sums[depth] = Math.min(sums[depth] + atom, Integer.MAX_VALUE);
        }
        long total = 0;
        for (int i = 0; i <= depth; i++) {
            total += sums[i];
        }
        return Math.min(total, Integer.MAX_VALUE);
    }

    /// The larger number of `n}`, `n,}` or `n,m}`; at least 1.
    private static long count(String expression, int from) {
        long largest = 1;
        long count = 0;
        for (int i = from; i < expression.length(); i++) {
            char c = expression.charAt(i);
            if (c >= '0' && c <= '9') {
                count = Math.min(count * 10 + (c - '0'), Integer.MAX_VALUE);
                largest = Math.max(largest, count);
            } else if (c == ',') {
                count = 0;
            } else {
                break;
            }
        }
        return largest;
    }

    /// A text that counts how often it is looked at.
    private static final class Counted implements CharSequence {
        private final String text;
        private final long most;
        private long looks;

        Counted(String text, long most) {
            this.text = text;
            this.most = most;
        }

        @Override
        public char charAt(int index) {
            if (++looks > most) {
                throw new LimitExceeded("a regular expression takes more than " + most + " steps");
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
