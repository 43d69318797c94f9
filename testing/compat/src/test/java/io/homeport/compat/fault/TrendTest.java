package io.homeport.compat.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrendTest {
    private static List<Double> series(double slope, double noise) {
        Random random = new Random(1);
        return IntStream.range(0, 30)
                .mapToObj(i -> 100 + slope * i + noise * random.nextGaussian())
                .toList();
    }

    @Test
    void aLeakIsSeenThroughNoise() {
        Trend leak = Trend.of(series(1, 5));
        assertThat(leak.growth()).isCloseTo(29, within(10.0));
        assertThat(leak.growsBy(5)).isTrue();
    }

    @Test
    void noiseAloneIsNoLeak() {
        assertThat(Trend.of(series(0, 5)).growsBy(0.1)).isFalse();
    }

    @Test
    void whatGrowsByLessThanItMayIsNoLeak() {
        assertThat(Trend.of(series(0.1, 0)).growsBy(3)).isFalse();
        assertThat(Trend.of(series(-1, 0)).growsBy(3)).isFalse();
    }
}
