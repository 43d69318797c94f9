package io.homeport.rules.actions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import io.homeport.core.Json;
import io.homeport.core.MessageProperties;
import io.homeport.core.Profile;
import io.homeport.testkit.SimTimers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import tools.jackson.databind.node.ObjectNode;

/// Which answers of a receiver are tried again, and by whom (https-rule-action, "HTTP action retry
/// logic").
class HttpActionRetryTest {
    private final Deque<Integer> answers = new ArrayDeque<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final OutgoingHttp http = new OutgoingHttp();
    private HttpServer server;

    HttpActionRetryTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void start() {
        server.createContext(
                "/",
                exchange -> {
                    requests.incrementAndGet();
                    Integer status = answers.poll();
                    exchange.sendResponseHeaders(status == null ? 200 : status, -1);
                    exchange.close();
                });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        http.close();
    }

    private Optional<ActionFailure> perform(Profile profile) throws Exception {
        return perform(HttpLimits.of(profile));
    }

    private Optional<ActionFailure> perform(HttpLimits limits) throws Exception {
        RuleDestinations anywhere =
                new RuleDestinations() {
                    @Override
                    public void require(String account, String region, String url) {}

                    @Override
                    public void requireVpc(String account, String region, String arn) {}
                };
        HttpAction action =
                new HttpAction(
                        http,
                        anywhere,
                        AnonymousCredentialsProvider::create,
                        new SimTimers(),
                        limits);
        ObjectNode parameters = Json.MAPPER.createObjectNode();
        parameters.put("url", "http://127.0.0.1:" + server.getAddress().getPort() + "/x");
        Origin origin =
                new Origin(
                        "t",
                        "{}".getBytes(UTF_8),
                        1,
                        "c",
                        null,
                        null,
                        "trace",
                        0,
                        0,
                        MessageProperties.NONE);
        Delivery delivery =
                new Delivery(
                        "000000000000",
                        "us-east-1",
                        "r",
                        0,
                        "http",
                        "x",
                        parameters,
                        null,
                        true,
                        origin,
                        0);
        return Optional.ofNullable(
                catchThrowableOfType(ActionFailure.class, () -> action.perform(List.of(delivery))));
    }

    @Test
    void inProfileAwsABusyReceiverIsTriedThreeTimesAndNoMore() throws Exception {
        answers.addAll(List.of(429, 503, 500));
        ActionFailure failure = perform(Profile.AWS).orElseThrow();
        assertThat(failure).hasMessageContaining("500").hasMessageContaining("attempt 3");
        assertThat(failure.isRetryable()).isFalse();
        assertThat(requests).hasValue(3);
    }

    @Test
    void inProfileAwsTheSecondTryMaySucceed() throws Exception {
        answers.add(503);
        assertThat(perform(Profile.AWS)).isEmpty();
        assertThat(requests).hasValue(2);
    }

    @Test
    void aRefusalIsFinal() throws Exception {
        for (Profile profile : Profile.values()) {
            answers.add(404);
            ActionFailure failure = perform(profile).orElseThrow();
            assertThat(failure).hasMessageContaining("404");
            assertThat(failure.isRetryable()).isFalse();
        }
        assertThat(requests).hasValue(2);
    }

    @Test
    void inProfileOpenABusyReceiverIsLeftToTheOutbox() throws Exception {
        answers.add(503);
        ActionFailure failure = perform(Profile.OPEN).orElseThrow();
        assertThat(failure.isRetryable()).isTrue();
        assertThat(requests).hasValue(1);
    }

    @Test
    void whoDoesNotAnswerIsGivenUpAndTriedAgainByTheOutbox() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        server.removeContext("/");
        server.createContext(
                "/",
                exchange -> {
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        HttpLimits impatient =
                new HttpLimits(100, 1, 100, 1, Duration.ofMillis(200), false, Set.of());
        ActionFailure failure = perform(impatient).orElseThrow();
        never.countDown();
        assertThat(failure).hasMessageContaining("no answer within");
        assertThat(failure.isRetryable()).isTrue();
    }

    @Test
    void whoCannotBeReachedIsTriedAgainByTheOutboxAlone() throws Exception {
        server.stop(0);
        ActionFailure open = perform(Profile.OPEN).orElseThrow();
        assertThat(open.isRetryable()).isTrue();
        assertThat(open).hasMessageContaining("can't connect to 127.0.0.1:");
        assertThat(perform(Profile.AWS).orElseThrow().isRetryable()).isFalse();
    }
}
