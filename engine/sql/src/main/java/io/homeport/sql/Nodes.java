package io.homeport.sql;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The nodes of operators, paths, literals, CASE, casts and nested queries.
final class Nodes {
    private Nodes() {}

    /// A field of the payload or of a nested query's item.
    record Field(String name) implements Node {
        @Override
        public Value evaluate(Environment environment) {
            return member(environment.item(), name);
        }
    }

    record Member(Node target, String name) implements Node {
        @Override
        public Value evaluate(Environment environment) {
            return member(target.evaluate(environment), name);
        }
    }

    record Variable(int index) implements Node {
        @Override
        public Value evaluate(Environment environment) {
            return environment.variable(index);
        }
    }

    record Everything() implements Node {
        @Override
        public Value evaluate(Environment environment) {
            return environment.item();
        }
    }

    private static Value member(Value target, String name) {
        return target instanceof Value.Obj object ? object.get(name) : Absent.UNDEFINED;
    }

    /// iot-sql-operators-and: Undefined unless both are Booleans or say so.
    record And(Node left, Node right) implements Node {
        @Override
        public Value evaluate(Environment environment) {
            Value.Bool a = Values.bool(left.evaluate(environment));
            if (a == null) {
                return Absent.UNDEFINED;
            }
            Value.Bool b = Values.bool(right.evaluate(environment));
            return b == null ? Absent.UNDEFINED : a == Value.Bool.FALSE ? a : b;
        }

        /// The right side can't make a condition true whose left side isn't.
        @Override
        public boolean isTrue(Environment environment) {
            return Values.bool(left.evaluate(environment)) == Value.Bool.TRUE
                    && Values.bool(right.evaluate(environment)) == Value.Bool.TRUE;
        }
    }

    /// iot-sql-operators-or.
    record Or(Node left, Node right) implements Node {
        @Override
        public Value evaluate(Environment environment) {
            Value.Bool a = Values.bool(left.evaluate(environment));
            if (a == null) {
                return Absent.UNDEFINED;
            }
            Value.Bool b = Values.bool(right.evaluate(environment));
            return b == null ? Absent.UNDEFINED : a == Value.Bool.TRUE ? a : b;
        }
    }

    /// iot-sql-operators-not.
    record Not(Node operand) implements Node {
        @Override
        public Value evaluate(Environment environment) {
            Value.Bool bool = Values.bool(operand.evaluate(environment));
            return bool == null ? Absent.UNDEFINED : Value.Bool.of(bool == Value.Bool.FALSE);
        }
    }

    record Minus(Node operand) implements Node {
        @Override
        public Value evaluate(Environment environment) {
            return Numbers.negate(operand.evaluate(environment));
        }
    }

    /// `=` and `<>` (iot-sql-operators-eq, iot-sql-operators-not-eq).
    record Equal(Node left, Node right, boolean negated) implements Node {
        @Override
        public Value evaluate(Environment environment) {
            Value a = left.evaluate(environment);
            Value b = right.evaluate(environment);
            return a.isUndefined() || b.isUndefined()
                    ? Absent.UNDEFINED
                    : Value.Bool.of(Values.equal(a, b) != negated);
        }
    }

    /// `<`, `<=`, `>` and `>=`: both sides become Decimals, texts that are none have no order.
    record Compare(Expression.Operator operator, Node left, Node right) implements Node {
        @Override
        public Value evaluate(Environment environment) {
            Integer order =
                    Numbers.compare(left.evaluate(environment), right.evaluate(environment));
            if (order == null) {
                return Absent.UNDEFINED;
            }
            return Value.Bool.of(
                    switch (operator) {
                        case LESS -> order < 0;
                        case LESS_OR_EQUAL -> order <= 0;
                        case GREATER -> order > 0;
                        default -> order >= 0;
                    });
        }
    }

    /// `+` joins as soon as one side is a String (iot-sql-operators-plus).
    record Plus(Node left, Node right) implements Node {
        @Override
        public Value evaluate(Environment environment) {
            Value a = left.evaluate(environment);
            Value b = right.evaluate(environment);
            if (!(a instanceof Value.Text) && !(b instanceof Value.Text)) {
                return Numbers.add(a, b);
            }
            String first = Values.text(a, environment);
            String second = Values.text(b, environment);
            if (first == null || second == null) {
                return Absent.UNDEFINED;
            }
            environment.checkSize((long) first.length() + second.length());
            return new Value.Text(first.concat(second));
        }
    }

    record Arithmetic(Expression.Operator operator, Node left, Node right) implements Node {
        @Override
        public Value evaluate(Environment environment) {
            Value a = left.evaluate(environment);
            Value b = right.evaluate(environment);
            return switch (operator) {
                case MINUS -> Numbers.subtract(a, b);
                case TIMES -> Numbers.multiply(a, b);
                case DIVIDED -> Numbers.divide(a, b);
                default -> Numbers.remainder(a, b);
            };
        }
    }

