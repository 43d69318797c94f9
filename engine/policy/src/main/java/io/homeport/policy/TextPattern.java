package io.homeport.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A compiled text with wildcards and variables. `+` and `#` are ordinary characters, `${*}`,
/// `${?}` and `${$}` stand for themselves without their special meaning, and so does every
/// character of a variable's value. Immutable.
final class TextPattern {
    private enum Shape {
        /// `*`.
        EVERYTHING,
        /// Literals and variables only.
        SEQUENCE,
        /// Literals and variables, then `*`.
        SEQUENCE_AND_REST,
        /// Wildcards in between, no variables: the program is known.
        WILDCARDS,
        /// Wildcards in between and variables: the program depends on the request.
        TEMPLATE
    }

    sealed interface Part permits Literal, Wildcard, Insert {}

    record Literal(String text) implements Part {}

    record Wildcard(boolean any) implements Part {}

    record Insert(Variable variable) implements Part {}

    private static final int[] NO_PROGRAM = {};

    private final Part[] parts;
    private final Shape shape;
    private final int[] program;
    private final List<Variable> variables;

    private TextPattern(List<Part> parts) {
        this.parts = parts.toArray(new Part[0]);
        this.variables =
                parts.stream()
                        .filter(Insert.class::isInstance)
                        .map(part -> ((Insert) part).variable())
                        .distinct()
                        .toList();
        this.shape = shapeOf(parts, variables.isEmpty());
        this.program = shape == Shape.WILDCARDS ? program(PolicyContext.EMPTY) : NO_PROGRAM;
    }

    /// Compiles a text.
    ///
    /// @param wildcards whether `*` and `?` are wildcards
    /// @throws IllegalArgumentException where a variable is malformed; the message is for people
    static TextPattern compile(String text, boolean wildcards) {
        return new TextPattern(parts(text, wildcards));
    }

    static TextPattern of(List<Part> parts) {
        return new TextPattern(parts);
    }

    /// Whether a part of a text matches.
    boolean matches(String text, int from, int to, PolicyContext context) {
        return switch (shape) {
            case EVERYTHING -> true;
            case SEQUENCE -> matchSequence(text, from, to, context) == to;
            case SEQUENCE_AND_REST -> matchSequence(text, from, to, context) >= 0;
            case WILDCARDS -> Glob.matches(program, text, from, to, false);
            case TEMPLATE ->
                    startsLiterally(text, from, to)
                            && Glob.matches(program(context), text, from, to, false);
        };
    }

    boolean matches(String text, PolicyContext context) {
        return matches(text, 0, text.length(), context);
    }

    /// The text with the variables' values in their places; wildcards stand as they are written.
    String expand(PolicyContext context) {
        if (parts.length == 1 && parts[0] instanceof Literal(String text)) {
            return text;
        }
        StringBuilder expanded = new StringBuilder();
        for (Part part : parts) {
            expanded.append(
                    switch (part) {
                        case Literal(String text) -> text;
                        case Wildcard(boolean any) -> any ? "*" : "?";
                        case Insert(Variable variable) -> variable.resolve(context);
                    });
        }
        return expanded.toString();
    }

    /// The variables in the order of their first use.
    List<Variable> variables() {
        return variables;
    }

    /// The text, where it has neither wildcards nor variables.
    @Nullable String literal() {
        if (parts.length == 0) {
            return "";
        }
        return parts.length == 1 && parts[0] instanceof Literal(String text) ? text : null;
    }

    /// Cuts a text into its parts; neighbouring literals are one.
    static List<Part> parts(String text, boolean wildcards) {
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '$' && at + 1 < text.length() && text.charAt(at + 1) == '{') {
                VariableReader reader = new VariableReader(text, at);
                Variable variable = reader.read();
                if (variable == null) {
                    literal.append(text.charAt(at + 2));
                } else {
                    flush(literal, parts);
                    parts.add(new Insert(variable));
                }
                at = reader.end();
            } else if (wildcards && (c == '*' || c == '?')) {
                flush(literal, parts);
                parts.add(new Wildcard(c == '*'));
                at++;
            } else {
                literal.append(c);
                at++;
            }
        }
        flush(literal, parts);
        return parts;
    }

    private static void flush(StringBuilder literal, List<Part> parts) {
        if (!literal.isEmpty()) {
            parts.add(new Literal(literal.toString()));
            literal.setLength(0);
        }
    }

    private static Shape shapeOf(List<Part> parts, boolean constant) {
        Part any = new Wildcard(true);
        if (parts.size() == 1 && parts.getFirst().equals(any)) {
            return Shape.EVERYTHING;
        }
        long wildcards = parts.stream().filter(Wildcard.class::isInstance).count();
        if (wildcards == 0) {
            return Shape.SEQUENCE;
        }
        if (wildcards == 1 && parts.getLast().equals(any)) {
            return Shape.SEQUENCE_AND_REST;
        }
        return constant ? Shape.WILDCARDS : Shape.TEMPLATE;
    }

    /// The index after the literals and values, or -1 where they aren't there.
    private int matchSequence(String text, int from, int to, PolicyContext context) {
        int at = from;
        for (Part part : parts) {
            String wanted =
                    switch (part) {
                        case Literal(String literal) -> literal;
                        case Insert(Variable variable) -> variable.resolve(context);
                        case Wildcard _ -> "";
                    };
            if (wanted.length() > to - at || !text.startsWith(wanted, at)) {
                return -1;
            }
            at += wanted.length();
        }
        return at;
    }

    /// Spares most requests the look-up of variables.
    private boolean startsLiterally(String text, int from, int to) {
        return !(parts[0] instanceof Literal(String literal))
                || (literal.length() <= to - from && text.startsWith(literal, from));
    }

    private int[] program(PolicyContext context) {
        int[] steps = new int[64];
        int length = 0;
        for (Part part : parts) {
            if (part instanceof Wildcard(boolean any)) {
                steps = withRoom(steps, length + 1);
                steps[length++] = any ? Glob.ANY : Glob.ONE;
                continue;
            }
            String literal =
                    part instanceof Insert(Variable variable)
                            ? variable.resolve(context)
                            : ((Literal) part).text();
            steps = withRoom(steps, length + literal.length());
            for (int i = 0; i < literal.length(); i++) {
                steps[length++] = literal.charAt(i);
            }
        }
        return Arrays.copyOf(steps, length);
    }

    private static int[] withRoom(int[] steps, int length) {
        return length <= steps.length ? steps : Arrays.copyOf(steps, Math.max(length, 2 * length));
    }
}
