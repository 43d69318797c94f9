package io.homeport.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;

/// Functions of numbers. Texts that are numbers count as such, whatever else isn't one gives
/// Undefined. Stateless.
final class MathFunctions {
    private static final int LARGEST_SCALE = 34;

    private MathFunctions() {}

    static void addTo(Functions table) {
        table.pure("abs", 1, decimal(BigDecimal::abs));
        table.pure("acos", 1, real(Math::acos));
        table.pure("asin", 1, real(Math::asin));
        table.pure("atan", 1, real(Math::atan));
        table.pure("atan2", 2, reals(Math::atan2));
        table.pure("bitand", 2, bits(BigInteger::and));
        table.pure("bitor", 2, bits(BigInteger::or));
        table.pure("bitxor", 2, bits(BigInteger::xor));
        table.pure("bitnot", 1, MathFunctions::bitnot);
        table.pure("ceil", 1, whole(RoundingMode.CEILING));
        table.pure("cos", 1, real(Math::cos));
        table.pure("cosh", 1, real(Math::cosh));
        table.pure("exp", 1, real(Math::exp));
        table.pure("floor", 1, whole(RoundingMode.FLOOR));
        table.pure("ln", 1, real(Math::log));
        table.pure("log", 1, real(Math::log10));
        table.pure("mod", 2, (a, _) -> Numbers.remainder(a[0], a[1]));
        table.pure("nanvl", 2, (a, _) -> a[0].isAbsent() ? a[1] : a[0]);
        table.pure("power", 2, reals(Math::pow));
        table.contextual(
                "rand",
                0,
                0,
                SqlVersion.V2015_10_08,
                (_, e) -> Numbers.of(e.random().nextDouble()));
        table.pure("remainder", 2, (a, _) -> Numbers.remainder(a[0], a[1]));
        table.pure("round", 1, whole(RoundingMode.HALF_UP));
        table.pure("sign", 1, decimal(number -> BigDecimal.valueOf(number.signum())));
        table.pure("sin", 1, real(Math::sin));
        table.pure("sinh", 1, real(Math::sinh));
        table.pure("sqrt", 1, real(Math::sqrt));
        table.pure("tan", 1, real(Math::tan));
        table.pure("tanh", 1, real(Math::tanh));
        table.pure("trunc", 2, MathFunctions::trunc);
    }

    private static Function.Body decimal(UnaryOperator<BigDecimal> operator) {
        return (a, _) -> {
            BigDecimal number = Numbers.decimal(a[0]);
            return number == null ? Absent.UNDEFINED : Numbers.of(operator.apply(number));
        };
    }

    private static Function.Body whole(RoundingMode mode) {
        return decimal(number -> number.setScale(0, mode));
    }

    /// With double precision; imaginary and infinite results are Undefined.
    private static Function.Body real(DoubleUnaryOperator operator) {
        return (a, _) -> {
            BigDecimal number = Numbers.decimal(a[0]);
            return number == null
                    ? Absent.UNDEFINED
                    : Numbers.of(operator.applyAsDouble(number.doubleValue()));
        };
    }

    private static Function.Body reals(DoubleBinaryOperator operator) {
        return (a, _) -> {
            BigDecimal left = Numbers.decimal(a[0]);
            BigDecimal right = Numbers.decimal(a[1]);
            return left == null || right == null
                    ? Absent.UNDEFINED
                    : Numbers.of(operator.applyAsDouble(left.doubleValue(), right.doubleValue()));
        };
    }

    private static Function.Body bits(BinaryOperator<BigInteger> operator) {
        return (a, _) -> {
            BigInteger left = Numbers.floor(a[0]);
            BigInteger right = Numbers.floor(a[1]);
            return left == null || right == null
                    ? Absent.UNDEFINED
                    : Numbers.of(operator.apply(left, right));
        };
    }

    /// Two's complement, as Java has it: bitnot(13) is -14. (AWS's page prints 2, which is right
    /// for numbers of four bits only.)
    private static Value bitnot(Value[] arguments, Environment environment) {
        BigInteger number = Numbers.floor(arguments[0]);
        return number == null ? Absent.UNDEFINED : Numbers.of(number.not());
    }

    private static Value trunc(Value[] arguments, Environment environment) {
        BigDecimal number = Numbers.decimal(arguments[0]);
        BigInteger places = Numbers.floor(arguments[1]);
        if (number == null || places == null) {
            return Absent.UNDEFINED;
        }
        int scale = Numbers.clamp(places, 0, LARGEST_SCALE);
        BigDecimal cut =
                number.scale() > scale ? number.setScale(scale, RoundingMode.DOWN) : number;
        BigDecimal stripped = cut.stripTrailingZeros();
        return Numbers.of(stripped.scale() < 0 ? stripped.setScale(0) : stripped);
    }
}
