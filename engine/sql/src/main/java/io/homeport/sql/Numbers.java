package io.homeport.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/// Numbers: conversion, comparison, arithmetic (iot-sql-data-types, iot-sql-operators). Stateless.
final class Numbers {
    /// 34 digits (iot-sql-data-types).
    static final MathContext PRECISION = MathContext.DECIMAL128;

    private static final int LARGEST_EXPONENT = 999;

    /// A text longer than this is no number: even a number of the full range written out is
    /// shorter.
    private static final int LONGEST_TEXT = 1_100;

    private Numbers() {}

    static Value of(long number) {
        return new Value.Int(number);
    }

    /// Rounded to 34 digits; Undefined beyond 9.99E999, zero below 1E-999.
    static Value of(BigDecimal number) {
        int precision = number.precision();
        if (number.scale() == 0 && precision <= 18) {
            return new Value.Int(number.longValue());
        }
        long exponent = (long) precision - number.scale() - 1;
        if (exponent > LARGEST_EXPONENT) {
            return number.signum() == 0 ? Value.Int.ZERO : Absent.UNDEFINED;
        }
        if (exponent < -LARGEST_EXPONENT) {
            return Value.Int.ZERO;
        }
        return new Value.Decimal(precision > 34 ? number.round(PRECISION) : number);
    }

    static Value of(BigInteger number) {
        return of(new BigDecimal(number));
    }

    /// Undefined for what isn't a finite number.
    static Value of(double number) {
        return Double.isFinite(number) ? of(BigDecimal.valueOf(number)) : Absent.UNDEFINED;
    }

    /// The standard conversion to Decimal; null where there is none, or where it would be Null.
    static @Nullable BigDecimal decimal(Value value) {
        return switch (value) {
            case Value.Int(long number) -> BigDecimal.valueOf(number);
            case Value.Decimal(BigDecimal number) -> number;
            case Value.Text(String text) -> parse(text);
            case Value.Bool _, Value.Array _, Value.Obj _, Absent _ -> null;
        };
    }

    /// A text of the form `-?\d+(\.\d+)?([eE]-?\d+)?` as a number; null for any other.
    static @Nullable BigDecimal parse(String text) {
        int end = text.length();
        int at = skipMinus(text, 0);
        int digits = skipDigits(text, at);
        if (digits == at || end > LONGEST_TEXT) {
            return null;
        }
        at = digits;
        if (at < end && text.charAt(at) == '.') {
            digits = skipDigits(text, at + 1);
            if (digits == at + 1) {
                return null;
            }
            at = digits;
        }
        if (at < end && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            int exponent = skipMinus(text, at + 1);
            at = skipDigits(text, exponent);
            if (at == exponent || at - exponent > 5) {
                return null;
            }
        }
        if (at != end) {
            return null;
        }
        return switch (of(new BigDecimal(text))) {
            case Value.Int(long number) -> BigDecimal.valueOf(number);
            case Value.Decimal(BigDecimal number) -> number;
            case Value.Text _, Value.Bool _, Value.Array _, Value.Obj _, Absent _ -> null;
        };
    }

    private static int skipMinus(String text, int at) {
        return at < text.length() && text.charAt(at) == '-' ? at + 1 : at;
    }

