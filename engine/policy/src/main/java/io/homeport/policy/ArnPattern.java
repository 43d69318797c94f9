package io.homeport.policy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A compiled ARN of a `Resource` or of an ARN condition. The six parts that colons separate match
/// each by itself, so that a wildcard for the region can't reach into the resource; in the last
/// part, the resource, wildcards cross `/` and `:`. Immutable.
final class ArnPattern {
    private static final int HEADS = 5;

    private final String source;

    /// What the ARN must begin with, where its first five parts are literal.
    private final @Nullable String literalHead;

    private final List<TextPattern> heads;
    private final TextPattern rest;
    private final boolean whole;

    private ArnPattern(String source, List<TextPattern> heads, TextPattern rest, boolean whole) {
        this.source = source;
        this.heads = heads;
        this.rest = rest;
        this.whole = whole;
        this.literalHead = whole ? null : literalHead(heads);
    }

    /// Compiles `*` or an ARN. Parts that are missing at the end are wildcards, as IAM completes
    /// them (IAM User Guide, "Grammar of the IAM JSON policy language", resource_string).
    ///
    /// @param wholeVariable whether the text may begin with a variable, which then has the whole
    ///   ARN
    /// @throws IllegalArgumentException where the text is neither; the message is for people
    static ArnPattern compile(String text, boolean wholeVariable) {
        if (text.equals("*") || (wholeVariable && text.startsWith("${"))) {
            return new ArnPattern(text, List.of(), TextPattern.compile(text, true), true);
        }
        if (!text.startsWith("arn:") && !text.equals("arn")) {
            throw new IllegalArgumentException(
                    "needs \"*\" or an ARN, not \"" + Texts.shorten(text) + "\"");
        }
        List<List<TextPattern.Part>> split = split(TextPattern.parts(text, true));
        List<TextPattern> patterns = new ArrayList<>();
        for (List<TextPattern.Part> parts : split) {
            patterns.add(TextPattern.of(parts));
        }
        while (patterns.size() <= HEADS) {
            patterns.add(TextPattern.compile("*", true));
        }
        return new ArnPattern(
                text, List.copyOf(patterns.subList(0, HEADS)), patterns.get(HEADS), false);
    }

    /// Whether an ARN matches; a text that is no ARN matches `*` alone.
    boolean matches(String arn, PolicyContext context) {
        if (whole) {
            return rest.matches(arn, context);
        }
        if (literalHead != null) {
            return arn.startsWith(literalHead)
                    && rest.matches(arn, literalHead.length(), arn.length(), context);
        }
        int from = 0;
        for (TextPattern head : heads) {
            int colon = arn.indexOf(':', from);
            if (colon < 0 || !head.matches(arn, from, colon, context)) {
                return false;
            }
            from = colon + 1;
        }
        return rest.matches(arn, from, arn.length(), context);
    }

    /// The pattern as it is written.
    String source() {
        return source;
    }

    /// The pattern with the variables' values in their places, for people.
    String expand(PolicyContext context) {
        if (whole) {
            return rest.expand(context);
        }
        StringBuilder expanded = new StringBuilder();
        for (TextPattern head : heads) {
            expanded.append(head.expand(context)).append(':');
        }
        return expanded.append(rest.expand(context)).toString();
    }

    List<Variable> variables() {
        List<Variable> variables = new ArrayList<>();
        for (TextPattern head : heads) {
            variables.addAll(head.variables());
        }
        variables.addAll(rest.variables());
        return variables;
    }

    /// Splits at the first five colons outside of variables.
    private static List<List<TextPattern.Part>> split(List<TextPattern.Part> parts) {
        List<List<TextPattern.Part>> split = new ArrayList<>();
        List<TextPattern.Part> current = new ArrayList<>();
        for (TextPattern.Part part : parts) {
            if (!(part instanceof TextPattern.Literal(String literal))) {
                current.add(part);
                continue;
            }
            String left = literal;
            int colon = left.indexOf(':');
            while (colon >= 0 && split.size() < HEADS) {
                addLiteral(left.substring(0, colon), current);
                split.add(current);
                current = new ArrayList<>();
                left = left.substring(colon + 1);
                colon = left.indexOf(':');
            }
            addLiteral(left, current);
        }
        split.add(current);
        return split;
    }

    private static void addLiteral(String literal, List<TextPattern.Part> parts) {
        if (!literal.isEmpty()) {
            parts.add(new TextPattern.Literal(literal));
        }
    }

    private static @Nullable String literalHead(List<TextPattern> heads) {
        StringBuilder literal = new StringBuilder();
        for (TextPattern head : heads) {
            String text = head.literal();
            if (text == null) {
                return null;
            }
            literal.append(text).append(':');
        }
        return literal.toString();
    }
}
