package io.homeport.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class SystemTimersTest {
    private final SystemTimers timers = new SystemTimers();
    private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        timers.close();
    }

    @Test
    void aTaskWithoutDelayRunsAtOnceOnTheTimersThread() throws Exception {
        timers.schedule(Duration.ZERO, () -> ran.add(Thread.currentThread().getName()));
        assertThat(ran.take()).isEqualTo("timers");
        timers.schedule(Duration.ofSeconds(-5), () -> ran.add("negative"));
        assertThat(ran.take()).isEqualTo("negative");
    }

    @Test
    void aTaskRunsAfterItsDelayAndNotBefore() throws Exception {
        long start = timers.millis();
        timers.schedule(Duration.ofMillis(20), () -> ran.add("" + (timers.millis() - start)));
        assertThat(Long.parseLong(ran.take())).isGreaterThanOrEqualTo(20);
    }

    @Test
    void movingTheClockRunsWhatBecomesDueInOrder() throws Exception {
        Instant before = timers.now();
        timers.schedule(Duration.ofHours(3), () -> ran.add("3h"));
        timers.schedule(Duration.ofHours(1), () -> ran.add("1h"));
        timers.schedule(Duration.ofHours(2), () -> ran.add("2h, first"));
        timers.schedule(Duration.ofHours(2), () -> ran.add("2h, second"));
        timers.advance(Duration.ofMinutes(150));
        assertThat(ran.take()).isEqualTo("1h");
        assertThat(ran.take()).isEqualTo("2h, first");
        assertThat(ran.take()).isEqualTo("2h, second");
        assertThat(Duration.between(before, timers.now()))
                .isBetween(Duration.ofMinutes(150), Duration.ofMinutes(151));
        assertThat(ran).isEmpty();
        timers.advance(Duration.ofMinutes(31));
        assertThat(ran.take()).isEqualTo("3h");
    }

    /// A time server sets the machine's clock while the server runs.
    @Test
    void settingTheMachinesClockMovesTheDateAndNeitherSteadyTimeNorTimers() throws Exception {
        AtomicLong wall = new AtomicLong(1_000_000);
        AtomicLong nanos = new AtomicLong(-5);
        try (SystemTimers stepped = new SystemTimers(wall::get, nanos::get)) {
            assertThat(stepped.steadyMillis()).isEqualTo(1_000_000);
            stepped.schedule(Duration.ofSeconds(10), () -> ran.add("10 s"));
            for (long date : new long[] {900_000_000_000L, 0}) {
                wall.set(date);
                assertThat(stepped.millis()).isEqualTo(date);
                assertThat(stepped.steadyMillis()).isEqualTo(1_000_000);
                assertThat(stepped.wallMillis(1_000_000 - 3_000)).isEqualTo(date - 3_000);
                passTimersThread(stepped);
                assertThat(ran).isEmpty();
            }
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(9_999));
            passTimersThread(stepped);
            assertThat(ran).isEmpty();
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(2));
            passTimersThread(stepped);
            assertThat(ran).containsExactly("10 s");
            assertThat(stepped.steadyMillis()).isEqualTo(1_010_001);
            assertThat(stepped.millis()).isZero();
            stepped.advance(Duration.ofDays(1000));
            assertThat(stepped.millis()).isEqualTo(Duration.ofDays(1000).toMillis());
            assertThat(stepped.steadyMillis())
                    .isEqualTo(Duration.ofDays(1000).toMillis() + 1_010_001);
        }
    }

    /// Returns once everything that was due has run.
    private static void passTimersThread(SystemTimers timers) throws InterruptedException {
        CountDownLatch passed = new CountDownLatch(1);
        timers.schedule(Duration.ZERO, passed::countDown);
        passed.await();
    }

    @Test
    void theClockOnlyMovesForward() {
        assertThatThrownBy(() -> timers.advance(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCancelledTaskDoesNotRun() throws Exception {
        Timers.Timer first = timers.schedule(Duration.ofHours(1), () -> ran.add("cancelled"));
        timers.schedule(Duration.ofHours(2), () -> ran.add("kept"));
        first.cancel();
        first.cancel();
        timers.advance(Duration.ofHours(2));
        assertThat(ran.take()).isEqualTo("kept");
        assertThat(ran).isEmpty();
    }

    @Test
    void aTaskMayScheduleAndCancelOthers() throws Exception {
        Timers.Timer victim = timers.schedule(Duration.ofHours(2), () -> ran.add("victim"));
        timers.schedule(
                Duration.ofHours(1),
                () -> {
                    victim.cancel();
                    timers.schedule(Duration.ZERO, () -> ran.add("nested"));
                });
        timers.advance(Duration.ofHours(3));
        assertThat(ran.take()).isEqualTo("nested");
        assertThat(ran).isEmpty();
    }

    @Test
    void aTaskThatFailsDoesNotStopTheOthers() throws Exception {
        timers.schedule(
                Duration.ZERO,
                () -> {
                    throw new IllegalStateException("thrown by a test");
                });
        timers.schedule(
                Duration.ZERO,
                () -> {
                    throw new StackOverflowError("thrown by a test");
                });
        timers.schedule(Duration.ZERO, () -> ran.add("next"));
        assertThat(ran.take()).isEqualTo("next");
    }

    @Test
    void aDelayBeyondAllTimeIsTakenAsNever() throws Exception {
        timers.schedule(Duration.ofSeconds(Long.MAX_VALUE), () -> ran.add("never"));
        timers.schedule(Duration.ofMillis(Long.MAX_VALUE), () -> ran.add("never"));
        timers.schedule(Duration.ofMillis(1), () -> ran.add("soon"));
        assertThat(ran.take()).isEqualTo("soon");
        assertThat(ran).isEmpty();
    }

    @Test
    void afterTheCloseNothingRuns() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        CountDownLatch finished = new CountDownLatch(1);
        timers.schedule(
                Duration.ZERO,
                () -> {
                    working.countDown();
                    try {
                        closed.await();
                    } catch (InterruptedException e) {
                        ran.add("interrupted");
                    }
                    finished.countDown();
                });
        working.await();
        timers.schedule(Duration.ZERO, () -> ran.add("before the close"));
        timers.close();
        timers.schedule(Duration.ZERO, () -> ran.add("after the close"));
        closed.countDown();
        assertThat(finished.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).isEmpty();
    }
}
