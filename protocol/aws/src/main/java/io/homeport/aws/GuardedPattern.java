package io.homeport.aws;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A regular expression of a service model, compiled on first use, that can't be made to run for
/// long: a match that looks at too many characters, or nests too deep, counts as a mismatch.
/// Thread-safe.
final class GuardedPattern {
    /// Enough for every pattern of AWS's on every text it is meant for.
    private static final int MAXIMUM_STEPS = 2_000_000;

    private final String text;
    private volatile @Nullable Pattern compiled;

    GuardedPattern(String text) {
        this.text = text;
    }

    /// Whether the whole value is one that the pattern describes.
    boolean matches(String value) {
        Pattern pattern = compiled;
        if (pattern == null) {
            pattern = Pattern.compile(text);
            compiled = pattern;
        }
        try {
            return pattern.matcher(new Counted(value, new int[] {MAXIMUM_STEPS})).matches();
        } catch (TooManySteps | StackOverflowError e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return text;
    }

    /// Counts down with each character that the matcher looks at.
    private record Counted(String value, int[] stepsLeft) implements CharSequence {
        @Override
        public int length() {
            return value.length();
        }

        @Override
        public char charAt(int index) {
            if (--stepsLeft[0] < 0) {
                throw new TooManySteps();
            }
            return value.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Counted(value.substring(start, end), stepsLeft);
        }

        @Override
        public String toString() {
            return value;
        }
    }

    private static final class TooManySteps extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManySteps() {
            super("too many steps", null, false, false);
        }
    }
}
