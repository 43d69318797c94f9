package io.homeport.policy;

import java.util.ArrayList;
import java.util.List;

/// One operator with one key and its values. Immutable.
final class CompiledCondition {
    /// How an operator treats a key with several values in a request.
    private enum Quantifier {
        /// None: one value that matches is enough.
        PLAIN,
        /// `ForAllValues:` each value must pass; without values it holds.
        ALL,
        /// `ForAnyValue:` one value must pass; without values it doesn't hold.
        ANY
    }

    private static final String ALL_PREFIX = "ForAllValues:";
    private static final String ANY_PREFIX = "ForAnyValue:";
    private static final String IF_EXISTS = "IfExists";

    private final PolicyStatement.Condition source;
    private final Quantifier quantifier;
    private final boolean ifExists;
    private final Operator operator;
    private final List<ValueTest> tests;
    private final List<Variable> variables;

    private CompiledCondition(
            PolicyStatement.Condition source,
            Quantifier quantifier,
            boolean ifExists,
            Operator operator) {
        this.source = source;
        this.quantifier = quantifier;
        this.ifExists = ifExists;
        this.operator = operator;
        this.tests = source.values().stream().map(operator::compile).toList();
        List<Variable> used = new ArrayList<>();
        for (String value : source.values()) {
            used.addAll(TextPattern.compile(value, false).variables());
        }
        this.variables = List.copyOf(used);
    }

    /// The operator that a name of a document means, without `ForAllValues:`, `ForAnyValue:` and
    /// `IfExists`.
    ///
    /// @throws IllegalArgumentException where there is none; the message is for people
    static Operator operator(String name) {
        String base = base(name);
        for (Operator operator : Operator.values()) {
            if (operator.name().equals(base)) {
                if (operator == Operator.Null && name.endsWith(IF_EXISTS)) {
                    throw new IllegalArgumentException("Null has no " + IF_EXISTS + " form");
                }
                return operator;
            }
        }
        String nearest = Names.nearest(base, Operator.names());
        throw new IllegalArgumentException(
                "unknown condition operator "
                        + Texts.quote(name)
                        + (nearest.isEmpty() ? "" : "; did you mean \"" + nearest + "\"?"));
    }

    /// @throws IllegalArgumentException where the operator is unknown or a value isn't of its type
    static CompiledCondition compile(PolicyStatement.Condition source) {
        String name = source.operator();
        Quantifier quantifier =
                name.startsWith(ALL_PREFIX)
                        ? Quantifier.ALL
                        : name.startsWith(ANY_PREFIX) ? Quantifier.ANY : Quantifier.PLAIN;
        return new CompiledCondition(source, quantifier, name.endsWith(IF_EXISTS), operator(name));
    }

    boolean holds(PolicyContext context) {
        List<String> values = context.values(source.key());
        if (operator == Operator.Null) {
            return matchesOne(Boolean.toString(values.stream().allMatch(String::isEmpty)), context);
        }
        if (values.isEmpty() && ifExists) {
            return true;
        }
        return switch (quantifier) {
            case ALL -> holdsForAll(values, context);
            case ANY -> holdsForAny(values, context);
            case PLAIN ->
                    operator.negated()
                            ? holdsForEach(values, context)
                            : holdsForAny(values, context);
        };
    }

    PolicyStatement.Condition source() {
        return source;
    }

    List<Variable> variables() {
        return variables;
    }

    /// An empty text is a null dataset to `ForAllValues`.
    private boolean holdsForAll(List<String> values, PolicyContext context) {
        for (String value : values) {
            if (!value.isEmpty() && !passes(value, context)) {
                return false;
            }
        }
        return true;
    }

    private boolean holdsForEach(List<String> values, PolicyContext context) {
        for (String value : values) {
            if (!passes(value, context)) {
                return false;
            }
        }
        return true;
    }

    private boolean holdsForAny(List<String> values, PolicyContext context) {
        for (String value : values) {
            if (passes(value, context)) {
                return true;
            }
        }
        return false;
    }

    private boolean passes(String value, PolicyContext context) {
        return matchesOne(value, context) != operator.negated();
    }

    private boolean matchesOne(String value, PolicyContext context) {
        for (ValueTest test : tests) {
            if (test.matches(value, context)) {
                return true;
            }
        }
        return false;
    }

    private static String base(String name) {
        String base = name;
        if (base.startsWith(ALL_PREFIX)) {
            base = base.substring(ALL_PREFIX.length());
        } else if (base.startsWith(ANY_PREFIX)) {
            base = base.substring(ANY_PREFIX.length());
        }
        return base.endsWith(IF_EXISTS)
                ? base.substring(0, base.length() - IF_EXISTS.length())
                : base;
    }
}
