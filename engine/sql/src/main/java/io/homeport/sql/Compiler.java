package io.homeport.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// Syntax tree to nodes: resolves functions and variables, refuses what the version doesn't have
/// and what can't work, and folds constants. Owned by one thread.
final class Compiler {
    private static final Map<String, Nodes.Cast.Type> TYPES_V1 =
            Map.of(
                    "STRING", Nodes.Cast.Type.STRING,
                    "NVARCHAR", Nodes.Cast.Type.STRING,
                    "TEXT", Nodes.Cast.Type.STRING,
                    "NTEXT", Nodes.Cast.Type.STRING,
                    "VARCHAR", Nodes.Cast.Type.STRING,
                    "INT", Nodes.Cast.Type.INT,
                    "INTEGER", Nodes.Cast.Type.INT,
                    "DOUBLE", Nodes.Cast.Type.DOUBLE);
    private static final Map<String, Nodes.Cast.Type> TYPES_V2 =
            Map.of(
                    "DECIMAL", Nodes.Cast.Type.DECIMAL,
                    "BOOL", Nodes.Cast.Type.BOOLEAN,
                    "BOOLEAN", Nodes.Cast.Type.BOOLEAN);

    private final String text;
    private final SqlVersion version;
    private final Map<String, Integer> variables;
    private final boolean template;
    private final CallRules rules;
    private final Map<String, Integer> calls = new TreeMap<>();
    private final Environment folding;
    private int height;
    private int queries;

    /// @param variables names and indexes; more are added by a statement's SET
    /// @param template whether it is a substitution template
    Compiler(String text, SqlVersion version, Map<String, Integer> variables, boolean template) {
        this.text = text;
        this.version = version;
        this.variables = variables;
        this.template = template;
        this.rules = new CallRules(text, template);
        this.folding =
                new Environment(
                        Folding.MESSAGE,
                        ExternalFunctions.NONE,
                        new SplittableRandom(0),
                        Folding.LIMITS);
    }

    /// How often each external function is called, by name; a protobuf decode counts as `decode`.
    Map<String, Integer> calls() {
        return Map.copyOf(calls);
    }

    List<Node> assignments(List<Expression.Assignment> assignments) {
        List<Node> values = new ArrayList<>();
        for (Expression.Assignment assignment : assignments) {
            String name = "@" + assignment.name();
            if (variables.containsKey(assignment.name())) {
                throw error(
                        assignment.position(), "a second value for " + name, "another variable");
            }
            if (variables.size() == SqlLimits.VARIABLES) {
                throw error(
                        assignment.position(),
                        SqlParseException.quote(name),
                        "at most " + SqlLimits.VARIABLES + " variables");
            }
            values.add(compile(assignment.value()));
            variables.put(assignment.name(), variables.size());
        }
        return values;
    }

    Selection select(Expression.Select select) {
        List<Selection.Item> items = new ArrayList<>();
        for (Expression.Item item : select.items()) {
            Expression expression = item.expression();
            boolean everything = expression instanceof Expression.Everything;
            List<String> path = item.alias();
            if (path.isEmpty() && !everything && !select.value()) {
                path = List.of(key(expression));
            }
            items.add(
                    new Selection.Item(
                            everything ? null : compile(expression), path.toArray(new String[0])));
        }
        rules.checkNames(select);
        return new Selection(select.value(), items);
    }

    /// The key of an item without AS: the last name of a path, or a function's name.
    private String key(Expression expression) {
        return switch (expression) {
            case Expression.Field field -> field.name();
            case Expression.Member member -> member.name();
            case Expression.Variable variable -> variable.name();
            case Expression.Call call -> call.name();
            default ->
                    throw error(
                            CallRules.start(expression),
                            "an item without a name",
                            "a name for it, by AS after the expression");
        };
    }

    /// Compiles, and evaluates at once what depends on nothing.
    Node compile(Expression expression) {
        if (++height > SqlLimits.HEIGHT) {
            throw error(
                    expression.position(),
                    "an expression within " + SqlLimits.HEIGHT + " others",
                    "less nesting");
        }
        Node node =
                switch (expression) {
                    case Expression.Literal literal -> new Node.Constant(literal.value());
                    case Expression.Field field -> new Nodes.Field(field.name());
                    case Expression.Variable variable -> new Nodes.Variable(index(variable));
                    case Expression.Member member ->
                            new Nodes.Member(compile(member.target()), member.name());
                    case Expression.Everything _ -> new Nodes.Everything();
                    case Expression.Call call -> call(call);
                    case Expression.Cast cast -> cast(cast);
                    case Expression.Not not -> fold(new Nodes.Not(compile(not.operand())));
                    case Expression.Minus minus -> fold(new Nodes.Minus(compile(minus.operand())));
                    case Expression.Binary binary -> fold(binary(binary));
                    case Expression.Case cases -> caseOf(cases);
                    case Expression.ObjectLiteral literal -> object(literal);
                    case Expression.ArrayLiteral literal -> array(literal);
                    case Expression.Nested nested -> nested(nested);
                };
        height--;
        return node;
    }

