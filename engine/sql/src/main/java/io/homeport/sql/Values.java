package io.homeport.sql;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Conversions to Boolean and String, and equality (iot-sql-data-types, iot-sql-operators).
/// Stateless.
final class Values {
    private Values() {}

    /// The standard conversion to Boolean; null where there is none.
    static Value.@Nullable Bool bool(Value value) {
        if (value instanceof Value.Bool bool) {
            return bool;
        }
        if (value instanceof Value.Text(String text)) {
            return text.equalsIgnoreCase("true")
                    ? Value.Bool.TRUE
                    : text.equalsIgnoreCase("false") ? Value.Bool.FALSE : null;
        }
        return null;
    }

    /// The standard conversion to String; null where there is none.
    static @Nullable String text(Value value, Environment environment) {
        return switch (value) {
            case Value.Text(String text) -> text;
            case Value.Int(long number) -> Long.toString(number);
            case Value.Decimal(BigDecimal number) -> Numbers.text(number, environment.collapses());
            case Value.Bool bool -> bool == Value.Bool.TRUE ? "true" : "false";
            case Value.Array _, Value.Obj _ ->
                    JsonWriter.text(
                            value, environment.collapses(), environment.limits().functionBytes());
            case Absent _ -> null;
        };
    }

    /// Numbers are compared by value, arrays in order, objects in any order; two types are never
    /// equal.
    static boolean equal(Value left, Value right) {
        return switch (left) {
            case Value.Int _, Value.Decimal _ -> right.isNumber() && Numbers.same(left, right);
            case Value.Text(String a) -> right instanceof Value.Text(String b) && a.equals(b);
            case Value.Array(List<Value> a) ->
                    right instanceof Value.Array(List<Value> b) && equal(a, b);
            case Value.Obj(Fields a) -> right instanceof Value.Obj(Fields b) && equal(a, b);
            case Value.Bool _, Absent _ -> left == right;
        };
    }

    private static boolean equal(List<Value> left, List<Value> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int i = 0; i < left.size(); i++) {
            if (!equal(left.get(i), right.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean equal(Fields left, Fields right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int i = 0; i < left.size(); i++) {
            if (!equal(left.value(i), right.get(left.key(i)))) {
                return false;
            }
        }
        return true;
    }
}
