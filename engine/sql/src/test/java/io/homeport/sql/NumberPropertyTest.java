package io.homeport.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.testkit.Seeds;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Arithmetic with its fast path for longs against BigDecimal alone.
class NumberPropertyTest {
    private static final MathContext DIGITS = MathContext.DECIMAL128;
    private static final long[] EDGES = {
        0, 1, -1, 2, -2, 10, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE
    };

    @Test
    void arithmeticIsThatOfDecimalsWith34Digits() {
        Seeds.run(
                4_000,
                seed -> {
                    Random random = new Random(seed);
                    BigDecimal a = number(random);
                    BigDecimal b = number(random);
                    Value left = Numbers.of(a);
                    Value right = Numbers.of(b);
                    check(Numbers.add(left, right), a.add(b));
                    check(Numbers.subtract(left, right), a.subtract(b));
                    check(Numbers.multiply(left, right), a.multiply(b));
                    check(Numbers.negate(left), a.negate());
                    Integer order = Numbers.compare(left, right);
                    assertThat(order).isEqualTo(a.compareTo(b));
                    assertThat(Values.equal(left, right)).isEqualTo(a.compareTo(b) == 0);
                    if (b.signum() != 0) {
                        check(Numbers.divide(left, right), a.divide(b, DIGITS));
                        check(Numbers.remainder(left, right), a.remainder(b));
                    } else {
                        assertThat(Numbers.divide(left, right)).isEqualTo(Absent.UNDEFINED);
                        assertThat(Numbers.remainder(left, right)).isEqualTo(Absent.UNDEFINED);
                    }
                });
    }

    /// What is written is read back as the same number, in both versions.
    @Test
    void aNumberIsReadBackFromWhatIsWritten() {
        Seeds.run(
                2_000,
                seed -> {
                    BigDecimal number = number(new Random(seed));
                    for (boolean collapse : new boolean[] {true, false}) {
                        byte[] json = JsonWriter.bytes(Numbers.of(number), collapse, 100);
                        check(Objects.requireNonNull(JsonReader.read(json)), number);
                    }
                });
    }

    private static void check(Value value, BigDecimal expected) {
        BigDecimal number = Numbers.decimal(value);
        assertThat(number).as("%s for %s", value, expected).isNotNull();
        assertThat(number).isEqualByComparingTo(expected.round(DIGITS));
    }

    private static BigDecimal number(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> BigDecimal.valueOf(EDGES[random.nextInt(EDGES.length)]);
            case 1 -> BigDecimal.valueOf(random.nextLong());
            case 2 -> BigDecimal.valueOf(random.nextInt(200) - 100);
            case 3 -> BigDecimal.valueOf(random.nextInt(100_000) - 50_000, random.nextInt(6));
            default ->
                    new BigDecimal(new BigInteger(1 + random.nextInt(110), random))
                            .movePointLeft(random.nextInt(40))
                            .round(DIGITS);
        };
    }
}