    private int index(Expression.Variable variable) {
        Integer index = variables.get(variable.name());
        if (index == null) {
            throw error(
                    variable.position(),
                    "the variable " + SqlParseException.quote("@" + variable.name()),
                    template
                            ? "a variable that SET of the rule's statement defines"
                            : "a variable that SET defines before");
        }
        return index;
    }

    private Node binary(Expression.Binary binary) {
        Node left = compile(binary.left());
        Node right = compile(binary.right());
        Expression.Operator operator = binary.operator();
        return switch (operator) {
            case OR -> new Nodes.Or(left, right);
            case AND -> new Nodes.And(left, right);
            case EQUAL -> new Nodes.Equal(left, right, false);
            case NOT_EQUAL -> new Nodes.Equal(left, right, true);
            case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL ->
                    new Nodes.Compare(operator, left, right);
            case PLUS -> new Nodes.Plus(left, right);
            case MINUS, TIMES, DIVIDED, MODULO -> new Nodes.Arithmetic(operator, left, right);
        };
    }

    private Node caseOf(Expression.Case cases) {
        List<Node> matches = new ArrayList<>();
        List<Node> results = new ArrayList<>();
        Node value = compile(cases.value());
        for (Expression.When branch : cases.branches()) {
            matches.add(compile(branch.match()));
            results.add(compile(branch.result()));
        }
        Expression otherwise = cases.otherwise();
        return new Nodes.Case(
                value,
                List.copyOf(matches),
                List.copyOf(results),
                otherwise == null ? null : compile(otherwise));
    }

    private Node cast(Expression.Cast cast) {
        String name = cast.type().toUpperCase(Locale.ROOT);
        Nodes.Cast.Type type = TYPES_V1.get(name);
        if (type == null) {
            type = TYPES_V2.get(name);
            if (type != null) {
                requireV2(cast.typePosition(), "cast to " + cast.type());
            }
        }
        if (type == null) {
            throw error(
                    cast.typePosition(),
                    SqlParseException.quote(cast.type()),
                    "a type: String, Nvarchar, Text, Ntext, Varchar, Int, Integer, Double, Decimal,"
                            + " Bool or Boolean");
        }
        return fold(new Nodes.Cast(compile(cast.value()), type));
    }

