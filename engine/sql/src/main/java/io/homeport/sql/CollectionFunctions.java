package io.homeport.sql;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/// Functions of arrays and objects, and tests for Null and Undefined. Stateless.
final class CollectionFunctions {
    private CollectionFunctions() {}

    static void addTo(Functions table) {
        SqlVersion v1 = SqlVersion.V2015_10_08;
        SqlVersion v2 = SqlVersion.V2016_03_23;
        table.pure("concat", 0, Integer.MAX_VALUE, v1, CollectionFunctions::concat);
        table.pure("get", 2, CollectionFunctions::get);
        table.pure("isnull", 1, 1, v2, (a, _) -> Value.Bool.of(a[0] == Absent.NULL));
        table.pure("isundefined", 1, 1, v2, (a, _) -> Value.Bool.of(a[0].isUndefined()));
        table.pure("transform", 3, 3, v2, CollectionFunctions::transform);
    }

    private static Value concat(Value[] a, Environment environment) {
        if (a.length < 2) {
            return a.length == 0 ? Absent.UNDEFINED : a[0];
        }
        boolean text = false;
        for (Value value : a) {
            if (value instanceof Value.Array) {
                return concatArrays(a, environment);
            }
            text |= value instanceof Value.Text;
        }
        if (!text) {
            return Absent.UNDEFINED;
        }
        StringBuilder joined = new StringBuilder();
        for (Value value : a) {
            String part = Values.text(value, environment);
            if (part == null) {
                return Absent.UNDEFINED;
            }
            environment.checkSize((long) joined.length() + part.length());
            joined.append(part);
        }
        return new Value.Text(joined.toString());
    }

    private static Value concatArrays(Value[] a, Environment environment) {
        List<Value> items = new ArrayList<>();
        for (Value value : a) {
            if (value instanceof Value.Array(List<Value> more)) {
                items.addAll(more);
            } else if (!value.isUndefined()) {
                items.add(value);
            }
            environment.checkSize(items.size());
        }
        return new Value.Array(items);
    }

    private static Value get(Value[] a, Environment environment) {
        return switch (a[0]) {
            case Value.Array(List<Value> items) -> {
                int index = index(a[1], items.size());
                yield index < 0 ? Absent.UNDEFINED : items.get(index);
            }
            case Value.Text(String text) -> {
                int index = index(a[1], text.length());
                yield index < 0
                        ? Absent.UNDEFINED
                        : new Value.Text(text.substring(index, index + 1));
            }
            case Value.Obj object ->
                    a[1] instanceof Value.Text(String key) ? object.get(key) : Absent.UNDEFINED;
            case Value.Int _, Value.Decimal _, Value.Bool _, Absent _ -> Absent.UNDEFINED;
        };
    }

    /// -1 where it is outside or no number.
    private static int index(Value value, int size) {
        if (value instanceof Value.Int(long index)) {
            return index >= 0 && index < size ? (int) index : -1;
        }
        BigInteger index = Numbers.nearest(value);
        if (index == null) {
            return -1;
        }
        int clamped = Numbers.clamp(index, -1, size);
        return clamped < size ? clamped : -1;
    }

    private static Value transform(Value[] a, Environment environment) {
        if (!(a[0] instanceof Value.Text(String mode))
                || !mode.equals("enrichArray")
                || !(a[1] instanceof Value.Obj(Fields added))
                || !(a[2] instanceof Value.Array(List<Value> items))) {
            return Absent.UNDEFINED;
        }
        List<Value> enriched = new ArrayList<>(items.size());
        for (Value item : items) {
            if (!(item instanceof Value.Obj(Fields fields))) {
                return Absent.UNDEFINED;
            }
            environment.spend(16 + fields.size() + added.size());
            enriched.add(new Value.Obj(new Fields.Builder(fields).putAll(added).build()));
        }
        Value result = new Value.Array(enriched);
        environment.json(result, environment.limits().functionBytes());
        return result;
    }
}
