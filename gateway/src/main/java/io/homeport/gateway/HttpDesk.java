package io.homeport.gateway;

import io.homeport.aws.ApiRequest;
import io.homeport.aws.ApiResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The door from event loops to virtual threads, for HTTP requests. Thread-safe. At most so many
/// requests are in process; connections don't read on while theirs is.
final class HttpDesk {
    private static final Logger LOG = LoggerFactory.getLogger(HttpDesk.class);

    private final GatewayMetrics metrics;
    private final Semaphore permits;
    private final int maximum;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory());

    HttpDesk(GatewayMetrics metrics, int maximumRequests) {
        this.metrics = metrics;
        this.maximum = maximumRequests;
        this.permits = new Semaphore(maximumRequests);
    }

    /// Runs the work on a virtual thread and gives its answer to `then`, on that thread or, where
    /// the server is too busy, on the caller's.
    ///
    /// @param failure makes an answer of the response to what can't be worked on
    <T> void run(
            ApiRequest request,
            Function<ApiRequest, T> work,
            Function<ApiResponse, T> failure,
            Consumer<T> then) {
        if (!permits.tryAcquire()) {
            metrics.httpRejected.increment();
            then.accept(failure.apply(busy()));
            return;
        }
        metrics.httpRunning.incrementAndGet();
        try {
            threads.execute(() -> {
                T answer;
                try {
                    answer = answer(request, work, failure);
                } finally {
                    left();
                }
                then.accept(answer);
            });
        } catch (RejectedExecutionException e) {
            left();
            then.accept(
                    failure.apply(
                            HttpAnswers.error(
                                    503,
                                    "ServiceUnavailableException",
                                    "The server is shutting down")));
        }
    }

    /// Waits for what is in process, then takes nothing more.
    void close(long millis) throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(millis, TimeUnit.MILLISECONDS)) {
            threads.shutdownNow();
        }
    }

    private void left() {
        metrics.httpRunning.decrementAndGet();
        permits.release();
    }

    private <T> T answer(
            ApiRequest request, Function<ApiRequest, T> work, Function<ApiResponse, T> failure) {
        try {
            return work.apply(request);
        } catch (RuntimeException | Error e) {
            metrics.internalErrors.increment();
            LOG.atError()
                    .addKeyValue("method", request.method())
                    .addKeyValue("path", request.rawPath())
                    .setCause(e)
                    .log("a request failed by a mistake of the server; it was answered with 500");
            return failure.apply(
                    HttpAnswers.error(
                            500, "InternalFailureException", "Internal failure; see the log"));
        }
    }

    private ApiResponse busy() {
        ApiResponse error =
                HttpAnswers.error(
                        503,
                        "ServiceUnavailableException",
                        "All " + maximum + " places for requests are taken; try again");
        Map<String, List<String>> headers = new HashMap<>(error.headers());
        headers.put("retry-after", List.of("1"));
        return new ApiResponse(503, headers, error.body());
    }
}