    private Node object(Expression.ObjectLiteral literal) {
        requireV2(literal.position(), "an object literal");
        String[] keys = new String[literal.entries().size()];
        Node[] values = new Node[keys.length];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = literal.entries().get(i).key();
            values[i] = compile(literal.entries().get(i).value());
        }
        return fold(new Nodes.ObjectLiteral(keys, values), values);
    }

    private Node array(Expression.ArrayLiteral literal) {
        requireV2(literal.position(), "an array literal");
        Node[] items = compileAll(literal.items());
        return fold(new Nodes.ArrayLiteral(items), items);
    }

    private Node nested(Expression.Nested nested) {
        requireV2(nested.position(), "a nested query");
        Node source = compile(nested.source());
        queries++;
        Selection selection = select(nested.select());
        Expression where = nested.select().where();
        Node condition = where == null ? null : compile(where);
        queries--;
        return new Nodes.Nested(selection, source, condition);
    }

    private Node call(Expression.Call call) {
        String name = call.name().toLowerCase(Locale.ROOT);
        if (name.equals("get_or_default")) {
            return orDefault(call);
        }
        Optional<Function> found = Functions.find(name);
        if (found.isEmpty()) {
            String nearest = Functions.nearest(name);
            throw error(
                    call.position(),
                    "the unknown function " + SqlParseException.quote(call.name()),
                    nearest.isEmpty()
                            ? "a function of AWS IoT SQL"
                            : "a function of AWS IoT SQL, perhaps " + nearest);
        }
        Function function = found.get();
        if (!version.atLeast(function.since())) {
            requireV2(call.position(), "the function " + call.name());
        }
        int count = call.arguments().size();
        if (count < function.minimum() || count > function.maximum()) {
            throw error(
                    call.position(),
                    call.name() + " with " + count + (count == 1 ? " argument" : " arguments"),
                    function.arity());
        }
        rules.check(name, call);
        boolean wholePayload =
                queries == 0
                        && count > 0
                        && call.arguments().get(name.equals("aws_lambda") ? 1 : 0)
                                instanceof Expression.Everything;
        function = specialize(function, call, wholePayload);
        if (function.external()) {
            rules.count(function, call, calls);
        }
        Node[] arguments = compileAll(call.arguments());
        if (wholePayload && function != found.get()) {
            // The raw payload goes another way; looking into it would parse it for nothing.
            for (int i = 0; i < arguments.length; i++) {
                if (arguments[i] instanceof Nodes.Everything) {
                    arguments[i] = Node.Constant.UNDEFINED;
                }
            }
        }
        Node node = new Nodes.Call(Preparation.of(function, arguments), arguments);
        return function.pure() ? fold(node, arguments) : node;
    }

    /// The form of a function for the raw payload, and of decode for protobuf.
    private Function specialize(Function function, Expression.Call call, boolean wholePayload) {
        boolean proto = function.name().equals("decode") && call.arguments().size() == 6;
        if (proto) {
            return wholePayload ? CodecFunctions.DECODE_PROTO_PAYLOAD : CodecFunctions.DECODE_PROTO;
        }
        if (!wholePayload) {
            return function;
        }
        return switch (function.name()) {
            case "encode" -> CodecFunctions.ENCODE_PAYLOAD;
            case "decode" -> CodecFunctions.DECODE_PAYLOAD;
            case "aws_lambda" -> ExternalCalls.LAMBDA_OF_PAYLOAD;
            default -> function;
        };
    }

    private Node orDefault(Expression.Call call) {
        requireV2(call.position(), "the function " + call.name());
        int count = call.arguments().size();
        if (count < 1 || count > 2) {
            throw error(call.position(), call.name() + " with " + count + " arguments", "1 or 2");
        }
        Node expression = compile(call.arguments().get(0));
        if (count == 1) {
            return new Nodes.OrDefault(expression, Node.Constant.UNDEFINED);
        }
        Map<String, Integer> before = calls();
        Node otherwise = compile(call.arguments().get(1));
        if (!before.equals(calls())) {
            throw error(
                    CallRules.start(call.arguments().get(1)),
                    "a default that calls an external function",
                    "a default without one");
        }
        return new Nodes.OrDefault(expression, otherwise);
    }

    private Node[] compileAll(List<Expression> expressions) {
        Node[] nodes = new Node[expressions.size()];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = compile(expressions.get(i));
        }
        return nodes;
    }

    private Node fold(Node node) {
        return switch (node) {
            case Nodes.Or(Node left, Node right) -> fold(node, left, right);
            case Nodes.And(Node left, Node right) -> fold(node, left, right);
            case Nodes.Equal(Node left, Node right, boolean _) -> fold(node, left, right);
            case Nodes.Compare(Expression.Operator _, Node left, Node right) ->
                    fold(node, left, right);
            case Nodes.Plus(Node left, Node right) -> fold(node, left, right);
            case Nodes.Arithmetic(Expression.Operator _, Node left, Node right) ->
                    fold(node, left, right);
            case Nodes.Not(Node operand) -> fold(node, operand);
            case Nodes.Minus(Node operand) -> fold(node, operand);
            case Nodes.Cast(Node operand, Nodes.Cast.Type _) -> fold(node, operand);
            default -> node;
        };
    }

    private Node fold(Node node, Node... operands) {
        for (Node operand : operands) {
            if (!(operand instanceof Node.Constant)) {
                return node;
            }
        }
        folding.start(version);
        try {
            return new Node.Constant(node.evaluate(folding));
        } catch (LimitExceeded e) {
            // It fails each message the same way, which is then reported.
            return node;
        }
    }

    private void requireV2(int position, String what) {
        if (!version.atLeast(SqlVersion.V2016_03_23)) {
            throw error(
                    position,
                    what + " in SQL version " + version.text(),
                    "SQL version 2016-03-23 or later for it");
        }
    }

    private SqlParseException error(int position, String found, String expected) {
        return SqlParseException.at(text, position, found, expected);
    }
}
