package io.homeport.rules;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.homeport.aws.Caller;
import io.homeport.core.AccountId;
import io.homeport.core.Profile;
import io.homeport.rules.actions.ActionFailure;
import io.homeport.rules.actions.OutgoingHttp;
import io.homeport.storage.Database;
import io.homeport.storage.MemoryStore;
import io.homeport.testkit.SimTimers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who gets requests (http-action-destination), under a simulated clock and on one thread.
class DestinationsTest {
    private static final String ACCOUNT = "000000000000";
    private static final String REGION = "us-east-1";
    private static final Caller CALLER =
            new Caller(
                    new AccountId(ACCOUNT),
                    REGION,
                    new Caller.Principal.ApiUser("user", "key", true),
                    "request",
                    "127.0.0.1");

    private final MemoryStore store = new MemoryStore();
    private final SimTimers timers = new SimTimers();
    private final OutgoingHttp http = new OutgoingHttp();
    private final AtomicInteger questions = new AtomicInteger();
    private final AtomicInteger answer = new AtomicInteger(200);
    private final HttpServer receiver;
    private Destinations destinations = open();

    DestinationsTest() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void start() {
        receiver.createContext(
                "/",
                exchange -> {
                    questions.incrementAndGet();
                    exchange.sendResponseHeaders(answer.get(), -1);
                    exchange.close();
                });
        receiver.start();
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
        http.close();
    }

    private Destinations open() {
        Destinations opened =
                new Destinations(
                        new Destinations.Parts(
                                new Database(store),
                                timers,
                                timers,
                                new Random(1),
                                Runnable::run,
                                http,
                                token -> token),
                        RulesLimits.of(Profile.OPEN));
        opened.start();
        return opened;
    }

    private String url(String path) {
        return "http://127.0.0.1:" + receiver.getAddress().getPort() + path;
    }

    private void confirm(DestinationRecord made) {
        DestinationRecord present = requireNonNull(destinations.find(made.key()));
        destinations.confirm(requireNonNull(present.http()).token());
    }

    @Test
    void aReceiverThatIsDownIsAskedUntilItTakesTheQuestionAlsoAfterARestart() {
        answer.set(503);
        DestinationRecord made = destinations.createHttp(CALLER, url("/x"));
        timers.advance(Duration.ofMinutes(2));
        assertThat(questions.get()).isBetween(5, 9);
        destinations.close();
        int before = questions.get();
        timers.advance(Duration.ofMinutes(5));
        assertThat(questions).hasValue(before);
        answer.set(200);
        destinations = open();
        assertThat(questions).hasValue(before + 1);
        timers.advance(Duration.ofMinutes(5));
        assertThat(questions).hasValue(before + 1);
        confirm(made);
        timers.advance(Duration.ofHours(2));
        assertThat(destinations.find(made.key()))
                .extracting(DestinationRecord::status)
                .isEqualTo(DestinationRecord.Status.ENABLED);
    }

    @Test
    void onlyUrlsThatBeginWithAConfirmedOneOnTheSameHostPass() throws Exception {
        confirm(destinations.createHttp(CALLER, url("/a")));
        destinations.require(ACCOUNT, REGION, url("/a"));
        destinations.require(ACCOUNT, REGION, url("/a/b?c=d"));
        for (String other :
                List.of(
                        url("/b"),
                        url("").replace("127.0.0.1", "127.0.0.1.example"),
                        "http://x/a")) {
            assertThatThrownBy(() -> destinations.require(ACCOUNT, REGION, other))
                    .isInstanceOf(ActionFailure.class)
                    .extracting(failure -> ((ActionFailure) failure).isRetryable())
                    .isEqualTo(false);
        }
        assertThatThrownBy(() -> destinations.require("111111111111", REGION, url("/a")))
                .isInstanceOf(ActionFailure.class);
        confirm(destinations.createHttp(CALLER, "http://good.example"));
        destinations.require(ACCOUNT, REGION, "http://good.example/path");
        assertThatThrownBy(() -> destinations.require(ACCOUNT, REGION, "http://good.example.evil/"))
                .isInstanceOf(ActionFailure.class);
    }

    @Test
    void deliveriesWaitWhileAConfirmationIsOutstanding() {
        destinations.createHttp(CALLER, url("/w"));
        assertThatThrownBy(() -> destinations.require(ACCOUNT, REGION, url("/w/1")))
                .hasMessageContaining("IN_PROGRESS")
                .extracting(failure -> ((ActionFailure) failure).isRetryable())
                .isEqualTo(true);
    }

    @Test
    void aRuleMakesNoSecondDestinationForItsUrl() {
        destinations.ensure(CALLER, List.of(url("/r")));
        destinations.ensure(CALLER, List.of(url("/r")));
        assertThat(questions).hasValue(1);
    }

    /// A delivery that asks while a destination is being changed would fail for good.
    @Test
    void aDestinationIsThereAlsoWhileItIsChanged() throws Exception {
        DestinationRecord made = destinations.createHttp(CALLER, url("/c"));
        confirm(made);
        AtomicBoolean done = new AtomicBoolean();
        FutureTask<Void> asking =
                new FutureTask<>(() -> {
                    while (!done.get()) {
                        destinations.require(ACCOUNT, REGION, url("/c"));
                    }
                    return null;
                });
        Thread.ofPlatform().start(asking);
        for (int i = 0; i < 20_000 && !asking.isDone(); i++) {
            destinations.update(made.key(), DestinationRecord.Status.ENABLED);
        }
        done.set(true);
        asking.get();
    }
}