    /// iot-sql-case: the first match by `=`; Undefined matches nothing.
    record Case(Node value, List<Node> matches, List<Node> results, @Nullable Node otherwise)
            implements Node {
        @Override
        public Value evaluate(Environment environment) {
            Value wanted = value.evaluate(environment);
            if (wanted.isUndefined()) {
                return Absent.UNDEFINED;
            }
            for (int i = 0; i < matches.size(); i++) {
                if (Values.equal(wanted, matches.get(i).evaluate(environment))) {
                    return results.get(i).evaluate(environment);
                }
            }
            return otherwise == null ? Absent.UNDEFINED : otherwise.evaluate(environment);
        }
    }

    record ObjectLiteral(String[] keys, Node[] values) implements Node {
        @Override
        public Value evaluate(Environment environment) {
            Fields.Builder fields = new Fields.Builder();
            for (int i = 0; i < keys.length; i++) {
                fields.put(keys[i], values[i].evaluate(environment));
            }
            return new Value.Obj(fields.build());
        }
    }

    record ArrayLiteral(Node[] items) implements Node {
        @Override
        public Value evaluate(Environment environment) {
            List<Value> values = new ArrayList<>(items.length);
            for (Node item : items) {
                Value value = item.evaluate(environment);
                if (!value.isUndefined()) {
                    values.add(value);
                }
            }
            return new Value.Array(values);
        }
    }

    /// iot-sql-nested-queries: of an array an array, of an object an object.
    record Nested(Selection selection, Node source, @Nullable Node where) implements Node {
        @Override
        public Value evaluate(Environment environment) {
            Value from = source.evaluate(environment);
            Value outer = environment.swapItem(null);
            try {
                return switch (from) {
                    case Value.Array(List<Value> items) -> select(items, environment);
                    case Value.Obj _ -> select(from, environment);
                    case Value.Int _, Value.Decimal _, Value.Bool _, Value.Text _, Absent _ ->
                            Absent.UNDEFINED;
                };
            } finally {
                environment.swapItem(outer);
            }
        }

        private Value select(List<Value> items, Environment environment) {
            List<Value> selected = new ArrayList<>();
            for (int i = 0; i < items.size(); i++) {
                Value value = select(items.get(i), environment);
                if (!value.isUndefined()) {
                    selected.add(value);
                }
            }
            return new Value.Array(selected);
        }

        private Value select(Value item, Environment environment) {
            environment.spend(16);
            environment.swapItem(item);
            return where == null || where.isTrue(environment)
                    ? selection.select(environment)
                    : Absent.UNDEFINED;
        }
    }

    /// iot-sql-function-cast.
    record Cast(Node operand, Type type) implements Node {
        enum Type {
            STRING,
            INT,
            DECIMAL,
            DOUBLE,
            BOOLEAN
        }

        @Override
        public Value evaluate(Environment environment) {
            Value value = operand.evaluate(environment);
            return switch (type) {
                case STRING -> {
                    String text = Values.text(value, environment);
                    yield text == null ? Absent.UNDEFINED : new Value.Text(text);
                }
                case INT -> {
                    BigDecimal number = number(value);
                    yield number == null
                            ? Absent.UNDEFINED
                            : Numbers.of(number.setScale(0, RoundingMode.FLOOR));
                }
                case DECIMAL, DOUBLE -> {
                    BigDecimal number = number(value);
                    yield number == null
                            ? Absent.UNDEFINED
                            : type == Type.DECIMAL || value instanceof Value.Int
                                    ? Numbers.of(number)
                                    : Numbers.of(number.doubleValue());
                }
                case BOOLEAN -> {
                    BigDecimal number = value.isNumber() ? Numbers.decimal(value) : null;
                    Value.Bool bool = Values.bool(value);
                    yield number != null
                            ? Value.Bool.of(number.signum() != 0)
                            : bool == null ? Absent.UNDEFINED : bool;
                }
            };
        }

        /// True is 1.0 and false 0.0 as a Decimal, 1 and 0 as an Int.
        private @Nullable BigDecimal number(Value value) {
            if (value instanceof Value.Bool bool) {
                BigDecimal number = bool == Value.Bool.TRUE ? BigDecimal.ONE : BigDecimal.ZERO;
                return type == Type.INT ? number : number.setScale(1);
            }
            return Numbers.decimal(value);
        }
    }

    /// A function with its arguments.
    record Call(Function function, Node[] arguments) implements Node {
        @Override
        public Value evaluate(Environment environment) {
            Value[] values = new Value[arguments.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = arguments[i].evaluate(environment);
            }
            return function.body().call(values, environment);
        }
    }

    /// get_or_default: the one place where a failure is not the end.
    record OrDefault(Node expression, Node otherwise) implements Node {
        @Override
        public Value evaluate(Environment environment) {
            Value outer = environment.swapItem(null);
            environment.swapItem(outer);
            Value value;
            try {
                value = expression.evaluate(environment);
            } catch (EvaluationFailed e) {
                environment.swapItem(outer);
                value = Absent.UNDEFINED;
            }
            return value.isAbsent() ? otherwise.evaluate(environment) : value;
        }
    }
}
