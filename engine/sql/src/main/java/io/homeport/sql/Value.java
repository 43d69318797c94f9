package io.homeport.sql;

import java.math.BigDecimal;
import java.util.List;

/// A value of AWS IoT SQL (iot-sql-data-types). Immutable.
///
/// There are two forms of a number, for speed and not by type: a long, and everything else. An
/// integer beyond a long is a {@link Decimal} with scale 0. Whether a number is an Int or a Decimal
/// to AWS shows in nothing but whether it is written with a point, which the scale says.
sealed interface Value
        permits Value.Int, Value.Decimal, Value.Bool, Value.Text, Value.Array, Value.Obj, Absent {
    record Int(long number) implements Value {
        static final Int ZERO = new Int(0);
    }

    /// At most 34 digits and a magnitude between 1E-999 and 9.99E999: made by {@link Numbers}.
    record Decimal(BigDecimal number) implements Value {}

    enum Bool implements Value {
        TRUE,
        FALSE;

        static Bool of(boolean bool) {
            return bool ? TRUE : FALSE;
        }
    }

    record Text(String text) implements Value {}

    /// The list is not copied and must not be changed.
    record Array(List<Value> items) implements Value {}

    /// Key-value pairs in their order.
    record Obj(Fields fields) implements Value {
        Value get(String key) {
            return fields.get(key);
        }
    }

    default boolean isUndefined() {
        return this == Absent.UNDEFINED;
    }

    /// Null or Undefined.
    default boolean isAbsent() {
        return this instanceof Absent;
    }

    default boolean isNumber() {
        return this instanceof Int || this instanceof Decimal;
    }
}
