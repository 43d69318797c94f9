package io.homeport.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogBudgetTest {
    private final AtomicLong nanos = new AtomicLong(Duration.ofDays(3).toNanos());
    private final LogBudget budget = new LogBudget(2, nanos::get);

    @Test
    void whatIsTooMuchInASecondIsLeftOutAndToldOfWithTheNextLine() {
        assertThat(budget.take()).isZero();
        assertThat(budget.take()).isZero();
        assertThat(budget.take()).isEqualTo(LogBudget.NONE);
        assertThat(budget.take()).isEqualTo(LogBudget.NONE);
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(budget.take()).isEqualTo(2);
        assertThat(budget.take()).isZero();
        assertThat(budget.take()).isEqualTo(LogBudget.NONE);
    }

    /// The machine's own reading may be below zero.
    @Test
    void timeMayBeginAnywhere() {
        nanos.set(Duration.ofSeconds(-5).toNanos());
        assertThat(budget.take()).isZero();
        assertThat(budget.take()).isZero();
        assertThat(budget.take()).isEqualTo(LogBudget.NONE);
        nanos.addAndGet(Duration.ofSeconds(7).toNanos());
        assertThat(budget.take()).isEqualTo(1);
    }
}
