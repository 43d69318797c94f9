package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// How much may wait for custom authorizers.
class AuthorizerDeskTest {
    private static final ClientAuthorizers.Credentials NOBODY =
            new ClientAuthorizers.Credentials(
                    "c", true, null, null, null, new ClientAuthorizers.Http(Map.of(), ""), null);

    private final TestAuthorizers authorizers = new TestAuthorizers();
    private final GatewayMetrics metrics =
            new GatewayMetrics(
                    new SimpleMeterRegistry(),
                    () -> {
                        throw new IllegalStateException("nobody reads the broker's meters");
                    });
    private final AuthorizerDesk desk = new AuthorizerDesk(authorizers, metrics);
    private final LinkedBlockingQueue<ClientAuthorizers.Answer> answers =
            new LinkedBlockingQueue<>();

    @AfterEach
    void stop() {
        authorizers.mayAnswer.release(1_000);
        desk.close();
    }

    private static ClientAuthorizers.Why why(ClientAuthorizers.Answer answer) {
        return ((ClientAuthorizers.Answer.Refused) answer).why();
    }

    private ClientAuthorizers.Answer answer() throws InterruptedException {
        ClientAuthorizers.Answer answer = answers.poll(10, TimeUnit.SECONDS);
        assertThat(answer).as("no answer came").isNotNull();
        return answer;
    }

    @Test
    void clientsThatHoldTooMuchTogetherAreTurnedAwayAtOnce() throws Exception {
        authorizers.mayAnswer.drainPermits();
        desk.ask(NOBODY, AuthorizerDesk.WAITING_BYTES - 1, answers::add);
        desk.ask(NOBODY, 2, answers::add);
        assertThat(why(answer())).isEqualTo(ClientAuthorizers.Why.BUSY);
        desk.ask(NOBODY, 1, answers::add);
        authorizers.mayAnswer.release(1_000);
        for (int i = 0; i < 2; i++) {
            assertThat(why(answer())).isEqualTo(ClientAuthorizers.Why.NO_AUTHORIZER);
        }
        // What was held is given back.
        desk.ask(NOBODY, AuthorizerDesk.WAITING_BYTES, answers::add);
        assertThat(why(answer())).isEqualTo(ClientAuthorizers.Why.NO_AUTHORIZER);
    }

    @Test
    void requestsTakeAQuarterOfThePlacesOfAllRequestsAtMost() throws Exception {
        authorizers.mayAnswer.drainPermits();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i <= AuthorizerDesk.WAITING_REQUESTS; i++) {
                threads.execute(() -> answers.add(desk.ask(NOBODY)));
            }
            assertThat(why(answer())).isEqualTo(ClientAuthorizers.Why.BUSY);
            assertThat(answers).isEmpty();
            authorizers.mayAnswer.release(1_000);
            for (int i = 0; i < AuthorizerDesk.WAITING_REQUESTS; i++) {
                assertThat(why(answer())).isEqualTo(ClientAuthorizers.Why.NO_AUTHORIZER);
            }
        }
    }

    @Test
    void clientsThatAreRefusedBeforeTheirFunctionIsAskedCountAsRefused() {
        assertThat(desk.check(NOBODY)).isPresent();
        assertThat(desk.ask(NOBODY)).isInstanceOf(ClientAuthorizers.Answer.Refused.class);
        assertThat(metrics.authorizersRefused.sum()).isEqualTo(2);
    }

    @Test
    void functionsAreAskedAFewAtATime() throws Exception {
        authorizers.mayAnswer.drainPermits();
        for (int i = 0; i < AuthorizerDesk.AT_A_TIME + 1; i++) {
            desk.ask(NOBODY, 0, answers::add);
        }
        for (int i = 0; i < AuthorizerDesk.AT_A_TIME; i++) {
            assertThat(authorizers.asked.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
        assertThat(authorizers.asked).isEmpty();
        authorizers.mayAnswer.release(1_000);
        assertThat(authorizers.asked.poll(10, TimeUnit.SECONDS)).isNotNull();
    }
}
