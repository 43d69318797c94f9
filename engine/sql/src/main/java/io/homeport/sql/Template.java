package io.homeport.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A text with substitution templates `${expression}` (iot-substitution-templates), as fields of
/// actions have them. `$$` stands for `$`, so that `$$aws/things` and `$${x}` are no expressions.
/// Expressions see the original payload and the statement's SET variables, never its aliases.
/// Immutable, thread-safe.
public final class Template {
    /// Either a text or an expression with its source.
    private record Part(String text, @Nullable Node node) {}

    private final String text;
    private final SqlVersion version;
    private final List<Part> parts;
    private final Map<String, Integer> externalCalls;

    private Template(String text, SqlVersion version, Map<String, Integer> variables) {
        this.text = text;
        this.version = version;
        Compiler compiler = new Compiler(text, version, new HashMap<>(variables), true);
        this.parts = List.copyOf(parts(text, compiler));
        this.externalCalls = compiler.calls();
    }

    /// A template of a rule whose statement has no SET variables.
    ///
    /// @throws SqlParseException where an expression can't be used, with the position in the text
    public static Template parse(String text, SqlVersion version) {
        return new Template(text, version, Map.of());
    }

    /// A template of a rule, which may use the variables of its statement.
    ///
    /// @throws SqlParseException where an expression can't be used, with the position in the text
    public static Template parse(String text, SqlStatement statement) {
        return new Template(text, statement.version(), statement.variables());
    }

    /// As it was written.
    public String text() {
        return text;
    }

    /// The text, where there is no expression in it.
    public Optional<String> constant() {
        if (parts.isEmpty()) {
            return Optional.of("");
        }
        Part first = parts.getFirst();
        return parts.size() == 1 && first.node() == null
                ? Optional.of(first.text())
                : Optional.empty();
    }

    /// Whether an evaluation may ask {@link ExternalFunctions} and so block.
    public boolean external() {
        return !externalCalls.isEmpty();
    }

    /// How often each external function stands in it, by its name.
    public Map<String, Integer> externalCalls() {
        return externalCalls;
    }

    /// Puts the values of the expressions in their places, converted to text. Where the template
    /// has variables, the statement must have been evaluated in the same environment.
    public TemplateResult evaluate(Environment environment) {
        environment.start(version);
        StringBuilder result = new StringBuilder();
        try {
            for (Part part : parts) {
                Node node = part.node();
                String value =
                        node == null
                                ? part.text()
                                : Values.text(node.evaluate(environment), environment);
                if (value == null) {
                    return new TemplateResult.Undefined(part.text());
                }
                result.append(value);
                if (result.length() > environment.limits().outputBytes()) {
                    throw new LimitExceeded(
                            "a template's text is larger than "
                                    + environment.limits().outputBytes()
                                    + " bytes");
                }
            }
        } catch (EvaluationFailed e) {
            return new TemplateResult.Failed(e);
        }
        return new TemplateResult.Text(result.toString());
    }

    private static List<Part> parts(String text, Compiler compiler) {
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            char next = at + 1 < text.length() ? text.charAt(at + 1) : 0;
            if (c == '$' && next == '$') {
                literal.append('$');
                at += 2;
            } else if (c == '$' && next == '{') {
                if (!literal.isEmpty()) {
                    parts.add(new Part(literal.toString(), null));
                    literal.setLength(0);
                }
                Parser parser = new Parser(text, at + 2);
                Node node = compiler.compile(parser.template());
                parts.add(new Part(text.substring(at + 2, parser.end() - 1).strip(), node));
                at = parser.end();
            } else {
                literal.append(c);
                at++;
            }
        }
        if (!literal.isEmpty()) {
            parts.add(new Part(literal.toString(), null));
        }
        return parts;
    }

    @Override
    public String toString() {
        return text;
    }
}
