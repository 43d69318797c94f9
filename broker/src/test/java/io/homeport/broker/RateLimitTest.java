package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimitTest {
    private static final long HOUR_MILLIS = 3_600_000;

    @Test
    void aSecondsWorthIsThereAndThenComesBackWithTime() {
        RateLimit limit = new RateLimit(2, HOUR_MILLIS);
        assertThat(limit.take(HOUR_MILLIS)).isTrue();
        assertThat(limit.take(HOUR_MILLIS)).isTrue();
        assertThat(limit.take(HOUR_MILLIS)).isFalse();
        assertThat(limit.waitMillis(HOUR_MILLIS)).isEqualTo(500);
        assertThat(limit.take(HOUR_MILLIS + 500)).isTrue();
        assertThat(limit.take(HOUR_MILLIS + 500)).isFalse();
    }

    @Test
    void aClockThatIsSetBackStopsNobody() {
        RateLimit limit = new RateLimit(2, HOUR_MILLIS);
        assertThat(limit.take(HOUR_MILLIS)).isTrue();
        assertThat(limit.take(0)).isTrue();
        assertThat(limit.take(0)).isFalse();
        assertThat(limit.waitMillis(0)).isEqualTo(500);
        assertThat(limit.take(500)).isTrue();
    }

    @Test
    void aClockThatIsSetFarForwardBringsASecondsWorth() {
        RateLimit limit = new RateLimit(1_000_000, 0);
        long century = 100 * 365 * 24 * HOUR_MILLIS;
        assertThat(limit.owe(1_500_000, century)).isEqualTo(500);
    }
}