    private static int skipDigits(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    /// The standard conversion to Int: a number is rounded to the nearest, a text is truncated.
    static @Nullable BigInteger nearest(Value value) {
        BigDecimal number = decimal(value);
        if (number == null) {
            return null;
        }
        RoundingMode mode = value instanceof Value.Text ? RoundingMode.DOWN : RoundingMode.HALF_UP;
        return number.setScale(0, mode).toBigInteger();
    }

    /// The conversion that most functions say they make: rounded down.
    static @Nullable BigInteger floor(Value value) {
        BigDecimal number = decimal(value);
        return number == null ? null : number.setScale(0, RoundingMode.FLOOR).toBigInteger();
    }

    /// The nearest number in a range.
    static int clamp(BigInteger number, int lowest, int highest) {
        if (number.bitLength() > 31) {
            return number.signum() < 0 ? lowest : highest;
        }
        return Math.clamp(number.longValue(), lowest, highest);
    }

    static Value add(Value left, Value right) {
        if (left instanceof Value.Int(long a) && right instanceof Value.Int(long b)) {
            long sum = a + b;
            if (((a ^ sum) & (b ^ sum)) >= 0) {
                return of(sum);
            }
        }
        BigDecimal a = decimal(left);
        BigDecimal b = decimal(right);
        return a == null || b == null ? Absent.UNDEFINED : of(a.add(b, PRECISION));
    }

    static Value subtract(Value left, Value right) {
        if (left instanceof Value.Int(long a) && right instanceof Value.Int(long b)) {
            long difference = a - b;
            if (((a ^ b) & (a ^ difference)) >= 0) {
                return of(difference);
            }
        }
        BigDecimal a = decimal(left);
        BigDecimal b = decimal(right);
        return a == null || b == null ? Absent.UNDEFINED : of(a.subtract(b, PRECISION));
    }

    static Value multiply(Value left, Value right) {
        if (left instanceof Value.Int(long a) && right instanceof Value.Int(long b)) {
            long low = a * b;
            if (Math.multiplyHigh(a, b) == low >> 63) {
                return of(low);
            }
        }
        BigDecimal a = decimal(left);
        BigDecimal b = decimal(right);
        return a == null || b == null ? Absent.UNDEFINED : of(a.multiply(b, PRECISION));
    }

    /// Exact where it comes out even, else to 34 digits; Undefined for a divisor of zero. AWS's
    /// table says that Int by Int is Int, but its example of SET divides 215 by 9 and prints 23.89:
    /// a whole quotient is an Int, any other has its fraction.
    static Value divide(Value left, Value right) {
        if (left instanceof Value.Int(long a)
                && right instanceof Value.Int(long b)
                && b != 0
                && b != -1
                && a % b == 0) {
            return of(a / b);
        }
        BigDecimal a = decimal(left);
        BigDecimal b = decimal(right);
        return a == null || b == null || b.signum() == 0
                ? Absent.UNDEFINED
                : of(a.divide(b, PRECISION));
    }

    /// With the sign of the dividend; Undefined for a divisor of zero.
    static Value remainder(Value left, Value right) {
        if (left instanceof Value.Int(long a) && right instanceof Value.Int(long b) && b != 0) {
            return of(a % b);
        }
        BigDecimal a = decimal(left);
        BigDecimal b = decimal(right);
        return a == null || b == null || b.signum() == 0 ? Absent.UNDEFINED : of(a.remainder(b));
    }

    static Value negate(Value value) {
        return subtract(Value.Int.ZERO, value);
    }

    /// Compares after conversion to Decimal; null where one of the two has none.
    static @Nullable Integer compare(Value left, Value right) {
        if (left instanceof Value.Int(long a) && right instanceof Value.Int(long b)) {
            return Long.compare(a, b);
        }
        BigDecimal a = decimal(left);
        BigDecimal b = decimal(right);
        return a == null || b == null ? null : a.compareTo(b);
    }

    /// Whether two numbers are the same.
    static boolean same(Value left, Value right) {
        Integer order = compare(left, right);
        return order != null && order == 0;
    }

    /// As text: an Int in standard notation, a Decimal as it is, perhaps in scientific notation, or
    /// as an Int where it is whole and the version wants it.
    static String text(BigDecimal number, boolean collapse) {
        if (collapse && number.scale() != 0) {
            BigDecimal stripped = number.stripTrailingZeros();
            if (stripped.scale() <= 0 && stripped.precision() - stripped.scale() <= 34) {
                return stripped.setScale(0).toString();
            }
        }
        return number.toString();
    }
}
