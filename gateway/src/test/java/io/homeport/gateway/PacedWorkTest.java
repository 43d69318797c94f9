package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PacedWorkTest {
    private static final long PIECE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Crowd crowd = new Crowd();
    private final PacedWork work = new PacedWork(channel.eventLoop(), crowd, 4);
    private final List<String> done = new ArrayList<>();

    @Test
    void goesAtOnceWhileNobodyIsKeptWaiting() {
        work.run(() -> done.add("at once"));

        assertThat(done).containsExactly("at once");
    }

    @Test
    void goesOnInTheNextTurnWhereItsPartOfThisOneIsUsedUp() {
        work.used(PIECE_NANOS);
        work.run(() -> done.add("late"));
        assertThat(done).isEmpty();

        channel.runScheduledPendingTasks();

        assertThat(done).containsExactly("late");
    }

    @Test
    void restsInProportionWhileThereIsACrowd() {
        PacedWork rare = new PacedWork(channel.eventLoop(), crowd, 1_001);
        crowd.seen(System.nanoTime() + TimeUnit.HOURS.toNanos(1));
        rare.used(TimeUnit.MILLISECONDS.toNanos(1));

        assertThat(rare.mayGo()).isFalse();
        // A millisecond of work is one part in so many: a second is for others.
        assertThat(channel.runScheduledPendingTasks()).isBetween(1L, TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void doesNotRestForWhatWasNoWork() {
        PacedWork rare = new PacedWork(channel.eventLoop(), crowd, 1_001);
        crowd.seen(System.nanoTime() + TimeUnit.HOURS.toNanos(1));
        rare.used(TimeUnit.MINUTES.toNanos(1));

        assertThat(channel.runScheduledPendingTasks()).isLessThan(TimeUnit.SECONDS.toNanos(2));
    }

    @Test
    void goesOnWhereOnePieceFails() {
        work.later(
                () -> {
                    throw new IllegalStateException("a piece that fails");
                },
                true);
        work.later(() -> done.add("next"), true);

        runAll();

        assertThat(done).containsExactly("next");
    }

    @Test
    void whatHasBegunIsEndedBeforeSomethingNewBegins() {
        work.later(() -> done.add("new"), false);
        work.later(() -> done.add("begun"), true);

        runAll();

        assertThat(done).containsExactly("begun", "new");
    }

    /// A piece that took long leaves the next one to a later turn.
    private void runAll() {
        while (channel.runScheduledPendingTasks() >= 0) {
            Thread.onSpinWait();
        }
    }
}
