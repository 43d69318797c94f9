package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.aws.ApiRequest;
import io.homeport.aws.ApiResponse;
import io.homeport.broker.BrokerStatistics;
import io.homeport.testkit.SimTimers;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is made once for many who ask.
class SharedAnswerTest {
    private static final ApiRequest REQUEST =
            new ApiRequest("GET", "/metrics", "", Map.of(), new byte[0], "127.0.0.1", null);
    private static final int CROWD = 50;

    private final SimTimers time = new SimTimers();
    private final HttpDesk desk = new HttpDesk(metrics(), 1);
    private final BlockingQueue<String> got = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> begun = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    private static GatewayMetrics metrics() {
        return new GatewayMetrics(
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                () -> new BrokerStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    @AfterEach
    void close() throws InterruptedException {
        desk.close(10_000);
    }

    /// Each is made when the test says what it is.
    private ApiResponse make() {
        begun.add(true);
        try {
            String text = answers.take();
            if (text.isEmpty()) {
                throw new IllegalStateException("broken on purpose");
            }
            return HttpAnswers.text(200, "text/plain", text);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void ask(SharedAnswer shared) {
        shared.ask(
                REQUEST,
                answer ->
                        got.add(
                                answer.status()
                                        + " "
                                        + new String(answer.body(), StandardCharsets.UTF_8)));
    }

    private void awaitBegin() throws InterruptedException {
        assertThat(begun.poll(10, TimeUnit.SECONDS)).isTrue();
    }

    private List<String> got(int count) throws InterruptedException {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(String.valueOf(got.poll(10, TimeUnit.SECONDS)));
        }
        assertThat(got).isEmpty();
        return all;
    }

    // Also where there is one place for requests: who waits takes none.
    @Test
    void whoAsksWhileOneIsMadeSharesTheNextWithAllOthers() throws InterruptedException {
        SharedAnswer shared = new SharedAnswer(desk, time, 1, Duration.ZERO, this::make);
        ask(shared);
        awaitBegin();
        for (int i = 0; i < CROWD; i++) {
            ask(shared);
        }
        answers.add("first");
        assertThat(got(1)).containsExactly("200 first");
        awaitBegin();
        answers.add("second");
        assertThat(got(CROWD)).containsOnly("200 second");
        ask(shared);
        awaitBegin();
        answers.add("third");
        assertThat(got(1)).containsExactly("200 third");
    }

    @Test
    void thereIsAPauseInProportionAndNoLongerThanThat() throws InterruptedException {
        SharedAnswer shared =
                new SharedAnswer(desk, time, 2_000_000_000, Duration.ofSeconds(5), this::make);
        ask(shared);
        awaitBegin();
        answers.add("first");
        assertThat(got(1)).containsExactly("200 first");
        ask(shared);
        ask(shared);
        time.advance(Duration.ofMillis(100));
        assertThat(begun).isEmpty();
        time.advance(Duration.ofSeconds(5));
        awaitBegin();
        answers.add("second");
        assertThat(got(2)).containsOnly("200 second");
    }

    @Test
    void whatFailsFailsForThoseAloneWhoWaitedForIt() throws InterruptedException {
        SharedAnswer shared = new SharedAnswer(desk, time, 1, Duration.ZERO, this::make);
        ask(shared);
        awaitBegin();
        ask(shared);
        answers.add("");
        assertThat(got(1).getFirst()).startsWith("500 ");
        awaitBegin();
        answers.add("second");
        assertThat(got(1)).containsExactly("200 second");
    }
}
