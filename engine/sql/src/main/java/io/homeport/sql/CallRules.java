package io.homeport.sql;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What calls must keep to beyond their number of arguments: literals where AWS wants literals, and
/// how often an external function may be called (iot-sql-functions, binary-payloads, iot-sql-set).
final class CallRules {
    private final String text;
    private final boolean template;

    CallRules(String text, boolean template) {
        this.text = text;
        this.template = template;
    }

    void check(String name, Expression.Call call) {
        List<Expression> arguments = call.arguments();
        switch (name) {
            case "encode" -> literal(arguments.get(1), "base64");
            case "decode" -> decode(call);
            case "transform" -> withoutVariables(arguments.get(0), "the mode of transform");
            case "get_registry_data" -> {
                literal(arguments.get(0), "DescribeThing", "ListThingGroupsForThing");
                role(arguments);
            }
            case "get_secret" -> {
                literal(arguments.get(1), "SecretString", "SecretBinary");
                role(arguments);
            }
            case "get_dynamodb" -> {
                if (arguments.size() == 5) {
                    throw error(
                            call.position(),
                            call.name() + " with 5 arguments",
                            "4 arguments, or 6 with a sort key");
                }
                role(arguments);
            }
            case "get_thing_shadow" -> role(arguments);
            case "machinelearning_predict" -> withoutVariables(arguments.get(1), "a role's ARN");
            default -> {}
        }
    }

    private void decode(Expression.Call call) {
        List<Expression> arguments = call.arguments();
        literal(arguments.get(1), "base64", "proto");
        boolean proto =
                arguments.get(1) instanceof Expression.Literal(int _, Value.Text(String scheme))
                        && scheme.equals("proto");
        if (arguments.size() != (proto ? 6 : 2)) {
            throw error(
                    call.position(),
                    call.name() + " with " + arguments.size() + " arguments",
                    proto
                            ? "6 arguments: data, 'proto', bucket, key, proto file, message type"
                            : "2 arguments for 'base64'");
        }
        if (proto && template) {
            throw error(
                    call.position(),
                    "a protobuf decode in a substitution template",
                    "it in the statement, as a SET variable");
        }
    }

    /// Counts an external call, and refuses one too many: AWS ends such a rule at run time without
    /// a word.
    void count(Function function, Expression.Call call, Map<String, Integer> calls) {
        int count = calls.merge(function.name(), 1, Integer::sum);
        int most =
                switch (function.name()) {
                    case "get_dynamodb", "get_registry_data" -> 1;
                    case "decode" -> 2;
                    default -> Integer.MAX_VALUE;
                };
        if (count > most) {
            throw error(
                    call.position(),
                    "another call of " + call.name(),
                    "at most " + most + " in a statement; a SET variable keeps a result");
        }
    }

    /// Refuses an item that is called after its function and would lose its value to another one.
    void checkNames(Expression.Select select) {
        Set<String> aliases = new HashSet<>();
        for (Expression.Item item : select.items()) {
            if (item.alias().size() == 1) {
                aliases.add(item.alias().getFirst());
            }
        }
        for (Expression.Item item : select.items()) {
            if (!select.value()
                    && item.alias().isEmpty()
                    && item.expression() instanceof Expression.Call call
                    && !aliases.add(call.name())) {
                throw error(
                        call.position(),
                        "two items named " + SqlParseException.quote(call.name()),
                        "a name for this one, by AS after the expression");
            }
        }
    }

    private void role(List<Expression> arguments) {
        withoutVariables(arguments.getLast(), "a role's ARN");
    }

    private void literal(Expression argument, String... allowed) {
        if (argument instanceof Expression.Literal(int _, Value.Text(String text))
                && List.of(allowed).contains(text)) {
            return;
        }
        String found =
                argument instanceof Expression.Literal(int _, Value.Text(String text))
                        ? SqlParseException.quote(text)
                        : "an expression";
        throw error(start(argument), found, "'" + String.join("' or '", allowed) + "', literally");
    }

    private void withoutVariables(Expression argument, String what) {
        if (argument instanceof Expression.Variable variable) {
            throw error(
                    variable.position(),
                    SqlParseException.quote("@" + variable.name()) + " as " + what,
                    "no variable there");
        }
    }

    /// The index of the first character of an expression, which for operators isn't their own.
    static int start(Expression expression) {
        Expression first = expression;
        while (true) {
            if (first instanceof Expression.Binary binary) {
                first = binary.left();
            } else if (first instanceof Expression.Member member) {
                first = member.target();
            } else {
                return first.position();
            }
        }
    }

    private SqlParseException error(int position, String found, String expected) {
        return SqlParseException.at(text, position, found, expected);
    }
}
