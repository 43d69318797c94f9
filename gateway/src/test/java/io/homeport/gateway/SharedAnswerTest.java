package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.aws.ApiResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What is made once for many who ask.
class SharedAnswerTest {
    private final AtomicInteger made = new AtomicInteger();
    private final CountDownLatch release = new CountDownLatch(1);

    private ApiResponse numbered() {
        return HttpAnswers.text(200, "text/plain", "" + made.incrementAndGet());
    }

    private static String text(ApiResponse answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static void awaitParked(Thread thread) {
        while (thread.getState() != Thread.State.WAITING
                && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whoAsksWhileOneIsMadeSharesTheNextWithAllOthers() throws InterruptedException {
        SharedAnswer shared =
                new SharedAnswer(
                        Duration.ZERO,
                        () -> {
                            ApiResponse mine = numbered();
                            if (made.get() == 1) {
                                awaitRelease();
                            }
                            return mine;
                        });
        List<String> first = new ArrayList<>();
        Thread one = Thread.ofVirtual().start(() -> first.add(text(shared.get())));
        awaitParked(one);
        Queue<String> got = new ConcurrentLinkedQueue<>();
        List<Thread> crowd = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Thread another = Thread.ofVirtual().start(() -> got.add(text(shared.get())));
            awaitParked(another);
            crowd.add(another);
        }
        release.countDown();
        one.join();
        for (Thread another : crowd) {
            another.join();
        }
        assertThat(first).containsExactly("1");
        assertThat(got).hasSize(50).containsOnly("2");
        assertThat(text(shared.get())).isEqualTo("3");
    }

    @Test
    void thereIsAPauseBetweenTwo() throws InterruptedException {
        SharedAnswer shared = new SharedAnswer(Duration.ofDays(1), this::numbered);
        Thread one = Thread.ofVirtual().start(shared::get);
        one.join();
        Queue<String> got = new ConcurrentLinkedQueue<>();
        Thread two = Thread.ofVirtual().start(() -> got.add(text(shared.get())));
        awaitParked(two);
        assertThat(made).hasValue(1);
        // The server shuts down.
        two.interrupt();
        two.join();
        assertThat(got).containsExactly("2");
    }

    @Test
    void whatFailsFailsForThoseWhoWaitedForItAlone() {
        SharedAnswer shared =
                new SharedAnswer(
                        Duration.ZERO,
                        () -> {
                            if (made.incrementAndGet() == 1) {
                                throw new IllegalStateException("broken");
                            }
                            return numbered();
                        });
        assertThatThrownBy(shared::get).hasRootCauseMessage("broken");
        assertThat(text(shared.get())).isEqualTo("3");
    }

    private void awaitRelease() {
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
